"""The words for credits."""

from collections.abc import Mapping, Sequence

from app.catalog.text import Text, localized
from app.certification.credits.queries import Name
from app.certification.credits.rules import ALL_LESSONS, CreditState
from app.certification.models import CreditKind
from app.certification.requirements import RequirementKind
from app.certification.words import State
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

Names = Mapping[tuple[int, Name], Text]
"""What requirements are called, by the product's id, their kind and their key."""


def kinds() -> list[tuple[str, str]]:
    """List why something may count."""
    return [(kind.value, kind_word(kind)) for kind in CreditKind]


def kind_word(kind: CreditKind) -> str:
    """Say why something counts."""
    return {
        CreditKind.EQUIVALENCE: _("Something else was done"),
        CreditKind.EXEMPTION: _("Not needed, for a reason"),
    }[kind]


def requirement(product_id: int, name: Name, names: Names) -> str:
    """Name a requirement: "Quiz: Keeper for beginners"."""
    kind, key = name
    if kind is RequirementKind.LESSON and key == ALL_LESSONS:
        return _("All lessons")
    title = localized(names[product_id, name], current_locale()) if (product_id, name) in names else key
    return _("%(kind)s: %(title)s") % {"kind": _kind_words()[kind], "title": title}


def choices(product_id: int, offered: Sequence[Name], names: Names) -> list[tuple[str, str]]:
    """List the requirements as a form offers them: ("quiz:keeper-quiz", "Quiz: Keeper for beginners")."""
    return [(f"{name[0].value}:{name[1]}", requirement(product_id, name, names)) for name in offered]


def read_requirement(text: str) -> Name | None:
    """Read what the form sent; None where it is nothing that there is."""
    kind, _colon, key = text.partition(":")
    return (RequirementKind(kind), key) if kind in set(RequirementKind) and key else None


def _kind_words() -> Mapping[RequirementKind, str]:
    return {
        RequirementKind.LESSON: _("Lesson"),
        RequirementKind.QUIZ: _("Quiz"),
        RequirementKind.SIGN_OFF: _("Sign-off"),
        RequirementKind.LIVE_SESSION: _("Live session"),
        RequirementKind.CERTIFICATION: _("Certification"),
    }


def state(found: CreditState) -> State:
    """Return kind, icon and word of where a credit stands."""
    return {
        CreditState.WAITING: ("due", "clock", _("Waits for a decision")),
        CreditState.WITHDRAWN: ("rest", "close", _("Withdrawn")),
        CreditState.REFUSED: ("no", "stop", _("Refused")),
        CreditState.COUNTS: ("go", "cleared", _("Counts")),
        CreditState.EXPIRED: ("rest", "expired", _("Over")),
        CreditState.ENDED: ("rest", "pause", _("Ended")),
    }[found]
