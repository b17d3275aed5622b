"""Every read for authors: working copies beside what is published, versions, and whom a change would touch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.authoring.checks import Draft, problems
from app.authoring.prerequisites import Ladder, ladder
from app.catalog.models import (
    Content,
    ContentKind,
    ContentVersion,
    Origin,
    Product,
    Verdict,
)
from app.catalog.queries import content, in_force, product_by_slug
from app.catalog.yamlfile import Problem
from app.errors import NotFoundError
from app.web.i18n import gettext as _

_KINDS = list(ContentKind)
_later = aliased(ContentVersion)
_is_offered = col(Product.retired_at).is_(None)


@dataclass(frozen=True, slots=True)
class Stored:
    """A document with its newest version."""

    content: Content
    number: int
    published_at: datetime | None
    published: dict[str, Any] | None

    @property
    def changed(self) -> bool:
        """Whether the working copy says something else than what is published."""
        return self.content.draft_digest != self.content.published_digest


@dataclass(frozen=True, slots=True)
class Course:
    """Everything that authors write about one product."""

    product: Product
    documents: tuple[Stored, ...]
    problems: tuple[Problem, ...]

    def of(self, kind: ContentKind) -> Stored | None:
        """Return the course, the program or the red lines."""
        return next((each for each in self.documents if each.content.kind == kind), None)

    @property
    def quizzes(self) -> list[Stored]:
        """The quizzes, by id."""
        return [each for each in self.documents if each.content.kind is ContentKind.QUIZ]

    @property
    def changed(self) -> list[Stored]:
        """The documents that a publication would freeze."""
        return [each for each in self.documents if each.changed]

    @property
    def latest(self) -> Content | None:
        """The document that was changed last, of those that are not published as they are."""
        return max((each.content for each in self.changed), key=lambda each: each.changed_at, default=None)

    @property
    def number(self) -> int:
        """The version of the course that is published, or 0."""
        course = self.of(ContentKind.COURSE)
        return course.number if course else 0

    @property
    def seen(self) -> str:
        """What the working copies say, in one word that a form can carry."""
        return ".".join(f"{each.content.id}-{each.content.step}" for each in self.documents)


def courses(session: Session, slug: str | None = None) -> list[Course]:
    """Return what is written about every product, or about one; two statements."""
    products = select(Product).where(_is_offered).order_by(col(Product.slug))
    found = list(session.scalars(products))
    newest = (
        select(ContentVersion)
        .where(
            ~select(col(_later.id))
            .where(
                col(_later.content_id) == col(ContentVersion.content_id),
                col(_later.number) > col(ContentVersion.number),
            )
            .exists()
        )
        .subquery()
    )
    rows = session.execute(
        select(Content, newest.c.number, newest.c.published_at, newest.c.document)
        .outerjoin(newest, newest.c.content_id == col(Content.id))
        .order_by(col(Content.slug))
    )
    documents: dict[int, list[Stored]] = defaultdict(list)
    for row in rows:
        documents[row[0].product_id].append(Stored(row[0], row[1] or 0, row[2], row[3]))
    published = {
        each.content.slug: each.number
        for stored in documents.values()
        for each in stored
        if each.content.kind is ContentKind.QUIZ
    }
    ladders = {
        product.slug: ladder(stored.published)
        for product in found
        for stored in documents[product.id or 0]
        if stored.content.kind is ContentKind.PROGRAM and stored.published
    }
    return [
        _course(product, documents[product.id or 0], published, ladders)
        for product in found
        if slug is None or product.slug == slug
    ]


def ladders(session: Session, as_of: datetime) -> dict[str, Ladder]:
    """Return what the published programs ask for of each other, by product; those that are retired are left out."""
    slugs = {row.id: row.slug for row in session.execute(select(col(Product.id), col(Product.slug)).where(_is_offered))}
    return {
        slugs[version.product_id]: ladder(version.document)
        for version in in_force(session, [ContentKind.PROGRAM], as_of)
        if version.product_id in slugs
    }


def lock_programs(session: Session) -> None:
    """Let one publication at a time look at all programs, so that two cannot form a circle that neither sees."""
    programs = select(col(Content.id)).where(col(Content.kind) == ContentKind.PROGRAM).order_by(col(Content.id))
    session.execute(programs.with_for_update())


def _course(
    product: Product, documents: Iterable[Stored], published: Mapping[str, int], ladders: Mapping[str, Ladder]
) -> Course:
    ordered = tuple(sorted(documents, key=lambda each: (_KINDS.index(each.content.kind), each.content.slug)))
    drafts = [
        Draft(each.content.kind, each.content.slug, each.content.draft_digest, each.content.draft) for each in ordered
    ]
    return Course(product, ordered, problems(product.slug, drafts, published, ladders))


def course(session: Session, slug: str) -> Course:
    """Return what is written about one product. Raises NotFoundError."""
    found = courses(session, slug)
    if not found:
        raise NotFoundError(_("There is no product at this address."))
    return found[0]


def draft(session: Session, kind: ContentKind, slug: str) -> Content:
    """Return a working copy for writing. Raises NotFoundError."""
    found = content(session, kind, slug)
    if found is None:
        raise NotFoundError(_("There is no such document. It may not have been begun."))
    return found


def product(session: Session, slug: str) -> Product:
    """Return a product. Raises NotFoundError."""
    found = product_by_slug(session, slug)
    if found is None:
        raise NotFoundError(_("There is no product at this address."))
    return found


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version, for the history; `asks` says that it names the questions about what it changed."""

    kind: ContentKind
    slug: str
    number: int
    published_at: datetime
    published_by: str
    origin: Origin
    verdict: Verdict
    deadline: date | None
    note: str
    asks: bool


def versions(session: Session, product_id: int) -> list[Frozen]:
    """Return every version of a product's documents, the newest first."""
    rows = session.execute(
        select(
            col(Content.kind),
            col(Content.slug),
            col(ContentVersion.number),
            col(ContentVersion.published_at),
            col(ContentVersion.published_by),
            col(ContentVersion.origin),
            col(ContentVersion.verdict),
            col(ContentVersion.deadline),
            col(ContentVersion.note),
            col(ContentVersion.delta).is_not(None),
        )
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(col(Content.product_id) == product_id)
        .order_by(col(ContentVersion.published_at).desc(), col(ContentVersion.id).desc())
    )
    return [Frozen(*row) for row in rows]


def version(
    session: Session, product_id: int, kind: str, slug: str, number: int
) -> tuple[ContentVersion, ContentVersion | None]:
    """Return one version and the one before it. Raises NotFoundError."""
    found = list(
        session.scalars(
            select(ContentVersion)
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.product_id) == product_id,
                col(Content.kind) == kind,
                col(Content.slug) == slug,
                col(ContentVersion.number).in_([number, number - 1]),
            )
            .order_by(col(ContentVersion.number).desc())
        )
    )
    if not found or found[0].number != number:
        raise NotFoundError(_("There is no such version."))
    return found[0], found[1] if len(found) > 1 else None
