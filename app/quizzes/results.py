"""What may a person see of a finished attempt? The review policy, and the parts of the result page.

Right answers stay closed until the quiz is passed or no attempt is left, and while another attempt runs. Before
that a person sees what they answered, whether it was right, what the author says to it, the red lines that it
touched and what to read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from app.quizzes.itemcontent import Item, MultipleItem, SingleItem
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.queries import AttemptSummary, LessonName, OneAttempt
from app.quizzes.questions import item_of, right_answer, said, words
from app.redlines.queries import Card
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of a finished attempt.

    `right` is empty while the right answers are closed. A red line is shown with the first question that touches
    it; the others point to it, in `cards_above`.
    """

    position: int
    prompt: str
    topic: str
    critical: bool
    correct: bool
    given: list[str]
    right: list[str]
    feedback: list[str]
    cards: list[Card]
    cards_above: list[Card]
    lesson: LessonName | None


@dataclass(frozen=True, slots=True)
class TopicMark:
    """How many questions of a topic were answered right."""

    name: str
    right: int = 0
    total: int = 0
    critical_wrong: bool = False


def answers_open(own: OneAttempt, past: Sequence[AttemptSummary], limit: int | None) -> bool:
    """Say whether a person may see the right answers: the quiz was passed then or later, or no attempt is left.

    Attempts after a passed one, such as those of a renewal, begin anew. `limit` is the number of attempts that the
    quiz gives now: it may give more of them than it did when this one started.
    """
    if any(each.finished_at is None for each in past):
        return False  # the attempt that runs may ask the same questions
    if any(each.passed and each.number >= own.number for each in past):
        return True
    latest = [each for each in past if each.number > passed_before(own, past)]
    return limit is not None and len(latest) >= limit


def passed_before(own: OneAttempt, past: Sequence[AttemptSummary]) -> int:
    """Return the number of the last passed attempt before this one; 0 when there is none."""
    return max((each.number for each in past if each.passed and each.number < own.number), default=0)


def review(
    drawn: Sequence[DrawnItem], cards: Mapping[str, Card], lessons: Mapping[str, LessonName], *, opened: bool
) -> list[Reviewed]:
    """Show each question with its answer, as far as the policy allows: wrong critical ones first, then wrong ones."""
    items = [(each, item_of(each.document)) for each in drawn]
    items.sort(key=lambda pair: (bool(pair[0].correct), not pair[1].critical))
    shown: set[str] = set()
    reviewed = []
    for each, item in items:
        touched = [] if each.correct else [cards[name] for name in item.red_line if name in cards]
        reviewed.append(
            Reviewed(
                position=each.position,
                prompt=words(item.prompt),
                topic=words(item.topic) if item.topic else _("Other"),
                critical=item.critical,
                correct=bool(each.correct),
                given=said(item, each.answer),
                right=right_answer(item) if opened and not each.correct else [],
                feedback=_feedback(item, each.answer),
                cards=[card for card in touched if card.id not in shown],
                cards_above=[card for card in touched if card.id in shown],
                lesson=lessons.get(item.lesson) if item.lesson and not each.correct else None,
            )
        )
        shown.update(card.id for card in touched)
    return reviewed


def _feedback(item: Item, answer: Any) -> list[str]:
    chosen: list[int] = []
    if isinstance(item, SingleItem | MultipleItem) and answer is not None:
        chosen = answer if isinstance(answer, list) else [answer]
    found = [item.options[index].feedback for index in chosen] if isinstance(item, SingleItem | MultipleItem) else []
    return [words(each) for each in (*found, item.feedback) if each]


def topic_marks(reviewed: Sequence[Reviewed]) -> list[TopicMark]:
    """Count right answers by topic, in the order in which the attempt asked for them."""
    marks: dict[str, TopicMark] = {}
    for each in sorted(reviewed, key=lambda each: each.position):
        mark = marks.get(each.topic, TopicMark(each.topic))
        marks[each.topic] = replace(
            mark,
            right=mark.right + each.correct,
            total=mark.total + 1,
            critical_wrong=mark.critical_wrong or (each.critical and not each.correct),
        )
    return list(marks.values())


def to_read_again(reviewed: Sequence[Reviewed]) -> list[LessonName]:
    """Return the lessons behind wrong answers, those of critical questions first, each once."""
    return list(dict.fromkeys(each.lesson for each in reviewed if each.lesson))


def shown_percent(percent: Decimal) -> Decimal:
    """Cut a mark to one decimal: rounding up could show the pass mark to somebody who missed it."""
    return percent.quantize(Decimal("0.1"), ROUND_DOWN).normalize() + 0
