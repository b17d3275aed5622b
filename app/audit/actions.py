"""Adding to the audit trail; there is no other way to write it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.audit.rules import FIRST_DIGEST, digest

_CHAIN_LOCK = 0x6465616C  # any constant of our own; it names the chain to PostgreSQL

_TAKE_CHAIN = select(func.pg_advisory_xact_lock(_CHAIN_LOCK))
_LAST = select(col(AuditEntry.id), col(AuditEntry.digest)).order_by(col(AuditEntry.id).desc()).limit(1)
_ADD = insert(AuditEntry)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done: `action` to `subject` (kind, name)."""

    action: str
    subject: tuple[str, str]
    details: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Session, str, datetime], None]
"""Called with the session, the action and the moment; it may store something with the action, and must be quick."""

_listeners: list[tuple[tuple[str, ...], Listener]] = []


def on_record(*prefixes: str) -> Callable[[Listener], Listener]:
    """Register somebody who is told of actions that begin like one of `prefixes`; used as a decorator.

    Of many things that were done at once they are told once.
    """

    def register(listener: Listener) -> Listener:
        _listeners.append((prefixes, listener))
        return listener

    return register


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
    record_all(session, at=at, actor=actor, events=[Event(action, subject, details or {})])


def take_chain(session: Session) -> Connection:
    """Wait until nobody else adds to the chain before the end of this transaction."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_TAKE_CHAIN)
    return connection


def record_all(session: Session, *, at: datetime, actor: str, events: Iterable[Event]) -> None:
    """Record many things that `actor` did at once, such as an import, in order; otherwise like `record`."""
    session.flush()
    connection = take_chain(session)
    last = connection.execute(_LAST).first()
    number, previous = last or (0, FIRST_DIGEST)
    entries: list[dict[str, Any]] = []
    for event in events:
        number += 1
        entry: dict[str, Any] = {
            "id": number,
            "at": at,
            "actor": actor,
            "action": event.action,
            "subject_kind": event.subject[0],
            "subject": event.subject[1],
            "details": event.details,
            "previous_digest": previous,
        }
        previous = digest(entry)
        entries.append({**entry, "digest": previous})
    if not entries:
        return
    connection.execute(_ADD, entries)
    for prefixes, listener in _listeners:
        action = next((each["action"] for each in entries if each["action"].startswith(prefixes)), None)
        if action is not None:
            listener(session, action, at)
