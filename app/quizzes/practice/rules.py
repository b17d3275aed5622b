"""Which questions are worth practising?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Key = tuple[int, str]
"""An item, by its quiz's content id and its own id."""

MOST = 10
"""Questions of one round."""

ENOUGH = 2
"""An item that was right so often in a row has been learned."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer to an item, in an attempt or in practice."""

    item: Key
    at: datetime
    right: bool
    practised: bool


def missed(outcomes: Iterable[Outcome]) -> dict[Key, int]:
    """Return the items that were wrong in an attempt and not yet right twice in a row since, with how often practised.

    What was wrong in practice alone is not among them.
    """
    wrong: set[Key] = set()
    streaks: dict[Key, int] = defaultdict(int)
    outcomes = list(outcomes)
    for each in sorted(outcomes, key=lambda each: each.at):
        streaks[each.item] = streaks[each.item] + 1 if each.right else 0
        if not each.right and not each.practised:
            wrong.add(each.item)
    return {item: count for item, count in practised(wrong, outcomes).items() if streaks[item] < ENOUGH}


def practised(items: Iterable[Key], outcomes: Iterable[Outcome]) -> dict[Key, int]:
    """Count how often each of these items was practised."""
    counts: dict[Key, int] = dict.fromkeys(items, 0)
    for each in outcomes:
        if each.practised and each.item in counts:
            counts[each.item] += 1
    return counts


def can_be_practised(document: Mapping[str, object]) -> bool:
    """Say whether a stored item can be marked at once; an essay needs a person."""
    return document["type"] != "essay"
