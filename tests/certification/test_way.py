"""The way to a certificate, step by step, as pages draw it."""

from dataclasses import replace
from datetime import date

from hypothesis import given

from app.certification.rules import Sanction, StandingFacts, standing
from app.certification.way import Step, StepKind, StepState, way
from lives import CERTIFIED, DAYS_OF_A_LIFE, DONE, INTRO, LIVES, NEWCOMER, QUIZ, SANCTIONS, WINDOW_OPENS, did


def test_the_way_of_a_newcomer_half_way() -> None:
    facts = replace(NEWCOMER, evidence=did(DONE, INTRO, QUIZ))
    assert way(facts, DONE) == (
        Step(StepKind.LESSONS, StepState.CURRENT, done=1, total=2, minutes=9),
        Step(StepKind.RED_LINES, StepState.TODO, done=0, total=1, minutes=3),
        Step(StepKind.QUIZ, StepState.DONE, done=1, total=1, minutes=0),
        Step(StepKind.SIGN_OFF, StepState.TODO, done=0, total=1, minutes=30),
        Step(StepKind.CERTIFIED, StepState.TODO, done=0, total=1, minutes=0),
    )


def test_the_way_of_somebody_certified_is_behind() -> None:
    assert {step.state for step in way(CERTIFIED, DONE)} == {StepState.DONE}


def test_it_opens_again_with_the_window() -> None:
    states = [step.state for step in way(CERTIFIED, WINDOW_OPENS)]
    assert states == [StepState.DONE, StepState.CURRENT, StepState.TODO, StepState.TODO, StepState.TODO]


def test_the_way_of_a_suspended_person_stops_before_the_certificate() -> None:
    suspended = replace(CERTIFIED, suspension=Sanction(DONE))
    assert [step.state for step in way(suspended, DONE)] == [StepState.DONE] * 4 + [StepState.CURRENT]


@given(LIVES, SANCTIONS, DAYS_OF_A_LIFE)
def test_at_most_one_step_is_current_and_the_last_is_done_only_without_anything_missing(
    life: StandingFacts, suspension: Sanction | None, today: date
) -> None:
    facts = replace(life, suspension=suspension)
    steps = way(facts, today)
    verdict = standing(facts, today)
    assert [step.state for step in steps].count(StepState.CURRENT) == (steps[-1].state is not StepState.DONE)
    assert (steps[-1].state is StepState.DONE) == (verdict.allowed and not verdict.missing)
    assert sum(step.minutes for step in steps) == sum(each.minutes for each in verdict.missing)
