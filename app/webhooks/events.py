"""The events that there are, and what each says: the contract with receivers, documented in docs/webhooks.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.webhooks.signing import new_message_id


class EventType(StrEnum):
    """What can happen; part of the public interface."""

    AWARDED = "certification.awarded"
    EXPIRING = "certification.expiring"
    EXPIRED = "certification.expired"
    SUSPENDED = "certification.suspended"
    REINSTATED = "certification.reinstated"
    REVOKED = "certification.revoked"
    DEAL_AT_RISK = "deal.at_risk"
    DEAL_CLEARED = "deal.cleared"
    WAIVER_DECIDED = "waiver.decided"


TEST = "webhook.test"
"""The type of what the test button sends; nobody subscribes to it."""
OF_DEALS = frozenset({EventType.DEAL_AT_RISK, EventType.DEAL_CLEARED})


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. `key` names it, so that it is told once; those of one subject are told in order."""

    key: str
    type: EventType
    subject: str
    occurred_at: datetime
    data: dict[str, Any]


def known_types(names: Iterable[str]) -> frozenset[EventType]:
    """Return the types among these names; what an endpoint asked for may be gone in a later version."""
    wanted = set(names)
    return frozenset(each for each in EventType if each.value in wanted)


def payload(kind: str, occurred_at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a message."""
    return {"type": kind, "timestamp": written(occurred_at), "data": data}


def written(moment: datetime) -> str:
    """Write a moment as messages have it: in UTC, to the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def event_values(fact: Fact, moment: datetime) -> dict[str, Any]:
    """Return the columns of the event that tells a fact."""
    return {
        "message_id": new_message_id(),
        "fact": fact.key,
        "type": fact.type.value,
        "subject": fact.subject,
        "occurred_at": fact.occurred_at,
        "collected_at": moment,
        "payload": payload(fact.type, fact.occurred_at, fact.data),
    }
