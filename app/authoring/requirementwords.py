"""What a program asks for, in words, by the ids of its document."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.certification.requirements import Requirement, RequirementKind
from app.web.i18n import N_, ngettext
from app.web.i18n import gettext as _

_SENTENCES: Final[Mapping[str, str]] = {
    "lesson": N_("The lesson %(name)s"),
    "attest": N_("Sign the red lines"),
    "quiz": N_("Pass the quiz %(name)s"),
    "sign_off": N_("Show %(name)s"),
    "live_session": N_("Be present at %(name)s"),
    "certified": N_("Certified on %(name)s"),
}
_KINDS: Final[Mapping[RequirementKind, str]] = {
    RequirementKind.LESSON: "lesson",
    RequirementKind.ATTESTATION: "attest",
    RequirementKind.QUIZ: "quiz",
    RequirementKind.SIGN_OFF: "sign_off",
    RequirementKind.LIVE_SESSION: "live_session",
    RequirementKind.CERTIFICATION: "certified",
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


def listed(asked: Iterable[Requirement], names: Mapping[str, str]) -> list[str]:
    """Say what is to be met, each once and several lessons as one; `names` are sentences by `quiz:keeper-crm`."""
    asked = list(asked)
    lessons = [each for each in asked if each.kind is RequirementKind.LESSON]
    rest = [_said(each, names) for each in asked if each.kind is not RequirementKind.LESSON]
    if len(lessons) > 1:
        return [ngettext("%(num)s lesson", "%(num)s lessons", len(lessons)) % {"num": len(lessons)}, *rest]
    return [*(_said(each, names) for each in lessons), *rest]


def _said(asked: Requirement, names: Mapping[str, str]) -> str:
    if asked.options:
        both, either = _(" and "), _("; or ")
        ways = either.join(both.join(listed(way, names)) for way in asked.options)
        return _("One of these: %(ways)s") % {"ways": ways}
    kind = _KINDS.get(asked.kind)
    if kind is None:
        return _("The questions about what changed")
    return names.get(f"{kind}:{asked.key}") or requirement({kind: asked.key})
