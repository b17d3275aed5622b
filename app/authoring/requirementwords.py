"""What a program asks for, in words, by the ids of its document."""

from collections.abc import Mapping
from typing import Any, Final

from app.web.i18n import N_
from app.web.i18n import gettext as _

_SENTENCES: Final[Mapping[str, str]] = {
    "lesson": N_("The lesson %(name)s"),
    "attest": N_("Sign the red lines"),
    "quiz": N_("Pass the quiz %(name)s"),
    "sign_off": N_("Show %(name)s"),
    "live_session": N_("Be present at %(name)s"),
    "certified": N_("Certified on %(name)s"),
}


def is_requirement(value: Mapping[str, Any]) -> bool:
    """Tell whether a part of a document is a requirement."""
    return len(value) == 1 and set(value) <= {*_SENTENCES, "any_of"}


def requirement(value: Mapping[str, Any]) -> str:
    """Say one requirement: `Pass the quiz keeper-crm`."""
    ((kind, what),) = value.items()
    if kind == "any_of":
        both, either = _(" and "), _("; or ")
        ways = either.join(both.join(requirement(part) for part in way) for way in what)
        return _("One of these: %(ways)s") % {"ways": ways}
    if value == {"lesson": "all"}:
        return _("Every lesson")
    return _(_SENTENCES[kind]) % {"name": what} if kind in _SENTENCES else f"{kind}: {what}"
