"""What could somebody answer who knows everything? An answer to an item that earns all of its points."""

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from app.quizzes.grading import WILDCARD
from app.quizzes.items import (
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

_DIGITS = 30  # more than a number of a document has


def solution(item: Item) -> Any:
    """Return an answer, in plain JSON as an attempt stores it, that is fully right.

    Raises:
        TypeError: a person marks the item.
    """
    match item:
        case Single() | TrueFalse():
            return item.correct
        case Multiple():
            return sorted(item.correct)
        case ShortText():
            return literal(next(each.text for each in item.accept if each.weight == 1))
        case Numeric():
            return _written(next(each for each in item.accept if each.weight == 1))
        case Matching():
            return list(item.rights)
        case Ordering():
            return list(range(item.size))
        case Cloze():
            return {"gaps": {gap.id: solution(gap) for gap in item.gaps}}
        case Essay():
            raise TypeError("Whether an essay is right is for a person to say.")
    raise TypeError(f"No right answer is known for a {type(item).__name__}.")


def literal(pattern: str) -> str:
    """Write the shortest text that an accepted pattern matches."""
    return re.sub(r"\\\*", "*", WILDCARD.sub("", pattern)).strip()


def _written(accepted: Interval) -> str:
    middle: Fraction = (accepted.low + accepted.high) / 2
    with localcontext(prec=_DIGITS):
        number = (Decimal(middle.numerator) / Decimal(middle.denominator)).normalize()
    plain = f"{number:f}"
    return plain if len(plain) <= _DIGITS else str(number)
