"""Every read of the audit trail, and the proof that nobody changed it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import inspect, or_, select
from sqlmodel import Session, col

from app.audit.models import AuditAnchor, AuditEntry
from app.audit.rules import ARCHIVED, FIRST_DIGEST, Break, Chain

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


@dataclass(frozen=True, slots=True)
class Proof:
    """What reading the whole chain showed: how many entries hold, and the first that does not, and why.

    Those up to `archived` are counted, but were not read: they are in archives, and their digests were proved there.
    """

    entries: int
    last_digest: str
    broken: int | None = None
    why: Break | None = None
    archived: int = 0


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


def newest_anchor(session: Session) -> AuditAnchor | None:
    """Return where the trail begins that is still here; None where nothing was moved to an archive."""
    return session.scalars(select(AuditAnchor).order_by(col(AuditAnchor.through_id).desc()).limit(1)).first()


def verify(session: Session, chunk: int = CHUNK) -> Proof:
    """Read the whole chain that is here in chunks and prove it, from the last anchor where there is one.

    It finds changed, inserted and missing entries. Entries cut off at the end leave a shorter chain that holds:
    keep the number and the last digest of a proof elsewhere, and compare.
    """
    anchors = _anchors(session)
    through = max(anchors, default=0)
    recorded = not anchors
    chain = Chain(through, anchors.get(through, FIRST_DIGEST))
    for number, row in enumerate(entries_between(session, chunk=chunk)):
        if number == 0 and row["id"] <= through:
            chain = _left_over(row, anchors)
        held = Proof(chain.last, chain.digest, chain.last + 1)
        if why := chain.follow(row) or _unlike_anchor(chain, anchors):
            return replace(held, why=why)
        recorded = recorded or (row["action"] == ARCHIVED and row["details"].get("digest") == anchors[through])
    if not recorded:
        return Proof(chain.last, chain.digest, through, Break.UNRECORDED)
    return Proof(chain.last, chain.digest, archived=through)


def _anchors(session: Session) -> dict[int, str]:
    if not inspect(session.connection()).has_table(AuditAnchor.__tablename__):
        return {}  # a backup of an older version is proved before it is migrated
    statement = select(col(AuditAnchor.through_id), col(AuditAnchor.digest))
    return {row.through_id: row.digest for row in session.execute(statement)}


def _left_over(first: Mapping[str, Any], anchors: Mapping[int, str]) -> Chain:
    """Return what the first entry must follow from while archived ones are being deleted, the oldest first."""
    before = first["id"] - 1
    return Chain(before, anchors.get(before, first["previous_digest"] if before else FIRST_DIGEST))


def _unlike_anchor(chain: Chain, anchors: Mapping[int, str]) -> Break | None:
    return Break.UNCHAINED if anchors.get(chain.last, chain.digest) != chain.digest else None


def entries_between(
    session: Session, first: int | None = None, last: int | None = None, chunk: int = CHUNK
) -> Iterator[dict[str, Any]]:
    """Read whole entries in their order, both ends inclusive, a chunk at a time."""
    columns = [col(getattr(AuditEntry, name)) for name in AuditEntry.model_fields]
    statement = select(*columns).order_by(col(AuditEntry.id)).limit(chunk)
    if last is not None:
        statement = statement.where(col(AuditEntry.id) <= last)
    after = None if first is None else first - 1
    while True:
        query = statement if after is None else statement.where(col(AuditEntry.id) > after)
        rows = session.execute(query).mappings().all()
        if not rows:
            return
        for row in rows:
            yield dict(row)
        after = rows[-1]["id"]
