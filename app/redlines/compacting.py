"""Compact text of a whole text, made with arrays; it reads as `literals.compact` says.

Nothing is moved: a mask says which folded characters stay, so the way back is the list of
their places.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.redlines.folding import CODE, KEPT, LATIN, LETTER, SPACELESS, Codes, Folded, Places
from app.redlines.literals import DETERMINERS, SPELLED_OUT

Flags = NDArray[np.bool_]

_SPACE = np.uint32(ord(" "))
_APOSTROPHE = np.uint32(ord("'"))
_NOWHERE: Places = np.empty(0, dtype=np.intp)
_STEP = 2
_KEY = 8
_LONGEST_DETERMINER = max(map(len, DETERMINERS))
_DETERMINER_WORDS = sorted(DETERMINERS, key=lambda word: int.from_bytes(word.encode(), "little"))
_DETERMINER_KEYS = np.array(
    [*(int.from_bytes(word.encode(), "little") for word in _DETERMINER_WORDS), (1 << 64) - 1], dtype=np.uint64
)
_DETERMINER_LENGTHS = np.array([*map(len, _DETERMINER_WORDS), 0], dtype=np.intp)
_ONE = np.uint64(1)
_EACH_BYTE = np.uint64(0x0101010101010101)
_HIGH_BITS = np.uint64(0x8080808080808080)
_FIRST_LETTERS = np.zeros(256, dtype=bool)
_FIRST_LETTERS[[ord(word[0]) for word in DETERMINERS]] = True


@dataclass(frozen=True, slots=True)
class Compact:
    """Compact text of a long text; `places[i]` is where in the folded text its character i stands.

    `dropped` are the places of the determiners that were left out.
    """

    folded: Folded
    packed: Codes
    places: Places
    dropped: Places

    def text(self, start: int, end: int) -> str:
        """Return a stretch as a string."""
        return (self.packed[start:end] & CODE).tobytes().decode("utf-32-le")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the folded span of a compact span that starts and ends within tokens."""
        return int(self.places[start]), int(self.places[end - 1]) + 1

    def gaps(self, start: int, end: int) -> list[str]:
        """Return what stood between the tokens of a compact span, where something did."""
        places = self.places[start:end].tolist()
        codes = self.packed[start:end].tolist()
        if places[-1] - places[0] == end - start - 1 and _SPACE not in codes:
            return []
        kept = [place for place, code in zip(places, codes, strict=True) if code != _SPACE]
        text = self.folded.text
        return [text[one + 1 : other] for one, other in pairwise(kept) if other > one + 1]

    def broken(self, ends: NDArray[np.int64]) -> Flags:
        """Say for each end of a span whether it stands within a Latin word of the folded text."""
        packed = self.folded.packed
        last = self.places[ends - 1]
        after = np.minimum(last + 1, len(packed) - 1)
        within: Flags = (packed[last] & packed[after] & LATIN != 0) & (after > last)
        return within

    def is_broken(self, end: int) -> bool:
        """Say the same for one end, faster."""
        packed = self.folded.packed
        last = int(self.places[end - 1])
        return last + 1 < len(packed) and bool(packed[last] & packed[last + 1] & LATIN)

    def place(self, folded: int) -> int:
        """Return where a kept character of the folded text stands here."""
        return int(self.places.searchsorted(folded))

    def is_word(self, start: int, end: int) -> bool:
        """Tell whether a span starts and ends where Latin words do, if it starts or ends with one."""
        starts_within = start > 0 and self.packed[start] & self.packed[start - 1] & LATIN
        return not starts_within and not self.is_broken(end)

    def determiner_before(self, start: int) -> bool:
        """Tell whether a determiner was left out right before a place."""
        first = self.places[start - 1] if start else -1
        if self.places[start] - first == 1:
            return False
        return bool(self.dropped.searchsorted(first) < self.dropped.searchsorted(self.places[start]))

    def determiner_after(self, end: int) -> bool:
        """Tell whether a determiner was left out right after the end of a span."""
        end_of_gap = end + 1 if end < len(self.packed) and self.packed[end] == _SPACE else end
        last = self.places[end_of_gap] if end_of_gap < len(self.places) else len(self.folded)
        if last - self.places[end - 1] <= _STEP:
            return False
        return bool(self.dropped.searchsorted(self.places[end - 1]) < self.dropped.searchsorted(last))

    def lacks_determiner(self, start: int, end: int) -> bool:
        """Tell whether a determiner was left out of a compact span."""
        first, last = self.places[start], self.places[end - 1]
        if last - first == end - start - 1 or not len(self.dropped):
            return False
        return bool(self.dropped.searchsorted(first) < self.dropped.searchsorted(last))


