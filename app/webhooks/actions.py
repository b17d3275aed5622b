"""Every write that administrators ask for: making endpoints, changing their secret, stopping them, sending again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.database import stored_id
from app.errors import ConflictError, NotFoundError
from app.outbound.sealing import seal
from app.web.i18n import N_
from app.web.i18n import gettext as _
from app.webhooks.delivering import LABEL
from app.webhooks.events import OF_DEALS, EventType, known_types
from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from app.webhooks.queues import lock_endpoints, send_next
from app.webhooks.rules import OLD_SECRET_FOR
from app.webhooks.signing import new_secret
from app.webhooks.storing import one_at_a_time, subscribers
from app.webhooks.watching import forget_all

MOST_ENDPOINTS = 20
STOPPED = N_("An administrator stopped it.")
REMOVED = N_("The endpoint was removed.")


def create_endpoint(
    session: Session,
    *,
    name: str,
    url: str,
    events: Collection[EventType],
    secret_key: str,
    actor: str,
    moment: datetime,
) -> tuple[int, str]:
    """Make an endpoint, and return its id and its secret. Raises ConflictError where there are too many."""
    one_at_a_time(session)
    there = subscribers(session)
    if len(there) >= MOST_ENDPOINTS:
        raise ConflictError(_("There are %(count)s endpoints, and no more can be made.") % {"count": MOST_ENDPOINTS})
    if not any(OF_DEALS & known_types(each.events) for each in there):
        forget_all(session)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        name=name,
        url=url,
        events=[each.value for each in EventType if each in events],
        sealed_secret=seal(secret, secret_key, LABEL),
        created_at=moment,
        created_by=actor,
    )
    session.add(endpoint)
    session.flush()
    _audit(session, endpoint, "created", actor, moment, url=url, events=endpoint.events)
    return stored_id(endpoint), secret


def rotate_secret(session: Session, endpoint_id: int, *, secret_key: str, actor: str, moment: datetime) -> str:
    """Make a new secret and return it; the one before signs too for a day."""
    endpoint = _endpoint(session, endpoint_id)
    secret = new_secret()
    endpoint.sealed_previous = endpoint.sealed_secret
    endpoint.previous_until = moment + OLD_SECRET_FOR
    endpoint.sealed_secret = seal(secret, secret_key, LABEL)
    _audit(session, endpoint, "secret_rotated", actor, moment)
    return secret


def disable(session: Session, endpoint_id: int, *, actor: str, moment: datetime) -> bool:
    """Send nothing more to an endpoint; what happens meanwhile waits. False if it was disabled already."""
    endpoint = _endpoint(session, endpoint_id)
    if endpoint.disabled_at is not None:
        return False
    endpoint.disabled_at = moment
    endpoint.disabled_because = STOPPED
    _audit(session, endpoint, "disabled", actor, moment, because=STOPPED)
    return True


def enable(session: Session, endpoint_id: int, *, actor: str, moment: datetime) -> bool:
    """Send to an endpoint again, first what waited. False if it was not disabled."""
    endpoint = _endpoint(session, endpoint_id)
    if endpoint.disabled_at is None:
        return False
    endpoint.disabled_at = None
    endpoint.disabled_because = ""
    endpoint.failing_since = None
    session.flush()
    send_next(session, [endpoint_id], moment)
    _audit(session, endpoint, "enabled", actor, moment)
    return True


def remove(session: Session, endpoint_id: int, *, actor: str, moment: datetime) -> str:
    """Take an endpoint out of use for good, and return its name; what still waited is not sent any more."""
    endpoint = _endpoint(session, endpoint_id)
    endpoint.removed_at = moment
    endpoint.sealed_secret = ""
    endpoint.sealed_previous = None
    session.execute(
        update(WebhookDelivery)
        .where(col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.DEAD, error=REMOVED, ended_at=moment)
    )
    _audit(session, endpoint, "removed", actor, moment)
    return endpoint.name


def note_test(session: Session, endpoint_id: int, *, actor: str, moment: datetime, result: str) -> None:
    """Put on record that somebody sent a test, and what became of it."""
    _audit(session, _endpoint(session, endpoint_id), "tested", actor, moment, result=result)


def send_dead_again(session: Session, delivery_id: int, *, actor: str, moment: datetime) -> bool:
    """Send again what was given up. False if it was not, or somebody asked already."""
    endpoint_id = session.scalar(select(col(WebhookDelivery.endpoint_id)).where(col(WebhookDelivery.id) == delivery_id))
    if endpoint_id is None:
        raise NotFoundError(_("There is no such delivery."))
    endpoint = _endpoint(session, endpoint_id)
    return _revive(session, endpoint, [delivery_id], actor, moment) > 0


def send_all_dead_again(session: Session, endpoint_id: int, *, actor: str, moment: datetime) -> int:
    """Send again everything that was given up for one endpoint, and return how much that is."""
    return _revive(session, _endpoint(session, endpoint_id), None, actor, moment)


def _revive(
    session: Session, endpoint: WebhookEndpoint, only: Collection[int] | None, actor: str, moment: datetime
) -> int:
    endpoint_id = stored_id(endpoint)
    dead = [col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.state) == DeliveryState.DEAD]
    if only is not None:
        dead.append(col(WebhookDelivery.id).in_(only))
    revived = session.execute(
        update(WebhookDelivery).where(*dead).values(state=DeliveryState.WAITING, tries=0, due_at=moment, ended_at=None)
    )
    count = int(revived.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts rows
    if count:
        send_next(session, [endpoint_id], moment)
        _audit(session, endpoint, "sent_again", actor, moment, deliveries=count)
    return count


def _endpoint(session: Session, endpoint_id: int) -> WebhookEndpoint:
    """Return an endpoint that is not removed, locked. Raises NotFoundError."""
    lock_endpoints(session, [endpoint_id])
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None or endpoint.removed_at is not None:
        raise NotFoundError(_("There is no such endpoint."))
    return endpoint


def _audit(
    session: Session, endpoint: WebhookEndpoint, what: str, actor: str, moment: datetime, **details: object
) -> None:
    session.flush()
    record(
        session,
        at=moment,
        actor=actor,
        action=f"webhook.{what}",
        subject=("webhook", endpoint.name),
        details={"endpoint": stored_id(endpoint), **details},
    )
