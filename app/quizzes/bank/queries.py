"""Every read of the question bank."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Integer, cast, func, select, tuple_
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product, Verdict
from app.catalog.queries import Version
from app.errors import NotFoundError
from app.quizzes.bank.rules import BankQuiz
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.quizzes.queries import rule_of
from app.web.i18n import gettext as _


def quizzes(session: Session) -> list[BankQuiz]:
    """Return the working copies of every quiz and bank, with their items, in one statement."""
    rows = session.execute(
        select(
            col(Content.id),
            col(Content.slug),
            col(Content.draft),
            col(Product.slug),
            col(Product.name),
            col(Content.changed_at),
            col(Content.changed_by),
        )
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(Content.kind) == ContentKind.QUIZ, col(Product.retired_at).is_(None))
        .order_by(col(Product.slug), col(Content.slug))
    )
    return [_quiz(*row) for row in rows]


def _quiz(content_id: int, slug: str, draft: dict[str, Any], product: str, name: Any, *changed: Any) -> BankQuiz:
    draw = draft.get("draw")
    rules = [rule_of(each) for each in draw] if isinstance(draw, list) else []
    bank = draft.get("bank", False)
    return BankQuiz(content_id, slug, draft["title"], bank, product, name, rules, draft.get("items", ()), *changed)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest published version of an item."""

    number: int
    digest: str
    created_at: datetime


def newest_versions(session: Session, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Newest]:
    """Return the newest published version of each of these items; one that was never published has none."""
    rows = session.execute(
        select(
            col(ItemVersion.content_id),
            col(ItemVersion.item),
            col(ItemVersion.number),
            col(ItemVersion.digest),
            col(ItemVersion.created_at),
        )
        .where(tuple_(col(ItemVersion.content_id), col(ItemVersion.item)).in_(keys))
        .order_by(col(ItemVersion.number))
    )
    return {(content_id, item): Newest(*rest) for content_id, item, *rest in rows}


def facilities(session: Session, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[int, float]]:
    """Return how many first attempts each of these items had, in whichever quiz, and its facility in percent."""
    most = func.coalesce(col(ItemVersion.document)["points"].as_float(), 1.0)
    rows = session.execute(
        select(
            col(ItemVersion.content_id),
            col(ItemVersion.item),
            func.count(),
            cast(func.sum(cast(col(AttemptItem.points), Float)), Float),
            cast(func.sum(most), Float),
        )
        .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(
            tuple_(col(ItemVersion.content_id), col(ItemVersion.item)).in_(keys),
            col(Attempt.number) == 1,
            col(Attempt.marked_at).is_not(None),
        )
        .group_by(col(ItemVersion.content_id), col(ItemVersion.item))
    )
    return {(row[0], row[1]): (row[2], 100 * (row[3] or 0) / row[4]) for row in rows if row[4]}


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One published version of an item: the version of its quiz that brought it, by whom, and how much rests on it."""

    number: int
    document: dict[str, Any]
    created_at: datetime
    quiz_version: int | None
    published_by: str
    note: str
    attempts: int


def versions(session: Session, content_id: int, item: str) -> list[StoredVersion]:
    """Return every published version of an item, the newest first. Raises NotFoundError when there is none."""
    used = (
        select(func.count())
        .where(col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .correlate(ItemVersion)
        .scalar_subquery()
    )
    # an item's version is stored at the very moment at which its quiz is published
    brought = (
        select(func.max(col(ContentVersion.number)))
        .where(
            col(ContentVersion.content_id) == col(ItemVersion.content_id),
            col(ContentVersion.published_at) == col(ItemVersion.created_at),
        )
        .correlate(ItemVersion)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            col(ItemVersion.number),
            col(ItemVersion.document),
            col(ItemVersion.created_at),
            col(ContentVersion.number),
            func.coalesce(col(ContentVersion.published_by), ""),
            func.coalesce(col(ContentVersion.note), ""),
            cast(used, Integer),
        )
        .outerjoin(
            ContentVersion,
            (col(ContentVersion.content_id) == col(ItemVersion.content_id)) & (col(ContentVersion.number) == brought),
        )
        .where(col(ItemVersion.content_id) == content_id, col(ItemVersion.item) == item)
        .order_by(col(ItemVersion.number).desc())
    )
    found = [StoredVersion(*row) for row in rows]
    if not found:
        raise NotFoundError(_("This question was never published, so it has no versions yet."))
    return found


def quiz_version(session: Session, slug: str, number: int | None) -> tuple[Version, Product, list[int]]:
    """Return one version of a quiz, or its working copy as if it were published, its product and all its numbers.

    Raises NotFoundError.
    """
    row = session.execute(
        select(Content, Product)
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(Content.kind) == ContentKind.QUIZ, col(Content.slug) == slug)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such quiz."))
    content, product = row
    statement = select(col(ContentVersion.number), col(ContentVersion.id), col(ContentVersion.published_at))
    frozen = session.execute(
        statement.where(col(ContentVersion.content_id) == content.id).order_by(col(ContentVersion.number).desc())
    ).all()
    version = _version(content, 0, 0, content.changed_at, {**content.draft, "items": content.draft.get("items", [])})
    if number is not None:
        chosen = next((each for each in frozen if each[0] == number), None)
        if chosen is None:
            raise NotFoundError(_("There is no such version."))
        wanted = select(col(ContentVersion.document)).where(col(ContentVersion.id) == chosen[1])
        document = session.scalars(wanted).one()
        version = _version(content, chosen[1], number, chosen[2], document)
    return version, product, [each[0] for each in frozen]


def _version(content: Content, version_id: int, number: int, at: datetime, document: dict[str, Any]) -> Version:
    return Version(
        id=version_id,
        content_id=content.id or 0,
        product_id=content.product_id,
        kind=content.kind,
        slug=content.slug,
        number=number,
        digest="",
        verdict=Verdict.NONE,
        deadline=None,
        published_at=at,
        document=document,
    )
