"""Which delivery is next: of each subject the earliest that waits, and it alone has a job.

Whoever adds or ends deliveries of an endpoint locks the endpoint first, so that nobody overlooks what another
transaction adds, and no delivery that may be sent is left without a job.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.database import stored_id
from app.jobs.actions import enqueue, enqueue_all
from app.jobs.models import Job
from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint

JOB = "webhooks.deliver"


def job_prefix(endpoint_id: int) -> str:
    """Return what the keys of all jobs of an endpoint begin with."""
    return f"{JOB}/{endpoint_id}/"


def lock_endpoints(session: Session, endpoints: Collection[int]) -> None:
    """Keep others from adding or ending deliveries of these endpoints until the transaction ends."""
    wanted = select(col(WebhookEndpoint.id)).where(col(WebhookEndpoint.id).in_(endpoints))
    session.execute(wanted.order_by(col(WebhookEndpoint.id)).with_for_update()).all()


def is_next(session: Session, delivery_id: int) -> bool:
    """Tell whether a delivery waits, and for nothing but its own turn: its endpoint is enabled."""
    query = _next().where(col(WebhookDelivery.id) == delivery_id)
    return session.execute(query).first() is not None


def send_next(
    session: Session, endpoints: Collection[int], moment: datetime, *, subjects: Collection[str] | None = None
) -> int:
    """Ask for the deliveries of these endpoints that are next and have no job; return how many. Lock them first."""
    name = _job_name()
    has_job = select(col(Job.id)).where(or_(col(Job.key) == name, col(Job.key) == name + AGAIN)).exists()
    query = _next().where(col(WebhookDelivery.endpoint_id).in_(endpoints), ~has_job)
    if subjects is not None:
        query = query.where(col(WebhookDelivery.subject).in_(subjects))
    rows = session.execute(query.order_by(col(WebhookDelivery.id))).all()
    new = [(_key(row.endpoint_id, row.id, row.tries), _payload(row.id, row.tries)) for row in rows]
    enqueue_all(session, JOB, new, moment=moment, due_at=moment)
    return len(new)


def send_later(session: Session, delivery: WebhookDelivery, moment: datetime, due_at: datetime) -> None:
    """Ask for the next try of a delivery, after one that did not work."""
    delivery.due_at = due_at
    delivery_id = stored_id(delivery)
    key = _key(delivery.endpoint_id, delivery_id, delivery.tries)
    enqueue(session, JOB, _payload(delivery_id, delivery.tries), moment=moment, due_at=due_at, key=key)


def send_again(session: Session, delivery: WebhookDelivery, payload: Mapping[str, Any], moment: datetime) -> None:
    """Ask once more for a try whose own job, with this payload, ends without it: it could not be made just now."""
    again = not payload.get("again", False)
    delivery_id = stored_id(delivery)
    key = _key(delivery.endpoint_id, delivery_id, delivery.tries) + (AGAIN if again else "")
    asked = {**_payload(delivery_id, delivery.tries), "again": again}
    enqueue(session, JOB, asked, moment=moment, due_at=moment, key=key)


AGAIN = "/again"
"""The end of the other key that the job of one try can have: its own is taken until its transaction ends."""


def _key(endpoint_id: int, delivery_id: int, tries: int) -> str:
    return f"{job_prefix(endpoint_id)}{delivery_id}/{tries}"


def _job_name() -> ColumnElement[str]:
    delivery = WebhookDelivery
    numbers = [cast(col(each), String) for each in (delivery.endpoint_id, delivery.id, delivery.tries)]
    return literal(f"{JOB}/") + numbers[0] + "/" + numbers[1] + "/" + numbers[2]


def _payload(delivery_id: int, tries: int) -> dict[str, Any]:
    return {"delivery": delivery_id, "tries": tries}


_EARLIER = aliased(WebhookDelivery)


def _next() -> Any:
    waits_for_another = (
        select(col(_EARLIER.id))
        .where(
            col(_EARLIER.endpoint_id) == col(WebhookDelivery.endpoint_id),
            col(_EARLIER.subject) == col(WebhookDelivery.subject),
            col(_EARLIER.state) == DeliveryState.WAITING,
            col(_EARLIER.id) < col(WebhookDelivery.id),
        )
        .exists()
    )
    return (
        select(col(WebhookDelivery.id), col(WebhookDelivery.endpoint_id), col(WebhookDelivery.tries))
        .join(WebhookEndpoint, col(WebhookEndpoint.id) == col(WebhookDelivery.endpoint_id))
        .where(
            col(WebhookDelivery.state) == DeliveryState.WAITING,
            col(WebhookEndpoint.disabled_at).is_(None),
            col(WebhookEndpoint.removed_at).is_(None),
            ~waits_for_another,
        )
    )
