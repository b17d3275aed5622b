"""What may be done in which place, the step that fits, what a reason must say, and the clock of an appeal."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.models import AppealOutcome, CertificationEventKind
from app.certification.rules import Standing
from app.certification.sanctions.rules import (
    LADDER,
    TRANSITIONS,
    AppealRefusal,
    AppealState,
    Asked,
    Decided,
    Decider,
    Place,
    Preset,
    Proposal,
    Refusal,
    Step,
    Taken,
    Wanted,
    Why,
    appeal_until,
    decide_by,
    place_of,
    possible,
    propose,
    refuse,
    refuse_answer,
    refuse_appeal,
    skips,
)

TODAY = date(2026, 11, 22)
COACHING, RECERTIFICATION, SUSPENSION, REVOCATION = LADDER
ASK, SUSPEND, REVOKE, REINSTATE = (
    CertificationEventKind.RECERTIFICATION,
    CertificationEventKind.SUSPENDED,
    CertificationEventKind.REVOKED,
    CertificationEventKind.REINSTATED,
)


@pytest.mark.parametrize(
    ("standing", "asked_again", "place"),
    [
        (Standing.REVOKED, True, Place.REVOKED),
        (Standing.SUSPENDED, True, Place.SUSPENDED),
        (Standing.CERTIFIED, False, Place.HELD),
        (Standing.IN_GRACE, False, Place.HELD),
        (Standing.RECERTIFICATION_REQUIRED, True, Place.ASKED_AGAIN),
        (Standing.RECERTIFICATION_REQUIRED, False, Place.HELD),
        (Standing.EXPIRED, False, Place.NOT_HELD),
        (Standing.NOT_STARTED, False, Place.NOT_HELD),
    ],
)
def test_where_a_certification_stands(standing: Standing, asked_again: bool, place: Place) -> None:
    assert place_of(standing, asked_again=asked_again) is place


@given(st.sampled_from(Place), st.booleans())
def test_whatever_is_taken_can_be_given_back_and_nothing_is_done_twice(place: Place, has_quiz: bool) -> None:
    may = possible(place, has_quiz=has_quiz)
    assert (REINSTATE in may) == (place in {Place.ASKED_AGAIN, Place.SUSPENDED, Place.REVOKED})
    assert (ASK in may) == (has_quiz and place is Place.HELD)
    assert all(TRANSITIONS[place][kind] is not place for kind in may)


@pytest.mark.parametrize(
    ("taken", "step", "why"),
    [
        ([], COACHING, Why.NOTHING_ON_RECORD),
        ([Taken(COACHING, TODAY)], RECERTIFICATION, Why.NEXT),
        ([Taken(RECERTIFICATION, TODAY)], SUSPENSION, Why.NEXT),
        ([Taken(SUSPENSION, TODAY), Taken(COACHING, TODAY)], REVOCATION, Why.NEXT),
        ([Taken(REVOCATION, TODAY)], REVOCATION, Why.LAST),
        ([Taken(SUSPENSION, TODAY, overturned=True)], COACHING, Why.NOTHING_ON_RECORD),
        ([Taken(SUSPENSION, date(2024, 11, 22))], COACHING, Why.NOTHING_ON_RECORD),
        ([Taken(SUSPENSION, date(2024, 11, 23))], REVOCATION, Why.NEXT),
        ([Taken(SUSPENSION, TODAY + timedelta(days=1))], COACHING, Why.NOTHING_ON_RECORD),
    ],
)
def test_the_step_that_fits(taken: list[Taken], step: Step, why: Why) -> None:
    proposal = propose(taken, TODAY)
    assert (proposal.step, proposal.why) == (step, why)


def test_a_step_that_is_not_possible_is_passed_over() -> None:
    available = {COACHING, SUSPENSION, REVOCATION}
    coached = Taken(COACHING, TODAY)
    assert propose([coached], TODAY, available) == Proposal(SUSPENSION, Why.NEXT_POSSIBLE, coached)


STEPS = st.builds(Taken, st.sampled_from(Step), st.dates(TODAY - timedelta(days=900), TODAY), overturned=st.booleans())


@given(st.lists(STEPS), STEPS)
def test_another_step_on_record_never_makes_the_proposal_milder(taken: list[Taken], another: Taken) -> None:
    before, after = propose(taken, TODAY), propose([*taken, another], TODAY)
    assert LADDER.index(after.step) >= LADDER.index(before.step)
    assert not skips(after.step, after)


FIRST = Proposal(COACHING, Why.NOTHING_ON_RECORD)


@pytest.mark.parametrize(
    ("wanted", "proposal", "refused"),
    [
        (Wanted(SUSPEND), None, Refusal.REASON_MISSING),
        (Wanted(SUSPEND, words="  "), None, Refusal.REASON_MISSING),
        (Wanted(SUSPEND, words="He lied."), FIRST, None),
        (Wanted(SUSPEND, Preset.LOOKED_INTO), None, None),
        (Wanted(SUSPEND, Preset.LOOKED_INTO), Proposal(SUSPENSION, Why.NEXT), None),
        (Wanted(SUSPEND, Preset.LOOKED_INTO), FIRST, Refusal.WORDS_MISSING),
        (Wanted(SUSPEND, Preset.LOOKED_INTO, "A customer called."), FIRST, None),
        (Wanted(REVOKE, Preset.LOOKED_INTO, "Why."), None, Refusal.PRESET_DOES_NOT_FIT),
        (Wanted(REINSTATE, Preset.RED_LINE), None, Refusal.PRESET_DOES_NOT_FIT),
        (Wanted(REINSTATE, Preset.UNFOUNDED), FIRST, None),
        (Wanted(ASK, Preset.GAPS), None, Refusal.DEADLINE_MISSING),
        (Wanted(ASK, Preset.GAPS, deadline=TODAY - timedelta(days=1)), None, Refusal.DEADLINE_OVER),
        (Wanted(ASK, Preset.GAPS, deadline=TODAY), None, None),
    ],
)
def test_what_a_sanction_must_say(wanted: Wanted, proposal: Proposal | None, refused: Refusal | None) -> None:
    assert refuse(wanted, TODAY, proposal) is refused


TOLD = date(2026, 10, 23)
DECIDED = Decided(SUSPEND, 7, TOLD, "carol@example.com")


def test_an_appeal_is_possible_for_thirty_days_and_decided_within_fourteen() -> None:
    assert appeal_until(TOLD) == date(2026, 11, 22)
    assert decide_by(TODAY) == date(2026, 12, 6)


@pytest.mark.parametrize(
    ("decided", "asked", "today", "refused"),
    [
        (DECIDED, None, TODAY, None),
        (DECIDED, None, TODAY + timedelta(days=1), AppealRefusal.TOO_LATE),
        (DECIDED, Asked(TODAY, AppealOutcome.WITHDRAWN), TODAY, AppealRefusal.ASKED_ALREADY),
        (Decided(SUSPEND, 7, TOLD, "carol@example.com", stands=False), None, TODAY, AppealRefusal.ENDED),
        (Decided(REINSTATE, 7, TOLD, "carol@example.com"), None, TODAY, AppealRefusal.NOTHING_TO_APPEAL),
        (Decided(ASK, 7, TOLD, "carol@example.com"), None, TODAY, None),
    ],
)
def test_who_may_still_appeal(
    decided: Decided, asked: Asked | None, today: date, refused: AppealRefusal | None
) -> None:
    assert refuse_appeal(decided, asked, today) is refused


@pytest.mark.parametrize(
    ("asked", "decider", "refused"),
    [
        (Asked(TODAY), Decider(2, "cora@example.com"), None),
        (Asked(TODAY), Decider(3, "Carol@example.com"), AppealRefusal.DECIDED_IT),
        (Asked(TODAY), Decider(7, "ana@example.com"), AppealRefusal.IS_ABOUT_ME),
        (Asked(TODAY, AppealOutcome.UPHELD), Decider(2, "cora@example.com"), AppealRefusal.CLOSED),
    ],
)
def test_somebody_else_decides_about_an_appeal(asked: Asked, decider: Decider, refused: AppealRefusal | None) -> None:
    assert refuse_answer(DECIDED, asked, decider) is refused


@pytest.mark.parametrize(
    ("asked", "state"),
    [
        (Asked(TODAY), AppealState.OPEN),
        (Asked(TODAY - timedelta(days=1)), AppealState.OVERDUE),
        (Asked(TODAY - timedelta(days=1), AppealOutcome.GRANTED), AppealState.GRANTED),
    ],
)
def test_an_appeal_is_overdue_from_the_day_after_the_last(asked: Asked, state: AppealState) -> None:
    assert asked.state(TODAY) is state
