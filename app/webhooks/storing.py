"""Storing events with their deliveries: one transaction at a time, each fact once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from app.webhooks.events import Fact, event_values
from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookEvent
from app.webhooks.queues import lock_endpoints, send_next

_STORE_LOCK = 0x686F6F6B  # any constant of our own; it names the storing of events to PostgreSQL


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An endpoint that is there, with what it is told of."""

    id: int
    events: frozenset[str]
    created_at: datetime

    def wants(self, fact: Fact) -> bool:
        """Whether the endpoint is told of a fact: it asked for the type, and was there when it happened."""
        return fact.type.value in self.events and self.created_at < fact.occurred_at


def subscribers(session: Session) -> list[Subscriber]:
    """Return the endpoints that are not removed; what a disabled one missed is sent when it is enabled."""
    rows = session.execute(
        select(col(WebhookEndpoint.id), col(WebhookEndpoint.events), col(WebhookEndpoint.created_at))
        .where(col(WebhookEndpoint.removed_at).is_(None))
        .order_by(col(WebhookEndpoint.id))
    )
    return [Subscriber(row.id, frozenset(row.events), row.created_at) for row in rows]


def store(session: Session, found: Sequence[Fact], moment: datetime) -> int:
    """Store events that are not there yet, and their deliveries; return how many events were new."""
    one_at_a_time(session)
    known = set(
        session.scalars(select(col(WebhookEvent.fact)).where(col(WebhookEvent.fact).in_([each.key for each in found])))
    )
    new = {each.key: each for each in found if each.key not in known}
    if not new:
        return 0
    session.execute(insert(WebhookEvent), [event_values(each, moment) for each in new.values()])
    ids = dict(
        session.execute(
            select(col(WebhookEvent.fact), col(WebhookEvent.id)).where(col(WebhookEvent.fact).in_(list(new)))
        ).all()
    )
    there = subscribers(session)
    lock_endpoints(session, [each.id for each in there])
    rows = [
        {
            "endpoint_id": each.id,
            "event_id": ids[fact.key],
            "subject": fact.subject,
            "created_at": moment,
            "due_at": moment,
            "state": DeliveryState.WAITING,
            "tries": 0,
            "error": "",
        }
        for fact in new.values()
        for each in there
        if each.wants(fact)
    ]
    if rows:
        session.execute(insert(WebhookDelivery), rows)
        send_next(session, [row["endpoint_id"] for row in rows], moment, subjects={row["subject"] for row in rows})
    return len(new)


def one_at_a_time(session: Session) -> None:
    """Wait until nobody else stores events."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_STORE_LOCK)))
