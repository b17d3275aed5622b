"""What changed, in words for the people who learned the text before."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.catalog.models import ContentKind
from app.catalog.text import localized, nearest
from app.quizzes.delta.rules import Part
from app.web.i18n import current_locale
from app.web.i18n import gettext as _

MOST_LINES: Final = 12
"""Lines of one text on either side; the whole of it is a click away."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a text said and says: only the lines that differ; both are empty where it is not made of words."""

    label: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A red line or a lesson that is new or changed, with the page on which all of it stands."""

    kind: str
    title: str
    url: str
    is_new: bool
    passages: tuple[Passage, ...]


def shown(parts: Iterable[Part], product: str) -> list[Shown]:
    """Show the red lines and lessons among the parts, in the reader's language; questions are not told."""
    return [
        _red_line(each, product) if each.kind is ContentKind.REDLINES else _lesson(each, product)
        for each in parts
        if each.kind is not ContentKind.QUIZ
    ]


def _red_line(part: Part, product: str) -> Shown:
    labels = {
        "title": _("Title"),
        "why": _("Why"),
        "never_say": _("Never say"),
        "say_instead": _("Say instead"),
        "severity": _("What happens"),
    }
    url = f"/products/{product}/red-lines#redline-{part.id}"
    other = _("When, where and for whom it holds")
    return Shown("red_line", _text(part.after["title"]), url, part.before is None, _passages(part, labels, other))


def _lesson(part: Part, product: str) -> Shown:
    labels = {"title": _("Title"), "body": _("Text"), "case": _("Customer case")}
    url = f"/products/{product}/lessons/{part.id}"
    other = _("What it shows")
    return Shown("lesson", _text(part.after["title"]), url, part.before is None, _passages(part, labels, other))


def _passages(part: Part, labels: Mapping[str, str], other: str) -> tuple[Passage, ...]:
    """Compare what both say; a new one is shown whole as far as it has labels, but for its title."""
    before, after = part.before or {}, part.after
    named = [
        _passage(label, _lines(name, before.get(name)), _lines(name, after.get(name)))
        for name, label in labels.items()
        if before.get(name) != after.get(name) and (part.before is not None or name in ("why", "say_instead"))
    ]
    found = [each for each in named if each.before or each.after]
    if part.before is not None and len(found) < len(named):
        found.append(Passage(_("In another language")))
    rest = {name for name in {*before, *after} - {*labels, "number", "minutes"} if before.get(name) != after.get(name)}
    if part.before is not None and rest - _SILENT:
        found.append(Passage(other))
    return tuple(found)


_SILENT: Final = frozenset({"match", "unless", "examples", "drills", "source", "category", "slug"})


def _passage(label: str, before: Sequence[str], after: Sequence[str]) -> Passage:
    gone, new = [], []
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            gone.append(line[2:])
        elif line.startswith("+ "):
            new.append(line[2:])
    return Passage(label, tuple(gone[:MOST_LINES]), tuple(new[:MOST_LINES]), max(len(gone), len(new)) > MOST_LINES)


def _lines(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if name == "severity":
        return [{"block": _("Stops a pitch"), "warn": _("Warns"), "coach": _("Coaches")}[value]]
    if name == "say_instead":
        return list(value[nearest(value, current_locale())])
    if name == "case":
        return [_text(value["result"]), _text(value["source"])]
    return [line for line in _text(value).splitlines() if line.strip()]


def _text(value: Any) -> str:
    return localized(value, current_locale()) if value else ""
