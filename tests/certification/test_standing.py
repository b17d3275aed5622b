"""Where a person stands, what is missing, when a period is earned: a life told in single days."""

from dataclasses import replace
from datetime import date

import pytest

from app.certification.dates import Basis, ProgramTerms, Span, next_period
from app.certification.reasons import Reason, ReasonCode
from app.certification.requirements import Requirement, RequirementKind
from app.certification.rules import Recertification, Sanction, Standing, StandingFacts, StandingVerdict, award, standing
from lives import (
    ATTEST,
    CERTIFIED,
    DELTA,
    DONE,
    GRACE_THROUGH,
    INTRO,
    NEWCOMER,
    ONE_DAY,
    PRICES,
    PROGRAM,
    QUIZ,
    SIGN_OFF,
    TERMS,
    VALID_THROUGH,
    WINDOW_OPENS,
    did,
    missing,
)

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
