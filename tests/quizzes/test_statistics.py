"""How items perform: the agreed vector, and what cannot be told."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.statistics import ItemScore, ItemStatistics, item_statistics

REPS = ("1111", "1101", "1010", "1100", "0001", "0000")


def scores_of(item: int, reps: tuple[str, ...] = REPS) -> list[ItemScore]:
    return [ItemScore(Fraction(rep[item]), Fraction(sum(map(int, rep)))) for rep in reps]


@pytest.mark.parametrize(
    ("item", "facility", "discrimination", "efficiency"),
    [(0, 66.67, 62.50, 100), (1, 50, 52.22, 60), (2, 33.33, 21.32, 25), (3, 50, 14.91, 20)],
)
def test_six_reps_and_four_items(item: int, facility: float, discrimination: float, efficiency: float) -> None:
    found = item_statistics(scores_of(item), Fraction(1), fewest=6)
    told = (found.facility, found.discrimination, found.efficiency)
    assert found.attempts == len(REPS)
    assert told == pytest.approx((facility, discrimination, efficiency), abs=0.005)


def test_below_twenty_first_attempts_only_the_facility_is_told() -> None:
    nineteen, twenty = (REPS * 4)[:19], (REPS * 4)[:20]
    assert item_statistics(scores_of(1, nineteen), Fraction(1)) == ItemStatistics(19, 100 * 10 / 19, None, None)
    assert item_statistics(scores_of(1, twenty), Fraction(1)).discrimination is not None


def test_without_any_difference_nothing_can_be_told_apart() -> None:
    assert item_statistics(scores_of(0, ("11",) * 20), Fraction(1)) == ItemStatistics(20, 100.0, None, None)


def test_without_attempts_nothing_is_known() -> None:
    assert item_statistics([], Fraction(1)) == ItemStatistics(0, None, None, None)


POINTS = st.fractions(min_value=0, max_value=5, max_denominator=4)


@given(st.lists(st.builds(lambda own, rest: ItemScore(own, own + rest), POINTS, POINTS), min_size=2, max_size=40))
def test_percentages_stay_within_their_bounds(scores: list[ItemScore]) -> None:
    found = item_statistics(scores, Fraction(5), fewest=2)
    assert found.facility is not None
    assert 0 <= found.facility <= 100
    assert found.discrimination is None or abs(found.discrimination) <= 100 + 1e-9
    assert found.efficiency is None or found.efficiency <= 100
