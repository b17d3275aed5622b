"""The words for exceptions, in one place: pages, notices and messages say the same."""

from collections.abc import Iterable

from app.certification.words import State
from app.deals.waivers.models import Review
from app.deals.waivers.rules import Obstacle, WaiverRefusal, WaiverState
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import pgettext


def state(found: WaiverState) -> State:
    """Return kind, icon and word of where an exception stands."""
    return {
        WaiverState.WAITING: ("due", "clock", _("Waits for a decision")),
        WaiverState.WITHDRAWN: ("rest", "close", _("Withdrawn")),
        WaiverState.MISSED: ("rest", "expired", _("Not decided in time")),
        WaiverState.REFUSED: ("no", "stop", pgettext("exception", "Refused")),
        WaiverState.HOLDS: ("due", "waiver", _("Holds")),
        WaiverState.ENDED: ("rest", "pause", _("Ended early")),
        WaiverState.OVER: ("rest", "expired", _("Over")),
    }[found]


def states() -> list[tuple[str, str]]:
    """Return what the ledger can be narrowed down to, each with its name."""
    return [
        ("", _("Any")),
        *((each.value, state(each)[2]) for each in WaiverState),
        ("break_glass", _("Given in an emergency")),
        ("to_review", _("Waits for a review")),
    ]


def review(found: Review) -> State:
    """Return kind, icon and word of what a review found."""
    return {
        Review.UPHELD: ("go", "cleared", _("Upheld")),
        Review.FAULTED: ("no", "flag", _("Faulted")),
    }[found]


def obstacle(found: Obstacle, person: str) -> str:
    """Say why an exception would be of no use."""
    sentences = {
        Obstacle.DEAL_CLOSED: _("The deal is closed: there is nothing left to except anybody from."),
        Obstacle.CLEARED: _("%(person)s is cleared. No exception is needed."),
        Obstacle.SUPERVISED: _("%(person)s may act beside a cleared colleague. No exception is needed."),
        Obstacle.NOT_ASKED: _("The product asks nothing of %(person)s here. No exception is needed."),
        Obstacle.NOT_STOPPED: _("The gate warns and stops nobody here. No exception is needed."),
        Obstacle.TAKEN_AWAY: _(
            "The certification of %(person)s was suspended or revoked. Compliance can give it back; "
            "an exception cannot stand in for it."
        ),
        Obstacle.INACTIVE: _("The account of %(person)s is not active. An administrator can activate it again."),
        Obstacle.UNKNOWN: _("The gate does not know enough to answer, and an exception does not mend that."),
    }
    return sentences[found] % {"person": person}


def refusal(found: WaiverRefusal) -> str:
    """Say why somebody cannot give an exception, or not until that day."""
    return {
        WaiverRefusal.ASKED: _("You asked for it: somebody else decides."),
        WaiverRefusal.ABOUT_THEMSELVES: _("It is for you: somebody else decides."),
        WaiverRefusal.ON_DEAL: _("You are on this deal: somebody who is not decides."),
        WaiverRefusal.NOT_ENTITLED: _(
            "This is for compliance to decide, or, where the product only requires an approval, "
            "for a manager above the person."
        ),
        WaiverRefusal.ALREADY_OVER: _("Choose today or a later day."),
        WaiverRefusal.TOO_LONG: _("An exception holds 30 days at most. Choose an earlier day."),
    }[found]


def refusals(found: Iterable[WaiverRefusal]) -> str:
    """Say everything that keeps somebody from giving an exception."""
    return i18n.sentences(refusal(each) for each in found)


def codes(found: Iterable[str]) -> str:
    """Name the reasons that an exception stands in for; one from elsewhere is written as it stands."""
    names = {
        "lessons_not_completed": _("lessons not completed"),
        "redlines_not_attested": _("red lines not signed"),
        "quiz_not_passed": _("quiz not passed"),
        "sign_off_missing": _("no sign-off"),
        "live_session_missing": _("live session not attended"),
        "certification_missing": _("another certification comes first"),
        "expired": _("certification over"),
        "in_grace": _("certification over, in grace"),
        "recertification_overdue": _("not done again in time"),
        "no_requirements": _("nobody can be certified yet"),
    }
    return _(", ").join(names.get(each, each) for each in found)
