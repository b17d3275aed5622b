"""Why somebody may not act: the codes, and what their sentences need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.certification.requirements import RequirementKind


class ReasonCode(StrEnum):
    """Why a person may not act; part of the public API."""

    LESSONS_NOT_COMPLETED = "lessons_not_completed"
    REDLINES_NOT_ATTESTED = "redlines_not_attested"
    QUIZ_NOT_PASSED = "quiz_not_passed"
    SIGN_OFF_MISSING = "sign_off_missing"
    LIVE_SESSION_MISSING = "live_session_missing"
    CERTIFICATION_MISSING = "certification_missing"
    EXPIRED = "expired"
    IN_GRACE = "in_grace"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RECERTIFICATION_OVERDUE = "recertification_overdue"
    NO_REQUIREMENTS = "no_requirements"


CODE_OF_KIND = {
    RequirementKind.CERTIFICATION: ReasonCode.CERTIFICATION_MISSING,
    RequirementKind.LESSON: ReasonCode.LESSONS_NOT_COMPLETED,
    RequirementKind.ATTESTATION: ReasonCode.REDLINES_NOT_ATTESTED,
    RequirementKind.QUIZ: ReasonCode.QUIZ_NOT_PASSED,
    RequirementKind.DELTA_QUIZ: ReasonCode.QUIZ_NOT_PASSED,
    RequirementKind.SIGN_OFF: ReasonCode.SIGN_OFF_MISSING,
    RequirementKind.LIVE_SESSION: ReasonCode.LIVE_SESSION_MISSING,
    RequirementKind.ALTERNATIVES: ReasonCode.LESSONS_NOT_COMPLETED,  # where lessons that are gone are all there is
}


Params = Mapping[str, str | int | date | Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody may not act: a code, what its sentence needs, and the minutes of work that remove it.

    Minutes add up over the reasons of one verdict: a reason that is removed by removing the others has none.
    """

    code: StrEnum
    params: Params = field(default_factory=dict)
    minutes: int = 0
