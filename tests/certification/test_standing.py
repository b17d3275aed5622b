"""Where a person stands, what is missing, when a period is earned: a life told in single days."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.dates import Basis, PeriodDates, ProgramTerms, Span, next_period
from app.certification.requirements import Evidence, Requirement, RequirementKind
from app.certification.rules import (
    Missing,
    Reason,
    ReasonCode,
    Recertification,
    Sanction,
    Standing,
    StandingFacts,
    StandingVerdict,
    award,
    standing,
)
from app.certification.way import Step, StepKind, StepState, way

TERMS = ProgramTerms(12, Basis.EXPIRY, Span(days=30), grace_days=14)
INTRO = Requirement(RequirementKind.LESSON, "intro", minutes=6)
PRICES = Requirement(RequirementKind.LESSON, "prices", minutes=9)
ATTEST = Requirement(RequirementKind.ATTESTATION, "redlines", minutes=3)
QUIZ = Requirement(RequirementKind.QUIZ, "shopfront", minutes=20)
SIGN_OFF = Requirement(RequirementKind.SIGN_OFF, "demo", minutes=30)
DELTA = Requirement(RequirementKind.QUIZ, "shopfront-delta", minutes=5)
PROGRAM = (INTRO, PRICES, ATTEST, QUIZ, SIGN_OFF)

DONE = date(2026, 3, 10)
WINDOW_OPENS = date(2027, 2, 8)
VALID_THROUGH = date(2027, 3, 9)
GRACE_THROUGH = date(2027, 3, 23)
ONE_DAY = timedelta(days=1)


def did(day: date, *requirements: Requirement) -> tuple[Evidence, ...]:
    return tuple(Evidence(each, day) for each in requirements)


def missing(*requirements: Requirement) -> tuple[Missing, ...]:
    codes = {
        "lesson": ReasonCode.LESSONS_NOT_COMPLETED,
        "attestation": ReasonCode.REDLINES_NOT_ATTESTED,
        "quiz": ReasonCode.QUIZ_NOT_PASSED,
        "sign_off": ReasonCode.SIGN_OFF_MISSING,
    }
    return tuple(Missing(codes[each.kind], each, each.minutes) for each in requirements)


NEWCOMER = StandingFacts(terms=TERMS, requirements=PROGRAM)
CERTIFIED = replace(NEWCOMER, evidence=did(DONE, *PROGRAM), period=next_period(TERMS, DONE))
WHAT_A_RENEWAL_ASKS = (ATTEST, QUIZ, SIGN_OFF)
REASONS_TO_RENEW = (
    Reason(ReasonCode.REDLINES_NOT_ATTESTED, {"key": "redlines"}, 3),
    Reason(ReasonCode.QUIZ_NOT_PASSED, {"key": "shopfront"}, 20),
    Reason(ReasonCode.SIGN_OFF_MISSING, {"key": "demo"}, 30),
)


def test_a_newcomer_is_told_everything_that_is_missing() -> None:
    assert standing(NEWCOMER, DONE) == StandingVerdict(
        standing=Standing.NOT_STARTED,
        allowed=False,
        supervised_only=False,
        valid_through=None,
        ends_on=None,
        days_left=None,
        window_opens_on=None,
        grace_through=None,
        recertify_by=None,
        missing=missing(*PROGRAM),
        reasons=(
            Reason(ReasonCode.LESSONS_NOT_COMPLETED, {"count": 2, "key": "intro"}, 15),
            *REASONS_TO_RENEW,
        ),
    )


def test_what_is_done_is_no_longer_missing() -> None:
    verdict = standing(replace(NEWCOMER, evidence=did(DONE, INTRO, QUIZ)), DONE)
    assert verdict.standing is Standing.IN_PROGRESS
    assert verdict.missing == missing(PRICES, ATTEST, SIGN_OFF)


def test_a_certified_person_may_act_and_has_nothing_to_do() -> None:
    assert standing(CERTIFIED, date(2027, 1, 1)) == StandingVerdict(
        standing=Standing.CERTIFIED,
        allowed=True,
        supervised_only=False,
        valid_through=VALID_THROUGH,
        ends_on=VALID_THROUGH,
        days_left=67,
        window_opens_on=WINDOW_OPENS,
        grace_through=GRACE_THROUGH,
        recertify_by=None,
        missing=(),
        reasons=(),
    )


@pytest.mark.parametrize(
    ("today", "place", "allowed", "supervised_only", "days_left"),
    [
        (DONE, Standing.CERTIFIED, True, False, 364),
        (WINDOW_OPENS - ONE_DAY, Standing.CERTIFIED, True, False, 30),
        (WINDOW_OPENS, Standing.RENEWAL_OPEN, True, False, 29),
        (VALID_THROUGH, Standing.RENEWAL_OPEN, True, False, 0),
        (VALID_THROUGH + ONE_DAY, Standing.IN_GRACE, False, True, 13),
        (GRACE_THROUGH, Standing.IN_GRACE, False, True, 0),
        (GRACE_THROUGH + ONE_DAY, Standing.EXPIRED, False, False, None),
        (date(2040, 1, 1), Standing.EXPIRED, False, False, None),
    ],
)
def test_time_alone_changes_the_standing_at_the_stated_days(
    today: date, place: Standing, days_left: int | None, *, allowed: bool, supervised_only: bool
) -> None:
    verdict = standing(CERTIFIED, today)
    assert (verdict.standing, verdict.allowed, verdict.supervised_only, verdict.days_left) == (
        place,
        allowed,
        supervised_only,
        days_left,
    )


def test_in_grace_and_expired_are_told_what_renews() -> None:
    in_grace, expired = standing(CERTIFIED, GRACE_THROUGH), standing(CERTIFIED, GRACE_THROUGH + ONE_DAY)
    days = {"valid_through": VALID_THROUGH, "grace_through": GRACE_THROUGH}
    assert in_grace.reasons == (Reason(ReasonCode.IN_GRACE, days), *REASONS_TO_RENEW)
    assert expired.reasons == (
        Reason(ReasonCode.EXPIRED, {"valid_through": VALID_THROUGH}),
        *REASONS_TO_RENEW,
    )
    assert expired.missing == missing(*WHAT_A_RENEWAL_ASKS)


class TestRenewal:
    def test_asks_for_everything_but_the_lessons(self) -> None:
        assert standing(CERTIFIED, WINDOW_OPENS).missing == missing(*WHAT_A_RENEWAL_ASKS)

    def test_work_from_before_the_window_does_not_count(self) -> None:
        early = replace(CERTIFIED, evidence=CERTIFIED.evidence + did(WINDOW_OPENS - ONE_DAY, QUIZ))
        assert standing(early, WINDOW_OPENS).missing == missing(*WHAT_A_RENEWAL_ASKS)

    def test_work_in_the_window_is_kept_and_still_counts_after_the_end(self) -> None:
        part = replace(CERTIFIED, evidence=CERTIFIED.evidence + did(WINDOW_OPENS, QUIZ))
        assert standing(part, WINDOW_OPENS).missing == missing(ATTEST, SIGN_OFF)
        assert standing(part, date(2028, 1, 1)).missing == missing(ATTEST, SIGN_OFF)

    def test_a_lesson_that_was_added_is_asked_for_then(self) -> None:
        more = replace(CERTIFIED, requirements=(*PROGRAM, Requirement(RequirementKind.LESSON, "new", 4)))
        assert standing(more, WINDOW_OPENS - ONE_DAY).missing == ()
        assert missing(Requirement(RequirementKind.LESSON, "new", 4))[0] in standing(more, WINDOW_OPENS).missing

    def test_where_lessons_are_all_there_is_they_are_done_again(self) -> None:
        program = (INTRO, PRICES)
        reader = replace(CERTIFIED, requirements=program, evidence=did(DONE, *program))
        assert standing(reader, WINDOW_OPENS).missing == missing(*program)


class TestAward:
    def test_the_first_time_rests_on_the_day_the_last_requirement_was_met(self) -> None:
        evidence = did(DONE, INTRO, PRICES, ATTEST, QUIZ) + did(DONE + 5 * ONE_DAY, SIGN_OFF, QUIZ)
        facts = replace(NEWCOMER, evidence=evidence)
        assert award(facts, DONE + 4 * ONE_DAY) is None
        assert award(facts, DONE + 5 * ONE_DAY) == next_period(TERMS, DONE + 5 * ONE_DAY)
        assert award(facts, DONE + 90 * ONE_DAY) == next_period(TERMS, DONE + 5 * ONE_DAY)

    def test_the_due_date_counts_when_met(self) -> None:
        due_on = date(2026, 6, 1)
        facts = replace(NEWCOMER, evidence=did(DONE, *PROGRAM), due_on=due_on)
        assert award(facts, DONE) == next_period(TERMS, DONE, due_on=due_on)

    @pytest.mark.parametrize(
        ("renewed_on", "valid_through"),
        [
            pytest.param(WINDOW_OPENS, date(2028, 3, 9), id="in the window: from the old expiry day"),
            pytest.param(GRACE_THROUGH, date(2028, 3, 22), id="in grace: from the day done"),
            pytest.param(date(2029, 5, 1), date(2030, 4, 30), id="long after: from the day done"),
        ],
    )
    def test_a_renewal(self, renewed_on: date, valid_through: date) -> None:
        evidence = CERTIFIED.evidence + did(renewed_on, *WHAT_A_RENEWAL_ASKS)
        renewed = award(replace(CERTIFIED, evidence=evidence), renewed_on)
        assert renewed is not None
        assert (renewed.done_on, renewed.valid_through) == (renewed_on, valid_through)

    def test_nothing_while_certified_and_outside_the_window(self) -> None:
        again = replace(CERTIFIED, evidence=CERTIFIED.evidence + did(date(2026, 9, 1), *PROGRAM))
        assert award(again, date(2026, 9, 1)) is None

    @pytest.mark.parametrize(
        "stopped",
        [
            pytest.param(replace(NEWCOMER, suspension=Sanction(DONE, DONE + 9 * ONE_DAY)), id="suspended"),
            pytest.param(replace(NEWCOMER, revocation=Sanction(DONE, DONE + 9 * ONE_DAY)), id="revoked"),
        ],
    )
    def test_nothing_while_suspended_or_revoked(self, stopped: StandingFacts) -> None:
        done = replace(stopped, evidence=did(DONE, *PROGRAM))
        assert award(done, DONE) is None
        assert award(done, DONE + 9 * ONE_DAY) == next_period(TERMS, DONE)

    def test_a_program_that_asks_for_nothing_certifies_nobody_and_says_so(self) -> None:
        empty = StandingFacts(terms=TERMS, requirements=())
        verdict = standing(empty, DONE)
        assert award(empty, DONE) is None
        assert (verdict.allowed, verdict.reasons) == (False, (Reason(ReasonCode.NO_REQUIREMENTS),))

    def test_the_window_that_was_stored_holds_after_the_terms_changed(self) -> None:
        renewed_on = WINDOW_OPENS
        shorter = ProgramTerms(12, Basis.EXPIRY, Span(days=10))
        evidence = CERTIFIED.evidence + did(renewed_on, *WHAT_A_RENEWAL_ASKS)
        renewed = award(replace(CERTIFIED, terms=shorter, evidence=evidence), renewed_on)
        assert renewed is not None
        assert renewed.valid_through == date(2028, 3, 9)


def test_what_was_earned_counts_before_it_is_stored() -> None:
    earned = replace(NEWCOMER, evidence=did(DONE, *PROGRAM))
    assert standing(earned, DONE) == standing(CERTIFIED, DONE)


def test_an_answer_for_a_past_day_knows_nothing_of_later_days() -> None:
    assert standing(CERTIFIED, DONE - ONE_DAY) == standing(NEWCOMER, DONE - ONE_DAY)


def test_an_extension_keeps_the_person_certified_and_the_next_period_where_it_was() -> None:
    extended = replace(CERTIFIED, period=next_period(TERMS, DONE).extended(date(2027, 4, 30)))
    renewed_on = date(2027, 4, 20)
    verdict = standing(extended, renewed_on)
    renewed = award(replace(extended, evidence=CERTIFIED.evidence + did(renewed_on, *WHAT_A_RENEWAL_ASKS)), renewed_on)
    assert (verdict.standing, verdict.valid_through) == (Standing.RENEWAL_OPEN, date(2027, 4, 30))
    assert renewed is not None
    assert renewed.valid_through == date(2028, 3, 9)


class TestSanctions:
    since = date(2026, 6, 1)

    def test_a_suspension_stops_at_once_and_ends_on_the_day_it_is_lifted(self) -> None:
        suspended = replace(CERTIFIED, suspension=Sanction(self.since, date(2026, 7, 1)))
        verdict = standing(suspended, self.since)
        params = {"since": self.since, "lifted_on": date(2026, 7, 1)}
        assert (verdict.standing, verdict.allowed) == (Standing.SUSPENDED, False)
        assert verdict.reasons == (Reason(ReasonCode.SUSPENDED, params),)
        assert standing(suspended, self.since - ONE_DAY).standing is Standing.CERTIFIED
        assert standing(suspended, date(2026, 7, 1)).standing is Standing.CERTIFIED

    def test_a_revocation_comes_before_everything_and_lasts(self) -> None:
        revoked = replace(CERTIFIED, suspension=Sanction(self.since), revocation=Sanction(self.since))
        verdict = standing(revoked, date(2040, 1, 1))
        assert (verdict.standing, verdict.allowed) == (Standing.REVOKED, False)
        assert verdict.reasons == (Reason(ReasonCode.REVOKED, {"since": self.since}),)

    def test_a_suspension_outlasts_grace_and_allows_no_supervision(self) -> None:
        suspended = replace(CERTIFIED, suspension=Sanction(self.since))
        verdict = standing(suspended, GRACE_THROUGH)
        assert (verdict.standing, verdict.supervised_only) == (Standing.SUSPENDED, False)


class TestRecertification:
    changed_on = date(2026, 6, 1)
    deadline = date(2026, 6, 15)
    facts = replace(CERTIFIED, recertifications=(Recertification(changed_on, deadline, (ATTEST, DELTA)),))

    def test_until_the_deadline_the_person_stays_certified(self) -> None:
        verdict = standing(self.facts, self.deadline)
        assert (verdict.standing, verdict.allowed) == (Standing.RECERTIFICATION_REQUIRED, True)
        assert (verdict.recertify_by, verdict.ends_on, verdict.days_left) == (self.deadline, self.deadline, 0)
        assert verdict.missing == missing(ATTEST, DELTA)
        assert verdict.reasons == ()

    def test_after_the_deadline_not_and_is_told_why(self) -> None:
        verdict = standing(self.facts, self.deadline + ONE_DAY)
        assert (verdict.standing, verdict.allowed) == (Standing.RECERTIFICATION_REQUIRED, False)
        assert verdict.reasons == (
            Reason(ReasonCode.RECERTIFICATION_OVERDUE, {"deadline": self.deadline}),
            Reason(ReasonCode.REDLINES_NOT_ATTESTED, {"key": "redlines"}, 3),
            Reason(ReasonCode.QUIZ_NOT_PASSED, {"key": "shopfront-delta"}, 5),
        )

    def test_doing_what_it_asks_ends_it_even_late(self) -> None:
        late = date(2026, 8, 1)
        caught_up = replace(self.facts, evidence=self.facts.evidence + did(late, ATTEST, DELTA))
        assert standing(caught_up, late - ONE_DAY).allowed is False
        assert standing(caught_up, late).standing is Standing.CERTIFIED

    def test_an_older_signature_does_not_count_for_somebody_who_is_still_learning(self) -> None:
        learner = replace(self.facts, period=None, evidence=did(self.changed_on - ONE_DAY, *PROGRAM[:4]))
        assert standing(learner, self.changed_on - ONE_DAY).missing == missing(SIGN_OFF)
        assert standing(learner, self.changed_on).missing == missing(ATTEST, SIGN_OFF)

    def test_what_was_complete_before_the_change_had_been_earned_stored_or_not(self) -> None:
        assert standing(replace(self.facts, period=None), self.deadline) == standing(self.facts, self.deadline)

    def test_a_later_period_is_not_touched(self) -> None:
        newer = replace(CERTIFIED, recertifications=(Recertification(DONE, self.deadline, (ATTEST,)),))
        assert standing(newer, self.deadline + ONE_DAY).standing is Standing.CERTIFIED

    def test_grace_does_not_give_back_what_a_missed_deadline_took(self) -> None:
        verdict = standing(self.facts, GRACE_THROUGH)
        assert (verdict.standing, verdict.supervised_only) == (Standing.RECERTIFICATION_REQUIRED, False)

    def test_of_two_changes_the_nearer_deadline_and_the_later_day_count(self) -> None:
        second = Recertification(date(2026, 6, 10), date(2026, 6, 12), (ATTEST,))
        both = replace(
            self.facts,
            recertifications=(*self.facts.recertifications, second),
            evidence=self.facts.evidence + did(date(2026, 6, 5), ATTEST, DELTA),
        )
        verdict = standing(both, date(2026, 6, 11))
        assert (verdict.recertify_by, verdict.missing) == (date(2026, 6, 12), missing(ATTEST))


class TestWay:
    def test_of_a_newcomer_half_way(self) -> None:
        facts = replace(NEWCOMER, evidence=did(DONE, INTRO, QUIZ))
        assert way(facts, DONE) == (
            Step(StepKind.LESSONS, StepState.CURRENT, done=1, total=2, minutes=9),
            Step(StepKind.RED_LINES, StepState.TODO, done=0, total=1, minutes=3),
            Step(StepKind.QUIZ, StepState.DONE, done=1, total=1, minutes=0),
            Step(StepKind.SIGN_OFF, StepState.TODO, done=0, total=1, minutes=30),
            Step(StepKind.CERTIFIED, StepState.TODO, done=0, total=1, minutes=0),
        )

    def test_of_somebody_certified_is_behind(self) -> None:
        assert {step.state for step in way(CERTIFIED, DONE)} == {StepState.DONE}

    def test_opens_again_with_the_window(self) -> None:
        states = [step.state for step in way(CERTIFIED, WINDOW_OPENS)]
        assert states == [StepState.DONE, StepState.CURRENT, StepState.TODO, StepState.TODO, StepState.TODO]

    def test_of_a_suspended_person_stops_before_the_certificate(self) -> None:
        suspended = replace(CERTIFIED, suspension=Sanction(DONE))
        assert [step.state for step in way(suspended, DONE)] == [StepState.DONE] * 4 + [StepState.CURRENT]


HELPFUL = [Standing.CERTIFIED, Standing.RENEWAL_OPEN, Standing.RECERTIFICATION_REQUIRED]
BEST_FIRST = [*HELPFUL, Standing.IN_GRACE, Standing.EXPIRED, Standing.IN_PROGRESS, Standing.NOT_STARTED]
BIRTH = date(2026, 1, 1)
DAYS_OF_A_LIFE = st.integers(0, 1500).map(lambda days: BIRTH + timedelta(days=days))
BUSY_DAYS = st.lists(st.tuples(DAYS_OF_A_LIFE, st.sampled_from([*PROGRAM, DELTA])), max_size=40)
CHANGES = st.lists(
    st.builds(
        lambda day, days, asked: Recertification(day, day + timedelta(days=days), asked),
        DAYS_OF_A_LIFE,
        st.integers(0, 60),
        st.lists(st.sampled_from([ATTEST, QUIZ, DELTA]), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    max_size=3,
).map(tuple)
SANCTIONS = st.none() | st.builds(
    lambda day, days: Sanction(day, day + timedelta(days=days) if days else None),
    DAYS_OF_A_LIFE,
    st.integers(0, 400),
)
PROGRAMS = st.builds(
    ProgramTerms,
    valid_months=st.integers(1, 24),
    basis=st.sampled_from(Basis),
    window=st.builds(Span, days=st.integers(0, 60)),
    grace_days=st.integers(0, 30),
)
LIVES = st.builds(
    lambda terms, busy, changes, due_on: StandingFacts(
        terms=terms,
        requirements=PROGRAM,
        evidence=tuple(Evidence(requirement, day) for day, requirement in busy),
        recertifications=changes,
        due_on=due_on,
    ),
    PROGRAMS,
    BUSY_DAYS,
    CHANGES,
    st.none() | DAYS_OF_A_LIFE,
)


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
