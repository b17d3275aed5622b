"""Fold text so that one spelling stands for all, and keep the way back.

Every code point is folded by itself: case, width, marks, look-alike letters, traditional
Chinese. Normalizing the string as a whole would move characters across each other and the
way back to the author's own text would be lost.
"""

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.redlines.folding_table import CONFUSABLE_FROM, CONFUSABLE_TO, HAN_FROM, HAN_TO

_CONFUSABLE = dict(zip(CONFUSABLE_FROM, CONFUSABLE_TO, strict=True))
_HAN = dict(zip(HAN_FROM, HAN_TO, strict=True))
_NEWLINES = "\n\v\f\x85\u2028\u2029"
_SPACES = "\r\t\u2800"
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
_DELETED = frozenset({"Cc", "Cf", "Mn", "Me"})


def _fold_character(character: str) -> str:
    if character in _NEWLINES:
        return "\n"
    if character in _SPACES:
        return " "
    if character in _BLANK_LETTERS or unicodedata.category(character) in _DELETED:
        return ""
    if character in _CONFUSABLE:
        return _CONFUSABLE[character]
    wide = unicodedata.normalize("NFKC", character)
    cased = "".join(_CONFUSABLE.get(c, c) for c in wide).casefold()
    bare = "".join(_CONFUSABLE.get(c, c) for c in unicodedata.normalize("NFD", cased))
    return "".join(_HAN.get(c, c) for c in bare if unicodedata.category(c) not in _DELETED)


class _Table(dict[str, str]):
    """Folded code points, worked out when first seen."""

    def __missing__(self, character: str) -> str:
        folded = _fold_character(character)
        self[character] = folded
        return folded


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origin[i]` is the place in the source that gave `text[i]`."""

    source: str
    text: str
    origin: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source's span for a non-empty span of the folded text.

        Marks that combine with the last character belong to it.
        """
        first, last = self.origin[start], self.origin[end - 1] + 1
        while last < len(self.source) and unicodedata.combining(self.source[last]):
            last += 1
        return first, last


def fold(text: str) -> Folded:
    """Fold a text of any kind, lone surrogates included."""
    pieces = {character: _TABLE[character] for character in set(text)}
    if all(len(piece) == 1 for piece in pieces.values()):
        return Folded(text, "".join(map(pieces.__getitem__, text)), range(len(text)))
    folded = [pieces[character] for character in text]
    lengths = list(map(len, folded))
    origin = array("L", bytes(array("L").itemsize * sum(lengths)))
    for index, (end, length) in enumerate(zip(accumulate(lengths), lengths, strict=True)):
        for place in range(end - length, end):
            origin[place] = index
    return Folded(text, "".join(folded), origin)


def fold_text(text: str) -> str:
    """Return the folded text alone."""
    return fold(text).text


def fold_pattern(source: str) -> str:
    """Fold a regular expression's own characters but none of its syntax, which is ASCII."""
    folded = ((c, c if c.isascii() else fold_text(c)) for c in source)
    return "".join(new if len(new) == 1 else old for old, new in folded)
