"""A person's attempts at a quiz, added up by the database: however long the history, it is one row."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select
from sqlmodel import Session, col

from app.database import rows
from app.quizzes.clock import Since
from app.quizzes.models import Attempt


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt that is not finished; `delta_of` is empty where it is one at the whole quiz."""

    id: int
    delta_of: int | None
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class History:
    """A person's attempts at a quiz added up, and the one that is not finished.

    Those at the questions of a change count for nothing here but that they may run.
    """

    since_pass: Since
    last_number: int
    running: Running | None


_since_pass = func.coalesce(
    select(func.max(col(Attempt.number)))
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        col(Attempt.content_id) == bindparam("content_id"),
        col(Attempt.delta_of).is_(None),
        col(Attempt.passed).is_(True),
    )
    .scalar_subquery(),
    0,
)
# those at the questions of a change have numbers below zero
_counts = col(Attempt.number) > _since_pass
_end = case(
    (col(Attempt.deadline_at) < col(Attempt.finished_at), col(Attempt.deadline_at)), else_=col(Attempt.finished_at)
)
_runs = col(Attempt.finished_at).is_(None)
_HISTORY = select(
    func.count(case((_counts, 1))),
    func.max(case((_counts & col(Attempt.marked_at).is_(None), col(Attempt.finished_at)))).is_not(None),
    func.max(case((_counts, _end))),
    func.coalesce(func.max(col(Attempt.number)), 0),
    func.max(case((_runs, col(Attempt.id)))),
    func.max(case((_runs, col(Attempt.deadline_at)))),
    func.max(case((_runs, col(Attempt.delta_of)))),
).where(col(Attempt.person_id) == bindparam("person_id"), col(Attempt.content_id) == bindparam("content_id"))


def history(session: Session, person_id: int, content_id: int) -> History:
    """Add up a person's attempts at a quiz."""
    found = rows(session, _HISTORY, person_id=person_id, content_id=content_id)[0]
    since, awaits_mark, ended_at, last_number, running_id, deadline_at, delta_of = found
    running = Running(running_id, delta_of, deadline_at) if running_id else None
    return History(Since(since, ended_at, awaits_mark=bool(awaits_mark)), max(last_number, 0), running)
