"""Every write of products and content; what people do with them is in progress.py."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.document import digest
from app.catalog.models import Content, ContentKind, ContentVersion, Origin, Product, Verdict
from app.errors import ConflictError
from app.web.i18n import gettext as _


def create_product(session: Session, slug: str, name: str | dict[str, str], moment: datetime) -> Product:
    """Add a product; its course, program and red lines come as contents of their own."""
    product = Product(slug=slug, name=name, created_at=moment)
    session.add(product)
    session.flush()
    return product


def create_content(
    session: Session,
    product: Product,
    kind: ContentKind,
    slug: str,
    document: dict[str, Any],
    *,
    by: str,
    moment: datetime,
) -> Content:
    """Add a document as a draft that nobody but its authors sees."""
    assert product.id is not None  # noqa: S101 (a stored product has one)
    content = Content(
        product_id=product.id,
        kind=kind,
        slug=slug,
        draft=document,
        draft_digest=digest(document),
        changed_at=moment,
        changed_by=by,
    )
    session.add(content)
    session.flush()
    return content


def save_draft(
    session: Session, content: Content, document: dict[str, Any], *, step: int, by: str, moment: datetime
) -> None:
    """Store the working copy. `step` is the one that the author's page was made from; a stale one is refused."""
    session.refresh(content, with_for_update=True)
    if content.step != step:
        raise ConflictError(_("Somebody saved this draft after you opened it. Open it again to see what is stored."))
    content.draft = document
    content.draft_digest = digest(document)
    content.step += 1
    content.changed_at = moment
    content.changed_by = by
    session.flush()


def publish(  # noqa: PLR0913 (what a version says of itself stands beside its document)
    session: Session,
    content: Content,
    *,
    origin: Origin,
    by: str,
    moment: datetime,
    verdict: Verdict = Verdict.NONE,
    deadline: date | None = None,
    delta: dict[str, list[str]] | None = None,
    note: str = "",
) -> ContentVersion | None:
    """Freeze the draft as the next version. A draft that equals the newest version makes none: returns None.

    `delta` names, by quiz, the questions that a delta quiz asks.
    """
    session.refresh(content, with_for_update=True)
    if content.published_digest == content.draft_digest:
        return None
    newest = session.scalar(
        select(func.max(col(ContentVersion.number))).where(col(ContentVersion.content_id) == content.id)
    )
    assert content.id is not None  # noqa: S101 (a stored content has one)
    version = ContentVersion(
        content_id=content.id,
        number=(newest or 0) + 1,
        document=content.draft,
        digest=content.draft_digest,
        origin=origin,
        verdict=verdict,
        deadline=deadline,
        delta=delta,
        note=note,
        published_at=moment,
        published_by=by,
    )
    session.add(version)
    content.published_digest = content.draft_digest
    content.step += 1
    session.flush()
    record(
        session,
        at=moment,
        actor=by,
        action="content.published",
        subject=(content.kind.value, content.slug),
        details={
            "version": version.number,
            "digest": version.digest,
            "verdict": verdict.value,
            "origin": origin.value,
        },
    )
    return version
