"""Every read of the audit trail, and the proof that nobody changed it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.audit.rules import FIRST_DIGEST, digest

PAGE = 50
"""Entries on one page."""
CHUNK = 1000
"""Entries that the proof holds in memory at once."""


class Entry(NamedTuple):
    """An entry as pages show it."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show. `actor`, `action` and `subject` are what each begins with; `until` is exclusive.

    Entries of the actions in `without` are left out.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    without: Collection[str] = ()


class Break(StrEnum):
    """How an entry fails to hold."""

    MISSING = "missing"
    UNCHAINED = "unchained"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Proof:
    """What reading the whole chain showed: how many entries hold, and the first that does not, and why."""

    entries: int
    last_digest: str
    broken: int | None = None
    why: Break | None = None


def entries(session: Session, wanted: Filter, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """Return the newest entries of a filter, those with an id below `before`; one more than `limit` if there are."""
    query = _newest(before, limit)
    for column, start in (
        (col(AuditEntry.actor), wanted.actor),
        (col(AuditEntry.action), wanted.action),
        (col(AuditEntry.subject), wanted.subject),
    ):
        if start:
            query = query.where(column.startswith(start, autoescape=True))
    if wanted.since:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until:
        query = query.where(col(AuditEntry.at) < wanted.until)
    if wanted.without:
        query = query.where(col(AuditEntry.action).not_in(wanted.without))
    return [Entry(*row) for row in session.execute(query)]


def entries_about(
    session: Session, email: str, since: datetime, before: int | None = None, limit: int = PAGE
) -> list[Entry]:
    """Return the newest entries by or about an account since it was created; one more than `limit` if there are.

    An address can have belonged to somebody else before, whose record is not this person's to read.
    """
    query = _newest(before, limit).where(
        or_(
            col(AuditEntry.actor) == email,
            col(AuditEntry.subject) == email,
            # a certification's subject is its holder and the product, parted by a space
            col(AuditEntry.subject).startswith(f"{email} ", autoescape=True),
        ),
        col(AuditEntry.at) >= since,
    )
    return [Entry(*row) for row in session.execute(query)]


def _newest(before: int | None, limit: int) -> Any:
    query = (
        select(
            col(AuditEntry.id),
            col(AuditEntry.at),
            col(AuditEntry.actor),
            col(AuditEntry.action),
            col(AuditEntry.subject_kind),
            col(AuditEntry.subject),
            col(AuditEntry.details),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(limit + 1)
    )
    return query if before is None else query.where(col(AuditEntry.id) < before)


def verify(session: Session, chunk: int = CHUNK) -> Proof:
    """Read the whole chain in chunks and prove it.

    It finds changed, inserted and missing entries. Entries cut off at the end leave a shorter chain that holds:
    keep the number and the last digest of a proof elsewhere, and compare.
    """
    held = 0
    previous = FIRST_DIGEST
    for row in _chain(session, chunk):
        if row["id"] != held + 1:
            return Proof(held, previous, held + 1, Break.MISSING)
        if row["previous_digest"] != previous:
            return Proof(held, previous, row["id"], Break.UNCHAINED)
        if digest(row) != row["digest"]:
            return Proof(held, previous, row["id"], Break.ALTERED)
        held = row["id"]
        previous = row["digest"]
    return Proof(held, previous)


def _chain(session: Session, chunk: int) -> Iterator[dict[str, Any]]:
    columns = [col(getattr(AuditEntry, name)) for name in AuditEntry.model_fields]
    after: int | None = None
    while True:
        query = select(*columns).order_by(col(AuditEntry.id)).limit(chunk)
        if after is not None:
            query = query.where(col(AuditEntry.id) > after)
        rows = session.execute(query).mappings().all()
        if not rows:
            return
        for row in rows:
            yield dict(row)
        after = rows[-1]["id"]
