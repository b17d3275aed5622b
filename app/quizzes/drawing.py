"""Which items does this attempt show, and in which order do their options stand?

Both are answered once, when the attempt starts, and stored. The source of chance is handed in.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from app.quizzes.items import Cloze, Item, Matching, Multiple, Ordering, Single

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rule:
    """A part of what an attempt asks: `count` of the items that have all of these marks, or these very `items`.

    They come from the quiz itself, or from the one that `source` names: from its newest published version, or from
    the one that `version` numbers. A mark that is None is not asked for.
    """

    count: int | None = None
    items: tuple[str, ...] | None = None
    source: str | None = None
    version: int | None = None
    category: str | None = None
    tag: str | None = None
    red_line: str | None = None
    difficulty: str | None = None
    critical: bool = False

    def fits(self, document: Mapping[str, Any]) -> bool:
        """Say whether a stored item is one that the rule may take. A category stands for all below it."""
        if self.items is not None:
            return document["id"] in self.items
        category = document.get("category", "")
        return (
            (self.category is None or category == self.category or category.startswith(f"{self.category}/"))
            and (self.tag is None or self.tag in document.get("tags", ()))
            and (self.red_line is None or self.red_line in document.get("red_line", ()))
            and (self.difficulty is None or document.get("difficulty") == self.difficulty)
            and (not self.critical or bool(document.get("critical")))
        )


@dataclass(frozen=True, slots=True)
class Lot:
    """What one rule may take: every item that fits, with how often this person has seen it; how many to take.

    Without a count, all of them.
    """

    times_seen: Mapping[Any, int]
    count: int | None = None


def draw(times_seen: Mapping[Key, int], count: int | None, rng: Random) -> tuple[Key, ...]:
    """Draw items, given how often this person has seen each: unseen ones first, then the least seen.

    Among equals chance decides; a critical item is drawn like any other, so a quiz that draws fewer than all need not
    ask it. No item comes twice; without a count, or with one too large, all of them come.
    """
    if count is not None and count < 0:
        raise ValueError("It is not possible to draw fewer than no items.")
    # Sorted first, so that the same chance draws the same items in whatever order they were stored.
    items = sorted(times_seen)  # type: ignore[type-var]  # keys are ids, or pairs of a number and an id
    rng.shuffle(items)
    items.sort(key=times_seen.__getitem__)
    return tuple(items[:count])


def draw_lots(lots: Sequence[Lot], rng: Random) -> list[tuple[Any, ...]]:
    """Draw by rules, one after the other, and return what each takes; what an earlier rule took a later one does not.

    A rule that asks for more than there is takes what there is.
    """
    taken: set[Any] = set()
    shares = []
    for lot in lots:
        share = draw({key: seen for key, seen in lot.times_seen.items() if key not in taken}, lot.count, rng)
        taken.update(share)
        shares.append(share)
    return shares


def option_order(item: Item, rng: Random) -> tuple[int, ...]:
    """Return the places of an item's options in the order to show them; pinned ones stay where they are.

    For a matching it is the order of its right sides, for a cloze those of its gaps one after another; for an item
    without options it is empty.
    """
    match item:
        case Single() | Ordering():
            size, pinned = item.size, item.pinned
        case Multiple():
            size, pinned = len(item.weights), item.pinned
        case Matching():
            places = list(item.places)
            rng.shuffle(places)
            return tuple(places)
        case Cloze():
            return tuple(place for gap in item.gaps for place in option_order(gap, rng))
        case _:
            return ()
    free = [place for place in range(size) if place not in pinned]
    rng.shuffle(free)
    shuffled = iter(free)
    return tuple(place if place in pinned else next(shuffled) for place in range(size))
