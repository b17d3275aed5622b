"""The words of sanctions and appeals, in one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.certification.models import CertificationEventKind
from app.certification.sanctions.queries import Entry
from app.certification.sanctions.rules import (
    APPEAL_DAYS,
    FITS,
    LOOK_BACK_MONTHS,
    AppealRefusal,
    AppealState,
    Preset,
    Proposal,
    Refusal,
    Step,
    Why,
)
from app.certification.words import State, days_left
from app.web import i18n
from app.web.i18n import N_
from app.web.i18n import gettext as _

PRESETS: Final[Mapping[Preset, str]] = {
    Preset.RED_LINE: N_("A red line was crossed in front of a customer."),
    Preset.REPEATED: N_("It happened again after a milder step."),
    Preset.LOOKED_INTO: N_("Something was reported. The certification waits until it has been looked into."),
    Preset.NOT_GENUINE: N_("Something that the certification rests on was not this person's own work."),
    Preset.CUSTOMER_HARMED: N_("A customer was misled and came to harm."),
    Preset.GAPS: N_("What was said shows gaps that the quiz should close."),
    Preset.UNFOUNDED: N_("It was looked into, and there was nothing to it."),
    Preset.MADE_GOOD: N_("What was asked for has been done."),
}
_VIOLATION: Final = re.compile(r"violation (\d{1,9})")


def violation_case(number: int) -> str:
    """Write a violation as the case behind a sanction, as it is stored."""
    return f"violation {number}"


def violation_number(case: str) -> int | None:
    """Read the number of the violation that is the case, if it is one."""
    found = _VIOLATION.fullmatch(case)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Case:
    """The case behind a sanction as it is shown; `url` is empty where there is nothing to open."""

    label: str
    url: str = ""


def case(text: str) -> Case | None:
    """Read what was given as the case: the number of a violation, an address, or any other words."""
    if not text:
        return None
    number = violation_number(text)
    if number is not None:
        return Case(_("Violation %(number)s") % {"number": number})
    is_address = text.startswith(("https://", "http://")) or (text.startswith("/") and not text.startswith("//"))
    return Case(text, text if is_address and not re.search(r"\s", text) else "")


def reason(entry: Entry) -> str:
    """Say why something was decided: the reason of the catalogue in the reader's language, then the own words."""
    return because(entry.preset, entry.reason)


def because(preset: Preset | None, reason: str) -> str:
    """Say a reason of the catalogue, if one was chosen, and the own words."""
    if preset is None:
        return reason
    return i18n.sentences((_(PRESETS[preset]), "" if reason == PRESETS[preset] else reason))


def presets(kind: CertificationEventKind) -> list[tuple[str, str]]:
    """Return the reasons of the catalogue that fit a decision."""
    return [(each.value, _(PRESETS[each])) for each in Preset if kind in FITS[each]]


def doing(kind: CertificationEventKind) -> str:
    """Name a decision that may be taken."""
    return {
        CertificationEventKind.RECERTIFICATION: _("Ask for the quiz again"),
        CertificationEventKind.SUSPENDED: _("Suspend"),
        CertificationEventKind.REVOKED: _("Revoke"),
        CertificationEventKind.REINSTATED: _("Reinstate"),
    }[kind]


def ends(kind: CertificationEventKind) -> bool:
    """Tell whether a decision gives something back."""
    return kind is CertificationEventKind.REINSTATED


def done(kind: CertificationEventKind) -> str:
    """Say what was decided about a certification."""
    return {
        CertificationEventKind.RECERTIFICATION: _("Quiz asked for again"),
        CertificationEventKind.SUSPENDED: _("Suspended"),
        CertificationEventKind.REVOKED: _("Revoked"),
        CertificationEventKind.REINSTATED: _("Reinstated"),
        CertificationEventKind.REGRADED: _("A quiz that it rests on was marked again and is not passed any more"),
    }[kind]


def mark(kind: CertificationEventKind) -> State:
    """Return kind, icon and word of a decision, as the macro `state` of components.html takes them."""
    tone, icon = {
        CertificationEventKind.RECERTIFICATION: ("due", "clock"),
        CertificationEventKind.SUSPENDED: ("no", "pause"),
        CertificationEventKind.REVOKED: ("no", "pause"),
        CertificationEventKind.REINSTATED: ("go", "cleared"),
        CertificationEventKind.REGRADED: ("due", "flag"),
    }[kind]
    return tone, icon, done(kind)


