from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class WebhookEndpoint(SQLModel, table=True):
    """An address that is told of events. Secrets are sealed; the previous one signs too until `previous_until`.

    `failing_since` is when the first of the failures in a row was, `disabled_at` when deliveries were stopped.
    """

    __tablename__ = "webhook_endpoint"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    url: str = Field(max_length=2000)
    events: list[str] = Field(sa_type=JSON)
    sealed_secret: str
    sealed_previous: str | None = None
    previous_until: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    failing_since: datetime | None = Field(default=None, sa_type=Moment)
    disabled_at: datetime | None = Field(default=None, sa_type=Moment)
    disabled_because: str = Field(default="", max_length=500)
    removed_at: datetime | None = Field(default=None, sa_type=Moment)


class WebhookEvent(SQLModel, table=True):
    """Something that happened, as endpoints are told of it; `fact` names the fact so that it is told once."""

    __tablename__ = "webhook_event"

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(max_length=64, unique=True)
    fact: str = Field(max_length=200, unique=True)
    type: str = Field(max_length=64)
    subject: str = Field(max_length=400)
    occurred_at: datetime = Field(sa_type=Moment)
    collected_at: datetime = Field(sa_type=Moment, index=True)
    payload: dict[str, Any] = Field(sa_type=JSON)


class DeliveryState(StrEnum):
    """How far the delivery of one event to one endpoint has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookDelivery(SQLModel, table=True):
    """One event on its way to one endpoint. Those of one subject go out one after the other, in the order of `id`."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(None, "endpoint_id", "subject", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    endpoint_id: int = Field(foreign_key="webhook_endpoint.id")
    event_id: int = Field(foreign_key="webhook_event.id", index=True)
    subject: str = Field(max_length=400)
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=stored_enum(DeliveryState), index=True)
    tries: int = 0
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    tried_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    status: int | None = None
    error: str = Field(default="", max_length=500)


class DealWatch(SQLModel, table=True):
    """What endpoints were last told about a deal, so that they are told again when it changes."""

    __tablename__ = "deal_watch"

    deal_id: int = Field(primary_key=True, foreign_key="deal.id")
    risk: str | None = Field(default=None, max_length=32)
    changes: int = 0
    at: datetime = Field(sa_type=Moment)
