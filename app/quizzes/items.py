"""What is there to know about an item in order to draw it and to mark it?

An item is read from the document of its version. Its texts stay there: options are known by their place in
it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any


class ItemType(StrEnum):
    """The types of items that can be marked without a person."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    SHORT_TEXT = "short_text"
    NUMERIC = "numeric"
    MATCHING = "matching"
    ORDERING = "ordering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What all items have: an id, the points for a right answer, and whether a wrong one fails the attempt."""

    id: str
    points: Fraction = Fraction(1)
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Item):
    """One of several options is right. Pinned options keep their place."""

    size: int
    correct: int
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiple(Item):
    """Any number of options is right; each option has the weight that choosing it adds to the mark."""

    weights: tuple[Fraction, ...]
    correct: frozenset[int]
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFalse(Item):
    """A statement that is true or not."""

    correct: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText(Item):
    r"""A few words, compared with patterns in which ``*`` stands for anything and ``\*`` for itself."""

    accept: tuple[str, ...]
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(Item):
    """A number, right within a tolerance on either side; its unit, in any language, may be typed or left out."""

    correct: Fraction
    tolerance: Fraction = Fraction(0)
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Item):
    """Each left side has a right side. ``rights`` names, for each place, the first place with the same text."""

    rights: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(Item):
    """Options to be put in order; the document lists them in the right one."""

    size: int
    pinned: frozenset[int] = frozenset()


def parse_item(document: Mapping[str, Any]) -> Item:
    """Read the document of an item version.

    Raises:
        ValueError: the document has no type that can be marked, or lacks what its type needs.
    """
    try:
        parse = PARSERS[ItemType(document["type"])]
        common = {
            "id": str(document["id"]),
            "points": _number(document.get("points", 1)),
            "critical": document.get("critical", False) is True,
        }
        return parse(document, common)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The item lacks what its type needs: {error}.") from error


def _single(document: Mapping[str, Any], common: Mapping[str, Any]) -> Single:
    options = _options(document)
    correct = _correct(options)
    if len(correct) != 1:
        raise ValueError("An item with a single choice needs exactly one right option.")
    return Single(**common, size=len(options), correct=min(correct), pinned=_pinned(options))


def _multiple(document: Mapping[str, Any], common: Mapping[str, Any]) -> Multiple:
    options = _options(document)
    correct = _correct(options)
    if not correct:
        raise ValueError("An item with multiple choices needs at least one right option.")
    share, penalty = Fraction(1, len(correct)), Fraction(-1, max(1, len(options) - len(correct)))
    weights = (
        _number(option["weight"]) if option.get("weight") is not None else share if place in correct else penalty
        for place, option in enumerate(options)
    )
    return Multiple(**common, weights=tuple(weights), correct=correct, pinned=_pinned(options))


def _true_false(document: Mapping[str, Any], common: Mapping[str, Any]) -> TrueFalse:
    if not isinstance(document["answer"], bool):
        raise ValueError("A statement is true or false; the answer must say which.")  # noqa: TRY004 - bad content
    return TrueFalse(**common, correct=document["answer"])


def _short_text(document: Mapping[str, Any], common: Mapping[str, Any]) -> ShortText:
    accept = tuple(str(text) for text in document["accept"])
    if not accept:
        raise ValueError("A short answer needs at least one accepted text.")
    return ShortText(**common, accept=accept, case_sensitive=document.get("case_sensitive", False) is True)


def _numeric(document: Mapping[str, Any], common: Mapping[str, Any]) -> Numeric:
    tolerance = _number(document.get("tolerance", 0))
    if tolerance < 0:
        raise ValueError("A tolerance cannot be negative.")
    return Numeric(
        **common, correct=_number(document["answer"]), tolerance=tolerance, units=_words(document.get("unit"))
    )


def _matching(document: Mapping[str, Any], common: Mapping[str, Any]) -> Matching:
    rights = [pair["right"] for pair in document["pairs"]]
    if not rights:
        raise ValueError("An item that matches needs pairs.")
    return Matching(**common, rights=tuple(rights.index(right) for right in rights))


def _ordering(document: Mapping[str, Any], common: Mapping[str, Any]) -> Ordering:
    options = _options(document)
    return Ordering(**common, size=len(options), pinned=_pinned(options))


PARSERS: Mapping[ItemType, Callable[[Mapping[str, Any], Mapping[str, Any]], Item]] = {
    ItemType.SINGLE: _single,
    ItemType.MULTIPLE: _multiple,
    ItemType.TRUE_FALSE: _true_false,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.NUMERIC: _numeric,
    ItemType.MATCHING: _matching,
    ItemType.ORDERING: _ordering,
}


def _options(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    options: Sequence[Mapping[str, Any]] = document["options"]
    if not options:
        raise ValueError("The item needs options.")
    return options


def _correct(options: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    return frozenset(place for place, option in enumerate(options) if option.get("correct") is True)


def _pinned(options: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    return frozenset(place for place, option in enumerate(options) if option.get("pinned") is True)


def _words(text: str | Mapping[str, str] | None) -> tuple[str, ...]:
    """List a text in each language that it is given in."""
    return tuple(text.values()) if isinstance(text, Mapping) else (text,) if text else ()


def _number(value: float | str) -> Fraction:
    """Read a number as it was written: 0.1 is a tenth, not its nearest binary neighbour."""
    if isinstance(value, bool):
        raise TypeError("truth is not a number")
    return Fraction(str(value))
