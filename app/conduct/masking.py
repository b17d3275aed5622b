"""Hiding a person's own name and address in what they wrote, until a reviewer asks to see them.

What is hidden keeps its length, so that every place in the text stays where it is. Names are found whatever their case,
width, script or marks, by each of their words, and as an address spells them; of Chinese ones also the given name, and
the surname where it is used to address somebody. A nickname, or somebody else's name, is not known and stays.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.redlines.characters import fold_text
from app.redlines.literals import is_han

_COVER: Final = "•"
_SHORTEST_WORD: Final = 2
_SHORTEST_ACCOUNT: Final = 3
_HAN_WITHOUT_SURNAME: Final = 3
"""A Chinese name from this length on is also known without its first character."""
_HAN_WITH_LONG_SURNAME: Final = 4
"""From this length on a Chinese surname may have two characters."""
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_BETWEEN: Final = r"[\W_]{0,3}"
_BEFORE_SURNAME: Final = "[小老阿]"
_AFTER_SURNAME: Final = "(?:经理|总经理|总监|总(?![结计共体和额数量统])|先生|女士|小姐|老师|顾问|主任)"


def masked(text: str, name: str, email: str) -> str:
    """Return a text of the same length without its author's name and address."""
    from app.redlines.folding import fold  # noqa: PLC0415 (it works with arrays, which few processes need)

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
    whole = fold_text(name).split()
    words = _WORD.findall(fold_text(name))
    account = fold_text(email.partition("@")[0])
    yield from _escaped([fold_text(email)])
    yield from _escaped(each for each in [account, *_LETTERS.findall(account)] if len(each) >= _SHORTEST_ACCOUNT)
    if whole:
        yield r"\s*".join(map(re.escape, whole))
    for several in (words, *map(_WORD.findall, whole)):
        if several:
            yield _BETWEEN.join(several)
    yield from _escaped(each for each in words if len(each) >= _SHORTEST_WORD)
    for each in words:
        if all(map(is_han, each)) and len(each) >= _SHORTEST_WORD:
            yield from _chinese(each)


def _chinese(name: str) -> Iterator[str]:
    long = len(name) >= _HAN_WITH_LONG_SURNAME
    yield r"\s*".join(name)
    if len(name) >= _HAN_WITHOUT_SURNAME:
        yield r"\s*".join(name[1:])
    if long:
        yield r"\s*".join(name[2:])
    for surname in (name[:1], name[:2]) if long else (name[:1],):
        yield _BEFORE_SURNAME + surname
        yield surname + _AFTER_SURNAME


def _escaped(words: Iterable[str]) -> Iterator[str]:
    return (re.escape(each) for each in words if each)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Say whether a hit is no part of a longer word; Chinese stands next to anything."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(text[end - 1], after))


def _joins(left: str, right: str) -> bool:
    return all(each.isalnum() and not is_han(each) for each in (left, right)) if left and right else False
