"""Which number did somebody mean who typed this?"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction

LONGEST = 60
DECIMAL = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:[.,](?P<part>[0-9]*))?(?:e(?P<power>[+-]?[0-9]{1,3}))?", re.IGNORECASE
)
GROUPED = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3}(?P<by>[ .,'])[0-9]{3}(?:(?P=by)[0-9]{3})*)"
    r"(?:(?!(?P=by))[.,](?P<part>[0-9]+))?(?P<power>)"
)
TYPED_SIGNS = str.maketrans({"−": "-", "’": "'"})


def readings(text: str, units: Sequence[tuple[str, Fraction]] = ()) -> frozenset[Fraction]:
    """Return every number that a text can mean; none when it is not a number.

    Decimals may follow a point or a comma, thousands may be grouped by spaces, points, commas or apostrophes, and
    a power of ten may follow an e. Digits and signs may be full-width. "1,234" has two readings, as both
    conventions are at home among sellers. A unit may stand before or after, and multiplies by its factor; upper
    and lower case matter only where units differ by them. A percentage is a hundredth, unless percent is the unit
    that was asked for.
    """
    if len(text) > LONGEST:
        return frozenset()
    typed = _plain(text)
    names = [(_plain(name), factor) for name, factor in units]
    folded = [(name.casefold(), factor) for name, factor in names]
    return _with_unit(typed, names) or _with_unit(typed.casefold(), folded) or _numbers(typed)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(TYPED_SIGNS).split())


def _with_unit(text: str, units: Iterable[tuple[str, Fraction]]) -> frozenset[Fraction]:
    found = [
        value * factor
        for name, factor in units
        if name and (text.startswith(name) or text.endswith(name))
        for value in _numbers(text.removesuffix(name).removeprefix(name).strip())
    ]
    return frozenset(found)


def _numbers(text: str) -> frozenset[Fraction]:
    scale = Fraction(1)
    if text.endswith("%"):
        text, scale = text.removesuffix("%").strip(), Fraction(1, 100)
    matches = (pattern.fullmatch(text) for pattern in (DECIMAL, GROUPED))
    return frozenset(_value(match) * scale for match in matches if match and (match["whole"] or match["part"]))


def _value(match: re.Match[str]) -> Fraction:
    whole = re.sub(r"[^0-9]", "", match["whole"])
    return Fraction(f"{match['sign']}{whole or '0'}.{match['part'] or '0'}") * Fraction(10) ** int(match["power"] or 0)
