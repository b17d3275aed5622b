"""Which items an attempt shows, and how their options are shuffled."""

from collections.abc import Mapping
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.drawing import Lot, Rule, draw, draw_lots, option_order
from app.quizzes.items import Cloze, Interval, Item, Matching, Multiple, Numeric, Ordering, Single, TrueFalse

BANK = {"seen-twice": 2, "new-1": 0, "seen-once": 1, "new-2": 0, "new-3": 0}
SEEN = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 4), max_size=20)


def luck(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a quiz is no secret


CHANCE = st.integers().map(luck)


def test_unseen_items_come_first_then_the_least_seen() -> None:
    drawn = draw(BANK, 4, luck(1))
    assert set(drawn[:3]) == {"new-1", "new-2", "new-3"}
    assert drawn[3] == "seen-once"


def test_chance_decides_among_equals() -> None:
    assert {draw(BANK, 1, luck(seed)) for seed in range(50)} == {("new-1",), ("new-2",), ("new-3",)}


@pytest.mark.parametrize("count", [None, 5, 99])
def test_without_a_count_or_with_too_large_a_one_all_items_come(count: int | None) -> None:
    assert sorted(draw(BANK, count, luck(1))) == sorted(BANK)


def test_nobody_draws_fewer_than_no_items() -> None:
    with pytest.raises(ValueError, match="fewer than no items"):
        draw(BANK, -1, luck(1))


@given(SEEN, st.none() | st.integers(0, 30), CHANCE)
def test_no_item_comes_twice_and_none_before_a_less_seen_one(
    seen: Mapping[str, int], count: int | None, chance: Random
) -> None:
    drawn = draw(seen, count, chance)
    assert len(drawn) == len(set(drawn)) == min(len(seen), len(seen) if count is None else count)
    assert [seen[item] for item in drawn] == sorted(seen.values())[: len(drawn)]


@given(SEEN, st.integers(0, 30), st.integers())
def test_the_same_chance_draws_the_same_items_however_they_were_stored(
    seen: dict[str, int], count: int, seed: int
) -> None:
    backwards = dict(reversed(seen.items()))
    assert draw(seen, count, luck(seed)) == draw(backwards, count, luck(seed))


LOTS = st.lists(st.builds(Lot, SEEN, st.none() | st.integers(0, 10)), max_size=5)


@given(LOTS, CHANCE)
def test_each_rule_takes_what_the_earlier_ones_left_in_its_lot(lots: list[Lot], chance: Random) -> None:
    taken: set[str] = set()
    for lot, own in zip(lots, draw_lots(lots, chance), strict=True):
        left = set(lot.times_seen) - taken
        count = len(left) if lot.count is None else min(lot.count, len(left))
        assert set(own) <= left
        assert len(own) == len(set(own)) == count
        assert [lot.times_seen[item] for item in own] == sorted(lot.times_seen[item] for item in left)[:count]
        taken |= set(own)


ITEM = {
    "id": "one",
    "category": "pricing/discounts",
    "tags": ["price", "2026"],
    "difficulty": "hard",
    "red_line": ["keeper.return"],
    "critical": True,
}


@pytest.mark.parametrize(
    ("rule", "fits", "fits_bare"),
    [
        (Rule(), True, True),
        (Rule(category="pricing"), True, False),
        (Rule(category="pricing/discounts"), True, False),
        (Rule(category="pric"), False, False),
        (Rule(category="pricing/discounts/more"), False, False),
        (Rule(tag="2026"), True, False),
        (Rule(tag="202"), False, False),
        (Rule(red_line="keeper.return"), True, False),
        (Rule(difficulty="hard"), True, False),
        (Rule(difficulty="easy"), False, False),
        (Rule(critical=True), True, False),
        (Rule(category="pricing", tag="price", difficulty="easy"), False, False),
        (Rule(items=("one", "two")), True, True),
        (Rule(items=("two",)), False, False),
    ],
)
def test_what_a_rule_may_take(rule: Rule, *, fits: bool, fits_bare: bool) -> None:
    assert (rule.fits(ITEM), rule.fits({"id": "one"})) == (fits, fits_bare)


@given(st.integers(1, 10), st.frozensets(st.integers(0, 9)), CHANCE)
def test_pinned_options_keep_their_place_and_every_option_comes_once(
    size: int, pinned: frozenset[int], chance: Random
) -> None:
    order = option_order(Single(id="s", size=size, correct=0, pinned=pinned), chance)
    assert sorted(order) == list(range(size))
    assert all(order[place] == place for place in pinned if place < size)


@pytest.mark.parametrize(
    ("item", "places"),
    [
        (Multiple(id="m", weights=(), correct=frozenset()), []),
        (Ordering(id="o", size=4), [0, 1, 2, 3]),
        (Matching(id="p", rights=(0, 1, 2)), [0, 1, 2]),
        (Matching(id="p", rights=(0, 1, 0), extra=2), [0, 1, 3, 4]),
        (TrueFalse(id="t", correct=True), []),
        (Numeric(id="n", accept=(Interval(Fraction(1), Fraction(1)),)), []),
    ],
)
def test_only_what_can_be_put_in_order_has_an_order(item: Item, places: list[int]) -> None:
    assert sorted(option_order(item, luck(1))) == places


def test_the_orders_of_gaps_stand_one_after_another() -> None:
    gaps = (Single(id="a", size=3, correct=0), Numeric(id="b", accept=()), Single(id="c", size=2, correct=0))
    order = option_order(Cloze(id="q", gaps=gaps), luck(1))
    assert (sorted(order[:3]), sorted(order[3:])) == ([0, 1, 2], [0, 1])
