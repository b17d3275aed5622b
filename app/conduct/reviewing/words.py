"""The words of reviews: refusals, consequences, and what may be listed."""

from typing import Final

from app.conduct.models import Consequence, Disposition
from app.conduct.reviewing.rules import Precision, Refusal
from app.web import i18n
from app.web.i18n import gettext as _

FIELDS: Final = {
    Refusal.NOTE_MISSING: "note",
    Refusal.NO_ORIGINAL: "original",
    Refusal.NO_DECISION: "disposition",
    Refusal.REASON_MISSING: "reason",
}
"""The field of the form that a refusal is about."""


def refusal(why: Refusal) -> str:
    """Say why something may not be done."""
    return {
        Refusal.OWN_TEXT: _("You sent this text yourself. Somebody else decides about it."),
        Refusal.FORGOTTEN: _("The words of this text have been forgotten, so nothing can be decided any more."),
        Refusal.GONE: _("The red lines have changed, and this finding is no longer made. Nothing is to be decided."),
        Refusal.HAS_VIOLATION: _("A violation rests on this decision, so it cannot be changed."),
        Refusal.NOTE_MISSING: _("Say why. The owner of the red line reads it."),
        Refusal.NO_ORIGINAL: _("Choose the finding that this one repeats."),
        Refusal.NO_DECISION: _("Choose one of the list."),
        Refusal.NOT_CONFIRMED: _("Only a confirmed finding is a violation. Somebody has decided otherwise meanwhile."),
        Refusal.NAME_CLOSED: _("Open the name first: you decide about a person."),
        Refusal.REASON_MISSING: _("Give the reason; the person and everybody who asks later will read it."),
        Refusal.ON_TRIAL: _("This red line is only tried. Nobody was told of it, so nobody has crossed it."),
    }[why]


def decisions() -> list[tuple[str, str]]:
    """Return what may be decided about a finding, with its words."""
    return [
        (Disposition.CONFIRMED.value, _("Confirmed: this must not be said")),
        (Disposition.ALLOWED.value, _("Allowed in this context")),
        (Disposition.WRONG_MATCH.value, _("Wrong match: it says something else")),
        (Disposition.DUPLICATE.value, _("Duplicate of another finding")),
    ]


def consequence(value: Consequence) -> str:
    """Say what a violation leads to."""
    return {
        Consequence.NONE: _("No consequence"),
        Consequence.COACHING: _("Coaching"),
        Consequence.RECERTIFICATION: _("Spot recertification"),
        Consequence.SUSPENSION: _("Suspension"),
        Consequence.REVOCATION: _("Revocation"),
    }[value]


def consequences() -> list[tuple[str, str]]:
    """Return the consequences that may be chosen, with their words."""
    return [(each.value, consequence(each)) for each in Consequence]


def shows() -> list[tuple[str, str]]:
    """Return what the list of texts may be narrowed to."""
    return [
        ("waiting", _("Waiting for a decision")),
        ("follow", _("Confirmed, consequence open")),
        ("trial", _("Found by red lines on trial")),
        ("decided", _("Decided")),
        ("quiet", _("Sent without a finding")),
    ]


def severities() -> list[tuple[str, str]]:
    """Return the severities, with a way to ask for all of them."""
    return [("", _("All")), ("block", _("Stops a pitch")), ("warn", _("Warns")), ("coach", _("Coaches"))]


def share(numbers: Precision) -> str:
    """Say how often a red line was right, with the interval in which that lies: 80 % (49–94 %)."""
    if numbers.share is None or numbers.interval is None:
        return ""
    low, high = (i18n.number(round(100 * each)) for each in numbers.interval)
    return _("%(share)s %% (%(low)s–%(high)s %%)") % {
        "share": i18n.number(round(100 * numbers.share)),
        "low": low,
        "high": high,
    }
