"""What the review policy of a quiz opens to a person now, outside of any one attempt."""

from datetime import datetime

from sqlmodel import Session

from app.quizzes.accommodations.queries import allowance
from app.quizzes.opening import Opening, opening
from app.quizzes.queries import QuizSettings, attempts
from app.quizzes.starting import limits_of


def opening_now(
    session: Session, person_id: int, content_id: int, settings: QuizSettings, moment: datetime
) -> Opening | None:
    """Return what is open of a person's last attempt at a quiz; None before one is finished."""
    past = attempts(session, person_id, content_id)
    if not past or past[-1].finished_at is None:
        return None
    limits = limits_of(settings, allowance(session, person_id, content_id).extra_attempts)
    return opening(settings.review, past[-1], past, limit=limits.attempts, closes=settings.closes, moment=moment)


def marks_are_open(session: Session, person_id: int, content_id: int, settings: QuizSettings, moment: datetime) -> bool:
    """Say whether a person may know which questions were missed: to practise them is to be told."""
    if settings.review.marks == "at_once":
        return True
    opened = opening_now(session, person_id, content_id, settings, moment)
    return opened is not None and opened.marks
