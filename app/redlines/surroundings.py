"""What surrounds the places of a text, read only where somebody asks.

A long text has few places of interest: sentences and quotations are found in a window of lines
around each, and speakers' labels by the colons before it. A window depends on the text and on
where the place stands, never on what else was asked.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from app.redlines.context import Context, label_role
from app.redlines.folding import CODE, Folded, Places

SHORT_TEXT = 4096
"""Characters up to which a text is one window."""
_CELL = 512
_BEFORE = 400
_AFTER = 800
_LINE = 1500
_LABEL_WIDTH = 256
_NEWLINE, _COLON, _LESS = ord("\n"), ord(":"), ord("<")


class Surroundings:
    """The context of the places of a folded text."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._windows: dict[int, tuple[int, int, Context]] = {}
        self._speakers: dict[int, str] = {}

    @cached_property
    def _whole(self) -> Context:
        return Context(self._folded)

    @cached_property
    def _signs(self) -> Places:
        """Where a speaker's label may be: the places of colons and of opening brackets."""
        codes = self._folded.packed & CODE
        return np.flatnonzero((codes == _COLON) | (codes == _LESS))

    def _window(self, start: int, end: int) -> tuple[int, Context]:
        """Return where the window of a span starts, and what is known of it."""
        size = len(self._folded)
        if size <= SHORT_TEXT:
            return 0, self._whole
        cell = start // _CELL
        if cell not in self._windows:
            self._windows[cell] = self._opened(cell)
        first, last, context = self._windows[cell]
        return (first, context) if end + _BEFORE <= last or last == size else (0, self._whole)

    def _opened(self, cell: int) -> tuple[int, int, Context]:
        text, size = self._folded.text, len(self._folded)
        first = max(0, cell * _CELL - _BEFORE)
        first = max(text.rfind("\n", max(0, first - _LINE), first) + 1, first - _LINE, 0)
        last = min(size, (cell + 1) * _CELL + _AFTER)
        newline = text.find("\n", last, last + _LINE)
        last = newline + 1 if newline >= 0 else min(size, last + _LINE)
        return first, last, Context(self._folded.part(first, last))

    def sentence(self, place: int) -> int:
        """Return the number of the sentence at a place, among all of the text."""
        return self._whole.sentence(place)

    def together(self, start: int, end: int) -> bool:
        """Tell whether a span begins and ends in one sentence."""
        first, context = self._window(start, end)
        return context.sentence(start - first) == context.sentence(end - 1 - first)

    def reasons(self, start: int, end: int, inner: Sequence[str] = ()) -> frozenset[str]:
        """Return which of `negated`, `attributed`, `quoted`, `question` hold for a span."""
        first, context = self._window(start, end)
        return context.reasons(start - first, end - first, inner)

    def speaker(self, place: int) -> str:
        """Return who speaks at a place, by the last label at or before it."""
        passed: list[int] = []
        found = "rep"
        for number in range(int(self._signs.searchsorted(place + _LABEL_WIDTH)) - 1, -1, -1):
            line = self._line(int(self._signs[number]))
            if line is not None and line > place:
                continue
            if number in self._speakers:
                found = self._speakers[number]
                break
            passed.append(number)
            role = None if line is None else label_role(self._folded.text, line)
            if role:
                found = role
                break
        self._speakers.update(dict.fromkeys(passed, found))
        return found

    def _line(self, place: int) -> int | None:
        """Return where the line of a place starts, if near enough for a label."""
        nearest = max(0, place - _LABEL_WIDTH)
        newline = self._folded.text.rfind("\n", nearest, place)
        return newline + 1 if newline >= 0 or not nearest else None
