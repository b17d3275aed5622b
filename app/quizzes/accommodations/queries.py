"""Every read of accommodations."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.quizzes.models import Accommodation


@dataclass(frozen=True, slots=True)
class Allowance:
    """What holds for one person at one quiz beyond its limits."""

    extra_time_percent: int = 0
    extra_attempts: int = 0


def allowance(session: Session, person_id: int, content_id: int) -> Allowance:
    """Return what a person was given and not taken back: the longest extra time, and the attempts together."""
    row = session.execute(
        select(
            func.coalesce(func.max(col(Accommodation.extra_time_percent)), 0),
            func.coalesce(func.sum(col(Accommodation.extra_attempts)), 0),
        ).where(
            col(Accommodation.person_id) == person_id,
            col(Accommodation.content_id) == content_id,
            col(Accommodation.withdrawn_at).is_(None),
        )
    ).one()
    return Allowance(int(row[0]), int(row[1]))
