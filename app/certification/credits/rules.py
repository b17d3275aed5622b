"""What may a credit stand for, and who decides about it?"""

from datetime import date
from enum import StrEnum

from app.certification.requirements import RequirementKind

ALL_LESSONS = "all"
"""The key that stands for every lesson of a product."""

CREDITABLE = (
    RequirementKind.LESSON,
    RequirementKind.QUIZ,
    RequirementKind.SIGN_OFF,
    RequirementKind.LIVE_SESSION,
    RequirementKind.CERTIFICATION,
)
"""Never an attestation: nobody but the person themselves can sign for what they have understood."""


class CreditState(StrEnum):
    """Where a credit stands."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    COUNTS = "counts"
    EXPIRED = "expired"
    ENDED = "ended"


def state(*, approved: bool | None, ended: bool, through: date | None, today: date) -> CreditState:
    """Say where a credit stands on a day; the last day through which it counts is still one."""
    if approved is None:
        return CreditState.WITHDRAWN if ended else CreditState.WAITING
    if not approved:
        return CreditState.REFUSED
    if ended:
        return CreditState.ENDED
    return CreditState.EXPIRED if through is not None and through < today else CreditState.COUNTS


def may_decide(decider_id: int, *, person_id: int, asked_by: int) -> bool:
    """Tell whether somebody may decide: neither who asked nor for whom it counts."""
    return decider_id not in {person_id, asked_by}
