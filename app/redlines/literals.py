"""Compact phrases: what is left of a folded phrase when separators are dropped.

Compact text keeps words and a few signs. A run of separators becomes one space between two
Latin words and nothing elsewhere, so that 国，家，级 reads 国家级; whether the separators of
a hit may be ignored is decided afterwards, on the folded text.
"""

import re
from collections.abc import Iterator

from app.redlines.characters import HAN, SIGNS, is_latin

_WORD = r"[^\W_" + HAN + "]"
TOKEN = re.compile(rf"(?:[^\W_]|[{re.escape(SIGNS)}]|(?<={_WORD})'(?={_WORD}))+")
_SCRIPT = re.compile(rf"[{HAN}]|[^{HAN}]+")
SPELLED_OUT = re.compile(r"(?<![^\W_])[a-z](?:([ .*_·-])[a-z])(?:\1[a-z]){2,}(?![^\W_])")
_UNIT = re.compile(rf"[{HAN}]|(?:{_WORD}|(?<={_WORD})'(?={_WORD}))+")
DETERMINERS = frozenset(
    {"a", "an", "her", "him", "his", "its", "my", "our", "the", "their", "them", "us", "you", "your"}
)
"""Words that may stand between those of a phrase: a return, your return, promise you a return."""
_DETERMINER = re.compile(rf"(?<!{_WORD})(?:{'|'.join(sorted(DETERMINERS))})(?!'?{_WORD})")


def without_determiners(phrase: str) -> tuple[str, int]:
    """Return the longest stretch of a compact phrase that has no determiner, and where it starts."""
    if _DETERMINER.search(phrase) is None:
        return phrase, 0
    borders = [0, *(place for match in _DETERMINER.finditer(phrase) for place in match.span()), len(phrase)]
    start, end = max(zip(borders[::2], borders[1::2], strict=True), key=lambda span: len(phrase[slice(*span)].strip()))
    stretch = phrase[start:end]
    return stretch.strip(), start + len(stretch) - len(stretch.lstrip())


def bare_text(phrase: str) -> str:
    """Return a compact phrase as it reads in a text whose determiners were dropped."""
    return compact(_DETERMINER.sub(" ", phrase))


def is_han(character: str) -> bool:
    """Tell whether a character is written without spaces: Chinese, kana, hangul."""
    return character.isalnum() and not is_latin(character)


def units(text: str) -> int:
    """Count Latin words and Chinese characters of a folded text."""
    return sum(1 for _ in _UNIT.finditer(text))


def tokens(folded: str) -> Iterator[tuple[int, str, bool]]:
    """Yield each token's place and text, and whether it goes on the word before it."""
    spelled = [match.span() for match in SPELLED_OUT.finditer(folded)]
    spelled.append((len(folded) + 1, len(folded) + 1))
    current = 0
    for match in TOKEN.finditer(folded):
        while spelled[current][1] <= match.start():
            current += 1
        joined = spelled[current][0] < match.start()
        for part in _SCRIPT.finditer(match[0]):
            yield match.start() + part.start(), part[0], joined or part.start() > 0


def _follows(last: str, token: str) -> bool:
    return bool(last) and is_latin(last) and is_latin(token[0])


def compact(folded: str) -> str:
    """Drop separators from a folded phrase."""
    parts: list[str] = []
    last = ""
    for _, token, joined in tokens(folded):
        if not joined and _follows(last, token):
            parts.append(" ")
        parts.append(token)
        last = token[-1]
    return "".join(parts)
