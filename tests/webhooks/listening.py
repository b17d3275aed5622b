"""Endpoints and what happens to them, as tests of webhooks need them."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import select
from sqlmodel import Session, col
from standardwebhooks import Webhook

from app.certification.models import CertificationEvent, CertificationEventKind
from app.config import Settings
from app.database import Database, stored_id
from app.jobs.worker import Worker
from app.outbound.client import Client, Timing
from app.webhooks import lanes
from app.webhooks.actions import create_endpoint
from app.webhooks.delivering import Courier
from app.webhooks.events import EventType, Fact
from app.webhooks.models import WebhookDelivery, WebhookEvent
from app.webhooks.storing import store
from factories import NOW
from outbound.receivers import Received

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EVERYTHING = tuple(EventType)
SHORT = Timing(connect=2, read=0.3, post=0.6, body=0.1)


@dataclass(frozen=True)
class Endpoint:
    id: int
    secret: str


def endpoint(
    session: Session,
    settings: Settings,
    url: str = "https://hooks.example.com/",
    *,
    name: str = "CRM",
    events: Collection[EventType] = EVERYTHING,
    at: datetime = NOW,
) -> Endpoint:
    found = create_endpoint(
        session, name=name, url=url, events=events, secret_key=settings.secret_key, actor="adam@example.com", moment=at
    )
    return Endpoint(*found)


def sanction(
    session: Session, person: Any, product: Any, kind: CertificationEventKind, *, at: datetime
) -> CertificationEvent:
    event = CertificationEvent(
        person_id=stored_id(person),
        product_id=stored_id(product),
        kind=kind,
        reason="Promised a return.",
        at=at,
        by="cleo@example.com",
    )
    session.add(event)
    session.flush()
    return event


def happen(database: Database, name: str, *, subject: str = "", at: datetime = NOW + MINUTE) -> None:
    """Store an event and its deliveries, as collecting does."""
    fact = Fact(name, EventType.SUSPENDED, subject or f"certification/{name}", at, {"rep": f"{name}@example.com"})
    with database.write() as session:
        store(session, [fact], at)


def courier(settings: Settings, timing: Timing = SHORT) -> Courier:
    """A courier that may go to receivers on this machine."""
    allowing = settings.model_copy(update={"outbound_allow": "127.0.0.0/8"})
    return Courier(allowing, client=Client(allowing, timing=timing))


def worker(database: Database, sending: Courier) -> Worker:
    """A worker that does only what webhooks ask for, and nothing by the clock."""
    return Worker(database, lanes.handlers(sending), avoiding=sending.avoiding)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def deliveries(database: Database) -> list[tuple[str, int, int | None]]:
    """State, tries and status of each delivery, in order."""
    with database.read() as session:
        rows = session.execute(
            select(col(WebhookDelivery.state), col(WebhookDelivery.tries), col(WebhookDelivery.status)).order_by(
                col(WebhookDelivery.id)
            )
        )
        return [(row.state.value, row.tries, row.status) for row in rows]


def payloads(database: Database) -> list[dict[str, Any]]:
    """The bodies of all events, in the order in which they were stored."""
    with database.read() as session:
        return list(session.scalars(select(col(WebhookEvent.payload)).order_by(col(WebhookEvent.id))))


def told(received: Collection[Received]) -> list[str]:
    """Whom the messages are about, in order."""
    return [json.loads(each.body)["data"]["rep"].removesuffix("@example.com") for each in received]


def verify(secret: str, received: Received) -> Any:
    """Have the library of the standard check a message, as a receiver would."""
    return Webhook(secret).verify(received.body, received.headers)
