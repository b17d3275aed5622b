"""How does a drawn item look to the person who answers it? In display order, in their language, without the key."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from markupsafe import Markup, escape
from pydantic import TypeAdapter

from app.catalog.document import canonical
from app.catalog.media import media_kind, media_url
from app.catalog.text import Text, localized
from app.quizzes.grading import place_accepted
from app.quizzes.itemcontent import (
    ClozeItem,
    EssayItem,
    Item,
    MatchingItem,
    MultipleItem,
    NumericItem,
    OrderingItem,
    ShortTextItem,
    SingleItem,
    TrueFalseItem,
)
from app.quizzes.itemparts import (
    EMPTY_GAP,
    ChoiceGap,
    Gap,
    MediaReference,
    NumericKey,
    Option,
    ShortTextKey,
    split_gaps,
    without_gaps,
)
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.items import Cloze, Numeric, ShortText, Single, parse_item
from app.quizzes.wordcount import count_words
from app.web.i18n import current_locale, exact_number
from app.web.i18n import gettext as _

_ITEM: TypeAdapter[Item] = TypeAdapter(Item)
_BARE_NUMBER = re.compile(r"[\d\s.,'’+−-]+")

PAIR = "pair-"
"""Fields of a matching: the place, on the page, of the right side that belongs to this line."""

PLACE = "place-"
"""Fields of an ordering: which place this line of the page has, counted from 1."""

GAP = "gap-"
"""Fields of a cloze: what belongs into the gap of this number in the document, a place on the page or a text."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or a sound. Its address tells nothing but its digest."""

    kind: Literal["image", "audio"]
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. `value` is its place on the page, which says nothing about the document."""

    value: str
    text: str
    chosen: bool
    medium: Medium | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line with a choice of its own."""

    name: str
    text: str
    choices: tuple[Choice, ...]
    medium: Medium | None = None


