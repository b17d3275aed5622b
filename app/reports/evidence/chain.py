"""The audit trail in a pack: what is about the subject in full, and the links between, so that the chain holds."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Content
from app.people.models import Person
from app.quizzes.models import Attempt
from app.reports.evidence.rows import chunks
from app.reports.evidence.subjects import Kind, Wanted
from app.reports.evidence.tables import of

LINK: Final = ("id", "previous_digest", "digest")
_OWN = ("attempt", "lesson", "product")
"""Kinds of things of which a person's own actions are part of the record."""
_PRIVATE = ("person.signed", "person.password")
"""Where somebody signs in, and when, is no evidence of what they may sell."""
_SECOND_LOOK = "sign_off.looked_at_again"
"""It is about the assessors, and decides nothing."""
_CONTENT = ("course", "program", "redlines", "quiz")


def entries(session: Session, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Read the entries about the subject, as they are stored: another word would be another digest."""
    statement = select(*(col(getattr(AuditEntry, name)) for name in AuditEntry.model_fields)).where(
        _about(wanted), col(AuditEntry.at) <= wanted.as_of
    )
    for rows in chunks(session, statement, col(AuditEntry.id)):
        for row in rows:
            # the digest was computed over this form of the moment
            yield {**row._mapping, "at": row.at.isoformat(timespec="microseconds")}  # noqa: SLF001 (a public name)


def links(session: Session, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Read (id, previous digest, digest) of every entry from the first about the subject to the end of the trail."""
    first, last = _span(session, wanted)
    if first is None:
        return
    statement = select(*(col(getattr(AuditEntry, name)) for name in LINK)).where(
        col(AuditEntry.id) >= first, col(AuditEntry.id) <= last
    )
    for rows in chunks(session, statement, col(AuditEntry.id)):
        yield from (tuple(row) for row in rows)


def _span(session: Session, wanted: Wanted) -> tuple[int | None, int | None]:
    known = col(AuditEntry.at) <= wanted.as_of
    first = session.scalar(select(func.min(col(AuditEntry.id))).where(_about(wanted), known))
    return first, session.scalar(select(func.max(col(AuditEntry.id))).where(known))


def _about(wanted: Wanted) -> ColumnElement[bool]:
    subject = wanted.subject
    kind, name = col(AuditEntry.subject_kind), col(AuditEntry.subject)
    if subject.kind is Kind.DEAL:
        return and_(kind == "deal", name == subject.name)
    attempts = select(cast(col(Attempt.id), String)).where(of(Attempt)(subject))
    if subject.kind is Kind.PERSON:
        since = select(col(Person.created_at)).where(col(Person.id) == subject.id).scalar_subquery()
        hidden = _PRIVATE if wanted.whole else (*_PRIVATE, _SECOND_LOOK)
        private = or_(*(col(AuditEntry.action).startswith(each) for each in hidden))
        own = and_(col(AuditEntry.actor) == subject.name, kind.in_(_OWN))
        mine = and_(kind == "attempt", name.in_(attempts))
        them = or_(name == subject.name, name.startswith(f"{subject.name} ", autoescape=True), own, mine)
        return and_(them, ~private, col(AuditEntry.at) >= since)
    content = select(col(Content.slug)).where(col(Content.product_id) == subject.id)
    return or_(
        and_(kind == "certification", name.endswith(f" {subject.name}", autoescape=True)),
        and_(kind == "product", name == subject.name),
        and_(kind == "lesson", name.startswith(f"{subject.name}/", autoescape=True)),
        and_(kind.in_(_CONTENT), name.in_(content)),
        and_(kind == "attempt", name.in_(attempts)),
    )
