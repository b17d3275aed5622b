"""Every read of the items: those that an attempt drew, and their versions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Content
from app.errors import NotFoundError
from app.quizzes.clock import SLACK
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """One question of an attempt as it was drawn and answered, and the product of the quiz or bank it came from.

    The document holds the key: it never goes to a page as it is.
    """

    position: int
    document: dict[str, Any]
    option_order: list[int]
    answer: Any
    flagged: bool
    answered_at: datetime | None
    points: Decimal | None
    correct: bool | None
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewestItem:
    """The newest wording of an item."""

    id: int
    number: int
    digest: str


def _drawn() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(AttemptItem.position),
            col(ItemVersion.document),
            col(AttemptItem.option_order),
            col(AttemptItem.answer),
            col(AttemptItem.flagged),
            col(AttemptItem.answered_at),
            col(AttemptItem.points),
            col(AttemptItem.correct),
            col(Content.product_id),
        )
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .order_by(col(AttemptItem.position))
    )


def drawn_item(session: Session, person_id: int, attempt_id: int, position: int) -> DrawnItem:
    """Return one question of a person's own attempt. Raises NotFoundError when there is none at that place."""
    row = session.execute(
        _drawn()
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(
            col(Attempt.id) == attempt_id,
            col(Attempt.person_id) == person_id,
            col(AttemptItem.position) == position,
        )
    ).first()
    if row is None:
        raise NotFoundError(_("This attempt has no such question."))
    return DrawnItem(*row)


def drawn_items(session: Session, attempt_id: int) -> list[DrawnItem]:
    """Return every question of an attempt, in their order."""
    rows = session.execute(_drawn().where(col(AttemptItem.attempt_id) == attempt_id))
    return [DrawnItem(*row) for row in rows]


def asked_again(session: Session, person_id: int, attempt_id: int, moment: datetime) -> bool:
    """Say whether an attempt of this person runs that asks a question of theirs `attempt_id`, in whatever wording."""
    shown, wording = aliased(AttemptItem), aliased(ItemVersion)
    same_item = (
        col(wording.content_id) == col(ItemVersion.content_id),
        col(wording.item) == col(ItemVersion.item),
    )
    found = session.execute(
        select(col(Attempt.id))
        .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(wording, and_(*same_item))
        .join(shown, col(shown.item_version_id) == col(wording.id))
        .where(
            col(Attempt.person_id) == person_id,
            col(Attempt.finished_at).is_(None),
            or_(col(Attempt.deadline_at).is_(None), col(Attempt.deadline_at) >= moment - SLACK),
            col(shown.attempt_id) == attempt_id,
        )
        .limit(1)
    ).first()
    return found is not None


def newest_items(session: Session, content_id: int) -> dict[str, NewestItem]:
    """Return the newest version of each item of a quiz, by the item's id."""
    rows = session.execute(
        select(col(ItemVersion.item), col(ItemVersion.id), col(ItemVersion.number), col(ItemVersion.digest))
        .where(col(ItemVersion.content_id) == content_id)
        .order_by(col(ItemVersion.number))
    )
    return {item: NewestItem(*rest) for item, *rest in rows}


def items_worded(
    session: Session, content_ids: Collection[int], digests: Collection[str]
) -> dict[tuple[int, str], int]:
    """Return the id of the version of an item that has one of these wordings, by its quiz and its digest.

    The newest version of an item may be newer than the quiz that somebody has just begun to read.
    """
    rows = session.execute(
        select(col(ItemVersion.content_id), col(ItemVersion.digest), col(ItemVersion.id))
        .where(col(ItemVersion.content_id).in_(content_ids), col(ItemVersion.digest).in_(digests))
        .order_by(col(ItemVersion.number))
    )
    return {(row.content_id, row.digest): row.id for row in rows}


def times_seen(session: Session, person_id: int, content_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Count how often a person was shown each item of these quizzes, in attempts at whatever quiz drew it."""
    rows = session.execute(
        select(col(ItemVersion.content_id), col(ItemVersion.item), func.count())
        .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(Attempt.person_id) == person_id, col(ItemVersion.content_id).in_(content_ids))
        .group_by(col(ItemVersion.content_id), col(ItemVersion.item))
    )
    return {(row[0], row[1]): row[2] for row in rows}
