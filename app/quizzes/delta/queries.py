"""Every read of delta quizzes: what changed, which questions ask about it, and who was at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, Product
from app.catalog.queries import Version, in_force
from app.database import rows
from app.errors import NotFoundError
from app.quizzes import sources
from app.quizzes.delta.rules import MOST, Part, Replaced, changed_parts
from app.quizzes.history import Running
from app.quizzes.models import Attempt
from app.quizzes.sources import Key
from app.web.i18n import gettext as _

_BEFORE: Final = timedelta(microseconds=1)
"""Moments are stored to the microsecond, so what was in force this long before was replaced then."""


@dataclass(frozen=True, slots=True)
class Change:
    """A publication that asks the questions `items` of a quiz of those who know the text before it."""

    version_id: int
    quiz: str
    items: tuple[str, ...]
    product_id: int
    product: str
    product_name: str | dict[str, str]
    published_at: datetime
    deadline: date | None
    note: str

    @property
    def key(self) -> str:
        """What certification calls the requirement."""
        return f"{self.quiz}@{self.version_id}"

    @property
    def url(self) -> str:
        """Where its page is."""
        return f"/quizzes/{self.quiz}/changes/{self.version_id}"

    @property
    def questions(self) -> int:
        """How many questions one attempt asks."""
        return min(len(self.items), MOST)


def change(session: Session, quiz: str, version_id: int, moment: datetime) -> Change:
    """Return what a version changed, as a quiz asks about it. Raises NotFoundError where it asks nothing about it."""
    row = session.execute(
        select(
            col(ContentVersion.delta),
            col(Product.id),
            col(Product.slug),
            col(Product.name),
            col(ContentVersion.published_at),
            col(ContentVersion.deadline),
            col(ContentVersion.note),
        )
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .join(Product, col(Product.id) == col(Content.product_id))
        .where(col(ContentVersion.id) == version_id, col(ContentVersion.published_at) <= moment)
    ).first()
    items = (row[0] or {}).get(quiz) if row else None
    if row is None or not items:
        raise NotFoundError(_("This quiz asks nothing about that change. Your own page says what is left to do."))
    return Change(version_id, quiz, tuple(items), *row[1:])


def changed(session: Session, found: Change) -> list[Part]:
    """Return the red lines, lessons and questions that a publication changed; two statements."""
    kinds = [ContentKind.REDLINES, ContentKind.COURSE, ContentKind.QUIZ]
    since = found.published_at
    before = {
        each.content_id: each.document
        for each in in_force(session, kinds, since - _BEFORE, products=[found.product_id])
    }
    after = [
        each for each in in_force(session, kinds, since, products=[found.product_id]) if each.published_at == since
    ]
    return changed_parts(Replaced(each.kind, each.slug, before.get(each.content_id), each.document) for each in after)


def questions(session: Session, found: Change, version: Version, moment: datetime) -> Mapping[Key, dict[str, Any]]:
    """Return the questions about a change as a version of the quiz words them; those that it lost are not there."""
    elsewhere = {name.partition("/")[0] for name in found.items if "/" in name}
    ids = {found.quiz: version.content_id, **_content_ids(session, elsewhere)}
    wanted = set()
    for name in found.items:
        source, _slash, item = name.rpartition("/")
        wanted.add((ids.get(source or found.quiz), item))
    there = sources.wordings(sources.candidates(session, version, moment))
    return {key: document for key, document in there.items() if key in wanted}


def _content_ids(session: Session, quizzes: set[str]) -> dict[str, int]:
    if not quizzes:
        return {}
    rows = session.execute(
        select(col(Content.slug), col(Content.id)).where(
            col(Content.kind) == ContentKind.QUIZ, col(Content.slug).in_(quizzes)
        )
    )
    return {row.slug: row.id for row in rows}


_RUNNING = select(col(Attempt.id), col(Attempt.delta_of), col(Attempt.deadline_at)).where(
    col(Attempt.person_id) == bindparam("person_id"),
    col(Attempt.content_id) == bindparam("content_id"),
    col(Attempt.finished_at).is_(None),
)


def running(session: Session, person_id: int, content_id: int) -> Running | None:
    """Return the attempt of a person at a quiz that is not finished, at all of it or at the questions of a change."""
    found = rows(session, _RUNNING, person_id=person_id, content_id=content_id)
    return Running(*found[0]) if found else None
