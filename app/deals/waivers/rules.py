"""When may an exception be asked for, who decides about it, and how long does it hold? Facts in, answers out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.deals.rules import ClearanceDecision, Enforcement, GateCode, stops

LONGEST = timedelta(days=30)
"""From the day on which it is asked for, and again from the day on which it is decided."""
LONGEST_EMERGENCY = timedelta(days=1)
"""What is given in an emergency ends with the next day."""
LAPSES_SOON = timedelta(days=3)
"""How long before the last day people hear of it, and may ask for another."""
_TAKEN_AWAY = frozenset({"suspended", "revoked"})


class WaiverState(StrEnum):
    """Where an exception stands."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    MISSED = "missed"
    REFUSED = "refused"
    HOLDS = "holds"
    ENDED = "ended"
    OVER = "over"


class WaiverRefusal(StrEnum):
    """Why somebody cannot give an exception."""

    ASKED = "asked"
    ABOUT_THEMSELVES = "about_themselves"
    ON_DEAL = "on_deal"
    NOT_ENTITLED = "not_entitled"
    ALREADY_OVER = "already_over"
    TOO_LONG = "too_long"


class Obstacle(StrEnum):
    """Why an exception would be of no use."""

    DEAL_CLOSED = "deal_closed"
    CLEARED = "cleared"
    SUPERVISED = "supervised"
    NOT_ASKED = "not_asked"
    NOT_STOPPED = "not_stopped"
    TAKEN_AWAY = "taken_away"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Somebody who wants to decide; `leads` says that the person reports to them, directly or through others."""

    id: int
    compliance: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is to be decided: who asked for whom, who acts on the deal, and what a refusal of the gate does there."""

    asker: int
    person: int
    on_deal: Collection[int]
    enforcement: Enforcement


def state(*, approved: bool | None, ended: bool, through: date, today: date) -> WaiverState:
    """Say where an exception stands on a day; the last day is still one on which it holds."""
    if approved is None:
        waits = WaiverState.MISSED if through < today else WaiverState.WAITING
        return WaiverState.WITHDRAWN if ended else waits
    if not approved:
        return WaiverState.REFUSED
    if ended:
        return WaiverState.ENDED
    return WaiverState.OVER if through < today else WaiverState.HOLDS


def obstacle(
    decision: ClearanceDecision, enforcement: Enforcement, codes: Iterable[str], *, closed: bool = False
) -> Obstacle | None:
    """Say why an exception is of no use to somebody whom the gate answers like this; None where it is."""
    found = frozenset(codes)
    simple = {
        ClearanceDecision.CLEARED: Obstacle.CLEARED,
        ClearanceDecision.CLEARED_SUPERVISED: Obstacle.SUPERVISED,
        ClearanceDecision.NOT_REQUIRED: Obstacle.NOT_ASKED,
        ClearanceDecision.UNKNOWN: Obstacle.UNKNOWN,
    }
    reasons = {
        Obstacle.DEAL_CLOSED: closed,
        # a person took it away, and only a person gives it back: not by way of one deal
        Obstacle.TAKEN_AWAY: not found.isdisjoint(_TAKEN_AWAY),
        Obstacle.INACTIVE: GateCode.INACTIVE_REP in found,
        Obstacle.NOT_STOPPED: decision is ClearanceDecision.NOT_CLEARED and not stops(decision, enforcement),
    }
    return next((each for each, applies in reasons.items() if applies), simple.get(decision))


def decider_refusals(decider: Decider, case: Case) -> tuple[WaiverRefusal, ...]:
    """List why somebody cannot decide; none when they can.

    Where the gate asks for an approval, whoever leads the person may give it; where it blocks, only compliance.
    """
    entitled = decider.compliance or (decider.leads and case.enforcement is not Enforcement.BLOCK)
    return _those(
        {
            WaiverRefusal.ASKED: decider.id == case.asker,
            WaiverRefusal.ABOUT_THEMSELVES: decider.id == case.person,
            WaiverRefusal.ON_DEAL: decider.id in case.on_deal,
            WaiverRefusal.NOT_ENTITLED: not entitled,
        }
    )


def giver_refusals(giver: int, person: int, on_deal: Collection[int]) -> tuple[WaiverRefusal, ...]:
    """List why somebody cannot give an exception in an emergency, apart from their part in the company."""
    return _those(
        {
            WaiverRefusal.ABOUT_THEMSELVES: giver == person,
            WaiverRefusal.ON_DEAL: giver in on_deal,
        }
    )


def reviewer_refusals(reviewer: Decider, case: Case) -> tuple[WaiverRefusal, ...]:
    """List why somebody cannot review what was given in an emergency: compliance does, and not who gave it."""
    found = decider_refusals(reviewer, case)
    return found if reviewer.compliance else (*(each for each in found if each not in _MISSING), *_MISSING)


def term_refusals(today: date, through: date, longest: timedelta = LONGEST) -> tuple[WaiverRefusal, ...]:
    """List what is wrong with a last day."""
    return _those({WaiverRefusal.ALREADY_OVER: through < today, WaiverRefusal.TOO_LONG: through > today + longest})


def lapses_soon(through: date, today: date) -> bool:
    """Tell whether an exception that holds ends within days."""
    return today <= through <= today + LAPSES_SOON


_MISSING = (WaiverRefusal.NOT_ENTITLED,)


def _those(refusals: dict[WaiverRefusal, bool]) -> tuple[WaiverRefusal, ...]:
    return tuple(refusal for refusal, applies in refusals.items() if applies)
