"""Weak questions: those missed in the last attempts, and those that were forgotten in between."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.queries import Version
from app.quizzes.drawing import draw
from app.quizzes.models import PracticeKind, SpacedCard
from app.quizzes.practice import queries
from app.quizzes.practice.openness import marks_are_open
from app.quizzes.practice.outcomes import outcomes
from app.quizzes.practice.rules import MOST, Key, missed
from app.quizzes.practice.starting import begin, take_turn
from app.quizzes.queries import settings_of

_CHANCE = SystemRandom()


@dataclass(frozen=True, slots=True)
class Weak:
    """The weak questions of one quiz as they are worded now, each with how often it was practised or forgotten."""

    version: Version
    items: Mapping[Key, Mapping[str, Any]]
    counts: Mapping[Key, int]


def weak(session: Session, person_id: int, quizzes: Sequence[Version], moment: datetime) -> list[Weak]:
    """Return the weak questions of a person, of each quiz that lets them be practised and has some.

    What was missed in an attempt is left out while the quiz does not tell yet which questions were.
    """
    lapsed = _lapsed(session, person_id, [each.content_id for each in quizzes])
    found = []
    for version in quizzes:
        settings = settings_of(version.document)
        if settings.practice == "none":
            continue
        counts = {key: count for key, count in lapsed.items() if key[0] == version.content_id}
        if marks_are_open(session, person_id, version.content_id, settings, moment):
            counts |= missed(outcomes(session, person_id, version.content_id))
        items = queries.items_in_force(session, {content_id for content_id, _item in counts}, moment) if counts else {}
        known = {key: items[key] for key in counts if key in items}
        if known:
            found.append(Weak(version, known, {key: counts[key] for key in known}))
    return found


def start(session: Session, person_id: int, found: Weak, moment: datetime, rng: Random = _CHANCE) -> int | None:
    """Return the id of the round of missed questions that is open, or of one begun now with these."""
    take_turn(session, person_id)
    content_id = found.version.content_id
    opened = queries.open_round(session, person_id, content_id, PracticeKind.MISSED)
    if opened is not None:
        return opened
    chosen = draw(found.counts, MOST, rng)
    documents = [(key, found.items[key]) for key in chosen]
    return begin(session, person_id, PracticeKind.MISSED, content_id, documents, moment, rng)


def _lapsed(session: Session, person_id: int, content_ids: Collection[int]) -> dict[Key, int]:
    rows = session.execute(
        select(col(SpacedCard.content_id), col(SpacedCard.item), col(SpacedCard.lapses)).where(
            col(SpacedCard.person_id) == person_id,
            col(SpacedCard.content_id).in_(content_ids),
            col(SpacedCard.lapses) > 0,
        )
    )
    return {(row.content_id, row.item): row.lapses for row in rows}
