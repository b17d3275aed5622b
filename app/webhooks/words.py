"""Words for what pages show of webhooks."""

from app.web.i18n import gettext as _
from app.web.i18n import pgettext
from app.webhooks.events import EventType
from app.webhooks.models import DeliveryState


def event_types() -> dict[str, str]:
    """Return what each type of event is about."""
    return {
        EventType.AWARDED: _("Somebody is certified, or certified again"),
        EventType.EXPIRING: _("The time to renew has begun"),
        EventType.EXPIRED: _("The last valid day has passed"),
        EventType.SUSPENDED: _("A certification is suspended"),
        EventType.REINSTATED: _("A suspension has ended"),
        EventType.REVOKED: _("A certification is revoked"),
        EventType.DEAL_AT_RISK: _("A deal is at risk, or for another reason than before"),
        EventType.DEAL_CLEARED: _("A deal is not at risk any more"),
        EventType.WAIVER_DECIDED: _("An exception is given or refused"),
    }


def delivery_states() -> dict[str, str]:
    """Return the name of each state of a delivery."""
    return {
        DeliveryState.WAITING: pgettext("webhook", "Waits"),
        DeliveryState.DELIVERED: pgettext("webhook", "Delivered"),
        DeliveryState.DEAD: pgettext("webhook", "Given up"),
    }
