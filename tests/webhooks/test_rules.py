"""When a delivery is tried again: the schedule of the standard, with jitter and with what the receiver asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.rules import (
    GIVEN_UP_AFTER,
    LONGEST_WAIT,
    MOST_TRIES,
    WAITS,
    Result,
    asked_to_wait,
    is_given_up,
    is_redirect,
    judged,
    next_try,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_schedule_goes_over_days_and_ends() -> None:
    tries = [next_try(number, NOON, spread=0) for number in range(1, MOST_TRIES + 1)]
    assert tries == [*(NOON + wait for wait in WAITS), None]
    assert sum(WAITS, timedelta()) > timedelta(days=3)


@given(st.integers(1, MOST_TRIES - 1), st.floats(0, 1))
def test_jitter_only_adds_and_at_most_a_fifth(tries: int, spread: float) -> None:
    due_at = next_try(tries, NOON, spread=spread)
    assert due_at is not None
    assert NOON + WAITS[tries - 1] <= due_at <= NOON + WAITS[tries - 1] * 1.2 + timedelta(microseconds=1)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_receiver_can_ask_for_a_day_at_most_and_never_for_less(not_before: datetime) -> None:
    due_at = next_try(1, NOON, spread=0, not_before=not_before)
    assert due_at is not None
    assert NOON + WAITS[0] <= due_at <= NOON + LONGEST_WAIT


@pytest.mark.parametrize(
    ("status", "text", "until"),
    [
        (429, "120", NOON + timedelta(minutes=2)),
        (503, " 0 ", NOON),
        (503, "99999999999999999999", NOON + LONGEST_WAIT),
        (429, "Mon, 23 Nov 2026 13:00:00 GMT", NOON + timedelta(hours=1)),
        (500, "120", None),
        (429, "", None),
        (429, "soon", None),
        (429, "-5", None),
        (429, "²", None),
        (429, "Mon, 99 Nov 2026 13:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_where_it_has_a_meaning(status: int, text: str, until: datetime | None) -> None:
    assert asked_to_wait(status, {"retry-after": text}, NOON) == until


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED),
        (204, Result.DELIVERED),
        (299, Result.DELIVERED),
        (301, Result.FAILED),
        (400, Result.FAILED),
        (404, Result.FAILED),
        (410, Result.GONE),
        (500, Result.FAILED),
    ],
)
def test_what_a_status_means(status: int, result: Result) -> None:
    assert judged(status) is result
    assert is_redirect(status) is (status == 301)


def test_an_endpoint_is_given_up_after_five_days_of_failing() -> None:
    assert not is_given_up(None, NOON)
    assert not is_given_up(NOON - GIVEN_UP_AFTER + timedelta(seconds=1), NOON)
    assert is_given_up(NOON - GIVEN_UP_AFTER, NOON)
