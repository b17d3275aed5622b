"""How does a drawn item look to the person who answers it? In display order, in their language, without the key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from app.catalog.text import Text, localized
from app.quizzes.itemcontent import (
    Item,
    MatchingItem,
    MultipleItem,
    NumericItem,
    OrderingItem,
    ShortTextItem,
    SingleItem,
    TrueFalseItem,
)
from app.quizzes.itemqueries import DrawnItem
from app.web.i18n import current_locale, number
from app.web.i18n import gettext as _

_ITEM: TypeAdapter[Item] = TypeAdapter(Item)

PAIR = "pair-"
"""Fields of a matching: the place, on the page, of the right side that belongs to this line."""

PLACE = "place-"
"""Fields of an ordering: which place this line of the page has, counted from 1."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. `value` is its place on the page, which says nothing about the document."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line with a choice of its own."""

    name: str
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a page shows it."""

    type: str
    prompt: str
    flagged: bool
    choices: tuple[Choice, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    unit: str = ""


def item_of(document: dict[str, Any]) -> Item:
    """Read a stored item."""
    return _ITEM.validate_python(document)


def words(text: Text) -> str:
    """Write a content text in the language of the request."""
    return localized(text, current_locale())


def question_of(drawn: DrawnItem) -> Question:
    """Show a drawn item with the answer that is stored."""
    item = item_of(drawn.document)
    order, answer = drawn.option_order, drawn.answer
    common: dict[str, Any] = {"type": item.type, "prompt": words(item.prompt), "flagged": drawn.flagged}
    match item:
        case SingleItem() | MultipleItem():
            chosen = answer if isinstance(answer, list) else [answer]
            texts = [words(item.options[index].text) for index in order]
            common["choices"] = _choices(texts, [place for place, index in enumerate(order) if index in chosen])
        case TrueFalseItem():
            common["choices"] = (
                Choice("true", _("True"), chosen=answer is True),
                Choice("false", _("False"), chosen=answer is False),
            )
        case MatchingItem():
            common["rows"] = tuple(_matching_rows(item, order, answer))
        case OrderingItem():
            common["rows"] = tuple(_ordering_rows(item, order, answer))
        case ShortTextItem():
            common["text"] = answer or ""
        case NumericItem():
            common["text"] = answer or ""
            common["unit"] = words(item.unit) if item.unit else ""
    return Question(**common)


def _choices(texts: Sequence[str], chosen: Iterable[int]) -> tuple[Choice, ...]:
    places = set(chosen)
    return tuple(Choice(str(place), text, place in places) for place, text in enumerate(texts))


def _matching_rows(item: MatchingItem, order: Sequence[int], answer: list[int | None] | None) -> Iterable[Row]:
    rights = [words(item.pairs[index].right) for index in order]
    for line, pair in enumerate(item.pairs):
        given = answer[line] if answer else None
        chosen = [] if given is None else [order.index(given)]
        yield Row(f"{PAIR}{line}", words(pair.left), _choices(rights, chosen))


def _ordering_rows(item: OrderingItem, order: Sequence[int], answer: Any) -> Iterable[Row]:
    given_places = places_of(answer, len(item.options))
    for line, index in enumerate(order):
        given = given_places[index]
        choices = tuple(Choice(str(place), str(place), place == given) for place in range(1, len(item.options) + 1))
        yield Row(f"{PLACE}{line}", words(item.options[index].text), choices)


def places_of(answer: Any, size: int) -> list[int | None]:
    """Return, for each step of an ordering's document, the place it was given, counted from 1.

    A whole answer is the list of steps in the order chosen. One in which a place is missing or taken twice is a
    map, which earns nothing, and is kept so that nobody has to type it again.
    """
    if isinstance(answer, dict):
        return list(answer["places"])
    places: list[int | None] = [None] * size
    for place, index in enumerate(answer or [], start=1):
        places[index] = place
    return places


def said(item: Item, answer: Any) -> list[str]:
    """Write an answer in words, a line for each part; nothing when there is none."""
    if answer is None:
        return []
    match item:
        case SingleItem():
            return [words(item.options[answer].text)]
        case MultipleItem():
            return [words(item.options[index].text) for index in answer]
        case TrueFalseItem():
            return [_("True") if answer else _("False")]
        case MatchingItem():
            pairs = zip(item.pairs, answer, strict=True)
            given = [(pair, item.pairs[index]) for pair, index in pairs if index is not None]
            return [f"{words(left.left)}: {words(right.right)}" for left, right in given]
        case OrderingItem():
            steps = zip(places_of(answer, len(item.options)), item.options, strict=True)
            given_steps = sorted((place, words(step.text)) for place, step in steps if place is not None)
            return [f"{place}. {text}" for place, text in given_steps]
        case NumericItem():
            return [f"{answer} {words(item.unit)}" if item.unit else str(answer)]
        case ShortTextItem():
            return [str(answer)]


def right_answer(item: Item) -> list[str]:
    """Write the right answer in words. This is the key: only for whom the review policy opens it."""
    match item:
        case SingleItem() | MultipleItem():
            return [words(option.text) for option in item.options if option.correct]
        case TrueFalseItem():
            return said(item, item.answer)
        case MatchingItem():
            return said(item, list(range(len(item.pairs))))
        case OrderingItem():
            return said(item, list(range(len(item.options))))
        case NumericItem():
            return said(item, number(item.answer))
        case ShortTextItem():
            return [item.accept[0]]
