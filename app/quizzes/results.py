"""What may a person see of a finished attempt? The review policy, and the parts of the result page.

Right answers stay closed until the quiz is passed or no attempt is left. Before that a person sees what they
answered, whether it was right, what the author says to it, the red lines that it touched and what to read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from app.quizzes.content import Item, MultipleItem, SingleItem
from app.quizzes.queries import AttemptSummary, DrawnItem, LessonName, OneAttempt
from app.quizzes.questions import item_of, right_answer, said, words
from app.redlines.queries import Card
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of a finished attempt. `right` is empty while the right answers are closed."""

    position: int
    prompt: str
    topic: str
    critical: bool
    correct: bool
    given: list[str]
    right: list[str]
    feedback: list[str]
    cards: list[Card]
    lesson: LessonName | None


@dataclass(frozen=True, slots=True)
class TopicMark:
    """How many questions of a topic were answered right."""

    name: str
    right: int = 0
    total: int = 0
    critical_wrong: bool = False


def answers_open(own: OneAttempt, past: Sequence[AttemptSummary]) -> bool:
    """Say whether a person may see the right answers: the quiz was passed then or later, or no attempt is left.

    Attempts after a passed one, such as those of a renewal, begin anew.
    """
    if any(each.passed and each.number >= own.number for each in past):
        return True
    latest = [each for each in past if each.number > passed_before(own, past)]
    return own.attempts is not None and sum(each.finished_at is not None for each in latest) >= own.attempts


def passed_before(own: OneAttempt, past: Sequence[AttemptSummary]) -> int:
    """Return the number of the last passed attempt before this one; 0 when there is none."""
    return max((each.number for each in past if each.passed and each.number < own.number), default=0)


def review(
    drawn: Sequence[DrawnItem], cards: Mapping[str, Card], lessons: Mapping[str, LessonName], *, opened: bool
) -> list[Reviewed]:
    """Show each question with its answer, as far as the policy allows."""
    return [_reviewed(each, cards, lessons, opened=opened) for each in drawn]


def _reviewed(
    drawn: DrawnItem, cards: Mapping[str, Card], lessons: Mapping[str, LessonName], *, opened: bool
) -> Reviewed:
    item = item_of(drawn.document)
    correct = bool(drawn.correct)
    return Reviewed(
        position=drawn.position,
        prompt=words(item.prompt),
        topic=words(item.topic) if item.topic else _("Other"),
        critical=item.critical,
        correct=correct,
        given=said(item, drawn.answer),
        right=right_answer(item) if opened and not correct else [],
        feedback=_feedback(item, drawn.answer),
        cards=[] if correct else [cards[each] for each in item.red_line if each in cards],
        lesson=lessons.get(item.lesson) if item.lesson and not correct else None,
    )


def _feedback(item: Item, answer: Any) -> list[str]:
    chosen: list[int] = []
    if isinstance(item, SingleItem | MultipleItem) and answer is not None:
        chosen = answer if isinstance(answer, list) else [answer]
    found = [item.options[index].feedback for index in chosen] if isinstance(item, SingleItem | MultipleItem) else []
    return [words(each) for each in (*found, item.feedback) if each]


def topic_marks(reviewed: Sequence[Reviewed]) -> list[TopicMark]:
    """Count right answers by topic, in the order in which topics first appear."""
    marks: dict[str, TopicMark] = {}
    for each in reviewed:
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
    wrong = sorted((each for each in reviewed if each.lesson), key=lambda each: not each.critical)
    return list(dict.fromkeys(each.lesson for each in wrong if each.lesson))


def shown_percent(percent: Decimal) -> Decimal:
    """Cut a mark to one decimal: rounding up could show the pass mark to somebody who missed it."""
    return percent.quantize(Decimal("0.1"), ROUND_DOWN).normalize() + 0
