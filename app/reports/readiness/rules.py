"""How ready is this person for this product, from 0 to 100, and where does the number come from?

It informs. No standing, no clearance and no order of people rests on it. What does not apply, or was never measured,
is left out: the rest is then what there is to have.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final


class PartKind(StrEnum):
    """What readiness is made of."""

    QUIZ = "quiz"
    MEMORY = "memory"
    DRILLS = "drills"
    SIGN_OFF = "sign_off"
    CONDUCT = "conduct"
    CHANGES = "changes"


WEIGHTS: Final = {
    PartKind.QUIZ: 30,
    PartKind.MEMORY: 20,
    PartKind.DRILLS: 15,
    PartKind.SIGN_OFF: 15,
    PartKind.CONDUCT: 10,
    PartKind.CHANGES: 10,
}
"""The most points of each part; together 100."""

FRESH_DAYS: Final = 90
"""So long a quiz or a sign-off counts in full; from then on less each day."""
STALE_DAYS: Final = 365
"""From this age on it counts half."""
FORGOTTEN: Final = 50
"""At this chance in percent that a question is remembered there are no points; at `REMEMBERED` there are all."""
REMEMBERED: Final = 90
VIOLATION_COSTS: Final = 5
"""Points that a confirmed violation takes."""
VIOLATION_DAYS: Final = 180
"""So long it takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one person and one product; ages are in days, None where there is nothing to be that old."""

    asks_quiz: bool = False
    quiz_percent: Fraction | None = None
    quiz_passed: bool = False
    quiz_age: int | None = None
    remembered: int | None = None
    drills: int = 0
    drills_right: int = 0
    asks_sign_off: bool = False
    sign_off_age: int | None = None
    violations: int = 0
    open_changes: int = 0
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part: so many points of so many."""

    kind: PartKind
    points: int
    of: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """The score from 0 to 100 with its parts; None for somebody who has done nothing yet."""

    score: int | None
    parts: tuple[Part, ...]
    facts: Facts


def readiness(facts: Facts) -> Readiness:
    """Work out how ready somebody is. Points are rounded to whole ones, halves up."""
    if not facts.begun:
        return Readiness(None, (), facts)
    parts = tuple(
        Part(kind, _rounded(share * WEIGHTS[kind]), WEIGHTS[kind])
        for kind, measure in _MEASURES.items()
        if (share := measure(facts)) is not None
    )
    points, most = sum(part.points for part in parts), sum(part.of for part in parts)
    return Readiness(_rounded(Fraction(100 * points, most)), parts, facts)


def _quiz(facts: Facts) -> Fraction | None:
    if not facts.asks_quiz:
        return None
    if facts.quiz_percent is None or facts.quiz_age is None:
        return Fraction(0)
    share = facts.quiz_percent / 100 * _freshness(facts.quiz_age)
    return share if facts.quiz_passed else share / 2


def _memory(facts: Facts) -> Fraction | None:
    if facts.remembered is None:
        return None
    return _between(Fraction(facts.remembered - FORGOTTEN, REMEMBERED - FORGOTTEN))


def _drills(facts: Facts) -> Fraction | None:
    return Fraction(facts.drills_right, facts.drills) if facts.drills else None


def _sign_off(facts: Facts) -> Fraction | None:
    if not facts.asks_sign_off:
        return None
    return Fraction(0) if facts.sign_off_age is None else _freshness(facts.sign_off_age)


def _conduct(facts: Facts) -> Fraction | None:
    return _between(1 - Fraction(VIOLATION_COSTS * facts.violations, WEIGHTS[PartKind.CONDUCT]))


def _changes(facts: Facts) -> Fraction | None:
    return Fraction(0 if facts.open_changes else 1)


_MEASURES: Final[dict[PartKind, Callable[[Facts], Fraction | None]]] = {
    PartKind.QUIZ: _quiz,
    PartKind.MEMORY: _memory,
    PartKind.DRILLS: _drills,
    PartKind.SIGN_OFF: _sign_off,
    PartKind.CONDUCT: _conduct,
    PartKind.CHANGES: _changes,
}


def _freshness(age: int) -> Fraction:
    """Return 1 for what is fresh, a half for what is stale, and on a straight line in between."""
    return 1 - _between(Fraction(age - FRESH_DAYS, STALE_DAYS - FRESH_DAYS)) / 2


def _between(share: Fraction) -> Fraction:
    return max(Fraction(0), min(Fraction(1), share))


def _rounded(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
