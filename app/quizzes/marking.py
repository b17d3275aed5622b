"""Marking: what an attempt earned once it is finished, and once every essay in it has been read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import announce
from app.database import stored_id
from app.quizzes import clock, queries
from app.quizzes.grading import Mark, grade, grade_attempt, grade_essay, rounded
from app.quizzes.items import Essay as EssayItem
from app.quizzes.items import parse_item
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState, ItemVersion
from app.quizzes.regrading.actions import mark_late
from app.quizzes.spaced.actions import plant


def close(session: Session, attempt: Attempt, moment: datetime, actor: str) -> None:
    """Finish an attempt and mark it; one with answered essays waits for an assessor, without a mark of its own."""
    marks = []
    waiting = 0
    attempt.finished_at = clock.finished_at(moment, attempt.deadline_at)
    for place, document in _places(session, attempt):
        mark = grade(parse_item(document), place.answer)
        marks.append(mark)
        if mark.pending:
            waiting += 1
            session.add(
                Essay(
                    attempt_item_id=place.id,
                    content_id=attempt.content_id,
                    state=EssayState.WAITING,
                    submitted_at=attempt.finished_at,
                )
            )
        else:
            keep(place, mark)
    if waiting:
        session.flush()
        quiz, _pass_percent = queries.pass_mark(session, attempt.content_version_id)
        details = {"quiz": quiz, "number": attempt.number, "essays_waiting": waiting}
    else:
        details = _settle(session, attempt, marks, moment)
    record(
        session,
        at=moment,
        actor=actor,
        action="attempt.finished",
        subject=("attempt", str(attempt.id)),
        details={**details, "finished_at": attempt.finished_at.isoformat()},
    )


def settle_read(session: Session, attempt: Attempt, moment: datetime, actor: str) -> None:
    """Mark an attempt whose essays have all been marked; the caller holds its row."""
    points = _points_of_essays(session, attempt)
    marks = []
    for place, document in _places(session, attempt):
        item = parse_item(document)
        if isinstance(item, EssayItem) and place.id in points:
            marks.append(grade_essay(item, points[place.id]))
        else:
            marks.append(grade(item, place.answer))
    details = _settle(session, attempt, marks, moment)
    record(
        session,
        at=moment,
        actor=actor,
        action="attempt.marked",
        subject=("attempt", str(attempt.id)),
        details=details,
    )


def keep(place: AttemptItem, mark: Mark) -> None:
    """Keep on a question what its answer earned."""
    place.points = rounded(mark.points, 4)
    place.correct = mark.correct


def _places(session: Session, attempt: Attempt) -> Sequence[Any]:
    return session.execute(
        select(AttemptItem, col(ItemVersion.document))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == attempt.id)
        .order_by(col(AttemptItem.position))
    ).all()


def _points_of_essays(session: Session, attempt: Attempt) -> dict[int | None, dict[str, str]]:
    """Return the points by criterion of each essay's last mark, by the question's row."""
    rows = session.execute(
        select(col(Essay.attempt_item_id), col(EssayMark.points))
        .join(EssayMark, col(EssayMark.essay_id) == col(Essay.id))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .where(col(AttemptItem.attempt_id) == attempt.id, col(EssayMark.returned).is_(False))
        .order_by(col(EssayMark.number))
    )
    return {row[0]: row[1] for row in rows}


def _settle(session: Session, attempt: Attempt, marks: Sequence[Mark], moment: datetime) -> dict[str, Any]:
    """Store the mark and announce a pass; return what the audit trail says of it."""
    quiz, pass_percent = queries.pass_mark(session, attempt.content_version_id)
    result = grade_attempt(marks, pass_percent)
    attempt.points = rounded(result.points, 4)
    attempt.max_points = rounded(result.max_points, 4)
    attempt.percent = result.percent
    attempt.passed = result.passed
    attempt.marked_at = moment
    session.flush()
    if attempt.passed:
        announce(session, attempt.person_id, attempt.product_id, moment)
        plant(session, stored_id(attempt), moment)
    mark_late(session, attempt, moment)
    return {
        "quiz": quiz,
        "number": attempt.number,
        "percent": str(attempt.percent),
        "passed": attempt.passed,
    }
