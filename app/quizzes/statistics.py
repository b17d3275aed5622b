"""How does an item perform: is it easy, does it tell those who know from those who do not?

Only first attempts count. Variances and covariances are those of a sample: their denominator is n - 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

FEWEST_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class ItemScore:
    """The points that one first attempt earned on the item, and in total."""

    points: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """How an item performed, each number in percent, or None where it cannot be told.

    ``facility``: the mean of its points, of the most that can be had. ``discrimination``: the correlation of
    its points with those of the rest of the attempt. ``efficiency``: how much of the greatest possible
    covariance, given how hard it is, it reaches.
    """

    attempts: int
    facility: float | None
    discrimination: float | None
    efficiency: float | None


def item_statistics(
    scores: Sequence[ItemScore], max_points: Fraction, *, fewest: int = FEWEST_ATTEMPTS
) -> ItemStatistics:
    """Compute an item's statistics; below the fewest attempts only its facility."""
    points = [score.points for score in scores]
    rest = [score.total - score.points for score in scores]
    count = len(scores)
    facility = float(100 * sum(points, Fraction(0)) / (count * max_points)) if count and max_points else None
    if count < max(fewest, 2):
        return ItemStatistics(count, facility, None, None)
    covariance = _covariance(points, rest)
    spread = sqrt(_covariance(points, points) * _covariance(rest, rest))
    greatest = _covariance(sorted(points), sorted(rest))
    return ItemStatistics(
        attempts=count,
        facility=facility,
        discrimination=100 * float(covariance) / spread if spread else None,
        efficiency=float(100 * covariance / greatest) if greatest else None,
    )


def _covariance(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    left_mean, right_mean = sum(left, Fraction(0)) / len(left), sum(right, Fraction(0)) / len(right)
    products = ((x - left_mean) * (y - right_mean) for x, y in zip(left, right, strict=True))
    return sum(products, Fraction(0)) / (len(left) - 1)
