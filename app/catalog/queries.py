"""Every read of products, content and progress."""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, SelectBase, bindparam, func, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.content import CourseDocument, Lesson
from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product, Verdict
from app.catalog.text import Text
from app.database import rows
from app.errors import NotFoundError
from app.web.i18n import gettext as _

COURSES = 200
"""How many courses a process keeps as it read them."""


@dataclass(frozen=True, slots=True)
class Version:
    """One frozen document, with what is asked of those who know the one before; the digest stands for the document."""

    id: int
    content_id: int
    product_id: int
    kind: ContentKind
    slug: str
    number: int
    digest: str
    verdict: Verdict
    deadline: date | None
    published_at: datetime
    document: dict[str, Any] = field(compare=False)

    def __hash__(self) -> int:
        """Be found quickly: the id is enough, but for drafts and other databases in one process."""
        return hash((self.id, self.digest))


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Kept(Generic[K, V]):
    """What never changes under its key, so that a process makes it once; those asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def find(self, keys: Iterable[K]) -> dict[K, V]:
        """Return those that are known."""
        with self._lock:
            found = {key: value for key in keys if (value := self._kept.get(key)) is not None}
            for key in found:
                self._kept.move_to_end(key)
            return found

    def keep(self, values: Mapping[K, V]) -> None:
        """Keep these, and forget the ones not asked for the longest."""
        with self._lock:
            self._kept.update(values)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


_documents = _Kept[str, dict[str, Any]](most=500)
"""Frozen documents by digest."""
_versions = _Kept[tuple[Any, ...], Version](most=2_000)
"""Versions by everything that is stored of them, the document by its digest."""


def in_force(
    session: Session,
    kinds: Collection[ContentKind],
    as_of: datetime,
    *,
    products: Collection[int] | None = None,
    slugs: Collection[str] | None = None,
) -> list[Version]:
    """Return the newest version of each content that was published by `as_of`.

    Without `products` and `slugs`, of every product. One statement, and a second one for documents that this
    process has not seen yet. Callers must not change the documents.
    """
    wanted = {"products": products, "slugs": slugs}
    found = rows(
        session,
        _in_force(by_product=products is not None, by_slug=slugs is not None),
        kinds=kinds,
        as_of=as_of,
        **{name: only for name, only in wanted.items() if only is not None},
    )
    return _versions_of(session, found)


def _versions_of(session: Session, found: Sequence[Any]) -> list[Version]:
    versions = _versions.find(found)
    if len(versions) < len(found):
        new = [row for row in found if row not in versions]
        documents = frozen_documents(session, {row.id: row.digest for row in new})
        made = {row: Version(*(*row, documents[row.digest])) for row in new}
        _versions.keep(made)
        versions |= made
    return [versions[row] for row in found]


@cache
def _in_force(*, by_product: bool, by_slug: bool) -> SelectBase:
    conditions = []
    if by_product:
        conditions.append(any_of(col(Content.product_id), "products"))
    if by_slug:
        conditions.append(any_of(col(Content.slug), "slugs"))
    return _newest(*conditions)


def _newest(*conditions: ColumnElement[bool]) -> SelectBase:
    newest = (
        select(col(ContentVersion.content_id), func.max(col(ContentVersion.number)).label("number"))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(
            col(ContentVersion.published_at) <= bindparam("as_of"),
            any_of(col(Content.kind), "kinds"),
            *conditions,
        )
        .group_by(col(ContentVersion.content_id))
    )
    last = newest.subquery()
    return (
        select(
            col(ContentVersion.id),
            col(ContentVersion.content_id),
            col(Content.product_id),
            col(Content.kind),
            col(Content.slug),
            col(ContentVersion.number),
            col(ContentVersion.digest),
            col(ContentVersion.verdict),
            col(ContentVersion.deadline),
            col(ContentVersion.published_at),
        )
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .join(
            last,
            (last.c.content_id == col(ContentVersion.content_id)) & (last.c.number == col(ContentVersion.number)),
        )
        .order_by(col(Content.kind), col(Content.slug))
    )


def frozen_documents(session: Session, digests: Mapping[int, str]) -> dict[str, dict[str, Any]]:
    """Return documents by their digests, which are given by the ids of versions. Callers must not change them.

    One statement for those that this process has not seen yet, else none.
    """
    found = _documents.find(digests.values())
    unknown = [version_id for version_id, digest in digests.items() if digest not in found]
    if unknown:
        new = session.execute(
            select(col(ContentVersion.digest), col(ContentVersion.document)).where(col(ContentVersion.id).in_(unknown))
        )
        read = {row.digest: row.document for row in new}
        _documents.keep(read)
        found |= read
    return found


@dataclass(frozen=True, slots=True)
class OpenProduct:
    """A product that is sold."""

    id: int
    slug: str
    name: Text


def product_by_slug(session: Session, slug: str) -> Product | None:
    """Find a product by its slug."""
    return session.scalar(select(Product).where(col(Product.slug) == slug))


def products(session: Session, as_of: datetime | None = None) -> list[Product]:
    """Return every product that is not retired, or that was there and not retired at a moment, by slug."""
    sold = select(Product).order_by(col(Product.slug))
    if as_of is None:
        return list(session.scalars(sold.where(col(Product.retired_at).is_(None))))
    kept = or_(col(Product.retired_at).is_(None), col(Product.retired_at) > as_of)
    return list(session.scalars(sold.where(col(Product.created_at) <= as_of, kept)))


_OFFERED = select(col(Product.id), col(Product.slug), col(Product.name)).order_by(col(Product.slug))
_OFFERED_NOW = _OFFERED.where(col(Product.retired_at).is_(None))
_OFFERED_THEN = _OFFERED.where(
    col(Product.created_at) <= bindparam("as_of"),
    or_(col(Product.retired_at).is_(None), col(Product.retired_at) > bindparam("as_of")),
)


def offered(session: Session, as_of: datetime | None = None) -> list[OpenProduct]:
    """Return what `products` does, as far as pages show it."""
    found = rows(session, _OFFERED_NOW) if as_of is None else rows(session, _OFFERED_THEN, as_of=as_of)
    return [OpenProduct(*row) for row in found]


def content(session: Session, kind: ContentKind, slug: str) -> Content | None:
    """Find the working copy of one document."""
    return session.scalar(select(Content).where(col(Content.kind) == kind, col(Content.slug) == slug))


@dataclass(frozen=True, slots=True)
class Course:
    """A product's published course, read into its model."""

    product_id: int
    slug: str
    version_id: int
    number: int
    published_at: datetime
    document: CourseDocument

    def lesson(self, lesson_id: str) -> Lesson:
        """Return one lesson. Raises NotFoundError."""
        for lesson in self.document.lessons:
            if lesson.id == lesson_id:
                return lesson
        raise NotFoundError(
            _("This product has no such lesson. It may have been renamed: look at its list of lessons.")
        )


