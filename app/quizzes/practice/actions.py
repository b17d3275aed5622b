"""Every write of practice. Nothing here is evidence of anything, so nothing is announced or audited."""

from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.queries import Version
from app.errors import NotFoundError
from app.quizzes.drawing import draw
from app.quizzes.grading import grade
from app.quizzes.items import parse_item
from app.quizzes.models import ItemVersion, Practice, PracticeItem, PracticeKind
from app.quizzes.practice import queries
from app.quizzes.practice.openness import marks_are_open
from app.quizzes.practice.outcomes import outcomes
from app.quizzes.practice.rules import MOST, missed, practised
from app.quizzes.practice.starting import begin, take_turn
from app.quizzes.queries import settings_of
from app.quizzes.spaced.actions import reviewed
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()


def start(
    session: Session,
    person_id: int,
    version: Version,
    kind: PracticeKind,
    moment: datetime,
    rng: Random = _CHANCE,
) -> int | None:
    """Return the id of the round that is open, begun now if there is none; None when there is nothing to practise."""
    take_turn(session, person_id)
    opened = queries.open_round(session, person_id, version.content_id, kind)
    if opened is not None:
        return opened
    settings = settings_of(version.document)
    if kind is PracticeKind.MISSED and not marks_are_open(session, person_id, version.content_id, settings, moment):
        return None
    found = outcomes(session, person_id, version.content_id)
    if kind is PracticeKind.MISSED:
        counts = missed(found)
        items = queries.items_in_force(session, {version.content_id, *(content for content, _item in counts)}, moment)
    else:
        items = queries.items_asked(session, version, moment)
        counts = practised(items, found)
    chosen = draw({key: count for key, count in counts.items() if key in items}, MOST, rng)
    documents = [(key, items[key]) for key in chosen]
    return begin(session, person_id, kind, version.content_id, documents, moment, rng)


def answer(session: Session, person_id: int, practice_id: int, position: int, given: Any, moment: datetime) -> None:
    """Mark and keep the answer to one question of an open round; what is answered already stays as it is.

    Without an answer, the person does not know. Raises NotFoundError for a question that is not this person's.
    """
    practice = session.scalar(
        select(Practice).where(col(Practice.id) == practice_id, col(Practice.person_id) == person_id).with_for_update()
    )
    if practice is None:
        raise NotFoundError(_("There is no such practice of yours."))
    places = session.scalars(select(PracticeItem).where(col(PracticeItem.practice_id) == practice_id)).all()
    place = next((each for each in places if each.position == position), None)
    if place is None:
        raise NotFoundError(_("This practice has no such question."))
    if practice.finished_at is not None or place.answered_at is not None:
        return
    version = session.get_one(ItemVersion, place.item_version_id)
    right = grade(parse_item(version.document), given).correct
    place.answer = given
    place.answered_at = moment
    place.correct = right
    if practice.kind is PracticeKind.SPACED:
        reviewed(session, person_id, (version.content_id, version.item), right=right, moment=moment)
    if all(each.answered_at is not None for each in places):
        practice.finished_at = moment
    session.flush()
