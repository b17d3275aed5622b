"""Adding to the audit trail; there is no other way to write it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.audit.rules import FIRST_DIGEST, digest

_CHAIN_LOCK = 0x6465616C  # any constant of our own; it names the chain to PostgreSQL


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: tuple[str, str],
    details: dict[str, Any] | None = None,
) -> None:
    """Record that `actor` (an e-mail address, or `system`) did `action` to `subject` (kind, name).

    Entries are numbered without gaps, so one writer at a time adds to the chain: SQLite has only one writer
    anyway, PostgreSQL waits for the others' transactions here. Call it last in an action.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK)))
    last = session.execute(
        select(AuditEntry.id, AuditEntry.digest).order_by(col(AuditEntry.id).desc()).limit(1)  # type: ignore[call-overload]  # SQLModel types class attributes as values
    ).first()
    entry: dict[str, Any] = {
        "id": last.id + 1 if last else 1,
        "at": at,
        "actor": actor,
        "action": action,
        "subject_kind": subject[0],
        "subject": subject[1],
        "details": details or {},
        "previous_digest": last.digest if last else FIRST_DIGEST,
    }
    session.execute(insert(AuditEntry).values(**entry, digest=digest(entry)))
