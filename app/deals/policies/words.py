"""The words of what the gate asks."""

from collections.abc import Iterable

from app.certification.programs import Program
from app.deals import words
from app.deals.policies.queries import Policy
from app.deals.rules import Coverage, DealStage, Enforcement, FailureMode, GateRequirement
from app.web.i18n import gettext as _
from app.web.i18n import pgettext

_STRICTEST_FIRST = list(reversed(Enforcement))


def enforcements() -> list[tuple[str, str]]:
    """Return what may be done with a refusal, the mildest first."""
    return [
        (Enforcement.OBSERVE, _("Observe: only count")),
        (Enforcement.WARN, _("Warn, and let the deal go on")),
        (Enforcement.REQUIRE_APPROVAL, _("Ask for an approval")),
        (Enforcement.BLOCK, _("Block the deal")),
    ]


def enforcement(value: Enforcement) -> tuple[str, str, str]:
    """Return kind, icon and word of what is done with a refusal."""
    kinds = {
        Enforcement.OBSERVE: ("rest", "progress"),
        Enforcement.WARN: ("due", "clock"),
        Enforcement.REQUIRE_APPROVAL: ("due", "waiver"),
        Enforcement.BLOCK: ("no", "lock"),
    }
    return (*kinds[value], pgettext("gate", words.enforcement(value).capitalize()))


def coverages() -> list[tuple[str, str]]:
    """Return who of a deal's team may have to be certified."""
    return [
        (Coverage.EVERY, _("Everybody on the deal who meets the customer")),
        (Coverage.OWNER, _("The owner of the deal")),
        (Coverage.ONE, _("At least one person on the deal")),
    ]


def failure_modes() -> list[tuple[str, str]]:
    """Return what callers may do while they get no answer."""
    return [
        (FailureMode.CLOSED, _("Refuse (fail closed)")),
        (FailureMode.OPEN, _("Let the deal go on (fail open)")),
    ]


def levels(program: Program) -> list[tuple[str, str]]:
    """Return the levels of a program, the first as an empty id."""
    return [
        ("", _("The first (%(name)s)") % {"name": program.base}),
        *((each.id, words.name(each.name)) for each in program.levels),
    ]


def level(program: Program | None, key: str) -> str:
    """Name a level of a program; one that it does not have any more is written as it stands."""
    known = {each.id: words.name(each.name) for each in program.levels} if program else {}
    return known.get(key, key)


def roles(*used: Iterable[str]) -> list[tuple[str, str]]:
    """Return the deal roles to choose from, with those that are asked for already."""
    known = words.roles()
    names = {slug for slug, _name in known}
    return [*known, *((each, each) for each in sorted({each for some in used for each in some} - names))]


def strictest(policy: Policy) -> Enforcement:
    """Return the strictest thing that any requirement does."""
    return min((each.enforcement for each in policy.requirements), key=_STRICTEST_FIRST.index)


def conditions(asked: GateRequirement, program: Program | None) -> list[str]:
    """Say what is asked, of whom, where, and from when on."""
    found = [dict(coverages())[asked.coverage]]
    if asked.level:
        found.append(_("on level %(level)s") % {"level": level(program, asked.level)})
    if asked.from_stage is not DealStage.DISCOVERY:
        found.append(_("from stage %(stage)s on") % {"stage": words.stage(asked.from_stage)})
    if asked.regions:
        found.append(_("in %(regions)s") % {"regions": words.listed(sorted(asked.regions))})
    if asked.roles and asked.coverage is not Coverage.OWNER:
        found.append(_("as %(roles)s") % {"roles": words.listed(map(words.role, sorted(asked.roles)))})
    return found
