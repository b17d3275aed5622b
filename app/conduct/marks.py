"""How findings are shown wherever they are read: marks in the text, and the words beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from app.conduct.models import Disposition
from app.redlines.documents.places import Place
from app.redlines.documents.words import place_words
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Kind:
    """How a finding looks: `mark` is the class of its mark, `tone` and `icon` those of its word."""

    mark: str
    tone: str
    icon: str
    word: str
    line: str


def kind(severity: str) -> Kind:
    """Say how a finding of some severity looks; the underline tells it without colour."""
    return {
        "block": Kind("", "no", "stop", _("Must go"), _("Solid line: must go")),
        "warn": Kind("warn", "due", "clock", _("Needs care"), _("Dashed: needs care")),
        "coach": Kind("tip", "rest", "read", _("Could be better"), _("Double: could be better")),
    }[severity]


def set_aside() -> Kind:
    """Say how a hit looks that what surrounds it excuses."""
    return Kind("low", "rest", "todo", _("Set aside"), _("Dotted: set aside"))


def excuse(reason: str | None) -> str:
    """Say why a hit is set aside."""
    sentences = {
        "within": _("Set aside, because an allowed phrase covers it."),
        "required": _("Set aside, because what must be said with it stands near."),
        "speaker": _("Set aside, because somebody else says it."),
        "quoted": _("Set aside, because it is quoted."),
        "negated": _("Set aside, because the sentence denies it."),
        "attributed": _("Set aside, because others are said to say it."),
        "question": _("Set aside, because it is a question."),
    }
    return sentences.get(reason or "", _("Set aside."))


def channels() -> list[tuple[str, str]]:
    """Return the ways that something is said, each with its name."""
    return [
        ("", _("Any way")),
        ("mail", _("Mail")),
        ("chat", _("Chat")),
        ("call", _("Call")),
        ("deck", _("Slides")),
    ]


def disposition(value: Disposition) -> tuple[str, str, str]:
    """Return tone, icon and words of what a person decided about a finding."""
    return {
        Disposition.OPEN: ("rest", "todo", _("Nobody has decided yet")),
        Disposition.CONFIRMED: ("no", "stop", _("Confirmed")),
        Disposition.ALLOWED: ("go", "cleared", _("Allowed in this context")),
        Disposition.WRONG_MATCH: ("go", "cleared", _("Wrong match")),
        Disposition.DUPLICATE: ("rest", "copy", _("Counted elsewhere")),
    }[value]


def where(place: Place) -> str:
    """Say where a finding stands; a time says more than the number of a cue."""
    return place.label if place.kind == "cue" and place.label else place_words(place)


class _Marked(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def pieces(text: str, marks: Iterable[_Marked]) -> list[tuple[str, Any]]:
    """Cut a text into pieces, each with its mark or None; of marks that overlap the first keeps what they share."""
    found: list[tuple[str, Any]] = []
    at = 0
    for mark in marks:
        if mark.end <= at:
            continue
        start = max(at, mark.start)
        if start > at:
            found.append((text[at:start], None))
        found.append((text[start : mark.end], mark))
        at = mark.end
    if at < len(text):
        found.append((text[at:], None))
    return found
