"""Marking: what an attempt earned once it is finished, and once every essay in it has been read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import announce
from app.database import rows
from app.quizzes import clock
from app.quizzes.frozenitems import FrozenItem, frozen_items
from app.quizzes.grading import Mark, grade, grade_attempt, grade_essay, rounded
from app.quizzes.holding import Held, hold_own
from app.quizzes.items import Essay as EssayItem
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState, ItemVersion
from app.quizzes.regrading.actions import mark_late
from app.quizzes.spaced.actions import plant

_KEEP = update(AttemptItem).where(col(AttemptItem.id) == bindparam("place_id"))
_FINISH = update(Attempt).where(col(Attempt.id) == bindparam("attempt_id"))


def close(session: Session, attempt: Held, moment: datetime, actor: str) -> None:
    """Finish an attempt and mark it; one with answered essays waits for an assessor, without a mark of its own."""
    finished_at = clock.finished_at(moment, attempt.deadline_at)
    places = _places(session, attempt.id)
    marks = [grade(place.item.rules, place.answer) for place in places]
    connection = session.connection()
    known = [
        {"place_id": place.id, "points": rounded(mark.points, 4), "correct": mark.correct}
        for place, mark in zip(places, marks, strict=True)
        if not mark.pending
    ]
    if known:
        connection.execute(_KEEP, known)
    waiting = [place.id for place, mark in zip(places, marks, strict=True) if mark.pending]
    for place_id in waiting:
        session.add(
            Essay(
                attempt_item_id=place_id,
                content_id=attempt.content_id,
                state=EssayState.WAITING,
                submitted_at=finished_at,
            )
        )
    ended = {"finished_at": finished_at}
    if waiting:
        session.flush()
        connection.execute(_FINISH, {"attempt_id": attempt.id, **ended})
        details = {"quiz": attempt.quiz, "number": attempt.number, "essays_waiting": len(waiting)}
    else:
        details = _settle(session, attempt, marks, moment, ended)
    record(
        session,
        at=moment,
        actor=actor,
        action="attempt.finished",
        subject=("attempt", str(attempt.id)),
        details={**details, "finished_at": finished_at.isoformat()},
    )


def settle_read(session: Session, person_id: int, attempt_id: int, moment: datetime, actor: str) -> None:
    """Mark an attempt whose essays have all been marked."""
    attempt = hold_own(session, person_id, attempt_id)
    points = _points_of_essays(session, attempt_id)
    marks = []
    for place in _places(session, attempt_id):
        item = place.item.rules
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
        subject=("attempt", str(attempt_id)),
        details=details,
    )


def keep(place: AttemptItem, mark: Mark) -> None:
    """Keep on a question what its answer earned."""
    place.points = rounded(mark.points, 4)
    place.correct = mark.correct


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    answer: Any
    item: FrozenItem


_PLACES = (
    select(col(AttemptItem.id), col(AttemptItem.answer), col(AttemptItem.item_version_id), col(ItemVersion.digest))
    .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(AttemptItem.position))
)


def _places(session: Session, attempt_id: int) -> list[_Place]:
    found = rows(session, _PLACES, attempt_id=attempt_id)
    items = frozen_items(session, {row.item_version_id: row.digest for row in found})
    return [_Place(row.id, row.answer, items[row.item_version_id]) for row in found]


def _points_of_essays(session: Session, attempt_id: int) -> dict[int | None, dict[str, str]]:
    """Return the points by criterion of each essay's last mark, by the question's row."""
    rows = session.execute(
        select(col(Essay.attempt_item_id), col(EssayMark.points))
        .join(EssayMark, col(EssayMark.essay_id) == col(Essay.id))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .where(col(AttemptItem.attempt_id) == attempt_id, col(EssayMark.returned).is_(False))
        .order_by(col(EssayMark.number))
    )
    return {row[0]: row[1] for row in rows}


def _settle(
    session: Session,
    attempt: Held,
    marks: Sequence[Mark],
    moment: datetime,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Store the mark, and what is given beside it, and announce a pass; return what the audit trail says of it."""
    result = grade_attempt(marks, attempt.pass_percent(session))
    mark = {
        "points": rounded(result.points, 4),
        "max_points": rounded(result.max_points, 4),
        "percent": result.percent,
        "passed": result.passed,
        "marked_at": moment,
    }
    session.connection().execute(_FINISH, {"attempt_id": attempt.id, **mark, **beside})
    if result.passed:
        announce(session, attempt.person_id, attempt.product_id, moment)
        plant(session, attempt.id, moment)
    mark_late(session, attempt.id, moment)
    return {
        "quiz": attempt.quiz,
        "number": attempt.number,
        "percent": str(result.percent),
        "passed": result.passed,
    }
