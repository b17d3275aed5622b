"""The words of incidents, in one place."""

from typing import Final

from app.certification.words import State
from app.deals.incidents.models import IncidentStatus, Origin
from app.deals.incidents.rules import Refusal
from app.web.i18n import gettext as _

FIELDS: Final = {
    Refusal.NO_DECISION: "outcome",
    Refusal.NOTE_MISSING: "note",
    Refusal.NOBODY_NAMED: "person",
    Refusal.FOLLOWS_ELSEWHERE: "consequence",
    Refusal.REASON_MISSING: "reason",
    Refusal.NOTHING_TO_DISCUSS: "to_discuss",
}
"""The field of the form that a refusal is about."""


def refusal(why: Refusal) -> str:
    """Say why a decision does not hold."""
    return {
        Refusal.DECIDED: _("Somebody has decided about this incident meanwhile. Nothing was changed."),
        Refusal.IS_ABOUT_ME: _("This incident is about you. A colleague decides about it."),
        Refusal.OPENED_IT: _("You reported this incident yourself. A colleague decides about it."),
        Refusal.ON_THE_DEAL: _("You are on the deal. A colleague who is not decides about it."),
        Refusal.NO_DECISION: _("Choose one of the list."),
        Refusal.NOTE_MISSING: _("Say why nothing follows; everybody who asks later will read it."),
        Refusal.NOBODY_NAMED: _("Name whom it concerns, or choose “No consequence”."),
        Refusal.FOLLOWS_ELSEWHERE: _("What follows is decided at the finding that this incident was opened from."),
        Refusal.REASON_MISSING: _("Give the reason; the person and everybody who asks later will read it."),
        Refusal.NOTHING_TO_DISCUSS: _("Say what is to be talked about."),
    }[why]


def origin(value: Origin) -> str:
    """Say how an incident became known."""
    return {
        Origin.COMPLAINT: _("Complaint after the sale"),
        Origin.FINDING: _("Finding in a text"),
        Origin.REPORT: _("Report of a colleague"),
    }[value]


def origins() -> list[tuple[str, str]]:
    """Return the origins that somebody may choose."""
    return [(each.value, origin(each)) for each in (Origin.COMPLAINT, Origin.REPORT)]


def state(value: IncidentStatus) -> State:
    """Return kind, icon and word of an incident's status."""
    return {
        IncidentStatus.OPEN: ("due", "clock", _("To be decided")),
        IncidentStatus.CONFIRMED: ("no", "flag", _("Confirmed")),
        IncidentStatus.DISMISSED: ("rest", "close", _("Dismissed")),
    }[value]


def outcomes() -> list[tuple[str, str]]:
    """Return what may be decided, with its words."""
    return [
        (IncidentStatus.CONFIRMED.value, _("Confirm: it happened, and it must not")),
        (IncidentStatus.DISMISSED.value, _("Dismiss: nothing follows")),
    ]


def statuses() -> list[tuple[str, str]]:
    """Return the statuses to choose from in a list."""
    return [(each.value, state(each)[2]) for each in IncidentStatus]
