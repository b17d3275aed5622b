"""Every read of the items: those that an attempt drew, and their versions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Content
from app.database import rows
from app.errors import NotFoundError
from app.quizzes.clock import SLACK
from app.quizzes.frozenitems import FrozenItem, frozen_items
from app.quizzes.itemcontent import Item
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.quizzes.queries import Place, is_whole
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
    frozen: FrozenItem | None = None

    @property
    def content(self) -> Item:
        """The item with its texts."""
        return (self.frozen or FrozenItem(self.document)).content


@dataclass(frozen=True, slots=True)
class NewestItem:
    """The newest wording of an item."""

    id: int
    number: int
    digest: str


_DRAWN = (
    select(
        col(AttemptItem.position),
        col(AttemptItem.option_order),
        col(AttemptItem.answer),
        col(AttemptItem.flagged),
        col(AttemptItem.answered_at),
        col(AttemptItem.points),
        col(AttemptItem.correct),
        col(Content.product_id),
        col(ItemVersion.id),
        col(ItemVersion.digest),
    )
    .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
    .join(Content, col(Content.id) == col(ItemVersion.content_id))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(AttemptItem.position))
)
_DRAWN_ONE = _DRAWN.join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id)).where(
    col(Attempt.person_id) == bindparam("person_id"), col(AttemptItem.position) == bindparam("position")
)


def drawn_item(session: Session, person_id: int, attempt_id: int, position: int) -> DrawnItem:
    """Return one question of a person's own attempt. Raises NotFoundError when there is none at that place."""
    found = rows(session, _DRAWN_ONE, person_id=person_id, attempt_id=attempt_id, position=position)
    if not found:
        raise NotFoundError(_("This attempt has no such question."))
    return _drawn(session, found)[0]


def drawn_items(session: Session, attempt_id: int) -> list[DrawnItem]:
    """Return every question of an attempt, in their order."""
    return _drawn(session, rows(session, _DRAWN, attempt_id=attempt_id))


_here = col(AttemptItem.position) == bindparam("position")
_OPENED = (
    select(
        col(AttemptItem.position),
        col(AttemptItem.answer),
        col(AttemptItem.flagged),
        col(AttemptItem.answered_at),
        # what only one of the rows is asked for is read and unpacked only there
        case((_here, col(AttemptItem.option_order))),
        col(ItemVersion.id),
        col(ItemVersion.digest),
    )
    .outerjoin(ItemVersion, and_(_here, col(ItemVersion.id) == col(AttemptItem.item_version_id)))
    .where(col(AttemptItem.attempt_id) == bindparam("attempt_id"))
    .order_by(col(AttemptItem.position))
)


def opened_at(session: Session, attempt_id: int, position: int) -> tuple[list[Place], DrawnItem]:
    """Return every question of an attempt as a list shows it, and one as it was drawn. Raises NotFoundError."""
    places = []
    here: DrawnItem | None = None
    for place, answer, flagged, answered_at, order, version_id, digest in rows(
        session, _OPENED, attempt_id=attempt_id, position=position
    ):
        places.append(Place(place, is_whole(answer), flagged, answered_at))
        if version_id is not None:
            item = frozen_items(session, {version_id: digest})[version_id]
            here = DrawnItem(place, item.document, order, answer, flagged, answered_at, None, None, None, item)
    if here is None:
        raise NotFoundError(_("This attempt has no such question."))
    return places, here


def _drawn(session: Session, found: Sequence[Any]) -> list[DrawnItem]:
    frozen = frozen_items(session, {row[-2]: row[-1] for row in found})
    return [
        DrawnItem(*(position, frozen[version_id].document, *stored, frozen[version_id]))
        for position, *stored, version_id, _digest in found
    ]


_SHOWN = aliased(AttemptItem)
_WORDING = aliased(ItemVersion)


def asked_again(session: Session, person_id: int, attempt_id: int, moment: datetime) -> bool:
    """Say whether an attempt of this person runs that asks a question of theirs `attempt_id`, in whatever wording."""
    same_item = (
        col(_WORDING.content_id) == col(ItemVersion.content_id),
        col(_WORDING.item) == col(ItemVersion.item),
    )
    found = session.execute(
        select(col(Attempt.id))
        .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(_WORDING, and_(*same_item))
        .join(_SHOWN, col(_SHOWN.item_version_id) == col(_WORDING.id))
        .where(
            col(Attempt.person_id) == person_id,
            col(Attempt.finished_at).is_(None),
            or_(col(Attempt.deadline_at).is_(None), col(Attempt.deadline_at) >= moment - SLACK),
            col(_SHOWN.attempt_id) == attempt_id,
        )
        .limit(1)
    ).first()
    return found is not None


def newest_items(session: Session, content_id: int) -> dict[str, NewestItem]:
    """Return the newest version of each item of a quiz, by the item's id."""
    found = session.execute(
        select(col(ItemVersion.item), col(ItemVersion.id), col(ItemVersion.number), col(ItemVersion.digest))
        .where(col(ItemVersion.content_id) == content_id)
        .order_by(col(ItemVersion.number))
    )
    return {item: NewestItem(*rest) for item, *rest in found}


_WORDED = (
    select(col(ItemVersion.content_id), col(ItemVersion.digest), col(ItemVersion.id))
    .where(
        any_of(col(ItemVersion.content_id), "contents"),
        any_of(col(ItemVersion.digest), "digests"),
    )
    .order_by(col(ItemVersion.number))
)


def items_worded(
    session: Session, content_ids: Collection[int], digests: Collection[str]
) -> dict[tuple[int, str], int]:
    """Return the id of the version of an item that has one of these wordings, by its quiz and its digest.

    The newest version of an item may be newer than the quiz that somebody has just begun to read.
    """
    found = rows(session, _WORDED, contents=content_ids, digests=digests)
    return {(row.content_id, row.digest): row.id for row in found}


_SEEN = (
    select(col(ItemVersion.content_id), col(ItemVersion.item), func.count())
    .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
    .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        any_of(col(ItemVersion.content_id), "contents"),
    )
    .group_by(col(ItemVersion.content_id), col(ItemVersion.item))
)


def times_seen(session: Session, person_id: int, content_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Count how often a person was shown each item of these quizzes, in attempts at whatever quiz drew it."""
    found = rows(session, _SEEN, person_id=person_id, contents=content_ids)
    return {(content_id, item): count for content_id, item, count in found}
