"""Every write of the questions that come back."""

from collections.abc import Sequence
from datetime import datetime
from random import Random, SystemRandom
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.catalog.models import ContentVersion
from app.quizzes.models import Attempt, AttemptItem, ItemVersion, Practice, PracticeKind, SpacedCard, SpacedWish
from app.quizzes.practice.queries import items_in_force
from app.quizzes.practice.rules import Key
from app.quizzes.practice.starting import begin, take_turn
from app.quizzes.spaced import queries
from app.quizzes.spaced.rules import A_QUIZ, Memory, after, first_memory

_CHANCE = SystemRandom()


def plant(session: Session, attempt_id: int, moment: datetime) -> int:
    """Make cards of the questions of an attempt that was just marked as passed; return how many.

    What was wrong comes first, then what is critical. A question that has its card keeps it, so doing it twice is
    doing it once. A quiz whose questions may not be practised gives none.
    """
    practice: Any = col(ContentVersion.document)["practice"]
    rows = session.execute(
        select(
            col(Attempt.person_id),
            col(Attempt.finished_at),
            col(ItemVersion.content_id),
            col(ItemVersion.item),
            col(AttemptItem.correct),
            practice.label("practice"),
        )
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(Attempt.id) == attempt_id)
        .order_by(col(AttemptItem.position))
    ).all()
    if not rows or rows[0].practice == "none":
        return 0
    contents = {row.content_id for row in rows}
    items = items_in_force(session, contents, moment)
    held = _held(session, rows[0].person_id, contents)
    new = [row for row in rows if (row.content_id, row.item) in items and (row.content_id, row.item) not in held]
    new.sort(key=lambda row: (bool(row.correct), not items[row.content_id, row.item].get("critical", False)))
    new = new[: max(0, A_QUIZ - sum(key in items for key in held))]
    if new:
        session.execute(insert(SpacedCard), [_card(row, moment) for row in new])
    return len(new)


def _card(row: Any, moment: datetime) -> dict[str, Any]:
    memory = first_memory(right=bool(row.correct), answered_at=row.finished_at, passed_at=moment)
    return {"person_id": row.person_id, "content_id": row.content_id, "item": row.item, **_columns(memory)}


def _held(session: Session, person_id: int, content_ids: set[int]) -> set[Key]:
    rows = session.execute(
        select(col(SpacedCard.content_id), col(SpacedCard.item)).where(
            col(SpacedCard.person_id) == person_id, col(SpacedCard.content_id).in_(content_ids)
        )
    )
    return {(row.content_id, row.item) for row in rows}


def _columns(memory: Memory) -> dict[str, Any]:
    return {name: getattr(memory, name) for name in Memory.__slots__}


def reviewed(session: Session, person_id: int, item: Key, *, right: bool, moment: datetime) -> None:
    """Move a card on after an answer; a wrong one is a lapse. Without a card there is nothing to move."""
    card = session.scalar(
        select(SpacedCard)
        .where(
            col(SpacedCard.person_id) == person_id,
            col(SpacedCard.content_id) == item[0],
            col(SpacedCard.item) == item[1],
        )
        .with_for_update()
    )
    if card is None:
        return
    memory = Memory(card.state, card.step, card.stability, card.difficulty, card.due_at, card.reviewed_at)
    for name, value in _columns(after(memory, right=right, at=moment)).items():
        setattr(card, name, value)
    card.reviews += 1
    card.lapses += not right
    session.flush()


def start_today(
    session: Session, person_id: int, moment: datetime, zone: ZoneInfo, rng: Random = _CHANCE
) -> int | None:
    """Return the id of today's round, begun now if there is none; None when nothing is to be asked.

    What another day left unfinished ends: its questions are still due, and come again in their turn.
    """
    take_turn(session, person_id)
    today = queries.today_of(session, person_id, moment, zone)
    if today is None or today.round_id is not None:
        return today.round_id if today else None
    for left in session.scalars(
        select(Practice).where(
            col(Practice.person_id) == person_id,
            col(Practice.kind) == PracticeKind.SPACED,
            col(Practice.finished_at).is_(None),
        )
    ):
        left.finished_at = moment
    return begin(session, person_id, PracticeKind.SPACED, None, today.items, moment, rng)


def keep_wish(session: Session, person_id: int, hour: int, weekdays: Sequence[int], moment: datetime) -> None:
    """Keep when somebody wants to be asked; no weekdays mean never."""
    session.merge(SpacedWish(person_id=person_id, hour=hour, weekdays=sorted(set(weekdays)), changed_at=moment))
    session.flush()
