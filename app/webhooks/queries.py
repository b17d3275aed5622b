"""Every read of the pages about webhooks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.errors import NotFoundError
from app.web.i18n import gettext as _
from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookEvent

PAGE = 50
"""Deliveries on one page."""


class Health(StrEnum):
    """How an endpoint does."""

    WORKS = "works"
    NEW = "new"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as pages show it; counts are of deliveries, `dead` of those that were given up."""

    id: int
    name: str
    url: str
    events: list[str]
    created_at: datetime
    created_by: str
    previous_until: datetime | None
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: str
    waiting: int = 0
    dead: int = 0
    delivered_at: datetime | None = None

    @property
    def health(self) -> Health:
        """How the endpoint does."""
        if self.disabled_at is not None:
            return Health.DISABLED
        if self.failing_since is not None:
            return Health.FAILING
        return Health.WORKS if self.delivered_at is not None else Health.NEW


class Delivery(NamedTuple):
    """A delivery as lists show it."""

    id: int
    endpoint_id: int
    endpoint: str
    event_id: int
    type: str
    occurred_at: datetime
    state: DeliveryState
    tries: int
    due_at: datetime
    tried_at: datetime | None
    ended_at: datetime | None
    status: int | None
    error: str
    removed: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deliveries to show; empty parts say nothing."""

    endpoint_id: int | None = None
    state: DeliveryState | None = None
    type: str = ""


class Event(NamedTuple):
    """An event with its body."""

    id: int
    message_id: str
    type: str
    occurred_at: datetime
    collected_at: datetime
    payload: dict[str, Any]


_ENDPOINT = (
    col(WebhookEndpoint.id),
    col(WebhookEndpoint.name),
    col(WebhookEndpoint.url),
    col(WebhookEndpoint.events),
    col(WebhookEndpoint.created_at),
    col(WebhookEndpoint.created_by),
    col(WebhookEndpoint.previous_until),
    col(WebhookEndpoint.failing_since),
    col(WebhookEndpoint.disabled_at),
    col(WebhookEndpoint.disabled_because),
)


def endpoints(session: Session) -> list[Endpoint]:
    """Return the endpoints that are not removed, by name; one statement."""
    state = col(WebhookDelivery.state)
    counts = (
        select(
            col(WebhookDelivery.endpoint_id),
            func.count(case((state == DeliveryState.WAITING, 1))).label("waiting"),
            func.count(case((state == DeliveryState.DEAD, 1))).label("dead"),
            func.max(case((state == DeliveryState.DELIVERED, col(WebhookDelivery.ended_at)))).label("delivered_at"),
        )
        .group_by(col(WebhookDelivery.endpoint_id))
        .subquery()
    )
    rows = session.execute(
        select(
            *_ENDPOINT,
            func.coalesce(counts.c.waiting, 0),
            func.coalesce(counts.c.dead, 0),
            counts.c.delivered_at,
        )
        .outerjoin(counts, counts.c.endpoint_id == col(WebhookEndpoint.id))
        .where(col(WebhookEndpoint.removed_at).is_(None))
        .order_by(func.lower(col(WebhookEndpoint.name)), col(WebhookEndpoint.id))
    )
    return [Endpoint(*row) for row in rows]


def endpoint(session: Session, endpoint_id: int) -> Endpoint:
    """Return one endpoint. Raises NotFoundError, also where it was removed."""
    found = next((each for each in endpoints(session) if each.id == endpoint_id), None)
    if found is None:
        raise NotFoundError(_("There is no such endpoint."))
    return found


def deliveries(session: Session, wanted: Filter, before: int | None = None, limit: int = PAGE) -> list[Delivery]:
    """Return the newest deliveries of a filter, those with an id below `before`; one more than `limit` if there are."""
    query = _deliveries().order_by(col(WebhookDelivery.id).desc()).limit(limit + 1)
    if wanted.endpoint_id is not None:
        query = query.where(col(WebhookDelivery.endpoint_id) == wanted.endpoint_id)
    if wanted.state is not None:
        query = query.where(col(WebhookDelivery.state) == wanted.state)
    if wanted.type:
        query = query.where(col(WebhookEvent.type) == wanted.type)
    if before is not None:
        query = query.where(col(WebhookDelivery.id) < before)
    return [Delivery(*row) for row in session.execute(query)]


def event(session: Session, event_id: int) -> tuple[Event, list[Delivery]]:
    """Return an event and what became of it at each endpoint. Raises NotFoundError."""
    row = session.execute(
        select(
            col(WebhookEvent.id),
            col(WebhookEvent.message_id),
            col(WebhookEvent.type),
            col(WebhookEvent.occurred_at),
            col(WebhookEvent.collected_at),
            col(WebhookEvent.payload),
        ).where(col(WebhookEvent.id) == event_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such event, or it is older than 60 days."))
    query = _deliveries().where(col(WebhookDelivery.event_id) == event_id).order_by(col(WebhookDelivery.id))
    rows = session.execute(query)
    return Event(*row), [Delivery(*each) for each in rows]


def _deliveries() -> Any:
    return (
        select(
            col(WebhookDelivery.id),
            col(WebhookDelivery.endpoint_id),
            col(WebhookEndpoint.name),
            col(WebhookDelivery.event_id),
            col(WebhookEvent.type),
            col(WebhookEvent.occurred_at),
            col(WebhookDelivery.state),
            col(WebhookDelivery.tries),
            col(WebhookDelivery.due_at),
            col(WebhookDelivery.tried_at),
            col(WebhookDelivery.ended_at),
            col(WebhookDelivery.status),
            col(WebhookDelivery.error),
            col(WebhookEndpoint.removed_at).is_not(None),
        )
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .join(WebhookEvent, col(WebhookEvent.id) == col(WebhookDelivery.event_id))
    )
