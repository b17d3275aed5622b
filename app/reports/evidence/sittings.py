"""Quizzes taken: each attempt with its mark, and each answer, as far as whoever takes the pack may know them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion
from app.quizzes.content import ReviewPolicy
from app.quizzes.models import Attempt, AttemptItem, AttemptRegrade, ItemVersion
from app.quizzes.questions import item_of, prompt_of, said
from app.reports.evidence.rows import Names, chunks
from app.reports.evidence.subjects import Wanted
from app.reports.evidence.tables import of

ATTEMPTS: Final = (
    "id", "person", "product", "quiz", "text", "number", "about_change", "started_at", "finished_at", "marked_at",
    "points", "max_points", "percent", "passed", "answers_forgotten_at",
)  # fmt: skip
ANSWERS: Final = (
    "id", "attempt_id", "position", "question", "wording", "prompt", "answer", "answered_at", "seconds", "points",
    "correct",
)  # fmt: skip
KEYED: Final = (*ANSWERS, "option_order", "stored_answer", "document")
"""What a whole pack says of an answer: also the question with its key."""


@dataclass(frozen=True, slots=True)
class _Open:
    """What the quiz lets somebody know at once who has finished it; nothing that it opens later, or never."""

    score: bool
    answers: bool
    marks: bool


_ALL: Final = _Open(score=True, answers=True, marks=True)


def _open(document: Mapping[str, Any], wanted: Wanted) -> _Open:
    if wanted.whole:
        return _ALL
    policy = ReviewPolicy.model_validate(document.get("review", {}))
    score, answers, marks = (getattr(policy, part) == "at_once" for part in ("score", "answers", "marks"))
    return _Open(score=score, answers=answers, marks=marks)


def attempts(session: Session, wanted: Wanted, found: Names) -> Iterator[dict[str, Any]]:
    """Read the attempts with the marks that held at the moment of the pack."""
    statement = (
        select(
            *(
                col(getattr(Attempt, each))
                for each in (
                    "id", "person_id", "product_id", "content_id", "content_version_id", "delta_of", "number",
                    "started_at", "finished_at", "marked_at", "points", "max_points", "percent", "passed",
                    "answers_forgotten_at",
                )
            ),
            col(ContentVersion.document)["review"].label("review"),
        )
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .where(of(Attempt)(wanted.subject), col(Attempt.started_at) <= wanted.as_of)
    )  # fmt: skip
    for rows in chunks(session, statement, col(Attempt.id)):
        before = _regraded(session, [row.id for row in rows], wanted.as_of)
        holders = found.accounts.holders({row.person_id for row in rows})
        for row in rows:
            mark = _mark(row, before.get(row.id), wanted)
            yield {
                "id": row.id,
                "person": holders[row.person_id],
                "product": found.products[row.product_id],
                "quiz": found.contents[row.content_id],
                "text": found.texts[row.content_version_id],
                "number": row.number,
                "about_change": found.texts[row.delta_of] if row.delta_of else None,
                "started_at": row.started_at,
                "finished_at": _by(row.finished_at, wanted.as_of),
                **mark,
                "answers_forgotten_at": row.answers_forgotten_at,
            }


def _by(moment: datetime | None, as_of: datetime) -> datetime | None:
    return moment if moment is not None and moment <= as_of else None


def _mark(row: Any, regraded: Any, wanted: Wanted) -> dict[str, Any]:
    known = _by(row.marked_at, wanted.as_of)
    closed = known is None or not _open({"review": row.review} if row.review else {}, wanted).score
    if closed:
        return {"marked_at": known, "points": None, "max_points": None, "percent": None, "passed": None}
    points, percent, passed = (
        (regraded.points_before, regraded.percent_before, regraded.passed_before)
        if regraded
        else (row.points, row.percent, row.passed)
    )
    return {
        "marked_at": known, "points": points, "max_points": row.max_points, "percent": percent, "passed": passed,
    }  # fmt: skip


def _regraded(session: Session, attempt_ids: Collection[int], as_of: datetime) -> dict[int, Any]:
    """Return the first regrade after a moment of each attempt: what it found is what held until then."""
    rows = session.execute(
        select(
            col(AttemptRegrade.attempt_id),
            col(AttemptRegrade.points_before),
            col(AttemptRegrade.percent_before),
            col(AttemptRegrade.passed_before),
            col(AttemptRegrade.items),
        )
        .where(col(AttemptRegrade.attempt_id).in_(attempt_ids), col(AttemptRegrade.at) > as_of)
        .order_by(col(AttemptRegrade.at).desc(), col(AttemptRegrade.id).desc())
    )
    return {row.attempt_id: row for row in rows}


def answers(session: Session, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Read the answers of finished attempts, in words; in a whole pack also as stored, with the question's key."""
    statement = (
        select(
            col(AttemptItem.id),
            col(AttemptItem.attempt_id),
            col(AttemptItem.position),
            col(AttemptItem.option_order),
            col(AttemptItem.answer),
            col(AttemptItem.answered_at),
            col(AttemptItem.seconds),
            col(AttemptItem.points),
            col(AttemptItem.correct),
            col(ItemVersion.item),
            col(ItemVersion.number),
            col(ItemVersion.document),
            col(Attempt.marked_at),
            col(ContentVersion.document)["review"].label("review"),
        )
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .where(
            of(Attempt)(wanted.subject),
            col(Attempt.finished_at) <= wanted.as_of,
            col(Attempt.answers_forgotten_at).is_(None),
        )
    )
    for rows in chunks(session, statement, col(AttemptItem.id)):
        later = _later_points(session, {row.attempt_id for row in rows}, wanted.as_of)
        for row in rows:
            yield _answer(row, wanted, later)


def _later_points(session: Session, attempt_ids: Collection[int], as_of: datetime) -> Mapping[tuple[int, int], Any]:
    found = _regraded(session, attempt_ids, as_of)
    return {(attempt_id, each["position"]): each["before"] for attempt_id, row in found.items() for each in row.items}


def _answer(row: Any, wanted: Wanted, later: Mapping[tuple[int, int], Any]) -> dict[str, Any]:
    opened = _open({"review": row.review} if row.review else {}, wanted)
    item = item_of(row.document)
    marked = opened.marks and _by(row.marked_at, wanted.as_of) is not None
    place = (row.attempt_id, row.position)
    points = row.points
    correct = row.correct
    if place in later:
        points, correct = Decimal(str(later[place])), None
    line = {
        "id": row.id,
        "attempt_id": row.attempt_id,
        "position": row.position,
        "question": row.item,
        "wording": row.number,
        "prompt": prompt_of(item),
        "answer": said(item, row.answer) if opened.answers else None,
        "answered_at": row.answered_at,
        "seconds": row.seconds,
        "points": points if marked else None,
        "correct": correct if marked else None,
    }
    if wanted.whole:
        line |= {"option_order": row.option_order, "stored_answer": row.answer, "document": row.document}
    return line
