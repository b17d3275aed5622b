"""What somebody may do instead, in words, wherever a way to a certificate is shown."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from app.catalog.text import localized
from app.certification import words
from app.certification.choices import Option
from app.certification.programs import Program
from app.certification.reasons import CODE_OF_KIND
from app.certification.requirements import Requirement, RequirementKind
from app.certification.rules import Missing
from app.certification.way import STEP_OF_KIND, StepKind
from app.certification.words import NOTHING_WAITS, Awaiting
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

JOINT = " + "


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Something to do instead: what it replaces, its parts with their addresses, and how much is left of it."""

    lead: str
    parts: tuple[tuple[str, str], ...]
    note: str

    @property
    def text(self) -> str:
        """Say it without addresses: "or: Clinic (60 minutes)"."""
        named = JOINT.join(name for name, _url in self.parts)
        noted = [_("(%(text)s)") % {"text": self.note}] if self.note else []
        return i18n.sentences([self.lead, named, *noted])


def other_ways(
    missing: Iterable[Missing], program: Program, slug: str, awaiting: Awaiting = NOTHING_WAITS
) -> tuple[OtherWay, ...]:
    """Return what may be done instead of what is missing on the product `slug`, in the order of the program.

    It stands beside all that is `missing`, so what it replaces is named where that is something else.
    """
    missing = list(missing)
    beside = {each.requirement for each in missing}
    return tuple(
        OtherWay(_lead(each.choice.way, beside, program), _parts(option, program, slug), _note(option, awaiting))
        for each in missing
        if each.choice is not None
        for option in each.choice.others
    )


def of_step(
    missing: Iterable[Missing], kind: StepKind, program: Program, slug: str, awaiting: Awaiting = NOTHING_WAITS
) -> tuple[OtherWay, ...]:
    """Return what may be done instead of what one step of the way asks for."""
    return other_ways((each for each in missing if _step(each.requirement) is kind), program, slug, awaiting)


def _lead(way: Collection[Requirement], beside: Collection[Requirement], program: Program) -> str:
    if set(way) == beside:
        return _("or:")
    names = JOINT.join(dict.fromkeys(_name(each, program) for each in way))
    return _("or, instead of %(steps)s:") % {"steps": names}


def _parts(option: Option, program: Program, slug: str) -> tuple[tuple[str, str], ...]:
    lessons = [each for each in option.left if each.kind is RequirementKind.LESSON]
    shown = [each for each in option.left if each not in lessons[1:]]
    return tuple((_name(each, program, many=len(lessons) > 1), _url(each, slug)) for each in shown)


def _name(part: Requirement, program: Program, *, many: bool = False) -> str:
    """Return what a part is called; where its document does not say, the step that it belongs to."""
    title: Any = program.titles.get(part) or program.names.get(part.key)
    if title is None or (many and part.kind is RequirementKind.LESSON):
        return words.step_name(_step(part))
    return localized(title, i18n.current_locale())


def _url(part: Requirement, slug: str) -> str:
    fix = words.fix_of(_as_missing(part), slug)
    return fix.url if fix else ""


def _note(option: Option, awaiting: Awaiting) -> str:
    missing = [_as_missing(each) for each in option.left]
    waits = words.waits(missing, awaiting)
    if waits:
        return waits
    minutes = words.minutes_left(words.to_do(missing, awaiting))
    left = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": i18n.number(minutes)}
    if not option.done:
        return left if minutes else ""
    counted = {"done": i18n.number(option.done), "total": i18n.number(option.total), "left": left}
    return (_("%(done)s of %(total)s, %(left)s left") if minutes else _("%(done)s of %(total)s")) % counted


def _as_missing(part: Requirement) -> Missing:
    return Missing(CODE_OF_KIND[part.kind], part, part.minutes)


def _step(part: Requirement) -> StepKind:
    return STEP_OF_KIND[part.kind]
