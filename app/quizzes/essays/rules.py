"""Can these points be given, and what do they add up to?"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

_MOST_DIGITS = 12


def points_of(typed: str, most: Decimal) -> Decimal | None:
    """Read the points that were typed for a criterion; None when they are no number from 0 to `most`."""
    try:
        value = Decimal(typed.strip().replace(",", ".")[:_MOST_DIGITS])
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= most else None


def total(points: Mapping[str, str]) -> Decimal:
    """Add up stored points."""
    return sum((Decimal(value) for value in points.values()), Decimal(0))
