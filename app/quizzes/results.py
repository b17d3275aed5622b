"""The parts of the result page, as far as the review policy opens them.

What is closed is left out here, so that it cannot reach a page: without the marks a question does not tell whether it
was answered right, not by its place in the list, nor by a red line or a lesson beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from app.quizzes.essays.queries import OwnEssay
from app.quizzes.itemcontent import EssayItem, Item
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.models import EssayState
from app.quizzes.opening import Opening
from app.quizzes.queries import LessonName
from app.quizzes.questions import Medium, chosen_feedback, prompt_of, question_of, right_answer, said, words
from app.redlines.queries import Card
from app.web.i18n import gettext as _


class Verdict(StrEnum):
    """What is known of the answer to a question; `closed` is what the policy does not tell yet."""

    RETURNED = "returned"
    WRONG = "wrong"
    PARTLY = "partly"
    WAITING = "waiting"
    RIGHT = "right"
    CLOSED = "closed"


Lessons = Mapping[tuple[int, str], LessonName]
"""Lessons by their product and id."""

_MISSED = frozenset({Verdict.WRONG, Verdict.PARTLY})


@dataclass(frozen=True, slots=True)
class EssayReview:
    """What became of an essay: what assessors said, and what they gave by criterion where that is open."""

    essay: OwnEssay
    criteria: Sequence[tuple[object, str]]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of a finished attempt; `given` is None while one's own answers are closed.

    A red line is shown with the first question that touches it; the others point to it, in `cards_above`.
    """

    position: int
    prompt: str
    media: tuple[Medium, ...]
    topic: str
    critical: bool
    verdict: Verdict
    given: list[str] | None
    right: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    cards_above: list[Card] = field(default_factory=list)
    lesson: LessonName | None = None
    essay: EssayReview | None = None

    @property
    def missed(self) -> bool:
        """Whether it is known not to be fully right."""
        return self.verdict in _MISSED


@dataclass(frozen=True, slots=True)
class TopicMark:
    """How many questions of a topic were answered right."""

    name: str
    right: int = 0
    total: int = 0
    critical_wrong: bool = False


def review(
    drawn: Sequence[DrawnItem],
    cards: Mapping[str, Card],
    lessons: Lessons,
    essays: Mapping[int, OwnEssay],
    opened: Opening,
) -> list[Reviewed]:
    """Show each question as far as it is open: what is to mend first, then wrong critical ones, then wrong ones.

    Nothing at all where no part of the single questions is open, and in the attempt's order where the marks are not.
    """
    if not opened.questions:
        return []
    reviewed = [_question(each, lessons, essays.get(each.position), opened) for each in drawn]
    if not opened.marks:
        return reviewed
    red_lines = {each.position: each.content.red_line for each in drawn}
    reviewed.sort(key=_rank)
    shown: set[str] = set()
    with_cards = []
    for each in reviewed:
        touched = [cards[name] for name in red_lines[each.position] if name in cards] if each.missed else []
        with_cards.append(
            replace(
                each,
                cards=[card for card in touched if card.id not in shown],
                cards_above=[card for card in touched if card.id in shown],
            )
        )
        shown.update(card.id for card in touched)
    return with_cards


def _rank(each: Reviewed) -> int:
    if each.missed and each.critical:
        return 1
    ranks = {Verdict.RETURNED: 0, Verdict.WRONG: 2, Verdict.PARTLY: 2, Verdict.WAITING: 3, Verdict.RIGHT: 4}
    return ranks[each.verdict]


def _question(each: DrawnItem, lessons: Lessons, essay: OwnEssay | None, opened: Opening) -> Reviewed:
    item = each.content
    verdict = _verdict(each, essay)
    if not opened.marks and verdict is not Verdict.RETURNED:
        verdict = Verdict.CLOSED
    return Reviewed(
        position=each.position,
        prompt=prompt_of(item),
        media=question_of(each).media if item.media else (),
        topic=words(item.topic) if item.topic else _("Other"),
        critical=item.critical,
        verdict=verdict,
        given=said(item, each.answer) if opened.answers else None,
        right=right_answer(item) if opened.right_answers and verdict is not Verdict.RIGHT else [],
        feedback=_feedback(item, each, opened),
        lesson=lessons.get((each.product_id or 0, item.lesson or "")) if verdict in _MISSED else None,
        essay=EssayReview(essay, _criteria(item)) if essay else None,
    )


def _verdict(each: DrawnItem, essay: OwnEssay | None) -> Verdict:
    if essay and essay.state is not EssayState.MARKED:
        return Verdict.RETURNED if essay.state is EssayState.RETURNED else Verdict.WAITING
    if each.correct:
        return Verdict.RIGHT
    return Verdict.PARTLY if each.points else Verdict.WRONG


def _feedback(item: Item, each: DrawnItem, opened: Opening) -> list[str]:
    found = chosen_feedback(item, each.answer) if opened.feedback else []
    return [*found, words(item.feedback)] if item.feedback and opened.right_answers else found


def _criteria(item: Item) -> list[tuple[object, str]]:
    return [(each, words(each.title)) for each in item.criteria] if isinstance(item, EssayItem) else []


def topic_marks(reviewed: Sequence[Reviewed]) -> list[TopicMark]:
    """Count right answers by topic, in the order in which the attempt asked; what is not marked does not count."""
    marks: dict[str, TopicMark] = {}
    for each in sorted(reviewed, key=lambda each: each.position):
        if not each.missed and each.verdict is not Verdict.RIGHT:
            continue
        mark = marks.get(each.topic, TopicMark(each.topic))
        marks[each.topic] = replace(
            mark,
            right=mark.right + (not each.missed),
            total=mark.total + 1,
            critical_wrong=mark.critical_wrong or (each.critical and each.missed),
        )
    return list(marks.values())


def to_read_again(reviewed: Sequence[Reviewed]) -> list[LessonName]:
    """Return the lessons behind wrong answers, those of critical questions first, each once."""
    return list(dict.fromkeys(each.lesson for each in reviewed if each.lesson))


def shown_percent(percent: Decimal) -> Decimal:
    """Cut a mark to one decimal: rounding up could show the pass mark to somebody who missed it."""
    return percent.quantize(Decimal("0.1"), ROUND_DOWN).normalize() + 0
