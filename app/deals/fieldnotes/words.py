"""The words of field notes, in one place."""

from datetime import datetime

from app.certification.signoffs.words import waited
from app.certification.words import State
from app.deals.fieldnotes.models import NoteKind, NoteRoot, NoteStatus
from app.deals.fieldnotes.rules import Refusal
from app.web.i18n import gettext as _
from app.web.i18n import pgettext


def kind(value: NoteKind) -> str:
    """Say what the customer did."""
    return {
        NoteKind.SAID: pgettext("customer", "Said"),
        NoteKind.ASKED: pgettext("customer", "Asked"),
        NoteKind.MISUNDERSTOOD: pgettext("customer", "Misunderstood"),
    }[value]


def kinds() -> list[tuple[str, str]]:
    """Return the kinds to choose from."""
    return [(each.value, kind(each)) for each in NoteKind]


def root(value: NoteRoot) -> str:
    """Say where it comes from."""
    return {
        NoteRoot.PRODUCT: _("The product"),
        NoteRoot.MATERIAL: _("Our material"),
        NoteRoot.PROMISE: _("What we promised"),
        NoteRoot.PRICE: _("The price"),
        NoteRoot.COMPETITOR: _("A competitor"),
        NoteRoot.OTHER: _("Something else"),
    }[value]


def roots() -> list[tuple[str, str]]:
    """Return the roots to choose from."""
    return [(each.value, root(each)) for each in NoteRoot]


def state(value: NoteStatus) -> State:
    """Return kind, icon and word of a note's status."""
    return {
        NoteStatus.NEW: ("due", "clock", pgettext("note", "Waits for a trainer")),
        NoteStatus.TAKEN: ("due", "progress", pgettext("note", "Taken")),
        NoteStatus.ANSWERED: ("go", "cleared", pgettext("note", "Answered")),
        NoteStatus.CLOSED: ("rest", "close", pgettext("note", "Closed")),
    }[value]


def statuses() -> list[tuple[str, str]]:
    """Return the statuses to choose from in the queue."""
    waiting = ("waiting", _("Not answered yet"))
    return [waiting, *((each.value, state(each)[2]) for each in NoteStatus), ("all", _("All"))]


def refusal(why: Refusal) -> str:
    """Say why something cannot be done with a note."""
    return {
        Refusal.TAKEN_BY_ANOTHER: _("Another trainer has taken this note. Nothing was changed."),
        Refusal.ANSWERED: _("This note is answered already. Nothing was changed."),
        Refusal.CLOSED: _("This note is closed. Nothing was changed."),
        Refusal.NOT_TAKEN: _("Take this note first. Nothing was changed."),
        Refusal.NOT_ANSWERED: _("Answer this note first. Nothing was changed."),
    }[why]


def age(since: datetime, moment: datetime) -> str:
    """Say how long a note has been there."""
    return waited(since, moment)
