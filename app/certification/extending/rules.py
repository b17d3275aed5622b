"""May a period be extended through a day?"""

from datetime import date, timedelta
from enum import StrEnum

from app.certification.dates import PeriodDates

LONGEST = timedelta(days=180)
"""How far beyond its baseline a period may be extended."""


class Refusal(StrEnum):
    """Why a period may not be extended through a day."""

    NOT_LATER = "not_later"
    PASSED = "passed"
    TOO_LATE = "too_late"


def latest(period: PeriodDates) -> date:
    """Return the last day through which a period may be extended."""
    return period.baseline_through + LONGEST


def refusal(period: PeriodDates, through: date, today: date) -> Refusal | None:
    """Say what keeps a period from being extended through a day, or None."""
    if through <= period.valid_through:
        return Refusal.NOT_LATER
    if through < today:
        return Refusal.PASSED
    return Refusal.TOO_LATE if through > latest(period) else None
