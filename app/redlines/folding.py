"""Fold text so that one spelling stands for all, and keep the way back.

Every code point is folded by itself: case, width, marks, look-alike letters, traditional
Chinese. Normalizing the string as a whole would move characters across each other and the
way back to the author's own text would be lost.

A table gives for each code point its folded form and what kind of character that is, in one
number; it is filled in pages of 32 when a text first needs them, so that it says the same as
`fold_character` under every version of Unicode that Python brings.
"""

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.redlines.characters import SIGNS, fold_character, is_latin

Codes = NDArray[np.uint32]
Places = NDArray[np.intp]

CODE = np.uint32((1 << 21) - 1)
KEPT = np.uint32(1 << 21)
"""A letter, digit or sign: what compact text keeps."""
LATIN = np.uint32(1 << 22)
"""A letter or digit of a script that puts spaces between words."""
SPACELESS = np.uint32(1 << 25)
"""Chinese, kana, hangul: what is written without spaces."""
LETTER = np.uint32(1 << 23)
"""One of a to z."""
_SPECIAL = np.uint32(1 << 30)
_DELETED_CODE = int(_SPECIAL)
_SEVERAL = _DELETED_CODE + 1
_UNKNOWN = (1 << 32) - 1
_PAGE = 32


def _packed(character: str) -> int:
    """Return a folded character with its kind."""
    flags = 0
    if character.isalnum() or character in SIGNS:
        flags |= int(KEPT)
    if character.isalnum():
        flags |= int(LATIN if is_latin(character) else SPACELESS)
    if "a" <= character <= "z":
        flags |= int(LETTER)
    return ord(character) | flags


class _Table:
    """Packed code points by code point, and the pieces of those that fold to several."""

    def __init__(self) -> None:
        self.packed: Codes = np.full(0x110000, _UNKNOWN, dtype=np.uint32)
        self.pieces: dict[int, list[int]] = {}
        self._lock = Lock()

    def fill(self, units: Codes) -> None:
        """Work out the pages on which some code points stand."""
        with self._lock:
            for page in np.unique(units // _PAGE).tolist():
                start = page * _PAGE
                if self.packed[start] == _UNKNOWN:
                    self.packed[start : start + _PAGE] = [self._entry(code) for code in range(start, start + _PAGE)]

    def _entry(self, code: int) -> int:
        pieces = [_packed(character) for character in fold_character(chr(code))]
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return _DELETED_CODE
        self.pieces[code] = pieces
        return _SEVERAL


_TABLE = _Table()


def _units(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _expand(units: Codes, packed: Codes) -> tuple[Codes, Places]:
    """Replace code points that fold to several, given those that fold to one or none."""
    counts = np.ones(len(units), dtype=np.intp)
    counts[packed == _DELETED_CODE] = 0
    several = np.flatnonzero(packed == _SEVERAL)
    found, which = np.unique(units[several], return_inverse=True)
    pieces = [_TABLE.pieces[code] for code in found.tolist()]
    lengths = np.array([len(each) for each in pieces], dtype=np.intp)
    counts[several] = lengths[which]
    origin = np.repeat(np.arange(len(units)), counts)
    result = packed[origin]
    ends = np.cumsum(counts)[several]
    for number, each in enumerate(pieces):
        starts = ends[which == number] - len(each)
        for offset, piece in enumerate(each):
            result[starts + offset] = piece
    return result, origin


class Folded:
    """Folded text; `origin[i]` is the place in the source that gave `text[i]`.

    `packed` holds the folded code points with their kinds (CODE, KEPT, LATIN, SPACELESS, LETTER).
    """

    def __init__(self, source: str, packed: Codes, origin: Places | None) -> None:
        self.source = source
        self.packed = packed
        self._origin = origin
        self._ends: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.packed)

    @cached_property
    def text(self) -> str:
        """The folded text as a string, made when somebody asks."""
        return (self.packed & CODE).tobytes().decode("utf-32-le", "surrogatepass")

    @property
    def origin(self) -> Sequence[int]:
        """The place in the source of each folded character."""
        origin: Any = range(len(self.packed)) if self._origin is None else self._origin
        return origin  # type: ignore[no-any-return]  # an array is no Sequence to the checker, but is read as one

    def part(self, start: int, end: int) -> "Folded":
        """Return a stretch of the folded text by itself, with the way back to the whole source."""
        origin = np.arange(start, end) if self._origin is None else self._origin[start:end]
        return Folded(self.source, self.packed[start:end], origin)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source's span for a non-empty span of the folded text.

        Marks that combine with the last character belong to it.
        """
        first, last = int(self.origin[start]), int(self.origin[end - 1]) + 1
        if last not in self._ends:
            marks = last
            while marks < len(self.source) and unicodedata.combining(self.source[marks]):
                marks += 1
            self._ends[last] = marks
        return first, self._ends[last]


def fold(text: str) -> Folded:
    """Fold a text of any kind, lone surrogates included."""
    units = _units(text)
    packed = _TABLE.packed.take(units)
    special = packed >= _SPECIAL
    if not special.any():
        return Folded(text, packed, None)
    if (packed == _UNKNOWN).any():
        _TABLE.fill(units[packed == _UNKNOWN])
        packed = _TABLE.packed.take(units)
        special = packed >= _SPECIAL
        if not special.any():
            return Folded(text, packed, None)
    if (packed == _SEVERAL).any():
        return Folded(text, *_expand(units, packed))
    origin = np.flatnonzero(~special)
    return Folded(text, packed.take(origin), origin)
