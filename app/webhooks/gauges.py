"""What an operator watches of webhooks, in two statements."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import case, func, select
from sqlalchemy.engine import Connection
from sqlmodel import col

from app.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint

_DELIVERIES = (
    select(col(WebhookDelivery.state), func.count())
    .where(col(WebhookDelivery.state).in_([DeliveryState.WAITING, DeliveryState.DEAD]))
    .group_by(col(WebhookDelivery.state))
)
_ENDPOINTS = select(
    func.count(),
    func.count(case((col(WebhookEndpoint.failing_since).is_not(None), 1))),
    func.count(case((col(WebhookEndpoint.disabled_at).is_not(None), 1))),
).where(col(WebhookEndpoint.removed_at).is_(None))


def gauges(connection: Connection) -> Iterator[Metric]:
    """Count deliveries that wait and that were given up, and endpoints by how they do."""
    states = {state: count for state, count in connection.execute(_DELIVERIES)}  # noqa: C416 (a row is no pair to `dict`)
    waiting, dead = states.get(DeliveryState.WAITING, 0), states.get(DeliveryState.DEAD, 0)
    yield GaugeMetricFamily("dealworthy_webhooks_waiting", "Deliveries that wait.", value=waiting)
    yield GaugeMetricFamily("dealworthy_webhooks_dead", "Deliveries that were given up.", value=dead)
    endpoints = GaugeMetricFamily("dealworthy_webhook_endpoints", "Endpoints by how they do.", labels=["health"])
    known, failing, disabled = connection.execute(_ENDPOINTS).one()
    for health, count in (("all", known), ("failing", failing), ("disabled", disabled)):
        endpoints.add_metric([health], count)
    yield endpoints
