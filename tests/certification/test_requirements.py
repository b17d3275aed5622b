"""When requirements are met: what was done stays done, what is held counts while it lasts, this or that is enough."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.dates import ProgramTerms, Span
from app.certification.requirements import (
    ALWAYS,
    Evidence,
    Portfolio,
    Requirement,
    RequirementKind,
    Spans,
    first_day,
    holds,
    intersected,
    united,
    without,
)
from app.certification.rules import Recertification, Standing, StandingFacts, award, standing
from app.certification.way import StepKind, way

DAY = timedelta(days=1)
DONE = date(2026, 3, 10)
ATTEST = Requirement(RequirementKind.ATTESTATION, "redlines", minutes=3)
QUIZ = Requirement(RequirementKind.QUIZ, "keeper", minutes=20)
DELTA = Requirement(RequirementKind.DELTA_QUIZ, "keeper@7", minutes=2)
DEMO = Requirement(RequirementKind.SIGN_OFF, "demo", minutes=30)
BRIEFING = Requirement(RequirementKind.LIVE_SESSION, "briefing", minutes=60)
PORTER = Requirement(RequirementKind.CERTIFICATION, "porter")
SHOW_OR_ATTEND = Requirement(RequirementKind.ALTERNATIVES, "a", options=((DEMO,), (BRIEFING, QUIZ)))
TERMS = ProgramTerms(12, window=Span(days=30), grace_days=14)


def days_of(spans: Spans) -> set[date]:
    return {start + DAY * number for start, end in spans for number in range((end - start).days + 1)}


def did(day: date, *requirements: Requirement) -> tuple[Evidence, ...]:
    return tuple(Evidence(each, day) for each in requirements)


def facts(*requirements: Requirement, evidence: Iterable[Evidence] = ()) -> StandingFacts:
    return StandingFacts(terms=TERMS, requirements=requirements, evidence=tuple(evidence))


some_days = st.integers(0, 60).map(lambda number: DONE + DAY * number)
some_spans = st.lists(st.tuples(some_days, some_days).map(lambda pair: (min(pair), max(pair))), max_size=5).map(
    lambda found: united([(each,) for each in found])
)


@given(st.lists(some_spans, max_size=4), some_spans, some_days, some_days)
def test_spans_are_sets_of_days(many: list[Spans], one: Spans, start: date, end: date) -> None:
    taken = (min(start, end), max(start, end))
    assert days_of(united(many)) == set().union(*map(days_of, many))
    assert days_of(intersected([one, *many])) == days_of(one).intersection(*map(days_of, many))
    assert days_of(without(one, taken)) == days_of(one) - days_of((taken,))
    assert [holds(one, DONE + DAY * number) for number in range(70)] == [
        DONE + DAY * number in days_of(one) for number in range(70)
    ]
    first = min(days_of(one), default=None)
    assert first_day(one, end) == (first if first is not None and first <= end else None)


def test_nothing_to_meet_is_met_always_and_an_empty_choice_never() -> None:
    assert intersected([]) == ALWAYS
    assert united([]) == ()
    assert award(facts(), DONE) is None


@pytest.mark.parametrize(
    ("evidence", "met_on"),
    [
        pytest.param(did(DONE, DEMO), DONE, id="the first alternative"),
        pytest.param(did(DONE, BRIEFING), None, id="half of the second"),
        pytest.param((*did(DONE, BRIEFING), *did(DONE + 3 * DAY, QUIZ)), DONE + 3 * DAY, id="all of the second"),
        pytest.param(
            (*did(DONE, BRIEFING, QUIZ), *did(DONE - DAY, DEMO)), DONE - DAY, id="both, of which one came first"
        ),
        pytest.param((Evidence(DEMO, DONE, DONE + DAY),), DONE, id="what was held for two days"),
    ],
)
def test_one_alternative_is_enough(evidence: tuple[Evidence, ...], met_on: date | None) -> None:
    spans = Portfolio(evidence).spans(SHOW_OR_ATTEND, lambda _: date.min)
    assert first_day(spans, DONE + 30 * DAY) == met_on


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        ((), (DEMO,)),
        (did(DONE, BRIEFING), (QUIZ,)),
        (did(DONE, QUIZ), (DEMO,)),
    ],
)
def test_the_alternative_with_the_least_left_is_named(
    evidence: tuple[Evidence, ...], missing: tuple[Requirement, ...]
) -> None:
    verdict = standing(facts(SHOW_OR_ATTEND, evidence=evidence), DONE)
    assert tuple(each.requirement for each in verdict.missing) == missing


def test_a_way_shows_the_chosen_alternative_in_the_order_of_the_program() -> None:
    steps = way(facts(DEMO, SHOW_OR_ATTEND, ATTEST, PORTER, evidence=did(DONE, BRIEFING)), DONE)
    assert [each.kind for each in steps] == [
        StepKind.SIGN_OFF,
        StepKind.LIVE_SESSION,
        StepKind.QUIZ,
        StepKind.RED_LINES,
        StepKind.PREREQUISITES,
        StepKind.CERTIFIED,
    ]


def test_what_is_held_counts_only_while_it_lasts() -> None:
    held = Evidence(PORTER, DONE, DONE + 10 * DAY)
    too_late = facts(ATTEST, PORTER, evidence=(held, *did(DONE + 11 * DAY, ATTEST)))
    in_time = facts(ATTEST, PORTER, evidence=(held, *did(DONE + 10 * DAY, ATTEST)))
    assert award(too_late, DONE + 20 * DAY) is None
    earned = award(in_time, DONE + 20 * DAY)
    assert earned is not None
    assert earned.done_on == DONE + 10 * DAY
    assert standing(replace(in_time, period=earned), DONE + 20 * DAY).allowed  # its end takes nothing back


def test_another_certification_alone_does_not_begin_this_one() -> None:
    verdict = standing(facts(PORTER, ATTEST, evidence=(Evidence(PORTER, DONE, DONE + DAY),)), DONE)
    assert (verdict.standing, [each.requirement for each in verdict.missing]) == (Standing.NOT_STARTED, [ATTEST])


def test_the_way_of_who_is_certified_is_the_one_that_was_taken_until_a_renewal_opens() -> None:
    done = did(DONE, ATTEST, BRIEFING, QUIZ)
    certified = facts(ATTEST, SHOW_OR_ATTEND, evidence=done)
    period = award(certified, DONE)
    assert period is not None
    certified = replace(certified, period=period)

    def steps(day: date) -> list[StepKind]:
        return [step.kind for step in way(certified, day)]

    taken = [StepKind.RED_LINES, StepKind.LIVE_SESSION, StepKind.QUIZ, StepKind.CERTIFIED]
    assert steps(DONE) == steps(period.window_opens_on - DAY) == taken
    assert steps(period.window_opens_on) == [StepKind.RED_LINES, StepKind.SIGN_OFF, StepKind.CERTIFIED]


@pytest.mark.parametrize(
    ("early_days", "renewed_on"),
    [
        pytest.param(0, None, id="what is done before the window does not count"),
        pytest.param(5, None, id="nor what is done before the early days"),
        pytest.param(15, date(2027, 2, 8), id="early work counts on the day on which the window opens"),
    ],
)
def test_early_work(early_days: int, renewed_on: date | None) -> None:
    first = award(facts(ATTEST, evidence=did(DONE, ATTEST)), DONE)
    assert first is not None
    assert first.window_opens_on == date(2027, 2, 8)
    early = facts(ATTEST, evidence=did(first.window_opens_on - 10 * DAY, ATTEST))
    early = replace(early, period=first, terms=replace(TERMS, early_days=early_days))
    assert award(early, first.window_opens_on - DAY) is None
    renewed = award(early, first.window_opens_on)
    assert (renewed.done_on if renewed else None) == renewed_on


CHANGED = DONE + 50 * DAY
CHANGE = Recertification(CHANGED, CHANGED + 14 * DAY, (ATTEST, DELTA))


@pytest.mark.parametrize(
    ("done", "missing"),
    [
        ((), (ATTEST, DELTA)),
        (did(CHANGED, ATTEST), (DELTA,)),
        (did(CHANGED, ATTEST, DELTA), ()),
    ],
)
def test_a_delta_quiz_is_asked_of_those_who_were_certified(
    done: tuple[Evidence, ...], missing: tuple[Requirement, ...]
) -> None:
    certified = facts(ATTEST, QUIZ, evidence=(*did(DONE, ATTEST, QUIZ), *done))
    verdict = standing(replace(certified, recertifications=(CHANGE,)), CHANGED)
    assert tuple(each.requirement for each in verdict.missing) == missing
    assert verdict.standing is (Standing.RECERTIFICATION_REQUIRED if missing else Standing.CERTIFIED)


@pytest.mark.parametrize(
    ("done", "missing"),
    [
        pytest.param(did(DONE, ATTEST), (ATTEST, QUIZ), id="the whole quiz asks about the change as well"),
        pytest.param(did(DONE, QUIZ), (ATTEST, DELTA), id="who passed before is asked about the change alone"),
    ],
)
def test_who_was_on_the_way_when_the_content_changed(
    done: tuple[Evidence, ...], missing: tuple[Requirement, ...]
) -> None:
    newcomer = replace(facts(ATTEST, QUIZ, evidence=done), recertifications=(CHANGE,))
    verdict = standing(newcomer, CHANGED + DAY)
    assert tuple(each.requirement for each in verdict.missing) == missing
    assert award(newcomer, CHANGED + DAY) is None
