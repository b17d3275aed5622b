"""The days of a certification period: the agreed vectors, and what holds for every period."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.certification.dates import (
    Basis,
    PeriodDates,
    ProgramTerms,
    Span,
    add_months,
    following_period,
    next_period,
)

ONE_DAY = timedelta(days=1)
DAYS = st.dates(date(1970, 1, 1), date(2100, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms_of(basis: Basis) -> ProgramTerms:
    return ProgramTerms(valid_months=12, basis=basis, window=Span(months=1), grace_days=14)


@st.composite
def terms(draw: st.DrawFn, bases: tuple[Basis, ...] = tuple(Basis)) -> ProgramTerms:
    window = draw(st.builds(Span, months=st.integers(0, 3), days=st.integers(0, 60)))
    return ProgramTerms(
        valid_months=draw(st.integers(1, 60)),
        basis=draw(st.sampled_from(bases)),
        window=window,
        grace_days=draw(st.integers(0, 90)),
        minimum_active_months=window.months + 3 + draw(st.integers(0, 9)),
    )


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2013-01-15", 1, "2013-02-15"),
        ("2013-01-31", 1, "2013-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2013-12-31", 2, "2014-02-28"),
        ("2013-12-15", 1, "2014-01-15"),
        ("2013-01-15", -1, "2012-12-15"),
        ("2013-03-31", -1, "2013-02-28"),
        ("2013-03-31", 0, "2013-03-31"),
    ],
)
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("basis", "done", "due", "old_expiry", "expires"),
    [
        pytest.param("completion", "2013-04-15", None, None, "2014-04-15", id="1 from the day done"),
        pytest.param("expiry", "2013-04-15", None, "2013-05-03", "2014-05-03", id="2 in the window"),
        pytest.param("expiry", "2013-03-01", None, "2013-05-03", "2013-05-03", id="3 before the window"),
        pytest.param("expiry", "2013-06-20", None, "2013-05-03", "2014-06-20", id="4 lapsed"),
        pytest.param("expiry", "2013-08-10", "2013-12-01", None, "2014-12-01", id="5 first, by the due date"),
        pytest.param("expiry", "2013-12-20", "2013-12-01", None, "2014-12-20", id="6 first, too late"),
        pytest.param("expiry", "2013-08-10", None, None, "2014-08-10", id="7 first, no due date"),
        pytest.param("fixed", "2013-08-10", "2013-12-01", None, "2014-12-01", id="8 due date too close"),
        pytest.param("fixed", "2014-11-05", None, "2014-12-01", "2015-12-01", id="9 in the window"),
        pytest.param("fixed", "2015-04-10", "2014-12-01", None, "2015-12-01", id="10 lapsed"),
        pytest.param("fixed", "2021-02-28", "2021-12-31", None, "2021-12-31", id="11 due date far enough"),
        pytest.param("fixed", "2021-07-30", "2021-12-31", None, "2022-12-31", id="12 due date too close"),
        pytest.param("completion", "2024-02-29", None, None, "2025-02-28", id="13 leap day"),
        pytest.param("expiry", "2013-05-02", None, "2013-05-03", "2014-05-03", id="on the last valid day"),
        pytest.param("expiry", "2013-05-04", None, "2013-05-03", "2014-05-04", id="a day after the expiry day"),
        pytest.param("expiry", "2013-04-03", None, "2013-05-03", "2014-05-03", id="the day the window opens"),
        pytest.param("expiry", "2013-04-02", None, "2013-05-03", "2013-05-03", id="the day before it opens"),
        pytest.param("fixed", "2013-08-10", None, None, "2014-08-10", id="fixed without any date to hold on to"),
        pytest.param("fixed", "2014-03-01", None, "2014-12-01", "2014-12-01", id="fixed, before the window"),
        pytest.param("fixed", "2012-01-10", "2014-12-01", None, "2012-12-01", id="due date years ahead"),
        pytest.param("fixed", "2015-01-31", "2014-02-28", "2015-02-28", "2016-02-28", id="due date wins"),
    ],
)
def test_the_agreed_vectors(basis: str, done: str, due: str | None, old_expiry: str | None, expires: str) -> None:
    period = next_period(
        terms_of(Basis(basis)),
        day(done),
        due_on=day(due) if due else None,
        old_expires_on=day(old_expiry) if old_expiry else None,
    )
    assert period == PeriodDates(
        done_on=day(done),
        window_opens_on=add_months(day(expires), -1),
        valid_through=day(expires) - ONE_DAY,
        grace_through=day(expires) + 13 * ONE_DAY,
        baseline_through=day(expires) - ONE_DAY,
    )
    assert period.expires_on == day(expires)


def test_the_window_of_vectors_1_and_2_is_counted_back_from_the_expiry_day() -> None:
    first = next_period(terms_of(Basis.COMPLETION), date(2013, 4, 15))
    renewed = next_period(terms_of(Basis.EXPIRY), date(2013, 4, 15), old_expires_on=date(2013, 5, 3))
    assert (first.window_opens_on, renewed.window_opens_on) == (date(2014, 3, 15), date(2014, 4, 3))


def test_a_window_longer_than_the_period_opens_after_the_day_that_earned_it() -> None:
    always_open = ProgramTerms(valid_months=1, basis=Basis.COMPLETION, window=Span(months=6))
    assert next_period(always_open, date(2026, 1, 10)).window_opens_on == date(2026, 1, 11)


def test_renewing_on_the_first_day_of_a_window_as_long_as_the_minimum_gains_a_period() -> None:
    half_a_year = ProgramTerms(12, Basis.FIXED, window=Span(months=6), minimum_active_months=6)
    period = next_period(half_a_year, date(2014, 6, 1), old_expires_on=date(2014, 12, 1))
    assert period.expires_on == date(2015, 12, 1)


def test_a_due_date_on_the_31st_stays_there_through_shorter_months() -> None:
    quarterly = ProgramTerms(3, Basis.FIXED, window=Span(days=14), minimum_active_months=1)
    expiry_days = [
        next_period(quarterly, date(2026, month, 1), due_on=date(2025, 12, 31)).expires_on for month in (1, 4, 7, 10)
    ]
    assert expiry_days == [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]


class TestExtension:
    old = next_period(terms_of(Basis.EXPIRY), date(2012, 5, 3))

    def test_moves_the_end_and_the_grace_but_neither_baseline_nor_window(self) -> None:
        assert self.old.extended(date(2013, 6, 30)) == PeriodDates(
            done_on=date(2012, 5, 3),
            window_opens_on=date(2013, 4, 3),
            valid_through=date(2013, 6, 30),
            grace_through=date(2013, 7, 14),
            baseline_through=date(2013, 5, 2),
        )

    @pytest.mark.parametrize("basis", [Basis.EXPIRY, Basis.FIXED])
    @pytest.mark.parametrize("done_on", [date(2013, 4, 15), date(2013, 6, 20)])
    def test_the_next_period_rests_on_the_baseline(self, basis: Basis, done_on: date) -> None:
        extended = self.old.extended(date(2013, 6, 30))
        assert following_period(terms_of(basis), done_on, extended).expires_on == date(2014, 5, 3)

    def test_longer_than_a_whole_period_it_is_still_followed_by_a_later_one(self) -> None:
        extended = self.old.extended(date(2015, 1, 31))
        assert following_period(terms_of(Basis.EXPIRY), date(2013, 4, 15), extended).expires_on == date(2015, 5, 3)

    def test_must_end_later(self) -> None:
        with pytest.raises(ValueError, match="must end later"):
            self.old.extended(date(2013, 5, 2))


@pytest.mark.parametrize(
    ("minimum_active_months", "window", "refused"),
    [
        (6, Span(months=6), False),
        (6, Span(months=6, days=1), True),
        (1, Span(days=28), False),
        (1, Span(days=29), True),
        (0, Span(), False),
    ],
)
def test_a_fixed_due_date_needs_a_minimum_as_long_as_the_window(
    minimum_active_months: int, window: Span, *, refused: bool
) -> None:
    def build(basis: Basis) -> ProgramTerms:
        return ProgramTerms(12, basis, window, minimum_active_months=minimum_active_months)

    assert build(Basis.EXPIRY).window == window
    if refused:
        with pytest.raises(ValueError, match="minimum active time must be as long as the renewal window"):
            build(Basis.FIXED)
    else:
        assert build(Basis.FIXED).window == window


def test_terms_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        ProgramTerms(valid_months=0)
    with pytest.raises(ValueError, match="cannot be negative"):
        ProgramTerms(valid_months=12, grace_days=-1)
    with pytest.raises(ValueError, match="cannot be negative"):
        Span(days=-1)


@given(terms(), DAYS, st.none() | DAYS, st.none() | DAYS)
def test_the_days_of_a_period_are_in_order(
    program: ProgramTerms, done_on: date, due_on: date | None, old_expires_on: date | None
) -> None:
    period = next_period(program, done_on, due_on=due_on, old_expires_on=old_expires_on)
    assert period.done_on <= period.valid_through <= period.grace_through
    assert period.done_on < period.window_opens_on <= period.expires_on
    assert period.baseline_through == period.valid_through


@given(terms((Basis.EXPIRY, Basis.FIXED)), DAYS, st.integers(0, 400), st.integers(0, 400))
def test_renewing_in_the_window_always_reaches_beyond_the_old_period(
    program: ProgramTerms, first_done_on: date, extra_days: int, late_by: int
) -> None:
    old = next_period(program, first_done_on)
    if extra_days:
        old = old.extended(old.valid_through + timedelta(days=extra_days))
    assume(old.window_opens_on <= old.valid_through)
    done_on = min(old.window_opens_on + timedelta(days=late_by), old.valid_through)
    assert following_period(program, done_on, old).valid_through > old.valid_through


@given(terms((Basis.FIXED,)), DAYS, DAYS)
def test_a_fixed_period_is_the_shortest_that_ends_on_a_due_day_and_is_worth_having(
    program: ProgramTerms, done_on: date, due_on: date
) -> None:
    expires_on = next_period(program, done_on, due_on=due_on).expires_on
    reach = 1800 // program.valid_months + 1
    due_days = (add_months(due_on, periods * program.valid_months) for periods in range(-reach, reach))
    worth_having = add_months(done_on, program.minimum_active_months)
    assert expires_on == min(each for each in due_days if each >= worth_having)
