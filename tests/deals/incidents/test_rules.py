"""Who may decide what about an incident, row by row."""

import pytest

from app.conduct.models import Consequence
from app.deals.incidents.models import IncidentStatus
from app.deals.incidents.rules import Case, Refusal, Wanted, closed_to, refuse

OPENER, CONCERNED, MEMBER, DECIDER = 1, 2, 3, 4
CASE = Case(opened_by=OPENER, person_id=CONCERNED, team=frozenset({CONCERNED, MEMBER}))
CONFIRMED, DISMISSED = IncidentStatus.CONFIRMED, IncidentStatus.DISMISSED


@pytest.mark.parametrize(
    ("case", "who", "why"),
    [
        (CASE, DECIDER, None),
        (CASE, OPENER, Refusal.OPENED_IT),
        (CASE, CONCERNED, Refusal.IS_ABOUT_ME),
        (CASE, MEMBER, Refusal.ON_THE_DEAL),
        (Case(opened_by=OPENER), DECIDER, None),
        (Case(opened_by=OPENER, status=CONFIRMED), DECIDER, Refusal.DECIDED),
        (Case(opened_by=OPENER, status=DISMISSED), OPENER, Refusal.DECIDED),
    ],
)
def test_who_may_decide(case: Case, who: int, why: Refusal | None) -> None:
    assert closed_to(case, who) is why


@pytest.mark.parametrize(
    ("case", "wanted", "why"),
    [
        (CASE, Wanted(DISMISSED, "A joke."), None),
        (CASE, Wanted(DISMISSED, "  "), Refusal.NOTE_MISSING),
        (CASE, Wanted(IncidentStatus.OPEN, "Later."), Refusal.NO_DECISION),
        (CASE, Wanted(CONFIRMED, "", CONCERNED, Consequence.SUSPENSION, "He did."), None),
        (CASE, Wanted(CONFIRMED, "", CONCERNED, Consequence.NONE, "He did."), None),
        (CASE, Wanted(CONFIRMED, "", CONCERNED, Consequence.NONE, " "), Refusal.REASON_MISSING),
        (CASE, Wanted(CONFIRMED, "", CONCERNED, Consequence.COACHING, "He did."), Refusal.NOTHING_TO_DISCUSS),
        (CASE, Wanted(CONFIRMED, "", CONCERNED, Consequence.COACHING, "He did.", "Returns."), None),
        (Case(OPENER), Wanted(CONFIRMED), None),
        (Case(OPENER), Wanted(CONFIRMED, "", None, Consequence.COACHING, "She did.", "It."), Refusal.NOBODY_NAMED),
        (Case(OPENER), Wanted(CONFIRMED, "", DECIDER, Consequence.NONE, "I did."), Refusal.IS_ABOUT_ME),
        (Case(OPENER, CONCERNED, from_finding=True), Wanted(CONFIRMED, "", CONCERNED), None),
        (
            Case(OPENER, CONCERNED, from_finding=True),
            Wanted(CONFIRMED, "", CONCERNED, Consequence.REVOCATION, "He did."),
            Refusal.FOLLOWS_ELSEWHERE,
        ),
    ],
)
def test_which_decisions_hold(case: Case, wanted: Wanted, why: Refusal | None) -> None:
    assert refuse(case, wanted, DECIDER) is why
