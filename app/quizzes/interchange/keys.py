"""Keys of other systems in our terms: shares of the mark, accepted texts, accepted numbers.

Elsewhere the first answer that matches counts, here the best one. Where the two could differ, the question is
skipped: a key is never guessed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from app.quizzes.interchange.outcome import SkipCode, SkipError

FULL: Final = Fraction(1)
_ROUNDED: Final = Fraction(1, 20_000)
_PARTS: Final = (3, 6, 7, 9, 11, 12)
_DECIMAL: Final = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?")
_COMMA: Final = re.compile(r"[+-]?\d*,\d+")
_SMALLEST: Final = Fraction(1, 10**300)
_LARGEST: Final = Fraction(10**300)
_ESCAPED: Final = "\0"
_MOST_ANSWERS: Final = 50
_AMBIGUOUS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a key as it stands in a file: what is typed, the share of the mark, what is said to it."""

    text: str
    share: Fraction
    feedback: str = ""
    tolerance: str = ""


def number(text: str) -> Fraction:
    """Read a number with a decimal point or comma. Raises SkipError for anything else, or when it may be either."""
    text = text.strip().replace("−", "-")
    if _COMMA.fullmatch(text) and not _AMBIGUOUS.fullmatch(text):
        text = text.replace(",", ".")
    if not _DECIMAL.fullmatch(text):
        raise SkipError(SkipCode.not_a_number, text[:80])
    return Fraction(text)


def percent(text: str) -> Fraction:
    """Read a percentage as a share: 33.33333 is a third. Raises SkipError when it is not one."""
    try:
        share = number(text.strip().removesuffix("%")) / 100
    except SkipError as error:
        raise SkipError(SkipCode.weights, text[:80]) from error
    if not -1 <= share <= 1:
        raise SkipError(SkipCode.weights, text[:80])
    return exact(share)


def exact(share: Fraction) -> Fraction:
    """Give the thirds, sixths, sevenths … that a rounded share stands for; any other share as it is."""
    for parts in _PARTS:
        near = Fraction(round(share * parts), parts)
        if near != share and abs(near - share) <= _ROUNDED and near.denominator == parts:
            return near
    return share


def accepted(answers: Sequence[Answer], *, case_sensitive: bool) -> list[Any]:
    """Give the accepted texts of a key in which the first match counts."""
    kept: list[Answer] = []
    _refuse_many(answers)
    for answer in answers:
        if not answer.text.strip():
            continue
        pattern = _pattern(answer.text, case_sensitive=case_sensitive)
        for earlier in kept:
            other = _pattern(earlier.text, case_sensitive=case_sensitive)
            if other == pattern:
                break
            if max(earlier.share, Fraction(0)) < answer.share and _overlap(other, pattern):
                raise SkipError(SkipCode.weights, f"{earlier.text} / {answer.text}"[:200])
        else:
            kept.append(answer)
    return [_accepted(answer) for answer in kept]


def ranges(answers: Sequence[Answer]) -> dict[str, Any]:
    """Give the `answer` or `answers` of a numeric key in which the first match counts.

    `*` stands for any other number; it is left out, being worth nothing.
    """
    found: list[tuple[Answer, Fraction, Fraction]] = []
    _refuse_many(answers)
    for answer in answers:
        if answer.text.strip() in {"", "*"}:
            if answer.share > 0:
                raise SkipError(SkipCode.accepts_everything)
            continue
        value, tolerance = number(answer.text), number(answer.tolerance or "0")
        if tolerance < 0:
            raise SkipError(SkipCode.not_a_number, answer.tolerance)
        for earlier, middle, width in found:
            if max(earlier.share, Fraction(0)) < answer.share and abs(middle - value) <= width + tolerance:
                raise SkipError(SkipCode.weights, f"{earlier.text} / {answer.text}"[:200])
        found.append((answer, value, tolerance))
    if not any(answer.share == 1 for answer, _, _ in found):
        raise SkipError(SkipCode.no_right_answer)
    documents = [_range(answer, value, tolerance) for answer, value, tolerance in found]
    if len(documents) == 1 and not documents[0].keys() & {"weight", "feedback"}:
        return documents[0]
    return {"answers": documents}


def _refuse_many(answers: Sequence[Answer]) -> None:
    if len(answers) > _MOST_ANSWERS:
        raise SkipError(SkipCode.too_many_options, str(len(answers)))


def decimal(value: Fraction) -> float:
    """Give a number for a document. Raises SkipError when it is too large or too small for one."""
    if value and not _SMALLEST < abs(value) < _LARGEST:
        raise SkipError(SkipCode.not_a_number)
    return float(value)


def weight(share: Fraction) -> dict[str, float]:
    """Give the `weight` of an answer, which is left out when full."""
    return {} if share == FULL else {"weight": max(0.0, float(share))}


def _accepted(answer: Answer) -> Any:
    rest = weight(answer.share) | ({"feedback": answer.feedback} if answer.feedback else {})
    return {"text": answer.text.strip()} | rest if rest else answer.text.strip()


def _range(answer: Answer, value: Fraction, tolerance: Fraction) -> dict[str, Any]:
    return (
        {"answer": decimal(value)}
        | ({"tolerance": decimal(tolerance)} if tolerance else {})
        | weight(answer.share)
        | ({"feedback": answer.feedback} if answer.feedback else {})
    )


def _pattern(text: str, *, case_sensitive: bool) -> tuple[str, ...]:
    """Give the fixed pieces of a text between its wildcards; an escaped one is a character of a piece."""
    text = " ".join((text if case_sensitive else text.casefold()).split())
    return tuple(piece.replace(_ESCAPED, "*") for piece in text.replace("\\*", _ESCAPED).split("*"))


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether some text matches both patterns."""
    if len(one) > 1 and len(other) > 1:  # between their ends, each can hold all that the other asks for
        return _either(one[0], other[0], str.startswith) and _either(one[-1], other[-1], str.endswith)
    if len(one) == 1:
        one, other = other, one
    return one == other if len(one) == 1 else _matches(other[0], one)


def _either(one: str, other: str, test: Callable[[str, str], bool]) -> bool:
    return test(one, other) or test(other, one)


def _matches(text: str, pattern: tuple[str, ...]) -> bool:
    first, *middle, last = pattern
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
