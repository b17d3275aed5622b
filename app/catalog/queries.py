"""Every read of products, content and progress."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product, Verdict


@dataclass(frozen=True, slots=True)
class Version:
    """One frozen document, with what is asked of those who know the one before."""

    id: int
    content_id: int
    product_id: int
    kind: ContentKind
    slug: str
    number: int
    document: dict[str, Any]
    verdict: Verdict
    deadline: date | None
    published_at: datetime


def in_force(
    session: Session,
    kinds: Collection[ContentKind],
    as_of: datetime,
    *,
    products: Collection[int] | None = None,
    slugs: Collection[str] | None = None,
) -> list[Version]:
    """Return the newest version of each content that was published by `as_of`, in one statement.

    Without `products` and `slugs`, of every product.
    """
    newest = (
        select(col(ContentVersion.content_id), func.max(col(ContentVersion.number)).label("number"))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(col(ContentVersion.published_at) <= as_of, col(Content.kind).in_(kinds))
        .group_by(col(ContentVersion.content_id))
    )
    if products is not None:
        newest = newest.where(col(Content.product_id).in_(products))
    if slugs is not None:
        newest = newest.where(col(Content.slug).in_(slugs))
    last = newest.subquery()
    rows = session.execute(
        select(
            col(ContentVersion.id),
            col(ContentVersion.content_id),
            col(Content.product_id),
            col(Content.kind),
            col(Content.slug),
            col(ContentVersion.number),
            col(ContentVersion.document),
            col(ContentVersion.verdict),
            col(ContentVersion.deadline),
            col(ContentVersion.published_at),
        )
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .join(
            last,
            (last.c.content_id == col(ContentVersion.content_id))
            & (last.c.number == col(ContentVersion.number)),
        )
        .order_by(col(Content.kind), col(Content.slug))
    )
    return [Version(*row) for row in rows]


def product_by_slug(session: Session, slug: str) -> Product | None:
    """Find a product by its slug."""
    return session.scalar(select(Product).where(col(Product.slug) == slug))


def products(session: Session) -> list[Product]:
    """Return every product that is not retired, by slug."""
    return list(
        session.scalars(select(Product).where(col(Product.retired_at).is_(None)).order_by(col(Product.slug)))
    )


def content(session: Session, kind: ContentKind, slug: str) -> Content | None:
    """Find the working copy of one document."""
    return session.scalar(select(Content).where(col(Content.kind) == kind, col(Content.slug) == slug))
