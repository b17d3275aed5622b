"""When somebody may start an attempt, and when one is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.clock import (
    AttemptLimits,
    PastAttempt,
    StartCode,
    StartVerdict,
    deadline,
    finished_at,
    is_over,
    longer,
    may_start,
    spent,
)

NINE = datetime(2026, 3, 10, 9, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LIMITS = AttemptLimits(attempts=3, cooldown=24 * HOUR)


def failed(started_at: datetime) -> PastAttempt:
    return PastAttempt(started_at, started_at + 20 * MINUTE, started_at + 10 * MINUTE)


RUNNING = PastAttempt(NINE, NINE + 20 * MINUTE)
IN_HANDS = PastAttempt(NINE, NINE + 20 * MINUTE, NINE + 10 * MINUTE, awaits_mark=True)
OPEN = AttemptLimits(attempts=3, cooldown=24 * HOUR, opens=NINE, closes=NINE + 2 * HOUR)
PASSED = PastAttempt(NINE, NINE + 20 * MINUTE, NINE + 10 * MINUTE, passed=True)


def yes(code: StartCode, left: int | None) -> StartVerdict:
    return StartVerdict(allowed=True, code=code, wait_until=None, attempts_left=left)


def no(code: StartCode, left: int | None, until: datetime | None = None) -> StartVerdict:
    return StartVerdict(allowed=False, code=code, wait_until=until, attempts_left=left)


def wait(until: datetime, left: int | None) -> StartVerdict:
    return StartVerdict(allowed=False, code=StartCode.COOLING_DOWN, wait_until=until, attempts_left=left)


@pytest.mark.parametrize(
    ("history", "limits", "now", "expected"),
    [
        pytest.param([], LIMITS, NINE, yes(StartCode.START, 3), id="the first"),
        pytest.param([], AttemptLimits(), NINE, yes(StartCode.START, None), id="no limits"),
        pytest.param([RUNNING], LIMITS, NINE + HOUR / 4, yes(StartCode.RESUME, 2), id="running"),
        pytest.param(
            [PastAttempt(NINE)], LIMITS, NINE + 999 * HOUR, yes(StartCode.RESUME, 2), id="running without a clock"
        ),
        pytest.param([RUNNING], LIMITS, NINE + 20 * MINUTE, yes(StartCode.RESUME, 2), id="running, on the last second"),
        pytest.param(
            [RUNNING], LIMITS, NINE + HOUR, wait(NINE + 20 * MINUTE + 24 * HOUR, 2), id="left alone, waits from its end"
        ),
        pytest.param([RUNNING], LIMITS, NINE + 25 * HOUR, yes(StartCode.START, 2), id="left alone, locks nobody out"),
        pytest.param(
            [failed(NINE)], LIMITS, NINE + HOUR, wait(NINE + 10 * MINUTE + 24 * HOUR, 2), id="waits from the finish"
        ),
        pytest.param(
            [PastAttempt(NINE, NINE + 20 * MINUTE, NINE + 9 * HOUR)],
            LIMITS,
            NINE + 10 * HOUR,
            wait(NINE + 20 * MINUTE + 24 * HOUR, 2),
            id="found and finished late, waits from its deadline",
        ),
        pytest.param(
            [failed(NINE)], LIMITS, NINE + 10 * MINUTE + 24 * HOUR, yes(StartCode.START, 2), id="waited long enough"
        ),
        pytest.param(
            [failed(NINE), failed(NINE - 48 * HOUR), failed(NINE - 24 * HOUR)],
            LIMITS,
            NINE + 999 * HOUR,
            StartVerdict(allowed=False, code=StartCode.NO_ATTEMPTS_LEFT, wait_until=None, attempts_left=0),
            id="none left",
        ),
        pytest.param([PASSED], LIMITS, NINE + HOUR, yes(StartCode.START, 3), id="passed: may start afresh"),
        pytest.param(
            [failed(NINE - HOUR), PASSED, failed(NINE + 24 * HOUR)],
            LIMITS,
            NINE + 99 * HOUR,
            yes(StartCode.START, 2),
            id="only what came after the pass counts",
        ),
        pytest.param([], OPEN, NINE - HOUR, no(StartCode.NOT_OPEN, 3, until=NINE), id="not open yet"),
        pytest.param([], OPEN, NINE, yes(StartCode.START, 3), id="opens on the first moment"),
        pytest.param([], OPEN, NINE + 2 * HOUR, no(StartCode.CLOSED, 3), id="closed on the last moment"),
        pytest.param([RUNNING], OPEN, NINE + HOUR / 4, yes(StartCode.RESUME, 2), id="running while it is open"),
        pytest.param(
            [failed(NINE - HOUR)],
            OPEN,
            NINE - HOUR / 2,
            no(StartCode.NOT_OPEN, 2, until=NINE + 23 * HOUR + 10 * MINUTE),
            id="not open, and waits for longer",
        ),
        pytest.param([IN_HANDS], LIMITS, NINE + 99 * HOUR, no(StartCode.AWAITING_MARK, 2), id="waits for its mark"),
        pytest.param(
            [IN_HANDS], OPEN, NINE + 99 * HOUR, no(StartCode.AWAITING_MARK, 2), id="waits for its mark, and closed"
        ),
    ],
)
def test_whether_somebody_may_start(
    history: list[PastAttempt], limits: AttemptLimits, now: datetime, expected: StartVerdict
) -> None:
    assert may_start(history, limits, now) == expected
    assert may_start(reversed(history), limits, now) == expected


def test_a_deadline_is_the_start_and_the_limit() -> None:
    assert deadline(NINE, 20 * MINUTE) == NINE + 20 * MINUTE
    assert deadline(NINE, None) is None


def test_an_attempt_ends_when_its_quiz_closes() -> None:
    assert deadline(NINE, 20 * MINUTE, NINE + 5 * MINUTE) == NINE + 5 * MINUTE
    assert deadline(NINE, 20 * MINUTE, NINE + HOUR) == NINE + 20 * MINUTE
    assert deadline(NINE, None, NINE + HOUR) == NINE + HOUR


@pytest.mark.parametrize(
    ("limit", "percent", "expected"),
    [
        (20 * MINUTE, 0, 20 * MINUTE),
        (20 * MINUTE, 25, 25 * MINUTE),
        (MINUTE, 33, timedelta(seconds=79)),
        (None, 300, None),
    ],
)
def test_extra_time_is_a_part_of_the_limit(limit: timedelta | None, percent: int, expected: timedelta | None) -> None:
    assert longer(limit, percent) == expected


@pytest.mark.parametrize(
    ("stayed", "seconds"),
    [(timedelta(seconds=-1), 0), (timedelta(seconds=1.6), 2), (10 * MINUTE, 600), (HOUR, 600)],
)
def test_who_went_away_is_counted_for_ten_minutes(stayed: timedelta, seconds: int) -> None:
    assert spent(NINE, NINE + stayed) == seconds


@pytest.mark.parametrize(
    ("seconds_past", "over", "finish"),
    [(-1, False, -1), (0, False, 0), (5, False, 0), (6, True, 0), (86_400, True, 0)],
)
def test_a_few_seconds_of_slack_are_given_and_never_recorded(seconds_past: int, finish: int, *, over: bool) -> None:
    now = NINE + timedelta(seconds=seconds_past)
    assert is_over(now, NINE) is over
    assert finished_at(now, NINE) == NINE + timedelta(seconds=finish)


def test_without_a_time_limit_nothing_is_ever_over() -> None:
    assert is_over(NINE, None) is False
    assert finished_at(NINE, None) == NINE


MOMENTS = st.integers(0, 10_000).map(lambda minutes: NINE + minutes * MINUTE)
ATTEMPTS = st.builds(
    lambda start, limit, lasted, passed: PastAttempt(
        start,
        deadline(start, limit * MINUTE if limit else None),
        start + lasted * MINUTE if lasted else None,
        passed=passed and bool(lasted),
    ),
    MOMENTS,
    st.integers(0, 90),
    st.integers(0, 500),
    st.booleans(),
)


@given(st.lists(ATTEMPTS), st.none() | st.integers(1, 5), st.integers(0, 1000), MOMENTS)
def test_whoever_waits_as_told_may_start(
    history: list[PastAttempt], attempts: int | None, cooldown: int, now: datetime
) -> None:
    limits = AttemptLimits(attempts, cooldown * MINUTE)
    verdict = may_start(history, limits, now)
    assert verdict.allowed == (verdict.code in {StartCode.START, StartCode.RESUME})
    if verdict.wait_until:
        assert now < verdict.wait_until
        assert may_start(history, limits, verdict.wait_until).code is StartCode.START
