"""Every read of practice."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.document import digest
from app.catalog.models import Content, ContentKind, Product
from app.catalog.queries import Version, in_force
from app.database import rows
from app.errors import NotFoundError
from app.quizzes import itemqueries, sources
from app.quizzes.clock import SLACK
from app.quizzes.models import Attempt, AttemptItem, ItemVersion, Practice, PracticeItem, PracticeKind
from app.quizzes.practice.openness import marks_are_open
from app.quizzes.practice.outcomes import outcomes
from app.quizzes.practice.rules import Key, can_be_practised, missed
from app.quizzes.queries import settings_of
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Round:
    """One round of practice; the quiz and its product are empty where the questions come from several."""

    id: int
    kind: PracticeKind
    started_at: datetime
    finished_at: datetime | None
    content_id: int | None
    quiz: str | None
    product: str | None
    product_name: str | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a round, with the answer that is stored.

    The document holds the key: it never goes to a page as it is.
    """

    position: int
    content_id: int
    item: str
    quiz: str
    product_id: int
    document: dict[str, Any]
    option_order: list[int]
    answer: Any
    answered_at: datetime | None
    correct: bool | None


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt that must be finished before its questions may be practised."""

    id: int
    quiz: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may practise of a quiz: so many missed questions, and whether all of them."""

    missed: int = 0
    whole: bool = False


def round_of(session: Session, person_id: int, practice_id: int) -> Round:
    """Return a person's own round. Raises NotFoundError for anybody else's."""
    row = session.execute(
        select(
            col(Practice.id),
            col(Practice.kind),
            col(Practice.started_at),
            col(Practice.finished_at),
            col(Practice.content_id),
            col(Content.slug),
            col(Product.slug),
            col(Product.name),
        )
        .outerjoin(Content, col(Content.id) == col(Practice.content_id))
        .outerjoin(Product, col(Product.id) == col(Content.product_id))
        .where(col(Practice.id) == practice_id, col(Practice.person_id) == person_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such practice of yours."))
    return Round(*row)


def questions(session: Session, practice_id: int) -> list[Asked]:
    """Return the questions of a round, in their order."""
    found = session.execute(
        select(
            col(PracticeItem.position),
            col(ItemVersion.content_id),
            col(ItemVersion.item),
            col(Content.slug),
            col(Content.product_id),
            col(ItemVersion.document),
            col(PracticeItem.option_order),
            col(PracticeItem.answer),
            col(PracticeItem.answered_at),
            col(PracticeItem.correct),
        )
        .join(ItemVersion, col(ItemVersion.id) == col(PracticeItem.item_version_id))
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(col(PracticeItem.practice_id) == practice_id)
        .order_by(col(PracticeItem.position))
    )
    return [Asked(*row) for row in found]


def open_round(session: Session, person_id: int, content_id: int, kind: PracticeKind) -> int | None:
    """Return the round of this kind at a quiz that a person has not finished, if there is one."""
    return session.scalar(
        select(func.max(col(Practice.id))).where(
            col(Practice.person_id) == person_id,
            col(Practice.content_id) == content_id,
            col(Practice.kind) == kind,
            col(Practice.finished_at).is_(None),
        )
    )


def running_attempt(session: Session, person_id: int, content_ids: Collection[int], moment: datetime) -> Running | None:
    """Return an attempt of a person that runs and is at one of these quizzes, or asks questions of them."""
    asks = (
        select(col(AttemptItem.id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == col(Attempt.id), col(ItemVersion.content_id).in_(content_ids))
        .correlate(Attempt)
        .exists()
    )
    row = session.execute(
        select(col(Attempt.id), col(Content.slug))
        .join(Content, col(Content.id) == col(Attempt.content_id))
        .where(
            col(Attempt.person_id) == person_id,
            col(Attempt.finished_at).is_(None),
            or_(col(Attempt.deadline_at).is_(None), col(Attempt.deadline_at) >= moment - SLACK),
            or_(col(Attempt.content_id).in_(content_ids), asks),
        )
        .order_by(col(Attempt.id))
    ).first()
    return Running(*row) if row else None


_PRODUCTS = (
    select(col(Content.product_id))
    .join(Product, col(Product.id) == col(Content.product_id))
    .where(any_of(col(Content.id), "contents"), col(Product.retired_at).is_(None))
)


def items_in_force(session: Session, content_ids: Collection[int], moment: datetime) -> dict[Key, dict[str, Any]]:
    """Return the items of quizzes and banks as they are now; none of a product that is retired."""
    products = {row.product_id for row in rows(session, _PRODUCTS, contents=content_ids)}
    return items_of(
        version
        for version in in_force(session, [ContentKind.QUIZ], moment, products=products)
        if version.content_id in content_ids
    )


def items_of(versions: Iterable[Version]) -> dict[Key, dict[str, Any]]:
    """Return the items of these versions that can be practised."""
    return {
        (version.content_id, item["id"]): item
        for version in versions
        for item in version.document["items"]
        if can_be_practised(item)
    }


def items_asked(session: Session, version: Version, moment: datetime) -> dict[Key, dict[str, Any]]:
    """Return every item that an attempt at a quiz could ask and that can be practised."""
    found = sources.wordings(sources.candidates(session, version, moment))
    return {key: item for key, item in found.items() if can_be_practised(item)}


def wordings(session: Session, documents: Mapping[Key, Mapping[str, Any]]) -> dict[Key, int]:
    """Return the id of the stored version of each of these items that is worded so."""
    digests = {key: digest(document) for key, document in documents.items()}
    contents = {content_id for content_id, _item in documents}
    worded = itemqueries.items_worded(session, contents, set(digests.values()))
    return {key: worded[key[0], wording] for key, wording in digests.items() if (key[0], wording) in worded}


def offer(session: Session, person_id: int, version: Version, moment: datetime) -> Offer:
    """Say what a person may practise of a quiz."""
    settings = settings_of(version.document)
    if settings.practice == "none":
        return Offer()
    whole = settings.practice == "whole"
    if not marks_are_open(session, person_id, version.content_id, settings, moment):
        return Offer(whole=whole)
    found = missed(outcomes(session, person_id, version.content_id))
    items = items_in_force(session, {version.content_id, *(content for content, _item in found)}, moment)
    return Offer(sum(key in items for key in found), whole)


def next_of(asked: Sequence[Asked]) -> int | None:
    """Return the place of the first question without an answer; None when all have one."""
    return next((each.position for each in asked if each.answered_at is None), None)
