"""Which old answers may be forgotten: none that a certification that runs, or an open appeal, may still need."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.certification.models import Appeal, CertificationEvent, CertificationPeriod, PeriodExtension
from app.clock import local_day
from app.quizzes.forgetting import AT_ONCE, Old, forget, later_passes, old_attempts

Key = tuple[int, int]
"""A person and a product."""


@dataclass
class Forgetting:
    """Goes through the attempts that finished more than `days` days before `moment`, once; 0 days mean none of them."""

    days: int
    moment: datetime
    _after: tuple[datetime, int] | None = None

    def __call__(self, session: Session) -> bool:
        """Forget what can be forgotten of the next ones; say whether there are more."""
        if not self.days:
            return False
        old = old_attempts(session, self.moment - timedelta(days=self.days), self._after)
        if old:
            self._after = old[-1].place
            kept = needed(session, old, local_day(self.moment))
            forget(session, [each.id for each in old if each.id not in kept], self.moment)
        return len(old) == AT_ONCE


def needed(session: Session, attempts: Collection[Old], today: date) -> set[int]:
    """Return those of which the answers belong to the evidence of what still runs or is being looked at again."""
    people = {each.person_id for each in attempts}
    appealed = _appealed(session, people)
    running = _running(session, people, today)
    rested_on = [each for each in attempts if each.passed and (each.person_id, each.product_id) in running]
    passes = later_passes(session, rested_on) if rested_on else {}
    return {
        *(each.id for each in attempts if (each.person_id, each.product_id) in appealed),
        *(
            each.id
            for each in rested_on
            if not _replaced(
                each,
                running[each.person_id, each.product_id],
                passes[each.person_id, each.content_id, each.delta_of],
            )
        ),
    }


def _replaced(attempt: Old, awarded_at: datetime, passes: Collection[datetime]) -> bool:
    """Say whether the same was passed again before the oldest running period was awarded, so that it rests on that."""
    return any(attempt.marked_at < each <= awarded_at for each in passes)


def _appealed(session: Session, people: Collection[int]) -> set[Key]:
    rows = session.execute(
        select(col(Appeal.person_id), col(CertificationEvent.product_id))
        .join(CertificationEvent, col(CertificationEvent.id) == col(Appeal.event_id))
        .where(col(Appeal.person_id).in_(people), col(Appeal.outcome).is_(None))
    )
    return {(person_id, product_id) for person_id, product_id in rows}


def _running(session: Session, people: Collection[int], today: date) -> dict[Key, datetime]:
    """Return the certifications that have not run out, grace and extensions included, with their oldest award."""
    extended = (
        select(col(PeriodExtension.period_id), func.max(col(PeriodExtension.through)).label("through"))
        .group_by(col(PeriodExtension.period_id))
        .subquery()
    )
    rows = session.execute(
        select(
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(CertificationPeriod.valid_through),
            col(CertificationPeriod.grace_through),
            col(CertificationPeriod.awarded_at),
            extended.c.through,
        )
        .outerjoin(extended, extended.c.period_id == col(CertificationPeriod.id))
        .where(col(CertificationPeriod.person_id).in_(people))
        .order_by(col(CertificationPeriod.awarded_at))
    )
    found: dict[Key, datetime] = {}
    for row in rows:
        grace = row.grace_through - row.valid_through
        if max(row.grace_through, (row.through or row.valid_through) + grace) >= today:
            found.setdefault((row.person_id, row.product_id), row.awarded_at)
    return found
