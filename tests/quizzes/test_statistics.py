"""How items perform: the agreed vector, and what cannot be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.statistics import ItemStatistics, statistics_of

REPS = ("1111", "1101", "1010", "1100", "0001", "0000")


def told_of(item: int, reps: tuple[str, ...] = REPS, **more: int) -> ItemStatistics:
    """What the answers of these reps tell of an item; a digit is the mark of one of four items."""
    points = [int(rep[item]) for rep in reps]
    return statistics_of(points, [sum(map(int, rep)) for rep in reps], len(reps), **more)


@pytest.mark.parametrize(
    ("item", "facility", "discrimination", "efficiency"),
    [(0, 66.67, 62.50, 100), (1, 50, 52.22, 60), (2, 33.33, 21.32, 25), (3, 50, 14.91, 20)],
)
def test_six_reps_and_four_items(item: int, facility: float, discrimination: float, efficiency: float) -> None:
    found = told_of(item, fewest=6)
    told = (found.facility, found.discrimination, found.efficiency)
    assert found.attempts == len(REPS)
    assert told == pytest.approx((facility, discrimination, efficiency), abs=0.005)


def test_below_twenty_first_attempts_only_the_facility_is_told() -> None:
    nineteen, twenty = (REPS * 4)[:19], (REPS * 4)[:20]
    assert told_of(1, nineteen) == ItemStatistics(19, 100 * 10 / 19, None, None)
    assert told_of(1, twenty).discrimination is not None


def test_without_any_difference_nothing_can_be_told_apart() -> None:
    assert told_of(0, ("11",) * 20) == ItemStatistics(20, 100.0, None, None)


def test_without_attempts_nothing_is_known() -> None:
    assert statistics_of([], [], 0) == ItemStatistics(0, None, None, None)


MOST = 50_000
POINTS = st.integers(0, MOST)


@given(st.lists(st.tuples(POINTS, POINTS), min_size=2, max_size=40))
def test_percentages_stay_within_their_bounds(scores: list[tuple[int, int]]) -> None:
    points, totals = [own for own, _rest in scores], [own + rest for own, rest in scores]
    found = statistics_of(points, totals, MOST * len(scores), fewest=2)
    assert found.facility is not None
    assert 0 <= found.facility <= 100
    assert found.discrimination is None or abs(found.discrimination) <= 100 + 1e-9
    assert found.efficiency is None or found.efficiency <= 100
