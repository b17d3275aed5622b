"""What a page shows of a drill: the sentence, what was typed, and what is found in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from secrets import token_urlsafe
from typing import Any, Final

from app.conduct import marks
from app.conduct.drills.queries import Drilled, Passed
from app.conduct.drills.rules import Drill, Outcome
from app.redlines.checking import RuleSet
from app.redlines.queries import card_of
from app.web.forms import Bound, blank
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

IN_LESSON: Final = 3
"""The level of a drill's heading in a lesson."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of the typed text that crosses a line."""

    number: int
    start: int
    end: int
    matched: str
    kind: marks.Kind
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a try came to, in words."""

    passed: bool
    title: str
    hits: tuple[Hit, ...]
    missing: tuple[str, ...]
    pieces: tuple[tuple[str, Hit | None], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One drill on a page, with its form; `seen` shows the approved wordings, `level` is that of its heading."""

    drilled: Drilled
    passed: Passed
    form: Bound[Any] = field(default_factory=blank)
    result: Result | None = None
    seen: bool = False
    level: int = 2
    key: str = field(default_factory=lambda: token_urlsafe(16))

    @property
    def name(self) -> str:
        """What it is called on the page and in its form."""
        return self.passed.drill.name


def shown(drilled: Drilled) -> list[Shown]:
    """Return the drills of a red line before anybody typed."""
    return [Shown(drilled, each) for each in drilled.drills]


def in_lesson(found: Iterable[Drilled]) -> list[Shown]:
    """Return the drills of some red lines as a lesson shows them, below a heading of their own."""
    return [replace(one, level=IN_LESSON) for drilled in found for one in shown(drilled)]


def replaced(drills: Iterable[Shown], one: Shown) -> list[Shown]:
    """Put what was just tried in its place among the drills of its red line."""
    return [one if each.name == one.name else each for each in drills]


def result(outcome: Outcome, text: str, rules: RuleSet, drill: Drill) -> Result:
    """Say what a try came to; why a line is there is told once for each, and above for the drill's own."""
    hits = []
    told = {drill.red_line}
    for number, finding in enumerate(outcome.findings, 1):
        card = card_of(rules.documents[finding.red_line])
        kind = marks.kind(finding.severity)
        why = "" if finding.red_line in told else card.why
        told.add(finding.red_line)
        hits.append(Hit(number, finding.start, finding.end, finding.matched, kind, card.title, why))
    missing = tuple(" / ".join(part.strip() for part in each.split("|")) for each in outcome.missing)
    return Result(outcome.passed, _title(outcome), tuple(hits), missing, tuple(marks.pieces(text, hits)))


def _title(outcome: Outcome) -> str:
    if outcome.passed:
        return _("Said right")
    if outcome.crossed:
        number = len(outcome.crossed)
        return ngettext("%(num)s passage crosses a red line", "%(num)s passages cross a red line", number) % {
            "num": number
        }
    return _("No red line is crossed, but something is missing")
