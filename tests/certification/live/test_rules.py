"""Codes of a moment, seats, parts of a session, and whose word counts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.live.rules import (
    STEP,
    Closed,
    Judgement,
    Proof,
    Seats,
    Span,
    closed,
    code_at,
    exists,
    judged,
    new_code_at,
    parts_needed,
    prove,
    was_present,
)

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "a secret"
FALLBACK = "K7MPQ2RX"


def test_a_code_has_six_digits_and_holds_for_thirty_seconds() -> None:
    code = code_at(SECRET, NINE)
    assert code == code_at(SECRET, NINE + timedelta(seconds=29.999))
    assert code != code_at(SECRET, NINE + timedelta(seconds=30))
    assert code != code_at("another secret", NINE)
    assert (len(code), code.isdigit()) == (6, True)
    assert new_code_at(NINE) == new_code_at(NINE + timedelta(seconds=29)) == NINE + STEP


@pytest.mark.parametrize(
    ("entered", "late", "proof"),
    [
        ("{code}", 0, Proof.CODE),
        ("{code}", 59, Proof.CODE),
        ("{code}", 60, Proof.WRONG),
        ("{code}", -1, Proof.WRONG),
        (" {code} ", 0, Proof.CODE),
        ("{code}0", 0, Proof.WRONG),
        ("k7mp-q2rx", 0, Proof.FALLBACK),
        ("K7MP Q2RX", 86_400, Proof.FALLBACK),
        ("K7MPQ2R", 0, Proof.WRONG),
        ("", 0, Proof.WRONG),
        ("１２３４５６", 0, Proof.WRONG),
    ],
)
def test_what_was_entered_is_right_for_this_code_and_the_one_before(entered: str, late: int, proof: Proof) -> None:
    written = entered.format(code=code_at(SECRET, NINE))
    assert prove(SECRET, FALLBACK, written, NINE + timedelta(seconds=late)) is proof


@given(st.integers(0, 2**33), st.text(max_size=12))
def test_nothing_but_the_two_codes_and_the_fallback_is_right(second: int, entered: str) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    kept = "".join(each for each in entered.upper() if each.isascii() and each.isalnum())
    right = {FALLBACK: Proof.FALLBACK, code_at(SECRET, moment): Proof.CODE}
    if second >= STEP.total_seconds():
        right[code_at(SECRET, moment - STEP)] = Proof.CODE
        assert prove(SECRET, FALLBACK, entered, moment) is right.get(kept, Proof.WRONG)


@pytest.mark.parametrize(
    ("seats", "left", "to_give", "has_room"),
    [
        (Seats(None, 500), None, 0, True),
        (Seats(None, 0, 3), None, 3, True),
        (Seats(2, 0), 2, 0, True),
        (Seats(2, 1), 1, 0, True),
        (Seats(2, 2), 0, 0, False),
        (Seats(2, 2, 1), 0, 0, False),
        (Seats(3, 2, 1), 1, 1, False),
        (Seats(9, 2, 3), 7, 3, True),
        (Seats(1, 2), 0, 0, False),
    ],
)
def test_seats_go_to_those_who_wait_before_anybody_else(
    seats: Seats, left: int | None, to_give: int, has_room: bool
) -> None:
    assert (seats.left, seats.to_give, seats.has_room) == (left, to_give, has_room)


@pytest.mark.parametrize(
    ("minutes", "cancelled", "why"),
    [
        (-16, False, Closed.EARLY),
        (-15, False, None),
        (0, False, None),
        (90, False, None),
        (91, False, Closed.OVER),
        (0, True, Closed.CANCELLED),
        (-99, True, Closed.CANCELLED),
    ],
)
def test_checking_in_is_open_from_a_quarter_of_an_hour_before(
    minutes: int, cancelled: bool, why: Closed | None
) -> None:
    span = Span(NINE, NINE + timedelta(minutes=90))
    assert closed(span, NINE + timedelta(minutes=minutes), cancelled=cancelled) is why


def test_the_time_of_a_session_is_parted_equally() -> None:
    span = Span(NINE, NINE + timedelta(minutes=90), parts=3)
    assert [span.part_at(NINE + timedelta(minutes=minutes)) for minutes in (-15, 0, 29, 30, 60, 90)] == [
        0, 0, 0, 1, 2, 2,
    ]  # fmt: skip
    assert [span.part_begins(part) for part in range(3)] == [
        NINE + timedelta(minutes=minutes) for minutes in (0, 30, 60)
    ]


@pytest.mark.parametrize(
    ("parts", "percent", "needed"), [(1, 100, 1), (1, 1, 1), (3, 66, 2), (3, 67, 3), (4, 75, 3), (20, 1, 1)]
)
def test_a_share_of_the_parts_is_rounded_up(parts: int, percent: int, needed: int) -> None:
    assert parts_needed(parts, percent) == needed
    assert was_present(range(needed), parts, percent)
    assert not was_present(range(needed - 1), parts, percent)


BY_CODE, PRESENT, ABSENT = Judgement(True, False), Judgement(True, True), Judgement(False, True)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ([], None),
        ([BY_CODE], BY_CODE),
        ([BY_CODE, ABSENT], ABSENT),
        ([ABSENT, BY_CODE], ABSENT),
        ([ABSENT, PRESENT, BY_CODE], PRESENT),
        ([PRESENT, ABSENT], ABSENT),
    ],
)
def test_the_hand_wins_and_then_the_last_word(said: list[Judgement], holds: Judgement | None) -> None:
    assert judged(said) == holds


@pytest.mark.parametrize(
    ("zone", "local", "there"),
    [
        ("Europe/Lisbon", datetime.fromisoformat("2027-03-28T01:30"), False),
        ("Europe/Lisbon", datetime.fromisoformat("2027-03-28T02:00"), True),
        ("Europe/Lisbon", datetime.fromisoformat("2027-10-31T01:30"), True),
        ("America/New_York", datetime.fromisoformat("2027-03-14T02:30"), False),
        ("Asia/Shanghai", datetime.fromisoformat("2027-03-28T01:30"), True),
    ],
)
def test_an_hour_that_the_clocks_skip_does_not_exist(zone: str, local: datetime, there: bool) -> None:
    assert exists(local, ZoneInfo(zone)) is there
