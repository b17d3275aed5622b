"""Every read of accommodations."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select
from sqlmodel import Session, col

from app.database import rows
from app.people.models import Person
from app.quizzes.models import Accommodation, Attempt


@dataclass(frozen=True, slots=True)
class Allowance:
    """What holds for one person at one quiz beyond its limits."""

    extra_time_percent: int = 0
    extra_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """One accommodation as trainers see it."""

    id: int
    name: str
    email: str
    extra_time_percent: int
    extra_attempts: int
    reason: str
    given_at: datetime
    given_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


_passed_at = (
    select(func.max(col(Attempt.finished_at)))
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        col(Attempt.content_id) == bindparam("content_id"),
        col(Attempt.delta_of).is_(None),
        col(Attempt.passed).is_(True),
    )
    .scalar_subquery()
)
_used_up = col(Accommodation.given_at) <= _passed_at
_ALLOWANCE = select(
    func.coalesce(func.max(col(Accommodation.extra_time_percent)), 0),
    func.coalesce(func.sum(case((_used_up, 0), else_=col(Accommodation.extra_attempts))), 0),
).where(
    col(Accommodation.person_id) == bindparam("person_id"),
    col(Accommodation.content_id) == bindparam("content_id"),
    col(Accommodation.withdrawn_at).is_(None),
)


def allowance(session: Session, person_id: int, content_id: int) -> Allowance:
    """Return what a person was given and not taken back: the longest extra time, and the attempts together.

    Attempts that were given before the quiz was passed helped to pass it then, and are used up.
    """
    row = rows(session, _ALLOWANCE, person_id=person_id, content_id=content_id)[0]
    return Allowance(int(row[0]), int(row[1]))


def given_at_quiz(session: Session, content_id: int) -> list[Given]:
    """Return every accommodation at a quiz, those that hold first, the newest first."""
    found = session.execute(
        select(
            col(Accommodation.id),
            col(Person.name),
            col(Person.email),
            col(Accommodation.extra_time_percent),
            col(Accommodation.extra_attempts),
            col(Accommodation.reason),
            col(Accommodation.given_at),
            col(Accommodation.given_by),
            col(Accommodation.withdrawn_at),
            col(Accommodation.withdrawn_by),
        )
        .join(Person, col(Person.id) == col(Accommodation.person_id))
        .where(col(Accommodation.content_id) == content_id)
        .order_by(col(Accommodation.withdrawn_at).is_not(None), col(Accommodation.id).desc())
    )
    return [Given(*row) for row in found]
