"""What does an attempt earn when one of its questions is marked again?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.quizzes.grading import Mark, Result, grade, grade_attempt, rounded
from app.quizzes.items import Item, parse_item
from app.quizzes.models import RegradePolicy
from app.quizzes.regrading.translation import UntranslatableError, translate

_PARTS = 100
"""Into how many parts a point is split at most where a fraction is looked for behind stored decimals."""


@dataclass(frozen=True, slots=True)
class Place:
    """One question of a marked attempt: its wording then, the answer, and the points that hold now."""

    position: int
    document: Mapping[str, Any]
    item: Item
    answer: Any
    points: Decimal
    correct: bool
    asked: bool
    """Whether this is the question that is marked again."""


@dataclass(frozen=True, slots=True)
class Held:
    """The mark of an attempt as it holds now."""

    points: Decimal
    max_points: Decimal
    percent: Decimal
    passed: bool


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What one question earned before and earns now."""

    position: int
    points_before: Decimal
    points_after: Decimal
    correct_after: bool


class Effect(StrEnum):
    """What a regrade does to an attempt."""

    PASSES_NOW = "passes_now"
    FAILS_NOW = "fails_now"
    MARK_CHANGES = "mark_changes"
    SAME = "same"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True)
class Regraded:
    """An attempt marked again."""

    effect: Effect
    points: Decimal
    percent: Decimal
    passed: bool
    items: tuple[ItemChange, ...]


def regrade(
    held: Held, places: Sequence[Place], key: Mapping[str, Any], policy: RegradePolicy, pass_percent: float
) -> Regraded:
    """Mark an attempt again under the key of a version.

    Where the version shown then asks something else than the key's, only full credit can be given; the attempt
    otherwise keeps its mark. All other questions keep what they hold.
    """
    as_it_is = Regraded(Effect.SAME, held.points, held.percent, held.passed, ())
    if policy is RegradePolicy.NONE:
        return as_it_is
    try:
        marks = [(place, _again(place, key, policy) if place.asked else _held(place)) for place in places]
    except UntranslatableError:
        return replace(as_it_is, effect=Effect.NOT_COMPARABLE)
    items = tuple(
        ItemChange(place.position, place.points, rounded(mark.points, 4), mark.correct)
        for place, mark in marks
        if place.asked and (rounded(mark.points, 4), mark.correct) != (place.points, place.correct)
    )
    if not items:
        return as_it_is
    result = grade_attempt([mark for _place, mark in marks], pass_percent)
    return Regraded(_effect(held, result), rounded(result.points, 4), result.percent, result.passed, items)


def _effect(held: Held, result: Result) -> Effect:
    if result.passed == held.passed:
        return Effect.MARK_CHANGES
    return Effect.PASSES_NOW if result.passed else Effect.FAILS_NOW


def _held(place: Place) -> Mark:
    """Give the mark that a question holds, exactly where its own key still gives it."""
    exact = grade(place.item, place.answer)
    if not exact.pending and rounded(exact.points, 4) == place.points and exact.correct == place.correct:
        return exact
    # a person or an earlier regrade has given it
    earned = _simplest(place.points)
    return replace(exact, points=earned, fraction=earned / exact.max_points, correct=place.correct, pending=False)


def _simplest(points: Decimal) -> Fraction:
    """Read stored points as the simple fraction that they were before they were rounded, such as a third."""
    found = Fraction(points).limit_denominator(_PARTS)
    return found if rounded(found, 4) == points else Fraction(points)


def _again(place: Place, key: Mapping[str, Any], policy: RegradePolicy) -> Mark:
    held = _held(place)
    if policy is RegradePolicy.FULL_CREDIT:
        return _earning(held, Fraction(1))
    # what the question is worth and whether it is critical stay as they were when the attempt started
    new = grade(parse_item(key), translate(place.document, key, place.answer))
    return _earning(held, new.fraction if policy is RegradePolicy.NEW_ONLY else max(new.fraction, held.fraction))


def _earning(mark: Mark, fraction: Fraction) -> Mark:
    return replace(mark, fraction=fraction, points=fraction * mark.max_points, correct=fraction == 1)
