"""Whether a sentence was said right: it crosses no line, and is still about the same thing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from app.catalog.text import nearest
from app.redlines.anchors import missing_anchors
from app.redlines.content import Effective
from app.redlines.findings import Finding

STOPPING: Final = frozenset({"block", "warn"})
"""Severities that a right sentence has none of; what only coaches is shown and does not fail it."""

MOST_CHARACTERS: Final = 2_000
"""Code points of a new wording."""

_NAME_LENGTH = 12


@dataclass(frozen=True)
class Drill:
    """A sentence that crosses a red line, in one language, and what a right one must hold."""

    red_line: str
    rewrite: str
    locale: str
    anchors: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """What the drill is called in forms: another once its sentence is another."""
        return sha256(f"{self.red_line}\n{self.locale}\n{self.rewrite}".encode()).hexdigest()[:_NAME_LENGTH]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found about a new wording.

    `crossed` are the findings that fail it, `better` those that only coach, both in the order of the text; `missing`
    are the anchors of which it holds no alternative.
    """

    passed: bool
    crossed: tuple[Finding, ...]
    better: tuple[Finding, ...]
    missing: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that is marked in the text, in its order."""
        return tuple(sorted((*self.crossed, *self.better), key=lambda each: (each.start, -each.end)))


def judge(text: str, findings: Iterable[Finding], drill: Drill) -> Outcome:
    """Judge a new wording by what was found in it. An approved wording, word for word, is right."""
    active = [finding for finding in findings if finding.state == "active"]
    crossed = tuple(finding for finding in active if finding.severity in STOPPING)
    better = tuple(finding for finding in active if finding.severity not in STOPPING)
    missing = missing_anchors(text, drill.anchors, drill.locale)
    return Outcome(not crossed and not missing, crossed, better, missing)


def drills_of(rule: Mapping[str, Any], locale: str) -> tuple[Drill, ...]:
    """Return the drills of a red line's document in a reader's language, or in the nearest that it has."""
    by_locale: dict[Any, list[Drill]] = {}
    for each in rule.get("drills", ()):
        drill = Drill(rule["id"], each["rewrite"], each["locale"], tuple(each["anchors"]))
        by_locale.setdefault(drill.locale, []).append(drill)
    return tuple(by_locale[nearest(by_locale, locale)]) if by_locale else ()


def is_drilled(rule: Mapping[str, Any], day: date) -> bool:
    """Tell whether a red line has drills and holds on a day."""
    if rule["status"] != "active" or not rule.get("drills"):
        return False
    return Effective.model_validate(rule.get("effective", {})).covers(day)
