"""How long is an essay, how long has it waited, and can these points be given?"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

_WORD = re.compile(
    # a character of Chinese or Japanese is a word; so is a run of letters and digits of everything else
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    r"|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+(?:['’.-]\w+)*"
)
_MOST_DIGITS = 12


def word_count(text: str) -> int:
    """Count words; in Chinese text each character is one."""
    return len(_WORD.findall(text))


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
