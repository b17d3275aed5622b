"""Words whose parts are joined by signs: un-hack-able says unhackable.

The parts of all such words of a text are put together and looked through as one more text, a word on each line.
"""

import re
from collections.abc import Iterator

import numpy as np

from app.redlines.compacting import compact_text
from app.redlines.folding import CODE, LETTER, Folded, fold
from app.redlines.scanner import Literals

Span = tuple[int, int]

_SPACE = np.uint32(ord(" "))
_WORD = re.compile(r"(?<![^\W_])[a-z]{1,12}(?:([-_*.·~|])[a-z]{1,12})(?:\1[a-z]{1,12})*(?![^\W_])")
_LONGEST = 12


def parted_words(folded: Folded) -> list[Span]:
    """Return where words stand that hold one sign, once or again and again, each time between letters."""
    letters = folded.packed & LETTER != 0
    between = np.flatnonzero(letters[:-2] & letters[2:] & ~letters[1:-1]) + 1
    between = between[folded.packed[between] & CODE != _SPACE]
    spans: list[Span] = []
    for place in between.tolist():
        if spans and place < spans[-1][1]:
            continue
        first = place
        while first and place - first <= _LONGEST and letters[first - 1]:
            first -= 1
        match = _WORD.match(folded.text, first)
        if match:
            spans.append(match.span())
    return spans


def parted_hits(folded: Folded, scanner: Literals) -> Iterator[tuple[int, list[Span]]]:
    """Yield the number of each literal that is such a word as a whole, and where the word stands."""
    origins: dict[str, list[Span]] = {}
    for start, end in parted_words(folded):
        origins.setdefault("".join(filter(str.isalpha, folded.text[start:end])), []).append((start, end))
    if not origins:
        return
    text = "\n".join(origins)
    where = compact_text(fold(text))
    for number, start, end in scanner.scan(where):
        first, last = where.span(start, end)
        if text[first - 1 : first] in {"", "\n"} and text[last : last + 1] in {"", "\n"}:
            yield number, origins.get(text[first:last], [])
