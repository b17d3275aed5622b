"""Two wordings word by word: what stayed, what went and what came."""

import difflib
import re
from collections.abc import Iterator
from typing import Final, Literal

Mark = Literal["", "del", "ins"]

MOST_TOKENS: Final = 4000
"""Words and characters of both sides above which a text is compared as a whole: the time grows with their square."""

_TOKEN: Final = re.compile(r"[㐀-鿿豈-﫿]|\s+|[^\W㐀-鿿豈-﫿]+|[^\w\s]")


def compared(before: str, after: str) -> list[tuple[Mark, str]]:
    """Give the pieces of both texts in their order; Chinese is compared character by character."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > MOST_TOKENS:
        return [(mark, text) for mark, text in _whole(before, after) if text]
    return [(mark, text) for mark, text in _pieces(old, new) if text]


def _whole(before: str, after: str) -> Iterator[tuple[Mark, str]]:
    if before == after:
        yield "", before
    else:
        yield "del", before
        yield "ins", after


def _pieces(old: list[str], new: list[str]) -> Iterator[tuple[Mark, str]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            yield "", "".join(old[i:j])
        else:
            yield "del", "".join(old[i:j])
            yield "ins", "".join(new[k:m])
