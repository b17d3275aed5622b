"""What is there to know about an item in order to draw it and to mark it?

An item is read from the document of its version. Its texts stay there: options are known by their place in
it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.quizzes.itemcontent import first_places


class ItemType(StrEnum):
    """The types of items. A person marks essays; all others are marked here."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    SHORT_TEXT = "short_text"
    NUMERIC = "numeric"
    MATCHING = "matching"
    ORDERING = "ordering"
    CLOZE = "cloze"
    ESSAY = "essay"


@dataclass(frozen=True, slots=True)
class Accepted:
    r"""A pattern in which ``*`` stands for anything and ``\*`` for itself, and what it earns: 0 to 1."""

    text: str
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from ``low`` to ``high``, both included, and what they earn: 0 to 1."""

    low: Fraction
    high: Fraction
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric: the most that it earns, and below what the essay earns nothing."""

    id: str
    points: Fraction
    needed: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What all items have: an id, the points for a right answer, and whether a wrong one fails the attempt."""

    id: str
    points: Fraction = Fraction(1)
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Single(Item):
    """One of several options is right. Pinned options keep their place; ``partial`` says what wrong ones earn."""

    size: int
    correct: int
    pinned: frozenset[int] = frozenset()
    partial: Mapping[int, Fraction] = field(default_factory=dict)


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
    """A few words, compared with what is accepted."""

    accept: tuple[Accepted, ...]
    case_sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric(Item):
    """A number. A unit may be typed or left out: ``units`` has each name in each language, with its factor."""

    accept: tuple[Interval, ...]
    units: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(Item):
    """Each left side has a right side. ``rights`` names, for each place, the first place that reads the same.

    The ``extra`` right sides that belong to nothing have the places after those of the pairs.
    """

    rights: tuple[int, ...]
    extra: int = 0

    @property
    def places(self) -> tuple[int, ...]:
        """The places of the right sides to choose from, each once."""
        return (*sorted(set(self.rights)), *range(len(self.rights), len(self.rights) + self.extra))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering(Item):
    """Options to be put in order; the document lists them in the right one."""

    size: int
    pinned: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloze(Item):
    """Gaps of a text: each an item of its own, whose points are its share."""

    gaps: tuple[Single | ShortText | Numeric, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Essay(Item):
    """A text that a person marks. It is right from ``needed_percent`` of the points of the criteria."""

    criteria: tuple[Criterion, ...]
    needed_percent: Fraction = Fraction(60)


def parse_item(document: Mapping[str, Any]) -> Item:
    """Read the document of an item version.

    Raises:
        ValueError: the document has no type that is known, or lacks what its type needs.
    """
    try:
        parse = PARSERS[ItemType(document["type"])]
        return parse(document, _common(document))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The item lacks what its type needs: {error}.") from error


def _common(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "id": str(document["id"]),
        "points": _number(document.get("points", 1)),
        "critical": document.get("critical", False) is True,
    }


def _single(document: Mapping[str, Any], common: Mapping[str, Any]) -> Single:
    options = _options(document)
    correct = _correct(options)
    if len(correct) != 1:
        raise ValueError("An item with a single choice needs exactly one right option.")
    partial = {
        place: _number(option["weight"])
        for place, option in enumerate(options)
        if option.get("weight") is not None and place not in correct
    }
    return Single(**common, size=len(options), correct=min(correct), pinned=_pinned(options), partial=partial)


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
    entries = [entry if isinstance(entry, Mapping) else {"text": entry} for entry in document["accept"]]
    accept = tuple(Accepted(str(entry["text"]), _number(entry.get("weight", 1))) for entry in entries)
    if not accept:
        raise ValueError("A short answer needs at least one accepted text.")
    return ShortText(**common, accept=accept, case_sensitive=document.get("case_sensitive", False) is True)


def _numeric(document: Mapping[str, Any], common: Mapping[str, Any]) -> Numeric:
    accept = tuple(_interval(entry) for entry in document.get("answers") or [document])
    units = [(name, Fraction(1)) for name in _words(document.get("unit"))]
    for other in document.get("units", ()):
        units += [(name, _number(other["factor"])) for name in _words(other["unit"])]
    return Numeric(**common, accept=accept, units=tuple(units))


def _interval(entry: Mapping[str, Any]) -> Interval:
    if entry.get("answer") is None:
        low, high = _number(entry["min"]), _number(entry["max"])
    else:
        answer, tolerance = _number(entry["answer"]), _number(entry.get("tolerance", 0))
        low, high = answer - tolerance, answer + tolerance
    if low > high:
        raise ValueError("A range ends where it begins or above, and a tolerance cannot be negative.")
    return Interval(low, high, _number(entry.get("weight", 1)))


def _matching(document: Mapping[str, Any], common: Mapping[str, Any]) -> Matching:
    rights = first_places([pair["right"] for pair in document["pairs"]])
    if not rights:
        raise ValueError("An item that matches needs pairs.")
    return Matching(**common, rights=rights, extra=len(document.get("extra", ())))


def _ordering(document: Mapping[str, Any], common: Mapping[str, Any]) -> Ordering:
    options = _options(document)
    return Ordering(**common, size=len(options), pinned=_pinned(options))


def _cloze(document: Mapping[str, Any], common: Mapping[str, Any]) -> Cloze:
    gaps = tuple(GAP_PARSERS[gap["type"]](gap, _common(gap)) for gap in document["gaps"])
    if not gaps:
        raise ValueError("A text with gaps needs gaps.")
    return Cloze(**common, gaps=gaps)


def _essay(document: Mapping[str, Any], common: Mapping[str, Any]) -> Essay:
    criteria = tuple(
        Criterion(str(each["id"]), _number(each["points"]), _number(each.get("needed") or 0))
        for each in document["criteria"]
    )
    if not criteria:
        raise ValueError("An essay needs criteria.")
    return Essay(**common, criteria=criteria, needed_percent=_number(document.get("needed_percent", 60)))


GAP_PARSERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Single | ShortText | Numeric]] = {
    "choice": _single,
    "short_text": _short_text,
    "numeric": _numeric,
}
PARSERS: Mapping[ItemType, Callable[[Mapping[str, Any], Mapping[str, Any]], Item]] = {
    ItemType.SINGLE: _single,
    ItemType.MULTIPLE: _multiple,
    ItemType.TRUE_FALSE: _true_false,
    ItemType.SHORT_TEXT: _short_text,
    ItemType.NUMERIC: _numeric,
    ItemType.MATCHING: _matching,
    ItemType.ORDERING: _ordering,
    ItemType.CLOZE: _cloze,
    ItemType.ESSAY: _essay,
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
