"""Who may decide what: the whole space of cases, and the reasons of those that are refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.conduct.models import Disposition
from app.conduct.reviewing.rules import (
    DECISIONS,
    Case,
    Refusal,
    closed,
    refuse_decision,
    refuse_violation,
)
from app.conduct.reviewing.words import refusal

CASES = st.builds(
    Case,
    disposition=st.sampled_from(Disposition),
    own_text=st.booleans(),
    forgotten=st.booleans(),
    gone=st.booleans(),
    on_trial=st.booleans(),
    name_opened=st.booleans(),
    has_violation=st.booleans(),
    originals=st.frozensets(st.integers(1, 3)),
)
NOTES = st.sampled_from(["", " ", "Because."])
CONFIRMED = Case(Disposition.CONFIRMED, name_opened=True)


@pytest.mark.parametrize(
    ("case", "reason", "refused"),
    [
        (CONFIRMED, "Because.", None),
        (CONFIRMED, "  ", Refusal.REASON_MISSING),
        (replace(CONFIRMED, name_opened=False), "Because.", Refusal.NAME_CLOSED),
        (replace(CONFIRMED, on_trial=True), "Because.", Refusal.ON_TRIAL),
        (replace(CONFIRMED, has_violation=True), "Because.", Refusal.HAS_VIOLATION),
        (replace(CONFIRMED, forgotten=True), "Because.", Refusal.FORGOTTEN),
        (replace(CONFIRMED, own_text=True), "Because.", Refusal.OWN_TEXT),
        (Case(Disposition.ALLOWED, name_opened=True), "Because.", Refusal.NOT_CONFIRMED),
    ],
)
def test_what_follows_from_a_finding(case: Case, reason: str, refused: Refusal | None) -> None:
    assert refuse_violation(case, reason) is refused


@given(CASES, st.sampled_from(Disposition), NOTES, st.none() | st.integers(1, 4))
def test_a_decision_holds_when_nothing_speaks_against_it(
    case: Case, decision: Disposition, note: str, original: int | None
) -> None:
    refused = refuse_decision(case, decision, note, original)

    if refused is None:
        assert closed(case) is None
        assert decision in DECISIONS
        assert decision is not Disposition.DUPLICATE or original in case.originals
        said = bool(note.strip())
        assert said or (case.disposition is Disposition.OPEN and decision not in {"allowed", "wrong_match"})
    else:
        assert refusal(refused)


@given(CASES, st.sampled_from(Disposition), NOTES, st.none() | st.integers(1, 4))
def test_words_never_turn_an_accepted_decision_into_a_refused_one(
    case: Case, decision: Disposition, note: str, original: int | None
) -> None:
    if refuse_decision(case, decision, note, original) is None:
        assert refuse_decision(case, decision, "Because.", original) is None


@given(CASES, NOTES)
def test_nobody_bears_a_consequence_unless_a_person_confirmed_and_looked(case: Case, reason: str) -> None:
    if refuse_violation(case, reason) is None:
        assert case.disposition is Disposition.CONFIRMED
        assert case.name_opened
        assert not any((case.own_text, case.on_trial, case.has_violation, case.forgotten))
        assert reason.strip()