def step(value: Step) -> str:
    """Name a step of the ladder."""
    return {
        Step.COACHING: _("Coaching"),
        Step.RECERTIFICATION: _("Spot recertification"),
        Step.SUSPENSION: _("Suspension"),
        Step.REVOCATION: _("Revocation"),
    }[value]


def proposal(found: Proposal) -> str:
    """Say which step fits, and why."""
    values = {"step": step(found.step), "months": LOOK_BACK_MONTHS}
    if found.after is not None:
        values |= {"before": step(found.after.step), "day": i18n.day(found.after.on)}
    sentence = {
        Why.NOTHING_ON_RECORD: _("%(step)s: nothing stands on record in the last %(months)s months."),
        Why.NEXT: _("%(step)s: it is the next step after “%(before)s” on %(day)s."),
        Why.NEXT_POSSIBLE: _("%(step)s: it is the next possible step after “%(before)s” on %(day)s."),
        Why.LAST: _("%(step)s: it was reached on %(day)s already, and nothing is above it."),
    }[found.why]
    return sentence % values


def refusal(why: Refusal) -> str:
    """Say why a sanction does not hold."""
    return {
        Refusal.REASON_MISSING: _("Give the reason; the person and everybody who asks later will read it."),
        Refusal.PRESET_DOES_NOT_FIT: _("This reason does not fit the decision. Choose another one."),
        Refusal.WORDS_MISSING: _("This goes further than what is proposed. Say in your own words why."),
        Refusal.DEADLINE_MISSING: _("Say by which day the quiz must be passed again."),
        Refusal.DEADLINE_OVER: _("Choose today or a later day."),
    }[why]


FIELDS: Final[Mapping[Refusal, str]] = {
    Refusal.REASON_MISSING: "reason",
    Refusal.PRESET_DOES_NOT_FIT: "preset",
    Refusal.WORDS_MISSING: "reason",
    Refusal.DEADLINE_MISSING: "deadline",
    Refusal.DEADLINE_OVER: "deadline",
}
"""The field of the form that a refusal is about."""


def appeal_refusal(why: AppealRefusal) -> str:
    """Say why an appeal cannot be asked for, withdrawn or decided."""
    return {
        AppealRefusal.NOTHING_TO_APPEAL: _("There is nothing to appeal against."),
        AppealRefusal.ENDED: _("This decision does not stand any more, so there is nothing to appeal against."),
        AppealRefusal.ASKED_ALREADY: _("You have appealed against this decision already; once is all there is."),
        AppealRefusal.TOO_LATE: _("An appeal was possible for %(days)s days after you were told.")
        % {"days": APPEAL_DAYS},
        AppealRefusal.TEXT_MISSING: _("Say what should be looked at again."),
        AppealRefusal.CLOSED: _("This appeal is closed. Nothing was changed."),
        AppealRefusal.DECIDED_IT: _("You took this decision yourself. A colleague has to look at it again."),
        AppealRefusal.IS_ABOUT_ME: _("This appeal is your own. A colleague decides about it."),
        AppealRefusal.ANSWER_MISSING: _("Give the answer; the person and everybody who asks later will read it."),
    }[why]


def appeal_mark(value: AppealState) -> State:
    """Return kind, icon and word of an appeal."""
    return {
        AppealState.OPEN: ("due", "clock", _("Appeal open")),
        AppealState.OVERDUE: ("no", "clock", _("Appeal overdue")),
        AppealState.UPHELD: ("rest", "stop", _("Appeal refused: the decision stands")),
        AppealState.GRANTED: ("go", "cleared", _("Appeal granted")),
        AppealState.WITHDRAWN: ("rest", "close", _("Appeal withdrawn")),
    }[value]


def clock(entry: Entry, today: date) -> str:
    """Say until when an appeal is possible, or by when it is decided; empty where neither runs."""
    if entry.appeal is None:
        open_until = entry.stands and entry.appeal_until >= today
        return (
            _through(_("Appeal possible through %(day)s (%(left)s)"), entry.appeal_until, today) if open_until else ""
        )
    if entry.appeal.outcome is not None:
        return ""
    overdue = entry.appeal.decide_by < today
    pattern = _("Decision was due on %(day)s (%(left)s)") if overdue else _("Decision due by %(day)s (%(left)s)")
    return _through(pattern, entry.appeal.decide_by, today)


def _through(pattern: str, day: date, today: date) -> str:
    return pattern % {"day": i18n.day(day), "left": days_left(day, today)}
