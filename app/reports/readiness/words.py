"""The words for readiness: each part with a sentence, and what would raise it."""

from dataclasses import dataclass

from app.reports.readiness.rules import Facts, Part, PartKind, Readiness
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


@dataclass(frozen=True, slots=True)
class Line:
    """One part as a page shows it; `more` is empty where nothing is left to gain."""

    name: str
    points: int
    of: int
    sentence: str
    more: str


def lines(readiness: Readiness) -> list[Line]:
    """Explain each part of a score."""
    return [_line(part, readiness.facts) for part in readiness.parts]


def _line(part: Part, facts: Facts) -> Line:
    name, sentence, more = {
        PartKind.QUIZ: (_("Quiz"), _quiz(facts), _("Take the quiz again; it counts in full for 90 days.")),
        PartKind.MEMORY: (
            _("Remembered"),
            _("A question is remembered with a chance of %(percent)s %%.") % {"percent": facts.remembered},
            _("Answer the questions that keep knowledge fresh."),
        ),
        PartKind.DRILLS: (_("Said right"), _drills(facts), _("Say the other red lines right.")),
        PartKind.SIGN_OFF: (
            _("Sign-off"),
            _sign_off(facts),
            _("Show it to an assessor; it counts in full for 90 days."),
        ),
        PartKind.CONDUCT: (_("Red lines kept"), _conduct(facts), _("It comes back half a year after the last one.")),
        PartKind.CHANGES: (
            _("Up to date"),
            _("Something was asked again and is not done yet.") if facts.open_changes else _("Every change is known."),
            _("Catch up with what changed."),
        ),
    }[part.kind]
    return Line(name, part.points, part.of, sentence, more if part.points < part.of else "")


def _quiz(facts: Facts) -> str:
    if facts.quiz_percent is None or facts.quiz_age is None:
        return _("The quiz has not been taken.")
    percent = i18n.number(int(facts.quiz_percent))
    result = _("%(percent)s %%, passed, %(age)s") if facts.quiz_passed else _("%(percent)s %%, not passed, %(age)s")
    return result % {"percent": percent, "age": _ago(facts.quiz_age)}


def _drills(facts: Facts) -> str:
    return ngettext(
        "%(right)s of %(count)s red line with drills", "%(right)s of %(count)s red lines with drills", facts.drills
    ) % {"right": facts.drills_right, "count": facts.drills}


def _sign_off(facts: Facts) -> str:
    if facts.sign_off_age is None:
        return _("An assessor has not signed off a demonstration.")
    return _("Signed off %(age)s") % {"age": _ago(facts.sign_off_age)}


def _conduct(facts: Facts) -> str:
    if not facts.violations:
        return _("No red line was crossed in the last half year.")
    return ngettext(
        "One red line was crossed in the last half year.",
        "%(count)s red lines were crossed in the last half year.",
        facts.violations,
    ) % {"count": facts.violations}


def _ago(days: int) -> str:
    if days == 0:
        return _("today")
    return ngettext("%(count)s day ago", "%(count)s days ago", days) % {"count": i18n.number(days)}
