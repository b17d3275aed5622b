"""What is said of an answer in practice, at once: right or not, what the author says to it, and what to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.quizzes import queries
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.practice.openness import opening_now
from app.quizzes.practice.queries import Asked
from app.quizzes.queries import LessonName
from app.quizzes.questions import chosen_feedback, item_of, prompt_of, right_answer, said, words
from app.redlines.queries import Card, cards


@dataclass(frozen=True, slots=True)
class Feedback:
    """An answered question with all that its owner may know of it; `right` is empty while that is closed."""

    prompt: str
    correct: bool
    given: list[str]
    right: list[str]
    author: list[str]
    cards: list[Card]
    lesson: LessonName | None


def drawn(asked: Asked) -> DrawnItem:
    """Give a question of practice the shape in which those of attempts are shown."""
    return DrawnItem(
        position=asked.position,
        document=asked.document,
        option_order=asked.option_order,
        answer=asked.answer,
        flagged=False,
        answered_at=asked.answered_at,
        points=None,
        correct=asked.correct,
    )


def feedback(session: Session, person_id: int, asked: Asked, moment: datetime, *, practised: str | None) -> Feedback:
    """Show an answered question. `practised` is the quiz of the round: what it never shows, no bank of it does."""
    item = item_of(asked.document)
    settings = queries.settings_of(queries.quiz_in_force(session, asked.quiz, moment).document)
    opening = opening_now(session, person_id, asked.content_id, settings, moment)
    opened = opening is not None and opening.right_answers
    correct = bool(asked.correct)
    touched = cards(session, asked.product_id, moment) if item.red_line and not correct else {}
    lessons = queries.lesson_names(session, [asked.product_id], moment) if item.lesson and not correct else {}
    policies = [settings.review]
    if practised not in {None, asked.quiz}:
        policies.append(queries.settings_of(queries.quiz_in_force(session, practised or "", moment).document).review)
    to_chosen = [] if any(each.feedback == "never" for each in policies) else chosen_feedback(item, asked.answer)
    author = [*to_chosen, *([words(item.feedback)] if opened and item.feedback else [])]
    return Feedback(
        prompt=prompt_of(item),
        correct=correct,
        given=said(item, asked.answer),
        right=right_answer(item) if opened and not correct else [],
        author=author,
        cards=[touched[name] for name in item.red_line if name in touched],
        lesson=lessons.get((asked.product_id, item.lesson or "")),
    )
