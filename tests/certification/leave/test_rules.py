"""What leave does to a due date."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.certification.leave.rules import Away, away, due_after_leave, merged

ASKED = date(2026, 11, 1)
DUE = date(2026, 12, 3)


def day(number: int) -> date:
    """The day so many days after the assignment."""
    return ASKED + timedelta(days=number)


@pytest.mark.parametrize(
    ("leaves", "due"),
    [
        ([], DUE),
        ([Away(date(2026, 11, 10), date(2026, 11, 23))], date(2026, 12, 17)),
        ([Away(date(2026, 12, 3), date(2026, 12, 3))], date(2026, 12, 4)),
        ([Away(date(2026, 12, 4), date(2026, 12, 9))], DUE),
        ([Away(date(2026, 10, 1), date(2026, 11, 2))], date(2026, 12, 5)),
        ([Away(date(2026, 10, 1), date(2026, 10, 31))], DUE),
        (
            [Away(date(2026, 11, 10), date(2026, 11, 14)), Away(date(2026, 11, 12), date(2026, 11, 16))],
            date(2026, 12, 10),
        ),
        # moved by 14 days to the 17th, it meets the leave of the 15th, which moves it by 3 more
        (
            [Away(date(2026, 11, 10), date(2026, 11, 23)), Away(date(2026, 12, 15), date(2026, 12, 17))],
            date(2026, 12, 20),
        ),
        ([Away(date(2026, 11, 20), date(2026, 11, 19))], DUE),
        ([Away(date(2024, 2, 1), date(2028, 2, 29))], date(2028, 4, 2)),
    ],
)
def test_each_day_of_leave_is_added_once(leaves: list[Away], due: date) -> None:
    assert due_after_leave(DUE, ASKED, leaves) == due
    assert due_after_leave(DUE, ASKED, reversed(leaves)) == due


def test_a_leave_without_an_end_counts_through_today_and_one_to_come_not_yet() -> None:
    begun = [away(date(2026, 11, 10), None, date(2026, 11, 12))]
    assert due_after_leave(DUE, ASKED, begun) == date(2026, 12, 6)
    to_come = [away(date(2026, 11, 20), None, date(2026, 11, 12))]
    assert due_after_leave(DUE, ASKED, to_come) == DUE


def test_a_day_that_had_passed_when_somebody_was_asked_does_not_move() -> None:
    assert due_after_leave(date(2026, 10, 20), ASKED, [Away(date(2026, 10, 1), date(2026, 12, 1))]) == date(
        2026, 10, 20
    )


SPANS = st.lists(
    st.tuples(st.integers(-40, 120), st.integers(-2, 30)).map(lambda span: Away(day(span[0]), day(span[0] + span[1]))),
    max_size=6,
)


@given(days=st.integers(0, 60), leaves=SPANS)
def test_the_working_days_until_the_due_date_stay_the_same(days: int, leaves: list[Away]) -> None:
    """Counted day by day: as many days without leave as there were days at first, and the due date is one of them."""
    due = due_after_leave(day(days), ASKED, leaves)
    free = [
        each
        for each in (day(number) for number in range((due - ASKED).days + 1))
        if not any(leave.from_on <= each <= leave.through_on for leave in leaves)
    ]
    assert (len(free), free[-1]) == (days + 1, due)


@given(leaves=SPANS)
def test_merged_leaves_hold_the_same_days_and_keep_a_day_between_them(leaves: list[Away]) -> None:
    found = merged(leaves)
    covered = {day(n) for n in range(-60, 200) for leave in leaves if leave.from_on <= day(n) <= leave.through_on}
    assert {
        day(n) for n in range(-60, 200) for leave in found if leave.from_on <= day(n) <= leave.through_on
    } == covered
    gaps = [(later.from_on - earlier.through_on).days for earlier, later in pairwise(found)]
    assert all(gap > 1 for gap in gaps)
