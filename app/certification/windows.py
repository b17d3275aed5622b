"""Stores the renewals that nobody's doing stores: work that was done early counts on the day its window opens."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.certification.actions import award_earned
from app.certification.holdings import Key
from app.certification.models import CertificationPeriod
from app.certification.queries import records
from app.certification.rules import award
from app.clock import local_day
from app.database import Database

JOB = "certification.open_windows"
BATCH = 200
"""People looked at together."""
LOOKS_BACK = timedelta(days=31)
"""For how long the worker may have stood still; what happens later in a window is stored by what happens."""


def award_opened(database: Database, moment: datetime) -> None:
    """Store every renewal that was earned before its window opened; doing it again stores nothing twice.

    Standing counts them anyhow; stored, they have a certificate, and no later program takes them away. Each person
    has a transaction, because who awards holds the audit trail until its end.
    """
    today = local_day(moment)
    with database.read() as session:
        opened = _opened(session, today)
    for start in range(0, len(opened), BATCH):
        with database.read() as session:
            earned = _earned(session, opened[start : start + BATCH], moment)
        for person_id, product_id in earned:
            with database.write() as session:
                award_earned(session, person_id, product_id, moment)


_LATER = aliased(CertificationPeriod)


def _opened(session: Session, today: date) -> list[Key]:
    """Return whose latest period on a level has a window that opened lately, by product."""
    rows = session.execute(
        select(col(CertificationPeriod.product_id), col(CertificationPeriod.person_id))
        .distinct()
        .outerjoin(
            _LATER,
            (col(_LATER.person_id) == col(CertificationPeriod.person_id))
            & (col(_LATER.product_id) == col(CertificationPeriod.product_id))
            & (col(_LATER.level) == col(CertificationPeriod.level))
            & (col(_LATER.number) > col(CertificationPeriod.number)),
        )
        .where(col(CertificationPeriod.window_opens_on).between(today - LOOKS_BACK, today), col(_LATER.id).is_(None))
        .order_by(col(CertificationPeriod.product_id), col(CertificationPeriod.person_id))
    )
    return [(person_id, product_id) for product_id, person_id in rows]


def _earned(session: Session, keys: Sequence[Key], moment: datetime) -> list[Key]:
    """Return for whom of these there is a period to store."""
    today = local_day(moment)
    found: list[Key] = []
    for product_id, group in groupby(keys, key=itemgetter(1)):
        known = records(session, [person_id for person_id, _product_id in group], moment, [product_id])
        found += (key for key, each in known.items() if any(award(level.facts, today) for level in each.every_level))
    return found
