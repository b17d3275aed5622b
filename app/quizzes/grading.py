"""How much of this answer is right, and is the attempt passed?

Marks are exact fractions; numbers are rounded only to be shown. An answer that is missing or that makes no
sense is not answered and earns nothing: no answer, whatever it holds, is an error.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import singledispatch
from typing import Any

from app.quizzes.items import Item, Matching, Multiple, Numeric, Ordering, ShortText, Single, TrueFalse
from app.quizzes.numbers import readings

WILDCARD = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer earned: a fraction of the item, 0 to 1, and the points which that makes."""

    item_id: str
    fraction: Fraction
    points: Fraction
    max_points: Fraction
    critical: bool
    correct: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt earned. ``percent`` is for showing, rounded half up to two places."""

    points: Fraction
    max_points: Fraction
    percent: Decimal
    passed: bool
    critical_wrong: tuple[str, ...]


def grade(item: Item, answer: Any) -> Mark:
    """Mark one answer, given in plain JSON; places are those of the item's document, not of the page.

    single: the place of the option. multiple: a list of places, in any order. true_false: true or false.
    short_text and numeric: the text as typed. matching: for each left side the place of a right side, or
    null. ordering: all places, in the order chosen.

    Partial credit: the weights of a multiple choice add up, within 0 and 1; each pair of a matching counts on
    its own; an ordering is right as a whole or not at all.
    """
    fraction = _fraction(item, answer)
    earned = fraction or Fraction(0)
    return Mark(
        item_id=item.id,
        fraction=earned,
        points=earned * item.points,
        max_points=item.points,
        critical=item.critical,
        correct=earned == 1,
        answered=fraction is not None,
    )


def grade_attempt(marks: Iterable[Mark], pass_percent: Decimal | float) -> Result:
    """Add the marks up. A critical item that is not fully right fails the attempt, whatever the percentage."""
    marks = tuple(marks)
    points = sum((mark.points for mark in marks), Fraction(0))
    max_points = sum((mark.max_points for mark in marks), Fraction(0))
    percent = 100 * points / max_points if max_points else Fraction(0)
    critical_wrong = tuple(mark.item_id for mark in marks if mark.critical and not mark.correct)
    enough = max_points > 0 and percent >= Fraction(str(pass_percent))
    return Result(points, max_points, rounded(percent), enough and not critical_wrong, critical_wrong)


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Round half up, away from binary surprises, to so many decimal places."""
    return Decimal((value * 10**places + Fraction(1, 2)).__floor__()).scaleb(-places)


@singledispatch
def _fraction(item: Item, _answer: Any) -> Fraction | None:
    """Return the fraction earned, or None when there is no answer."""
    raise TypeError(f"There is no way to mark a {type(item).__name__}.")


@_fraction.register
def _single(item: Single, answer: Any) -> Fraction | None:
    return Fraction(answer == item.correct) if _is_place(answer, item.size) else None


@_fraction.register
def _multiple(item: Multiple, answer: Any) -> Fraction | None:
    if not answer or not _are_places(answer, len(item.weights)) or len(set(answer)) < len(answer):
        return None
    if item.correct == set(answer):
        # Imported weights are often rounded thirds, which would leave a right answer just short of one.
        return Fraction(1)
    weight = sum((item.weights[place] for place in answer), Fraction(0))
    return min(max(weight, Fraction(0)), Fraction(1))


@_fraction.register
def _true_false(item: TrueFalse, answer: Any) -> Fraction | None:
    return Fraction(answer == item.correct) if isinstance(answer, bool) else None


@_fraction.register
def _short_text(item: ShortText, answer: Any) -> Fraction | None:
    if not isinstance(answer, str) or not answer.strip():
        return None
    typed = _folded(answer, case_sensitive=item.case_sensitive).strip()
    return Fraction(any(_accepts(pattern, typed, item.case_sensitive) for pattern in item.accept))


@_fraction.register
def _numeric(item: Numeric, answer: Any) -> Fraction | None:
    values = readings(answer, item.units) if isinstance(answer, str) else frozenset()
    if not values:
        return None
    return Fraction(any(abs(value - item.correct) <= item.tolerance for value in values))


@_fraction.register
def _matching(item: Matching, answer: Any) -> Fraction | None:
    size = len(item.rights)
    if not isinstance(answer, list) or len(answer) != size:
        return None
    chosen = [place for place in answer if place is not None]
    if not chosen or not _are_places(chosen, size):
        return None
    pairs = zip(item.rights, answer, strict=True)
    return Fraction(sum(place is not None and item.rights[place] == right for right, place in pairs), size)


@_fraction.register
def _ordering(item: Ordering, answer: Any) -> Fraction | None:
    if not _are_places(answer, item.size) or sorted(answer) != list(range(item.size)):
        return None
    return Fraction(answer == sorted(answer))


def _is_place(value: Any, size: int) -> bool:
    return type(value) is int and 0 <= value < size


def _are_places(values: Any, size: int) -> bool:
    return isinstance(values, list) and all(_is_place(value, size) for value in values)


def _folded(text: str, *, case_sensitive: bool) -> str:
    text = unicodedata.normalize("NFKC", text)
    if not case_sensitive:
        text = unicodedata.normalize("NFKC", text.casefold())
    return re.sub(r"\s+", " ", text)


def _accepts(pattern: str, typed: str, case_sensitive: bool) -> bool:  # noqa: FBT001 - private
    """Tell whether a text matches a pattern, in one pass from left to right, however many wildcards it has."""
    pieces = WILDCARD.split(pattern.strip())
    first, *rest = (_folded(piece.replace("\\*", "*"), case_sensitive=case_sensitive) for piece in pieces)
    if not rest:
        return typed == first.strip()
    *middle, last = rest
    if not typed.startswith(first):
        return False
    at = len(first)
    for piece in middle:
        found = typed.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(typed) - at >= len(last) and typed.endswith(last)
