"""Every read of the questions that come back."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind
from app.catalog.queries import in_force
from app.clock import end_of_day, local_day
from app.quizzes.models import ItemVersion, Practice, PracticeItem, PracticeKind, SpacedCard, SpacedWish
from app.quizzes.practice.queries import items_in_force, items_of, running_attempt
from app.quizzes.practice.rules import Key
from app.quizzes.spaced.rules import LAPSES_WITHIN, Memory, Readiness, Wish, readiness, todays


@dataclass(frozen=True, slots=True)
class LastRound:
    """The newest round of a person, with how many of its questions wait for an answer."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Today:
    """What there is to answer today: the round that was begun, or the questions of the one to begin."""

    count: int
    round_id: int | None = None
    items: tuple[tuple[Key, dict[str, Any]], ...] = ()


def wish_of(session: Session, person_id: int) -> Wish:
    """Return when a person wants to be asked."""
    row = session.execute(
        select(col(SpacedWish.hour), col(SpacedWish.weekdays)).where(col(SpacedWish.person_id) == person_id)
    ).first()
    return Wish(row.hour, tuple(row.weekdays)) if row else Wish()


def _cards() -> Select[*tuple[Any, ...]]:
    return select(
        col(SpacedCard.content_id),
        col(SpacedCard.item),
        col(SpacedCard.state),
        col(SpacedCard.step),
        col(SpacedCard.stability),
        col(SpacedCard.difficulty),
        col(SpacedCard.due_at),
        col(SpacedCard.reviewed_at),
    ).order_by(col(SpacedCard.id))


def last_round(session: Session, person_id: int) -> LastRound | None:
    """Return the round that a person began last."""
    waiting = (
        select(func.count())
        .select_from(PracticeItem)
        .where(col(PracticeItem.practice_id) == col(Practice.id), col(PracticeItem.answered_at).is_(None))
        .correlate(Practice)
        .scalar_subquery()
    )
    row = session.execute(
        select(col(Practice.id), col(Practice.started_at), col(Practice.finished_at), waiting)
        .where(col(Practice.person_id) == person_id, col(Practice.kind) == PracticeKind.SPACED)
        .order_by(col(Practice.started_at).desc(), col(Practice.id).desc())
        .limit(1)
    ).first()
    return LastRound(*row) if row else None


def today_of(session: Session, person_id: int, moment: datetime, zone: ZoneInfo) -> Today | None:
    """Return what a person has to answer today; None when there is nothing, or not yet.

    There is one round a day at most: what was not asked on another day waits for its turn.
    """
    cards = _due(session, person_id, moment)
    if not cards:
        return None  # what a round has yet to ask is due
    last = last_round(session, person_id)
    if last and local_day(last.started_at) == local_day(moment):
        return Today(last.waiting, last.id) if last.finished_at is None else None
    if not wish_of(session, person_id).holds(moment.astimezone(zone)):
        return None
    contents = {content_id for content_id, _item in cards}
    if running_attempt(session, person_id, contents, moment):
        return None  # it may be asking the same questions
    items = items_in_force(session, contents, moment)
    known = [key for key in cards if key in items]
    asked = [known[place] for place in todays([cards[key] for key in known], moment, end_of_day(local_day(moment)))]
    return Today(len(asked), items=tuple((key, items[key]) for key in asked)) if asked else None


def _due(session: Session, person_id: int, moment: datetime) -> dict[Key, Memory]:
    rows = session.execute(
        _cards().where(col(SpacedCard.person_id) == person_id, col(SpacedCard.due_at) <= end_of_day(local_day(moment)))
    )
    return {(content_id, item): Memory(*memory) for content_id, item, *memory in rows}


def readiness_of(
    session: Session, person_id: int, moment: datetime, product_ids: Collection[int]
) -> dict[int, Readiness]:
    """Return what the questions of each of these products say about a person; three statements at most."""
    rows = session.execute(
        _cards()
        .add_columns(col(Content.product_id))
        .join(Content, col(Content.id) == col(SpacedCard.content_id))
        .where(col(SpacedCard.person_id) == person_id, col(Content.product_id).in_(product_ids))
    ).all()
    if not rows:
        return dict.fromkeys(product_ids, Readiness())
    lapses = _lapses(session, person_id, moment, product_ids)
    items = items_of(in_force(session, [ContentKind.QUIZ], moment, products=product_ids))
    memories: dict[int, list[Memory]] = defaultdict(list)
    for content_id, item, *memory, product_id in rows:
        if (content_id, item) in items:
            memories[product_id].append(Memory(*memory))
    return {product_id: readiness(memories[product_id], lapses[product_id], moment) for product_id in product_ids}


def _lapses(session: Session, person_id: int, moment: datetime, product_ids: Collection[int]) -> Counter[int]:
    rows = session.execute(
        select(col(Content.product_id), func.count().label("lapses"))
        .select_from(PracticeItem)
        .join(Practice, col(Practice.id) == col(PracticeItem.practice_id))
        .join(ItemVersion, col(ItemVersion.id) == col(PracticeItem.item_version_id))
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(
            col(Practice.person_id) == person_id,
            col(Practice.kind) == PracticeKind.SPACED,
            col(PracticeItem.correct).is_(False),
            col(PracticeItem.answered_at) > moment - LAPSES_WITHIN,
            col(Content.product_id).in_(product_ids),
        )
        .group_by(col(Content.product_id))
    )
    return Counter({row.product_id: row.lapses for row in rows})