def courses(session: Session, as_of: datetime, products: Collection[int] | None = None) -> dict[int, Course]:
    """Return the courses published by `as_of`, by product id. Callers must not change their documents."""
    found = in_force(session, [ContentKind.COURSE], as_of, products=products)
    return {version.product_id: course_in(version) for version in found}


# versions never change, and a course is read far more often than it is published
@lru_cache(maxsize=COURSES)
def course_in(version: Version) -> Course:
    """Read the version of a course. Callers must not change its document."""
    return Course(
        version.product_id,
        version.slug,
        version.id,
        version.number,
        version.published_at,
        CourseDocument.model_validate(version.document),
    )


_BY_SLUG = select(col(Product.id), col(Product.slug), col(Product.name), col(Product.retired_at)).where(
    col(Product.slug) == bindparam("slug")
)


def open_product(session: Session, slug: str) -> OpenProduct:
    """Return a product that is not retired. Raises NotFoundError, with the reason."""
    row = next(iter(rows(session, _BY_SLUG, slug=slug)), None)
    if row is None:
        raise NotFoundError(_("There is no product at this address."))
    if row.retired_at is not None:
        raise NotFoundError(_("This product has been retired. What you did for it stays on your record."))
    return OpenProduct(row.id, row.slug, row.name)


def course_of(session: Session, slug: str, as_of: datetime) -> Course:
    """Return the course of a product that is sold. Raises NotFoundError when there is none yet."""
    return opened(session, slug, as_of, [ContentKind.COURSE])[0]


_ON_PRODUCT = _newest(
    col(Content.product_id)
    == select(col(Product.id))
    .where(col(Product.slug) == bindparam("product"), col(Product.retired_at).is_(None))
    .scalar_subquery()
)


def opened(
    session: Session, slug: str, as_of: datetime, kinds: Collection[ContentKind]
) -> tuple[Course, list[Version]]:
    """Return `course_of` a product with what else of some kinds is in force there; one statement."""
    found = _versions_of(session, rows(session, _ON_PRODUCT, product=slug, kinds=kinds, as_of=as_of))
    course = next((each for each in found if each.kind is ContentKind.COURSE), None)
    if course is None:
        open_product(session, slug)  # which says what is wrong with it, if something is
        raise NotFoundError(_("Nothing has been published about this product yet."))
    return course_in(course), found


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one person is in one lesson."""

    watched_seconds: float
    position_seconds: float
    completed_at: datetime | None
    confirmed: bool


_PROGRESS = select(
    col(LessonProgress.product_id),
    col(LessonProgress.lesson),
    col(LessonProgress.watched_seconds),
    col(LessonProgress.position_seconds),
    col(LessonProgress.completed_at),
    col(LessonProgress.confirmed),
).where(
    col(LessonProgress.person_id) == bindparam("person_id"),
    any_of(col(LessonProgress.product_id), "products"),
)


def progress(session: Session, person_id: int, products: Collection[int]) -> dict[tuple[int, str], Progress]:
    """Return a person's progress by product id and lesson id; a lesson never opened has none."""
    found = rows(session, _PROGRESS, person_id=person_id, products=products)
    return {(row.product_id, row.lesson): Progress(*row[2:]) for row in found}


def lesson_progress(session: Session, person_id: int, product_id: int, lesson: str) -> LessonProgress | None:
    """Find the row of one person and one lesson, for writing."""
    return session.scalar(
        select(LessonProgress).where(
            col(LessonProgress.person_id) == person_id,
            col(LessonProgress.product_id) == product_id,
            col(LessonProgress.lesson) == lesson,
        )
    )
