"""Hiding a person's own name and address in what they wrote, until a reviewer asks to see them.

What is hidden keeps its length, so that every place in the text stays where it is. Names are found whatever their case,
width, script or marks. A name that somebody writes in another way, or somebody else's, is not known and stays.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.redlines.folding import fold, fold_text
from app.redlines.literals import is_han

_COVER: Final = "•"
_SHORTEST_WORD: Final = 2
_SHORTEST_ACCOUNT: Final = 3
_HAN_WITHOUT_SURNAME: Final = 3
"""A Chinese name from this length on is also known without its first character."""


def masked(text: str, name: str, email: str) -> str:
    """Return a text of the same length without its author's name and address."""
    folded = fold(text)
    whole = folded.text
    signs = list(text)
    for found in _pattern(name, email).finditer(whole):
        if _is_apart(whole, found.start(), found.end()):
            start, end = folded.span(found.start(), found.end())
            signs[start:end] = [each if each.isspace() else _COVER for each in text[start:end]]
    return "".join(signs)


def _pattern(name: str, email: str) -> re.Pattern[str]:
    known = sorted(set(_written(name, email)), key=len, reverse=True)
    return re.compile("|".join(known) or "(?!)")


def _written(name: str, email: str) -> Iterator[str]:
    words = fold_text(name).split()
    yield from _escaped([fold_text(email)])
    yield from _escaped(each for each in [fold_text(email.partition("@")[0])] if len(each) >= _SHORTEST_ACCOUNT)
    if words:
        yield r"\s*".join(map(re.escape, words))
    yield from _escaped(each for each in words if len(each) >= _SHORTEST_WORD)
    for each in words:
        if all(map(is_han, each)) and len(each) >= _HAN_WITHOUT_SURNAME:
            yield re.escape(each[1:])


def _escaped(words: Iterable[str]) -> Iterator[str]:
    return (re.escape(each) for each in words if each)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Say whether a hit is no part of a longer word; Chinese stands next to anything."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(text[end - 1], after))


def _joins(left: str, right: str) -> bool:
    return all(each.isalnum() and not is_han(each) for each in (left, right)) if left and right else False
