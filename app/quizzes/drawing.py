"""Which items does this attempt show, and in which order do their options stand?

Both are answered once, when the attempt starts, and stored. The source of chance is handed in.
"""

from collections.abc import Mapping
from random import Random

from app.quizzes.items import Item, Matching, Multiple, Ordering, Single


def draw(times_seen: Mapping[str, int], count: int | None, rng: Random) -> tuple[str, ...]:
    """Draw items by id, given how often this person has seen each: unseen ones first, then the least seen.

    Among equals chance decides. No item comes twice; without a count, or with one too large, all of them
    come.
    """
    if count is not None and count < 0:
        raise ValueError("It is not possible to draw fewer than no items.")
    # Sorted first, so that the same chance draws the same items in whatever order they were stored.
    items = sorted(times_seen)
    rng.shuffle(items)
    items.sort(key=times_seen.__getitem__)
    return tuple(items[:count])


def option_order(item: Item, rng: Random) -> tuple[int, ...]:
    """Return the places of an item's options in the order to show them; pinned ones stay where they are.

    For a matching it is the order of its right sides; for an item without options it is empty.
    """
    match item:
        case Single() | Ordering():
            size, pinned = item.size, item.pinned
        case Multiple():
            size, pinned = len(item.weights), item.pinned
        case Matching():
            size, pinned = len(item.rights), frozenset[int]()
        case _:
            return ()
    free = [place for place in range(size) if place not in pinned]
    rng.shuffle(free)
    shuffled = iter(free)
    return tuple(place if place in pinned else next(shuffled) for place in range(size))
