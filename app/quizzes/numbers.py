"""Which number did somebody mean who typed this?"""

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction

LONGEST = 60
DECIMAL = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:[.,](?P<part>[0-9]+))?")
GROUPED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?P<by>[ .,'])[0-9]{3}(?:(?P=by)[0-9]{3})*)"
    r"(?:(?!(?P=by))[.,](?P<part>[0-9]+))?"
)
TYPED_SIGNS = str.maketrans({"−": "-", "’": "'"})


def readings(text: str, units: Iterable[str] = ()) -> frozenset[Fraction]:
    """Return every number that a text can mean; none when it is not a number.

    Decimals may follow a point or a comma, thousands may be grouped by spaces, points, commas or apostrophes,
    and the unit may stand before or after. Digits and signs may be full-width. "1,234" has two readings, as
    both conventions are at home among sellers. A percentage is a hundredth, unless percent is the unit that
    was asked for.
    """
    if len(text) > LONGEST:
        return frozenset()
    text, scale = _folded(text), Fraction(1)
    unit = next((each for each in map(_folded, units) if each and (text.startswith(each) or text.endswith(each))), "")
    text = text.removesuffix(unit).removeprefix(unit).strip()
    if text.endswith("%"):
        text, scale = text.removesuffix("%").strip(), Fraction(1, 100)
    matches = (pattern.fullmatch(text) for pattern in (DECIMAL, GROUPED))
    return frozenset(_value(match) * scale for match in matches if match and (match["whole"] or match["part"]))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(TYPED_SIGNS).casefold().split())


def _value(match: re.Match[str]) -> Fraction:
    whole = re.sub(r"[^0-9]", "", match["whole"])
    return Fraction(f"{match['sign']}{whole or '0'}.{match['part'] or '0'}")