@dataclass(frozen=True, slots=True)
class Blank:
    """A gap to fill in, by a choice or, without choices, by typing. Gaps are numbered as they are read."""

    name: str
    number: int
    choices: tuple[Choice, ...]
    text: str
    unit: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text with gaps, and the gap that follows it."""

    text: str
    blank: Blank | None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a page shows it."""

    type: str
    prompt: str
    flagged: bool
    media: tuple[Medium, ...] = ()
    choices: tuple[Choice, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    unit: str = ""
    segments: tuple[Segment, ...] = ()
    min_words: int | None = None
    max_words: int | None = None
    words: int = 0


def item_of(document: dict[str, Any]) -> Item:
    """Read a stored item."""
    return _ITEM.validate_python(document)


def words(text: Text) -> str:
    """Write a content text in the language of the request."""
    return localized(text, current_locale())


def prompt_of(item: Item) -> str:
    """Write the prompt of an item in the language of the request, for a list: gaps are lines to fill in."""
    return without_gaps(words(item.prompt)) if isinstance(item, ClozeItem) else words(item.prompt)


def question_of(drawn: DrawnItem) -> Question:
    """Show a drawn item with the answer that is stored."""
    item = drawn.content
    order, answer = drawn.option_order, drawn.answer
    common: dict[str, Any] = {
        "type": item.type,
        "prompt": prompt_of(item),
        "flagged": drawn.flagged,
        "media": tuple(medium for each in item.media if (medium := _medium(each))),
    }
    match item:
        case SingleItem() | MultipleItem():
            common["choices"] = _options(item.options, order, _chosen(answer))
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
        case ClozeItem():
            common["segments"] = tuple(_segments(item, order, answer["gaps"] if answer else {}))
        case EssayItem():
            common |= {"text": answer or "", "words": count_words(answer or "")}
            common |= {"min_words": item.min_words, "max_words": item.max_words}
    return Question(**common)


def _medium(reference: MediaReference | None) -> Medium | None:
    url = media_url(reference.file) if reference else ""
    if reference is None or not url:
        return None
    return Medium(media_kind(reference.file), url, words(reference.alt) if reference.alt else "")


def _options(options: Sequence[Option], order: Sequence[int], chosen: Iterable[Any]) -> tuple[Choice, ...]:
    places = set(chosen)
    return tuple(
        Choice(str(place), words(options[index].text), index in places, _medium(options[index].media))
        for place, index in enumerate(order)
    )


def _matching_rows(item: MatchingItem, order: Sequence[int], answer: list[int | None] | None) -> Iterable[Row]:
    rights = item.rights
    for line, pair in enumerate(item.pairs):
        given = answer[line] if answer else None
        choices = tuple(Choice(str(place), words(rights[index]), index == given) for place, index in enumerate(order))
        yield Row(f"{PAIR}{line}", words(pair.left), choices)


def _ordering_rows(item: OrderingItem, order: Sequence[int], answer: Any) -> Iterable[Row]:
    given_places = places_of(answer, len(item.options))
    for line, index in enumerate(order):
        step, given = item.options[index], given_places[index]
        choices = tuple(Choice(str(place), str(place), place == given) for place in range(1, len(item.options) + 1))
        yield Row(f"{PLACE}{line}", words(step.text), choices, _medium(step.media))


def _segments(item: ClozeItem, order: Sequence[int], given: Mapping[str, Any]) -> Iterator[Segment]:
    orders = gap_orders(item, order)
    positions = {gap.id: position for position, gap in enumerate(item.gaps)}
    for number, (text, name) in enumerate(split_gaps(words(item.prompt)), start=1):
        if name is None:
            yield Segment(text, None)
            continue
        gap, answer = item.gaps[positions[name]], given.get(name)
        is_choice = isinstance(gap, ChoiceGap)
        blank = Blank(
            name=f"{GAP}{positions[name]}",
            number=number,
            choices=_options(gap.options, orders[name], [answer]) if isinstance(gap, ChoiceGap) else (),
            text="" if is_choice or answer is None else str(answer),
            unit=words(gap.unit) if isinstance(gap, NumericKey) and gap.unit else "",
            numeric=isinstance(gap, NumericKey),
        )
        yield Segment(text, blank)


def gap_orders(item: ClozeItem, order: Sequence[int]) -> dict[str, Sequence[int]]:
    """Take the stored order of a cloze apart: the order of the options of each gap that has some."""
    orders: dict[str, Sequence[int]] = {}
    at = 0
    for gap in item.gaps:
        if isinstance(gap, ChoiceGap):
            orders[gap.id] = order[at : at + len(gap.options)]
            at += len(gap.options)
    return orders


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
        case SingleItem() | MultipleItem():
            return [words(item.options[index].text) for index in _chosen(answer)]
        case TrueFalseItem():
            return [_("True") if answer else _("False")]
        case MatchingItem():
            rights = [*(pair.right for pair in item.pairs), *item.extra]
            given = [(pair, rights[index]) for pair, index in zip(item.pairs, answer, strict=True) if index is not None]
            return [f"{words(pair.left)}{_(': ')}{words(right)}" for pair, right in given]
        case OrderingItem():
            steps = zip(places_of(answer, len(item.options)), item.options, strict=True)
            given_steps = sorted((place, words(step.text)) for place, step in steps if place is not None)
            return [f"{place}. {text}" for place, text in given_steps]
        case NumericItem():
            return [_with_unit(item, str(answer))]
        case ShortTextItem() | EssayItem():
            return [str(answer)]
        case ClozeItem():
            given = answer["gaps"]
            filled = {gap.id: _gap_said(gap, given[gap.id]) for gap in item.gaps if given.get(gap.id) is not None}
            return [_filled_in(item, filled)] if filled else []


def right_answer(item: Item) -> list[str]:
    """Write the right answer in words. This is the key: only for whom the review policy opens it.

    An essay has none.
    """
    match item:
        case SingleItem() | MultipleItem():
            return [words(option.text) for option in item.options if option.correct]
        case TrueFalseItem():
            return said(item, item.answer)
        case MatchingItem():
            return said(item, list(range(len(item.pairs))))
        case OrderingItem():
            return said(item, list(range(len(item.options))))
        case NumericItem() | ShortTextItem():
            return [_key_said(item)]
        case ClozeItem():
            return [_filled_in(item, {gap.id: _gap_key(gap) for gap in item.gaps})]
        case EssayItem():
            return []


def chosen_feedback(item: Item, answer: Any) -> list[str]:
    """Write what the author says to this very answer, part by part; the item's overall feedback is not among it."""
    if answer is None:
        return []
    match item:
        case SingleItem() | MultipleItem():
            return _written(item.options[index].feedback for index in _chosen(answer))
        case TrueFalseItem():
            return _written([item.feedback_true if answer else item.feedback_false])
        case NumericItem() | ShortTextItem():
            parsed = parse_item(canonical(item))
            return _written([_key_feedback(item, parsed, answer)])
        case ClozeItem():
            parsed = parse_item(canonical(item))
            pairs = zip(item.gaps, parsed.gaps if isinstance(parsed, Cloze) else (), strict=True)
            found = {gap.id: _gap_feedback(gap, key, answer["gaps"].get(gap.id)) for gap, key in pairs}
            return _gap_lines(item, {name: words(feedback) for name, feedback in found.items() if feedback})
    return []


def _chosen(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]


def _written(texts: Iterable[Text | None]) -> list[str]:
    return [words(text) for text in texts if text]


def _gap_lines(item: ClozeItem, lines: Mapping[str, str]) -> list[str]:
    """Write a line for each gap that has one, in the order in which the gaps are read."""
    read = [name for _text, name in split_gaps(words(item.prompt))]
    return [
        _("Gap %(number)s: %(words)s") % {"number": number, "words": lines[name]}
        for number, name in enumerate(read, start=1)
        if name is not None and name in lines
    ]


def _filled_in(item: ClozeItem, answers: Mapping[str, str]) -> Markup:
    """Write the text of a cloze with what stands in its gaps marked; a gap without an answer stays a line."""
    pieces: list[str] = []
    for text, name in split_gaps(words(item.prompt)):
        pieces.append(escape(text))
        if name is not None:
            found = answers.get(name)
            pieces.append(Markup('<b class="filled">{}</b>').format(found) if found else EMPTY_GAP)
    return Markup().join(pieces)


def _gap_said(gap: Gap, answer: Any) -> str:
    if isinstance(gap, ChoiceGap):
        return words(gap.options[answer].text)
    return _with_unit(gap, str(answer)) if isinstance(gap, NumericKey) else str(answer)


def _gap_key(gap: Gap) -> str:
    if isinstance(gap, ChoiceGap):
        return next(words(option.text) for option in gap.options if option.correct)
    return _key_said(gap)


def _gap_feedback(gap: Gap, key: Single | ShortText | Numeric, answer: Any) -> Text | None:
    if answer is None:
        return None
    return gap.options[answer].feedback if isinstance(gap, ChoiceGap) else _key_feedback(gap, key, answer)


def _key_feedback(key: ShortTextKey | NumericKey, parsed: object, answer: Any) -> Text | None:
    place = place_accepted(parsed, answer) if isinstance(parsed, ShortText | Numeric) else None
    entries = key.accept if isinstance(key, ShortTextKey) else key.ranges
    return None if place is None else entries[place].feedback


def _key_said(key: ShortTextKey | NumericKey) -> str:
    if isinstance(key, ShortTextKey):
        return next(each.text for each in key.accept if each.weight == 1).replace("\\*", "*")
    accepted = next(each for each in key.ranges if each.weight == 1)
    if accepted.answer is not None:
        return _with_unit(key, exact_number(accepted.answer))
    ends = {"low": exact_number(accepted.min or 0), "high": exact_number(accepted.max or 0)}
    return _with_unit(key, _("%(low)s to %(high)s") % ends, always=True)


def _with_unit(key: NumericKey, number: str, *, always: bool = False) -> str:
    return f"{number} {words(key.unit)}" if key.unit and (always or _BARE_NUMBER.fullmatch(number)) else number
