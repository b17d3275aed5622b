"""Starting a delta quiz."""

from datetime import datetime
from random import SystemRandom

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.errors import ConflictError
from app.people.access import CurrentPerson
from app.quizzes import clock, itemqueries, queries
from app.quizzes.accommodations.queries import allowance
from app.quizzes.delta.queries import Change, questions, running
from app.quizzes.delta.rules import MOST
from app.quizzes.drawing import draw
from app.quizzes.models import Attempt
from app.quizzes.startactions import Sitting, begin, stored_wordings, take_turn
from app.quizzes.starting import time_limit
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()


def start(session: Session, person: CurrentPerson, change: Change, moment: datetime) -> int:
    """Return the id of the attempt at the questions about a change that runs, started now if there is none.

    There is no limit to these attempts and no wait between them, and they may start when the quiz is closed: whether
    somebody has to answer them is for the caller to say. Raises ConflictError while an attempt at the quiz runs that
    asks something else, while an essay waits to be marked, and where the quiz has none of these questions any more.
    """
    version = queries.quiz_to_take(session, change.quiz, moment)
    found = running(session, person.id, version.content_id)
    take_turn(session, person, found if found and clock.is_over(moment, found.deadline_at) else None, moment)
    found = running(session, person.id, version.content_id)
    if found is not None and found.delta_of == change.version_id:
        return found.id
    if found is not None:
        raise ConflictError(_("Another attempt of yours at this quiz runs. Finish it first."))
    past = queries.attempts(session, person.id, version.content_id, delta_of=change.version_id)
    if any(each.awaits_mark for each in past):
        raise ConflictError(_("An assessor has yet to read what you wrote. You will be told; nothing else is to do."))
    asked = questions(session, change, version, moment)
    if not asked:
        raise ConflictError(_("The quiz does not have these questions any more. Take the whole quiz instead."))
    seen = itemqueries.times_seen(session, person.id, {content_id for content_id, _item in asked})
    drawn = draw({key: seen.get(key, 0) for key in asked}, MOST, _CHANCE)
    settings = queries.settings_of(version.document)
    given = allowance(session, person.id, version.content_id)
    limit = time_limit(settings.time_limit_minutes, given.extra_time_percent)
    number = _next_number(session, person.id, version.content_id)
    sitting = Sitting(version, number, clock.deadline(moment, limit), change.version_id)
    return begin(session, person, sitting, stored_wordings(session, {key: asked[key] for key in drawn}), moment)


def _next_number(session: Session, person_id: int, content_id: int) -> int:
    lowest = session.scalar(
        select(func.min(col(Attempt.number))).where(
            col(Attempt.person_id) == person_id, col(Attempt.content_id) == content_id
        )
    )
    return min(lowest or 0, 0) - 1
