"""The questions of a quiz as somebody may be asked them: for a look before publishing, and for paper.

Chance decides as in an attempt, from a number that the address names: the same number, the same sheet. So the sheet
with the key fits the one without.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from string import ascii_uppercase
from typing import Any

from sqlmodel import Session

from app.catalog.queries import Version
from app.quizzes import sources
from app.quizzes.drawing import option_order
from app.quizzes.itemcontent import Item, MatchingItem, MultipleItem, OrderingItem, SingleItem, TrueFalseItem
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.items import parse_item
from app.quizzes.questions import Question, item_of, question_of, right_answer, words


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """One question with its key. `letters` are the right choices, or the right place or side of each row."""

    content_id: int
    question: Question
    item: Item
    letters: tuple[str, ...]
    right: tuple[str, ...]
    explanation: str


def sheet(session: Session, version: Version, moment: datetime, seed: int) -> list[SheetQuestion]:
    """Draw the questions of one attempt at a version of a quiz, by somebody who has seen none of them."""
    found = sources.candidates(session, version, moment)
    drawn = sources.drawn(found, {}, Random(seed))  # noqa: S311 (no secret: the same sheet can be made again)
    return [sheet_question(content_id, document, seed) for (content_id, _item), document in drawn.items()]


def in_order(session: Session, version: Version, moment: datetime, seed: int) -> list[SheetQuestion]:
    """Return the same questions in the order in which they are written, as a bank shows them all."""
    drawn = sheet(session, version, moment, seed)
    places = {item["id"]: place for place, item in enumerate(version.document["items"])}
    return sorted(drawn, key=lambda each: places.get(each.item.id, len(places)))


def sheet_question(content_id: int, document: Mapping[str, Any], seed: int) -> SheetQuestion:
    """Show one item as somebody may be asked it, with its key."""
    item = item_of(dict(document))
    order = list(option_order(parse_item(document), Random(f"{seed} {content_id} {item.id}")))  # noqa: S311 (as above)
    drawn = DrawnItem(
        position=1,
        document=dict(document),
        option_order=order,
        answer=None,
        flagged=False,
        answered_at=None,
        points=None,
        correct=None,
    )
    return SheetQuestion(
        content_id=content_id,
        question=question_of(drawn),
        item=item,
        letters=tuple(_letters(item, order)),
        right=tuple(right_answer(item)),
        explanation=words(item.feedback) if item.feedback else "",
    )


def letter(place: int) -> str:
    """Name a place by a letter: A to Z, then AA, AB and on."""
    before, last = divmod(place, len(ascii_uppercase))
    return (letter(before - 1) if before else "") + ascii_uppercase[last]


def _letters(item: Item, order: Sequence[int]) -> Iterable[str]:
    match item:
        case SingleItem() | MultipleItem():
            return [letter(place) for place, index in enumerate(order) if item.options[index].correct]
        case MatchingItem():
            return [letter(order.index(right)) for right in item.first_rights]
        case TrueFalseItem():
            return [letter(0 if item.answer else 1)]
        case OrderingItem():
            return [str(index + 1) for index in order]
        case _:
            return []
