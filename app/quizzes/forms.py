"""What a browser may send while it answers a quiz."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field
from starlette.datastructures import FormData

from app.errors import InvalidError
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
from app.quizzes.itemparts import ChoiceGap
from app.quizzes.questions import GAP, PAIR, PLACE, gap_orders
from app.web.forms import Blank, Form
from app.web.i18n import gettext as _

LONGEST_ANSWER = 500
LONGEST_ESSAY = 20_000


class SaveForm(Form):
    """Everything of a save but the answer: the step it was rendered from, the place, the flag and where to go."""

    step: Annotated[int, Field(ge=0)]
    position: Annotated[int, Field(ge=1)]
    flag: Annotated[bool | None, Blank] = None
    go: Annotated[str, Field(max_length=8)] = ""


def answer_of(item: Item, order: Sequence[int], raw: FormData) -> Any:
    """Read the answer to a drawn item, in the document's own order; None when nothing was given.

    Raises InvalidError for values that the page did not offer.
    """
    match item:
        case SingleItem():
            chosen = [order[place] for place in _places(raw, "choice", len(order))]
            return chosen[0] if chosen else None
        case MultipleItem():
            return sorted({order[place] for place in _places(raw, "choice", len(order))}) or None
        case TrueFalseItem():
            return {"true": True, "false": False, "": None}.get(_text(raw, "choice"))
        case ShortTextItem() | NumericItem():
            return _text(raw, "text")[:LONGEST_ANSWER] or None
        case EssayItem():
            return _text(raw, "text")[:LONGEST_ESSAY] or None
        case ClozeItem():
            return _cloze(item, order, raw)
        case MatchingItem():
            return _matching(item, order, raw)
        case OrderingItem():
            return _ordering(order, raw)


def answer_fields(raw: FormData) -> list[tuple[str, str]]:
    """Return the fields of the answer as they were sent."""
    return [
        (name, value)
        for name, value in raw.multi_items()
        if isinstance(value, str) and (name in {"choice", "text"} or name.startswith((PAIR, PLACE, GAP)))
    ]


def _text(raw: FormData, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        return ""
    # a form that a browser sends ends lines with CR LF, the same form sent by a script with LF
    return value.replace("\x00", "").replace("\r\n", "\n").strip()


def _places(raw: FormData, name: str, length: int, first: int = 0) -> list[int]:
    places = []
    for value in raw.getlist(name):
        if value == "":
            continue
        # Python refuses to read thousands of digits
        is_number = isinstance(value, str) and value.isdecimal() and len(value) < 10  # noqa: PLR2004 (digits of an int)
        place = int(str(value)) - first if is_number else -1
        if not 0 <= place < length:
            raise InvalidError(_("That is none of the choices. Nothing was changed."))
        places.append(place)
    return places


def _cloze(item: ClozeItem, order: Sequence[int], raw: FormData) -> dict[str, dict[str, int | str | None]] | None:
    orders = gap_orders(item, order)
    given: dict[str, int | str | None] = {}
    for number, gap in enumerate(item.gaps):
        name = f"{GAP}{number}"
        if isinstance(gap, ChoiceGap):
            chosen = _places(raw, name, len(gap.options))
            given[gap.id] = orders[gap.id][chosen[0]] if chosen else None
        else:
            given[gap.id] = _text(raw, name)[:LONGEST_ANSWER] or None
    return {"gaps": given} if any(each is not None for each in given.values()) else None


def _matching(item: MatchingItem, order: Sequence[int], raw: FormData) -> list[int | None] | None:
    answer: list[int | None] = []
    for line in range(len(item.pairs)):
        chosen = _places(raw, f"{PAIR}{line}", len(order))
        answer.append(order[chosen[0]] if chosen else None)
    return answer if any(each is not None for each in answer) else None


def _ordering(order: Sequence[int], raw: FormData) -> list[int] | dict[str, list[int | None]] | None:
    places: list[int | None] = [None] * len(order)
    for line, index in enumerate(order):
        chosen = _places(raw, f"{PLACE}{line}", len(order), first=1)
        places[index] = chosen[0] + 1 if chosen else None
    given = [place for place in places if place is not None]
    if not given:
        return None
    if sorted(given) == list(range(1, len(order) + 1)):
        return [places.index(place) for place in sorted(given)]
    return {"places": places}
