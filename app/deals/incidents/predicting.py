"""Which quiz items told beforehand who would cross a red line: pure rules, of counts of people.

The difference of two shares has the hybrid score interval of Newcombe (Statistics in Medicine 17, 1998, pages
873-890, method 10), made of the Wilson score intervals (1927) of both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from app.conduct.reviewing.rules import wilson

FEWEST_WHO_CROSSED: Final = 5
"""People who crossed the line after answering an item, below which nothing is said of it."""
FEWEST_OTHERS: Final = 20
"""People who answered it and did not cross the line, below which nothing is said of it."""


class Verdict(StrEnum):
    """What the numbers of an item say."""

    TOO_FEW = "too_few"
    NOBODY_KNEW = "nobody_knew"
    PREDICTED = "predicted"
    OPPOSITE = "opposite"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some people had an item wrong at their first attempt."""

    wrong: int
    people: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1; None where there is nobody."""
        return self.wrong / self.people if self.people else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Those who crossed a line after they answered an item, beside those who answered it and never did."""

    crossed: Share
    others: Share

    @property
    def difference(self) -> float | None:
        """How much larger the share of wrong answers is among those who crossed the line, from -1 to 1."""
        if not self.crossed.people or not self.others.people:
            return None
        return self.crossed.wrong / self.crossed.people - self.others.wrong / self.others.people

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which differences the true one lies, at 95 %; None where one of the two groups is empty."""
        if not self.crossed.people or not self.others.people:
            return None
        return newcombe(self.crossed, self.others)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough people in both groups to say anything."""
        return self.crossed.people >= FEWEST_WHO_CROSSED and self.others.people >= FEWEST_OTHERS

    @property
    def verdict(self) -> Verdict:
        """What the numbers say; a difference counts where its interval leaves out zero."""
        if not self.is_enough or self.interval is None:
            return Verdict.TOO_FEW
        low, high = self.interval
        if low > 0:
            everybody = self.crossed.wrong == self.crossed.people
            return Verdict.NOBODY_KNEW if everybody else Verdict.PREDICTED
        return Verdict.OPPOSITE if high < 0 else Verdict.NO_DIFFERENCE


def newcombe(first: Share, second: Share) -> tuple[float, float]:
    """Return the 95 % interval of the difference first − second of two shares of at least one person each."""
    here, there = first.wrong / first.people, second.wrong / second.people
    low, high = wilson(first.wrong, first.people)
    low_there, high_there = wilson(second.wrong, second.people)
    difference = here - there
    below = sqrt((here - low) ** 2 + (high_there - there) ** 2)
    above = sqrt((high - here) ** 2 + (there - low_there) ** 2)
    return max(-1.0, difference - below), min(1.0, difference + above)


@dataclass(frozen=True, slots=True)
class Answered:
    """The first answer of somebody to an item; `before` says that it came before they crossed its line first."""

    wrong: bool
    before: bool


def compare(everybody: Share, of_those_who_crossed: Iterable[Answered]) -> Comparison:
    """Part everybody who answered an item into those who crossed its line later, and those who never did.

    Who answered only after crossing the line belongs to neither.
    """
    answered = list(of_those_who_crossed)
    before = [each for each in answered if each.before]
    others = Share(everybody.wrong - sum(each.wrong for each in answered), everybody.people - len(answered))
    return Comparison(Share(sum(each.wrong for each in before), len(before)), others)
