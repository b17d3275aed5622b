"""Findings of a text, and which of them remain where they overlap."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["active", "downgraded", "suppressed"]

SEVERITIES: Final = ("coach", "warn", "block")
_STATES: Final = ("active", "downgraded", "suppressed")


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a text crosses a red line; `text[start:end] == matched`."""

    red_line: str
    start: int
    end: int
    matched: str
    severity: str
    state: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A finding before its words are copied: where much is left out, one word may span megabytes."""

    red_line: str
    start: int
    end: int
    severity: str
    state: State
    reason: str | None

    def read(self, source: str) -> Finding:
        """Return the finding with its words."""
        matched = source[self.start : self.end]
        return Finding(self.red_line, self.start, self.end, matched, self.severity, self.state, self.reason)


class _Reach:
    """The furthest end of spans that start before a place; a Fenwick tree over the places where any span starts."""

    def __init__(self, starts: Sequence[int]) -> None:
        self._starts = starts
        self._furthest: dict[int, int] = {}

    def add(self, start: int, end: int) -> None:
        """Add a span, whose start is one of the starts."""
        place = bisect_right(self._starts, start)
        while place <= len(self._starts):
            if self._furthest.get(place, -1) < end:
                self._furthest[place] = end
            place += place & -place

    def before(self, limit: int) -> int:
        """Return the furthest end of the spans that start before a limit; -1 when there are none."""
        place = bisect_left(self._starts, limit)
        furthest = -1
        while place:
            furthest = max(furthest, self._furthest.get(place, -1))
            place -= place & -place
        return furthest


def _rank(crossing: Crossing) -> tuple[int, int, int, int, str]:
    severity = SEVERITIES.index(crossing.severity)
    length = crossing.end - crossing.start
    return _STATES.index(crossing.state), -length, -severity, crossing.start, crossing.red_line


def resolved(crossings: Iterable[Crossing]) -> list[Crossing]:
    """Return what remains, in the order of the text: active before downgraded, the longest, the severest.

    Crossings of one rule may not touch; of two rules, the longer hides what lies within it, but
    never something more severe.
    """
    ranked = sorted(crossings, key=_rank)
    starts = sorted({crossing.start for crossing in ranked})
    of_rules: dict[str, _Reach] = defaultdict(lambda: _Reach(starts))
    as_severe = {severity: _Reach(starts) for severity in SEVERITIES}
    kept: list[Crossing] = []
    for one in ranked:
        if of_rules[one.red_line].before(one.end) > one.start:
            continue
        if as_severe[one.severity].before(one.start + 1) >= one.end:
            continue
        kept.append(one)
        of_rules[one.red_line].add(one.start, one.end)
        for severity in SEVERITIES[: SEVERITIES.index(one.severity) + 1]:
            as_severe[severity].add(one.start, one.end)
    return sorted(kept, key=lambda crossing: (crossing.start, -crossing.end, crossing.red_line))
