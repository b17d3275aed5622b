"""Who may decide what about an incident: pure functions of what is known."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.conduct.models import Consequence
from app.deals.incidents.models import IncidentStatus


class Refusal(StrEnum):
    """Why a decision about an incident does not hold."""

    DECIDED = "decided"
    IS_ABOUT_ME = "is_about_me"
    OPENED_IT = "opened_it"
    ON_THE_DEAL = "on_the_deal"
    NO_DECISION = "no_decision"
    NOTE_MISSING = "note_missing"
    NOBODY_NAMED = "nobody_named"
    FOLLOWS_ELSEWHERE = "follows_elsewhere"
    REASON_MISSING = "reason_missing"
    NOTHING_TO_DISCUSS = "nothing_to_discuss"


@dataclass(frozen=True, slots=True)
class Case:
    """An incident as far as its decision depends on it.

    `team` are the people on its deal; `from_finding` says that it was opened from a finding, whose consequence is
    decided there.
    """

    opened_by: int
    person_id: int | None = None
    status: IncidentStatus = IncidentStatus.OPEN
    team: Collection[int] = ()
    from_finding: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A decision as somebody wants it; `person_id` is whom it concerns by then."""

    outcome: IncidentStatus
    note: str = ""
    person_id: int | None = None
    consequence: Consequence = Consequence.NONE
    reason: str = ""
    to_discuss: str = ""


def closed_to(case: Case, decider_id: int) -> Refusal | None:
    """Say why somebody cannot decide about an incident; None where they can.

    Nobody decides about what they reported, what is about them, or a deal that they are on.
    """
    if case.status is not IncidentStatus.OPEN:
        return Refusal.DECIDED
    if case.person_id == decider_id:
        return Refusal.IS_ABOUT_ME
    if case.opened_by == decider_id:
        return Refusal.OPENED_IT
    return Refusal.ON_THE_DEAL if decider_id in case.team else None


def refuse(case: Case, wanted: Wanted, decider_id: int) -> Refusal | None:
    """Say why a decision does not hold; None where it does.

    Dismissing needs a note. A confirmed incident that concerns somebody is a violation, whose reason that person reads.
    """
    if why := closed_to(case, decider_id):
        return why
    if wanted.person_id == decider_id:
        return Refusal.IS_ABOUT_ME
    if wanted.outcome is IncidentStatus.DISMISSED:
        return None if wanted.note.strip() else Refusal.NOTE_MISSING
    if wanted.outcome is not IncidentStatus.CONFIRMED:
        return Refusal.NO_DECISION
    if case.from_finding:
        return Refusal.FOLLOWS_ELSEWHERE if wanted.consequence is not Consequence.NONE else None
    if wanted.person_id is None:
        return Refusal.NOBODY_NAMED if wanted.consequence is not Consequence.NONE else None
    if not wanted.reason.strip():
        return Refusal.REASON_MISSING
    coached = wanted.consequence is Consequence.COACHING
    return Refusal.NOTHING_TO_DISCUSS if coached and not wanted.to_discuss.strip() else None
