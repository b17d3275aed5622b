"""How does an item perform: is it easy, does it tell those who know from those who do not?

Only first attempts count. Variances and covariances are those of a sample: their denominator is n - 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from operator import mul, sub

FEWEST_ATTEMPTS = 20


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


def statistics_of(
    points: Sequence[int], totals: Sequence[int], most: int, *, fewest: int = FEWEST_ATTEMPTS
) -> ItemStatistics:
    """Compute an item's statistics; below the fewest attempts only its facility.

    ``points`` are what each first attempt earned on the item, ``totals`` what it earned altogether: whole numbers of
    some common unit, which is exact and quick. ``most`` is what they together could earn on the item.
    """
    count = len(points)
    facility = 100 * sum(points) / most if most else None
    if count < max(fewest, 2):
        return ItemStatistics(count, facility, None, None)
    rest = list(map(sub, totals, points))
    covariance = _covariance(points, rest)
    spread = sqrt(_covariance(points, points) * _covariance(rest, rest))
    greatest = _covariance(sorted(points), sorted(rest))
    return ItemStatistics(
        attempts=count,
        facility=facility,
        discrimination=100 * covariance / spread if spread else None,
        efficiency=100 * covariance / greatest if greatest else None,
    )


def _covariance(left: Sequence[int], right: Sequence[int]) -> int:
    # times n (n - 1), which the ratios above do without
    products: int = sum(map(mul, left, right))
    return len(left) * products - sum(left) * sum(right)
