"""What people read about the life of a red line."""

from app.redlines.models import ReviewState
from app.redlines.reviewing.rules import RULE_PART, Refusal, Stage
from app.web.i18n import LOCALES
from app.web.i18n import gettext as _


def stage(value: Stage) -> tuple[str, str, str]:
    """Give the colour, the icon and the word of a stage."""
    return {
        Stage.DRAFT: ("rest", "todo", _("Being written")),
        Stage.SHADOW: ("rest", "unknown", _("Recorded, not shown")),
        Stage.UNASKED: ("due", "todo", _("Not approved yet")),
        Stage.IN_REVIEW: ("due", "clock", _("In review")),
        Stage.RETURNED: ("no", "stop", _("Returned")),
        Stage.APPROVED: ("go", "cleared", _("Approved, not published yet")),
        Stage.ACTIVE: ("go", "cleared", _("In force")),
        Stage.RETIRED: ("rest", "todo", _("Retired")),
        Stage.VANISHED: ("no", "stop", _("Removed while in force")),
    }[value]


def part(name: str) -> str:
    """Name a part that is approved."""
    return _("The rule") if name == RULE_PART else _("Say instead") + " · " + LOCALES[name]


def refusal(value: Refusal) -> str:
    """Say why somebody may not ask for an approval, or give it."""
    return {
        Refusal.NOT_NEEDED: _("This needs no approval: it changes nothing that is in force."),
        Refusal.INCOMPLETE: _("Not every example holds, or something is missing. Mend that first."),
        Refusal.ALREADY_APPROVED: _("These words are approved already."),
        Refusal.CLOSED: _("This request is closed: it was approved, returned or withdrawn."),
        Refusal.OTHER_WORDS: _("The red line was changed after this was asked for. Look at the new words first."),
        Refusal.AUTHOR: _("You wrote some of it, or asked for this. Somebody else has to approve it."),
    }[value]


def review(value: ReviewState) -> tuple[str, str, str]:
    """Give the colour, the icon and the word of a review."""
    return {
        ReviewState.OPEN: ("due", "clock", _("Waits for approval")),
        ReviewState.APPROVED: ("go", "cleared", _("Approved")),
        ReviewState.RETURNED: ("no", "stop", _("Returned")),
        ReviewState.WITHDRAWN: ("rest", "todo", _("Withdrawn")),
    }[value]


def hinders(value: Stage) -> str:
    """Say what still has to happen before a red line can be published."""
    return {
        Stage.IN_REVIEW: _("Somebody who did not write it has to approve it."),
        Stage.RETURNED: _("Change it as the note says, then send it for approval again."),
        Stage.VANISHED: _("It is in force, so it cannot vanish. Discard the change, then retire it."),
    }.get(value, _("Send it for approval."))
