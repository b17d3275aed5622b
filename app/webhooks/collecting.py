"""The jobs that turn what happened into events: every minute, and soon after something was done.

Two runs at once, or one after a run that was killed, tell nothing twice: one at a time stores events, and each is
named by its fact.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import on_record
from app.clock import now
from app.database import Database
from app.jobs.actions import enqueue
from app.jobs.worker import Prepared
from app.webhooks.events import Fact, known_types
from app.webhooks.facts import facts
from app.webhooks.models import WebhookEndpoint
from app.webhooks.storing import store, subscribers
from app.webhooks.watching import JOB as WATCH_JOB

JOB = "webhooks.collect"
EVERY = timedelta(minutes=1)
_SLOT = 2
"""Seconds between runs that actions ask for; a run begins at least this long after the action was recorded."""


def collect(database: Database, moment: datetime) -> int:
    """Store an event for everything that happened and that an endpoint wants to know; return how many."""
    stored = 0
    while True:
        with database.read() as session:
            found = _found(session, moment)
        if not found:
            return stored
        with database.write() as session:
            new = store(session, found, moment)
        stored += new
        if not new:
            return stored


def _found(session: Session, moment: datetime) -> list[Fact]:
    there = subscribers(session)
    if not there:
        return []
    wanted = known_types(kind for each in there for kind in each.events)
    return facts(session, wanted, min(each.created_at for each in there), moment)


def _collect(database: Database, _payload: Mapping[str, Any]) -> None:
    collect(database, now())


COLLECT = Prepared(_collect)
"""The handler of the job `webhooks.collect`."""


@on_record(
    "certification.",
    "certifications.",
    "content.published",
    "deal.",
    "deals.",
    "gate.",
    "people.imported",
    "person.changed",
    "person.deactivated",
    "person.reactivated",
    "product.",
    "waiver.",
)
def collect_soon(session: Session, _action: str, moment: datetime) -> None:
    """Ask for both runs a few seconds after an action that may have changed something, where somebody listens."""
    there = select(col(WebhookEndpoint.id)).where(col(WebhookEndpoint.removed_at).is_(None)).limit(1)
    if session.scalar(there) is None:
        return
    # a run that begins now would not see what this transaction stores, so each slot has a key of its own
    slot = int(moment.timestamp() // _SLOT) + 2
    due_at = moment.fromtimestamp(slot * _SLOT, tz=moment.tzinfo)
    for kind in (JOB, WATCH_JOB):
        enqueue(session, kind, {}, moment=moment, due_at=due_at, key=f"{kind}/{slot}")
