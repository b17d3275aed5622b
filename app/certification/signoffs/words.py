"""The words of sign-offs: forms of showing, outcomes, refusals, and what a signature means."""

from datetime import datetime

from app.certification.models import SignOffOutcome
from app.certification.signoffs.models import DemonstrationForm
from app.certification.signoffs.rules import Refusal
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

State = tuple[str, str, str]
"""(kind, icon, word), as the macro `state` of components.html takes them."""


def form_name(form: DemonstrationForm) -> str:
    """Name a way of showing."""
    return {
        DemonstrationForm.DEMONSTRATION: _("Demonstration"),
        DemonstrationForm.ROLE_PLAY: _("Role-play"),
        DemonstrationForm.RECORDING: _("Recorded pitch"),
    }[form]


def outcome_state(outcome: SignOffOutcome) -> State:
    """Return kind, icon and word of what an assessor said."""
    return {
        SignOffOutcome.PASSED: ("go", "cleared", _("Passed")),
        SignOffOutcome.RETURNED: ("due", "clock", _("Returned to be shown again")),
        SignOffOutcome.FAILED: ("no", "stop", _("Failed")),
    }[outcome]


def outcome_choice(outcome: SignOffOutcome) -> tuple[str, str]:
    """Name an outcome and say what follows from it, for whoever chooses."""
    return {
        SignOffOutcome.PASSED: (_("Passed"), _("The step is done.")),
        SignOffOutcome.RETURNED: (_("Return"), _("The rep mends what you name in the note, and shows it again.")),
        SignOffOutcome.FAILED: (_("Failed"), _("It was not enough. The rep may ask again when they have learnt more.")),
    }[outcome]


def refusal(why: Refusal) -> str:
    """Say why a judgement cannot be stored, or why somebody may not judge, and what to do."""
    return {
        Refusal.CRITERION_OPEN: _("Say whether it was met."),
        Refusal.REQUIRED_MISSED: _("A criterion that must be met was not met, so this cannot pass. Return or fail it."),
        Refusal.TOO_FEW_MET: _("Fewer criteria were met than the rubric asks for, so this cannot pass."),
        Refusal.NOTE_MISSING: _("Say in the note what is missing, so that the next try can go better."),
        Refusal.OWN: _("Nobody signs off their own demonstration. Ask another trainer."),
        Refusal.GAINS: _(
            "You are on a deal with this rep that carries this product, so you gain from the outcome. "
            "Somebody who is on no such deal decides."
        ),
        Refusal.FIRST: _("You judged this first. A second look needs somebody else."),
    }[why]


def meaning(form: DemonstrationForm, *, second: bool = False) -> str:
    """Write what signing means, in the signer's language; this sentence is stored with the signature."""
    if second:
        return _(
            "I looked at this as a second assessor, did not know what the first one decided, and judged it by this "
            "rubric alone."
        )
    if form is DemonstrationForm.RECORDING:
        return _("I watched or heard this recording to its end myself and judged it by this rubric.")
    return _("I saw this demonstration myself and judged it by this rubric.")


def waited(since: datetime, moment: datetime) -> str:
    """Say how long something has waited: "3 days", "5 hours", "less than an hour"."""
    days, hours = divmod(max(0, int((moment - since).total_seconds())) // 3600, 24)
    if days:
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": i18n.number(days)}
    if hours:
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": i18n.number(hours)}
    return _("less than an hour")
