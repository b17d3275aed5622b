"""What is true of every life: of any evidence, changes, sanctions and due dates, on any day."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from app.certification.dates import PeriodDates
from app.certification.requirements import Requirement
from app.certification.rules import Sanction, Standing, StandingFacts, award, rests_on_period, standing
from lives import CERTIFIED, DAYS_OF_A_LIFE, DELTA, DONE, LIVES, PROGRAM, SANCTIONS, WINDOW_OPENS, did

HELPFUL = [Standing.CERTIFIED, Standing.RENEWAL_OPEN, Standing.RECERTIFICATION_REQUIRED]
BEST_FIRST = [*HELPFUL, Standing.IN_GRACE, Standing.EXPIRED, Standing.IN_PROGRESS, Standing.NOT_STARTED]


def periods_of(facts: StandingFacts, today: date) -> list[PeriodDates]:
    """Store what is awarded until nothing is."""
    periods: list[PeriodDates] = []
    while period := award(facts, today):
        periods.append(period)
        facts = replace(facts, period=period)
    return periods


@given(LIVES, SANCTIONS, SANCTIONS, DAYS_OF_A_LIFE)
def test_somebody_is_allowed_or_told_why_not(
    life: StandingFacts, suspension: Sanction | None, revocation: Sanction | None, today: date
) -> None:
    verdict = standing(replace(life, suspension=suspension, revocation=revocation), today)
    assert verdict.allowed == (not verdict.reasons)
    assert not (verdict.allowed and verdict.supervised_only)
    assert (verdict.ends_on is not None) == (verdict.allowed or verdict.supervised_only)
    assert verdict.days_left is None or verdict.days_left >= 0


@given(LIVES, DAYS_OF_A_LIFE)
def test_periods_follow_each_other_and_are_the_same_stored_or_not(life: StandingFacts, today: date) -> None:
    periods = periods_of(life, today)
    for period, later in pairwise(periods):
        assert period.window_opens_on <= later.done_on
    latest = periods[-1] if periods else None
    assert award(replace(life, period=latest), today) is None
    assert standing(replace(life, period=latest), today) == standing(life, today)


@given(LIVES, SANCTIONS, st.integers(0, (WINDOW_OPENS - DONE).days - 1))
def test_while_a_period_runs_nothing_done_changes_the_standing(
    life: StandingFacts, suspension: Sanction | None, days: int
) -> None:
    today = DONE + timedelta(days=days)
    certified = replace(life, terms=CERTIFIED.terms, period=CERTIFIED.period, suspension=suspension)
    assume(rests_on_period(certified.period, certified.recertifications, today))
    assert standing(certified, today) == standing(replace(certified, evidence=()), today)


@given(LIVES, DAYS_OF_A_LIFE, st.integers(0, 400))
def test_the_answer_for_a_day_never_changes_afterwards(life: StandingFacts, today: date, later_by: int) -> None:
    known_then = replace(life, evidence=tuple(each for each in life.evidence if each.done_on <= today))
    assert standing(life, today) == standing(known_then, today)
    stored_later = periods_of(life, today + timedelta(days=later_by))
    assert stored_later[: len(periods_of(life, today))] == periods_of(life, today)


@given(LIVES, DAYS_OF_A_LIFE, st.lists(st.sampled_from([*PROGRAM, DELTA])))
def test_doing_more_today_never_lowers_the_standing(life: StandingFacts, today: date, more: list[Requirement]) -> None:
    before = standing(life, today)
    after = standing(replace(life, evidence=life.evidence + did(today, *more)), today)
    assert BEST_FIRST.index(after.standing) <= BEST_FIRST.index(before.standing)
    assert after.allowed >= before.allowed


@given(LIVES, DAYS_OF_A_LIFE)
def test_doing_what_is_missing_always_leads_to_yes(life: StandingFacts, today: date) -> None:
    asked = (each.requirement for each in standing(life, today).missing)
    verdict = standing(replace(life, evidence=life.evidence + did(today, *asked)), today)
    assert (verdict.allowed, verdict.missing) == (True, ())
