"""The job that forgets old events, and asks again for deliveries whose job was lost or set aside."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from app.clock import now
from app.jobs.models import Job
from app.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from app.webhooks.queues import JOB as DELIVER_JOB
from app.webhooks.queues import lock_endpoints, send_next

JOB = "webhooks.tidy"
EVERY = timedelta(hours=1)
KEPT_FOR = timedelta(days=60)
"""How long events and what became of them are kept; longer than facts are looked for, so that none is told twice."""


def tidy(session: Session, moment: datetime) -> None:
    """Forget what is old, and see to it that everything that waits has a job."""
    old = select(col(WebhookEvent.id)).where(col(WebhookEvent.collected_at) < moment - KEPT_FOR)
    endpoints = list(session.scalars(select(col(WebhookEndpoint.id)).where(col(WebhookEndpoint.removed_at).is_(None))))
    lock_endpoints(session, [each for each in endpoints if each is not None])
    session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.event_id).in_(old)))
    session.execute(delete(WebhookEvent).where(col(WebhookEvent.id).in_(old)))
    session.execute(delete(Job).where(col(Job.kind) == DELIVER_JOB, col(Job.failed_at).is_not(None)))
    send_next(session, [each for each in endpoints if each is not None], moment)


def work(session: Session, _payload: Mapping[str, Any]) -> None:
    """Do the job `webhooks.tidy`."""
    tidy(session, now())