def _kept(packed: Codes) -> Flags:
    """Say which folded characters are words or signs; an apostrophe is when it stands in a word."""
    kept: Flags = packed & KEPT != 0
    marks = np.flatnonzero(packed == _APOSTROPHE)
    marks = marks[(marks > 0) & (marks < len(packed) - 1)]
    kept[marks] = (packed[marks - 1] & packed[marks + 1] & LATIN) != 0
    return kept


def _spelled_out(folded: Folded, starts: Places, ends: Places) -> Places:
    """Return the starts and ends, by turns, of words whose letters stand apart: b-e-s-t.

    Two single letters with one character between them stand within each.
    """
    single = ends[: len(starts)] - starts[: len(ends)] == 1
    inner = np.flatnonzero(single[:-1] & single[1:])
    inner = starts[inner][starts[inner + 1] - starts[inner] == _STEP]
    inner = inner[folded.packed[inner] & LETTER != 0]
    found: list[int] = []
    for place in (inner - _STEP).tolist():
        match = None if place < (found[-1] if found else 0) else SPELLED_OUT.match(folded.text, place)
        if match:
            found += match.span()
    return np.array(found, dtype=np.intp)


def _determiners(packed: Codes, kept: Flags, starts: Places) -> Places:
    """Return for each run how many of its characters are a determiner, alone or before Chinese.

    The first letters of a run are compared as one number; what follows the first empty byte is cut off.
    """
    letters = np.zeros(len(packed) + _KEY, dtype=np.uint8)
    np.multiply(packed.astype(np.uint8), packed & LETTER != 0, out=letters[: len(packed)])
    lengths = np.zeros(len(starts), dtype=np.intp)
    likely = np.flatnonzero(_FIRST_LETTERS[letters[starts]])
    keys = np.lib.stride_tricks.sliding_window_view(letters, _KEY)[starts[likely]].view(np.uint64)[:, 0]
    empty = (keys - _EACH_BYTE) & ~keys & _HIGH_BITS
    words = keys & ((empty & (~empty + _ONE)) - _ONE)
    numbers = _DETERMINER_KEYS.searchsorted(words)
    found = np.flatnonzero(_DETERMINER_KEYS[numbers] == words)
    sizes = _DETERMINER_LENGTHS[numbers[found]]
    found = likely[found]
    following = starts[found] + sizes
    following[following == len(packed)] = -1
    alone = ~kept[following] | (packed[following] & SPACELESS != 0) | (following < 0)
    lengths[found[alone]] = sizes[alone]
    return lengths


def _runs(kept: Flags) -> tuple[Places, Places]:
    """Return where runs of kept characters start and end."""
    edges = np.flatnonzero(kept[1:] != kept[:-1]) + 1
    around = ((0,) if kept[0] else (), edges, (len(kept),) if kept[-1] else ())
    borders = np.concatenate([np.asarray(part, dtype=np.intp) for part in around])
    return borders[::2], borders[1::2]


def _joined(spelled: Places, starts: Places) -> Flags:
    """Say which runs go on a word that is spelled out."""
    joined: Flags = spelled.searchsorted(starts) % 2 == 1
    return joined


def _without_determiners(
    packed: Codes, kept: Flags, runs: tuple[Places, Places], spelled: Places
) -> tuple[Places, Places, Places]:
    """Take determiners out of what is kept; return the runs that are left and the places that are dropped."""
    starts, ends = runs
    lengths = _determiners(packed, kept, starts)
    if len(spelled):
        lengths[_joined(spelled, starts)] = 0
    found = np.flatnonzero(lengths)
    dropped = np.concatenate([starts[found] + i for i in range(_LONGEST_DETERMINER)])
    dropped = dropped[np.concatenate([lengths[found] > i for i in range(_LONGEST_DETERMINER)])]
    kept[dropped] = False
    starts = starts + lengths
    left = starts < ends
    return starts[left], ends[left], np.sort(dropped)


def compact_text(folded: Folded, *, determiners: bool = True) -> Compact:
    """Drop separators from a text, and determiners (a, the, your) on request."""
    packed = folded.packed
    if not len(packed):
        return Compact(folded, packed, _NOWHERE, _NOWHERE)
    kept = _kept(packed)
    starts, ends = _runs(kept)
    spelled = _spelled_out(folded, starts, ends)
    dropped = _NOWHERE
    if not determiners:
        starts, ends, dropped = _without_determiners(packed, kept, (starts, ends), spelled)
    before, after = ends[:-1], starts[1:]
    spaced = packed[before - 1] & packed[after] & LATIN != 0
    if len(spelled):
        spaced &= ~_joined(spelled, after)
    spaces = before[spaced]
    kept[spaces] = True
    codes = packed.copy()
    codes[spaces] = _SPACE
    places = np.flatnonzero(kept)
    return Compact(folded, codes.take(places), places, dropped)
