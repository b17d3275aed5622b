"""Every write of the job table: asking for work, leasing it, ending it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.jobs.models import Job
from app.telemetry.records import current

LEASE = timedelta(minutes=5)
"""How long a worker may be silent about a job before another takes it."""
MOST_TRIES = 8
"""After so many failures a job is set aside for a person to look at."""
LONGEST_PAUSE = timedelta(minutes=2**MOST_TRIES)
"""How long a job waits between two tries at most."""
CLOCKS_APART = timedelta(minutes=15)
"""How far clocks of two hosts may be apart. What lies further ahead was stored before a clock went back."""
_DEADLY = "The worker ended in the middle of it, each time it was tried."


def enqueue(
    session: Session, kind: str, payload: dict[str, Any], *, moment: datetime, due_at: datetime, key: str | None = None
) -> None:
    """Ask for work, in the caller's transaction. While a job with the same `key` waits, no second one is made.

    One that was set aside does not wait: it is tried anew.
    """
    known = session.execute(select(col(Job.id), col(Job.failed_at)).where(col(Job.key) == key)).first() if key else None
    if known is not None:
        if known.failed_at is not None:
            anew = _asked(kind, key, payload, moment, due_at)
            session.execute(update(Job).where(col(Job.id) == known.id).values(**anew, failed_at=None))
        return
    # somebody may ask for the same at the same moment, in a transaction that is not seen yet
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    asked = _asked(kind, key, payload, moment, due_at)
    session.execute(dialect.insert(Job).values(**asked).on_conflict_do_nothing(index_elements=["key"]))


def enqueue_all(
    session: Session, kind: str, asked: Iterable[tuple[str, Mapping[str, Any]]], *, moment: datetime, due_at: datetime
) -> None:
    """Ask for many pieces of work of one kind, (key, payload) each, in one statement; the keys must be new."""
    rows = [_asked(kind, key, dict(payload), moment, due_at) for key, payload in asked]
    if rows:
        session.execute(insert(Job), rows)


def _asked(kind: str, key: str | None, payload: dict[str, Any], moment: datetime, due_at: datetime) -> dict[str, Any]:
    watched = current()
    return {
        "kind": kind,
        "key": key,
        "payload": payload,
        "created_at": moment,
        "due_at": due_at,
        "tries": 0,
        "request_id": (watched.request_id or None) if watched else None,
    }


def recall(session: Session, kinds: Collection[str], *, moment: datetime, interval: timedelta) -> None:
    """Make periodic work due whose day lies too far ahead: it was planned by a clock that has gone back since.

    `interval` is the longest of these kinds.
    """
    latest = moment + interval + LONGEST_PAUSE + CLOCKS_APART
    session.execute(update(Job).where(col(Job.key).in_(kinds), col(Job.due_at) > latest).values(due_at=moment))


def lease(
    session: Session, moment: datetime, kinds: Collection[str] | None = None, avoiding: Collection[str] = ()
) -> Job | None:
    """Take the next job that is due and that nobody works on, or None.

    Only of these kinds, where they are given, and none whose key begins like one of `avoiding`.
    """
    wanted: list[ColumnElement[bool]] = [col(Job.kind).in_(kinds)] if kinds is not None else []
    wanted += [or_(col(Job.key).is_(None), ~col(Job.key).startswith(each, autoescape=True)) for each in avoiding]
    next_job = (
        select(Job)
        .where(col(Job.failed_at).is_(None), _is_due(moment), _is_free(moment), *wanted)
        .order_by(col(Job.due_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (job := session.scalar(next_job)) is not None:
        if job.tries < MOST_TRIES:
            job.lease = token_hex(16)
            job.leased_until = moment + LEASE
            job.tries += 1
            session.flush()
            return job
        # a failure would have set it aside: whoever does it dies of it
        job.failed_at = moment
        job.error = _DEADLY
        session.flush()
    return None


def _is_due(moment: datetime) -> ColumnElement[bool]:
    # what failed is due by the clock of its last try
    asked_ahead = and_(col(Job.created_at) > moment + CLOCKS_APART, col(Job.error).is_(None))
    return or_(col(Job.due_at) <= moment, asked_ahead)


def _is_free(moment: datetime) -> ColumnElement[bool]:
    until = col(Job.leased_until)
    return or_(until.is_(None), until < moment, until > moment + LEASE + CLOCKS_APART)


def finish(session: Session, job: Job) -> bool:
    """Delete a job that is done. False: its lease ran out and somebody else has it, so this work must not count."""
    done = session.execute(delete(Job).where(col(Job.id) == job.id, col(Job.lease) == job.lease))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result counts rows


def fail(session: Session, job: Job, error: str, moment: datetime) -> None:
    """Try a job again later (2, 4, 8 … minutes), or set it aside when it has failed too often."""
    values: dict[str, Any] = {"error": error[:2000], "lease": None, "leased_until": None}
    if job.tries >= MOST_TRIES:
        values["failed_at"] = moment
    else:
        values["due_at"] = moment + timedelta(minutes=2**job.tries)
    session.execute(update(Job).where(col(Job.id) == job.id, col(Job.lease) == job.lease).values(**values))
