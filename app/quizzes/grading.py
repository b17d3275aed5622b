"""How much of this answer is right, and is the attempt passed?

Marks are exact fractions; numbers are rounded only to be shown. An answer that is missing or that makes no
sense is not answered and earns nothing: no answer, whatever it holds, is an error.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import singledispatch
from typing import Any

from app.quizzes.items import (
    Accepted,
    Cloze,
    Essay,
    Interval,
    Item,
    Matching,
    Multiple,
    Numeric,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
)
from app.quizzes.numbers import readings

WILDCARD = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer earned: a fraction of the item, 0 to 1, and the points which that makes.

    A pending one has earned nothing yet: a person has to read it.
    """

    item_id: str
    fraction: Fraction
    points: Fraction
    max_points: Fraction
    critical: bool
    correct: bool
    answered: bool
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt earned. ``percent`` is for showing, rounded half up to two places, but never up to a pass mark.

    While a mark is pending so is the result: what it says is the least that it will be, and it has not passed.
    """

    points: Fraction
    max_points: Fraction
    percent: Decimal
    passed: bool
    critical_wrong: tuple[str, ...]
    pending: bool = False


def grade(item: Item, answer: Any) -> Mark:
    """Mark one answer, given in plain JSON; places are those of the item's document, not of the page.

    single: the place of the option. multiple: a list of places, in any order. true_false: true or false.
    short_text, numeric and essay: the text as typed. matching: for each left side the place of a right side, or
    null. ordering: all places, in the order chosen. cloze: {"gaps": {id of the gap: place or text}}.

    Partial credit: the weights of a multiple choice add up, within 0 and 1; each pair of a matching counts on its
    own, and each gap of a text by its points; an ordering is right as a whole or not at all.
    """
    fraction = _fraction(item, answer)
    return _mark(item, fraction, pending=isinstance(item, Essay) and fraction is not None)


def grade_essay(item: Essay, points: Mapping[str, Any]) -> Mark:
    """Mark an essay by what a person gave for each criterion; one that is left out earns nothing.

    Raises:
        ValueError: points are given for no criterion of this essay, are no number, or are more or less than possible.
    """
    criteria = {criterion.id: criterion for criterion in item.criteria}
    given = {name: Fraction(str(value)) for name, value in points.items()}
    for name, value in given.items():
        if name not in criteria or not 0 <= value <= criteria[name].points:
            raise ValueError(f"{value} points for {name} are not possible.")
    earned = sum(given.values(), Fraction(0)) / sum(criterion.points for criterion in item.criteria)
    enough = all(given.get(criterion.id, 0) >= criterion.needed for criterion in item.criteria)
    fraction = earned if enough else Fraction(0)
    return replace(_mark(item, fraction), correct=enough and 100 * fraction >= item.needed_percent)


def _mark(item: Item, fraction: Fraction | None, *, pending: bool = False) -> Mark:
    earned = fraction or Fraction(0)
    return Mark(
        item_id=item.id,
        fraction=earned,
        points=earned * item.points,
        max_points=item.points,
        critical=item.critical,
        correct=earned == 1,
        answered=fraction is not None,
        pending=pending,
    )


def grade_attempt(marks: Iterable[Mark], pass_percent: Decimal | float) -> Result:
    """Add the marks up. A critical item that is not fully right fails the attempt, whatever the percentage.

    An essay is fully right from its own needed percentage on.
    """
    marks = tuple(marks)
    points = sum((mark.points for mark in marks), Fraction(0))
    max_points = sum((mark.max_points for mark in marks), Fraction(0))
    percent = 100 * points / max_points if max_points else Fraction(0)
    pending = any(mark.pending for mark in marks)
    critical_wrong = tuple(mark.item_id for mark in marks if mark.critical and not (mark.correct or mark.pending))
    needed = Fraction(str(pass_percent))
    enough = max_points > 0 and percent >= needed
    passed = enough and not critical_wrong and not pending
    shown = rounded(percent)
    if shown >= needed > percent:
        shown -= Decimal("0.01")  # 79.996 % is not the 80 % that were needed, and must not be shown as if
    return Result(points, max_points, shown, passed, critical_wrong, pending)


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Round half up, away from binary surprises, to so many decimal places."""
    return Decimal((value * 10**places + Fraction(1, 2)).__floor__()).scaleb(-places)


def place_accepted(item: ShortText | Numeric, answer: Any) -> int | None:
    """Tell which of the accepted texts or ranges an answer meets: the one of the greatest weight, the first of those.

    None when it meets none.
    """
    if isinstance(item, ShortText):
        typed = _folded(answer, case_sensitive=item.case_sensitive).strip() if isinstance(answer, str) else ""
        met = [typed != "" and _accepts(each.text, typed, item.case_sensitive) for each in item.accept]
        return _best(item.accept, met)
    values = _values(item, answer)
    return _best(item.accept, [any(each.low <= value <= each.high for value in values) for each in item.accept])


def _best(accept: Sequence[Accepted | Interval], met: Sequence[bool]) -> int | None:
    places = [place for place, is_met in enumerate(met) if is_met]
    return max(places, key=lambda place: accept[place].weight, default=None)


@singledispatch
def _fraction(item: Item, _answer: Any) -> Fraction | None:
    """Return the fraction earned, or None when there is no answer."""
    raise TypeError(f"There is no way to mark a {type(item).__name__}.")


@_fraction.register
def _single(item: Single, answer: Any) -> Fraction | None:
    if not _is_place(answer, item.size):
        return None
    return Fraction(1) if answer == item.correct else max(item.partial.get(answer, Fraction(0)), Fraction(0))


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
    place = place_accepted(item, answer)
    return Fraction(0) if place is None else item.accept[place].weight


@_fraction.register
def _numeric(item: Numeric, answer: Any) -> Fraction | None:
    if not _values(item, answer):
        return None
    place = place_accepted(item, answer)
    return Fraction(0) if place is None else item.accept[place].weight


def _values(item: Numeric, answer: Any) -> frozenset[Fraction]:
    return readings(answer, item.units) if isinstance(answer, str) else frozenset()


@_fraction.register
def _matching(item: Matching, answer: Any) -> Fraction | None:
    size = len(item.rights)
    if not isinstance(answer, list) or len(answer) != size:
        return None
    chosen = [place for place in answer if place is not None]
    if not chosen or not _are_places(chosen, size + item.extra):
        return None
    met = [
        place is not None and place < size and item.rights[place] == own
        for own, place in zip(item.rights, answer, strict=True)
    ]
    return Fraction(sum(met), size)


@_fraction.register
def _ordering(item: Ordering, answer: Any) -> Fraction | None:
    if not _are_places(answer, item.size) or sorted(answer) != list(range(item.size)):
        return None
    return Fraction(answer == sorted(answer))


@_fraction.register
def _cloze(item: Cloze, answer: Any) -> Fraction | None:
    given = answer.get("gaps") if isinstance(answer, dict) else None
    if not isinstance(given, dict):
        return None
    fractions = [_fraction(gap, given.get(gap.id)) for gap in item.gaps]
    if all(fraction is None for fraction in fractions):
        return None
    earned = sum((gap.points * (each or 0) for gap, each in zip(item.gaps, fractions, strict=True)), Fraction(0))
    return earned / sum(gap.points for gap in item.gaps)


@_fraction.register
def _essay(_item: Essay, answer: Any) -> Fraction | None:
    return Fraction(0) if isinstance(answer, str) and answer.strip() else None


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
