"""The words for standing and its reasons, in one place: every page, message and API answer says the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.catalog.text import localized
from app.certification.reasons import Params, Reason, ReasonCode
from app.certification.requirements import Requirement
from app.certification.rules import Missing, Standing, StandingVerdict
from app.certification.way import Step, StepKind
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

State = tuple[str, str, str]
"""(kind, icon, word), as the macro `state` of components.html takes them."""


Awaiting = Mapping[Requirement, date | None]
"""What a person can do nothing about but wait: for an assessor, or, with a day, for a live session they have a seat in.
"""

NOTHING_WAITS: Awaiting = {}


@dataclass(frozen=True, slots=True)
class Fix:
    """What to press, where it leads, and the minutes that it takes."""

    label: str
    url: str
    minutes: int


def state(standing: Standing, *, allowed: bool = True) -> State:
    """Return kind, icon and word of a standing; `allowed` matters where a deadline may have passed."""
    states: dict[Standing, State] = {
        Standing.CERTIFIED: ("go", "cleared", _("Cleared")),
        Standing.RENEWAL_OPEN: ("due", "clock", _("Cleared, renew")),
        Standing.RECERTIFICATION_REQUIRED: ("due", "clock", _("Cleared, catch up")),
        Standing.IN_GRACE: ("due", "grace", _("In grace")),
        Standing.IN_PROGRESS: ("rest", "progress", _("In progress")),
        Standing.NOT_STARTED: ("rest", "todo", _("Not started")),
        Standing.EXPIRED: ("no", "expired", _("Expired")),
        Standing.SUSPENDED: ("no", "pause", _("Suspended")),
        Standing.REVOKED: ("no", "pause", _("Revoked")),
    }
    if standing is Standing.RECERTIFICATION_REQUIRED and not allowed:
        return ("no", "stop", _("Not cleared"))
    return states[standing]


def days_left(day: date, today: date) -> str:
    """Say how far away a day is: "101 days", "today"."""
    days = (day - today).days
    if days == 0:
        return _("today")
    if days < 0:
        return ngettext("%(count)s day ago", "%(count)s days ago", -days) % {"count": i18n.number(-days)}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": i18n.number(days)}


def until(verdict: StandingVerdict, today: date, due_on: date | None = None, awaiting: Awaiting = NOTHING_WAITS) -> str:
    """Say in one sentence until when a standing holds, or what stands before it."""
    if verdict.ends_on is not None:
        pattern = {
            Standing.IN_GRACE: _("Beside a cleared colleague, through %(day)s (%(days)s)"),
            Standing.RECERTIFICATION_REQUIRED: _("Catch up by %(day)s (%(days)s)"),
        }.get(verdict.standing, _("Valid through %(day)s (%(days)s)"))
        return pattern % {"day": i18n.day(verdict.ends_on), "days": days_left(verdict.ends_on, today)}
    if verdict.standing in {Standing.REVOKED, Standing.SUSPENDED}:
        return i18n.sentences(sentence(reason) for reason in verdict.reasons)
    left = minutes_left(to_do(verdict.missing, awaiting))
    work = waits(verdict.missing, awaiting) or (
        ngettext("%(count)s minute left", "%(count)s minutes left", left) % {"count": i18n.number(left)}
    )
    if due_on is None:
        return work
    due = _("Due %(day)s (%(days)s)") % {"day": i18n.day(due_on), "days": days_left(due_on, today)}
    return f"{due} · {work}"


def minutes_left(missing: Iterable[Missing]) -> int:
    """Add up the minutes of what is missing."""
    return sum(each.minutes for each in missing)


def sentence(reason: Reason) -> str:
    """Say why somebody may not act. Raises KeyError for a code that is not certification's."""
    sentences: dict[StrEnum, Callable[[], str]] = {
        ReasonCode.LESSONS_NOT_COMPLETED: lambda: ngettext(
            "%(count)s lesson has not been completed.",
            "%(count)s lessons have not been completed.",
            _count(reason.params),
        ),
        ReasonCode.REDLINES_NOT_ATTESTED: lambda: _("The red lines have not been signed."),
        ReasonCode.QUIZ_NOT_PASSED: lambda: (
            _("The questions about what changed have not been answered.")
            if _is_delta(str(reason.params.get("key", "")))
            else _("The quiz has not been passed.")
        ),
        ReasonCode.SIGN_OFF_MISSING: lambda: _("An assessor has not signed off a demonstration."),
        ReasonCode.LIVE_SESSION_MISSING: lambda: _("The live session has not been attended."),
        ReasonCode.CERTIFICATION_MISSING: lambda: _("The certification on another product comes first: %(name)s."),
        ReasonCode.EXPIRED: lambda: _("The certification was valid through %(valid_through)s."),
        ReasonCode.IN_GRACE: lambda: _(
            "The certification was valid through %(valid_through)s; "
            "beside a cleared colleague it holds through %(grace_through)s."
        ),
        ReasonCode.SUSPENDED: lambda: (
            _("The certification has been suspended since %(since)s: “%(red_line)s” was crossed.")
            if "red_line" in reason.params
            else _("The certification has been suspended since %(since)s.")
        ),
        ReasonCode.REVOKED: lambda: (
            _("The certification was revoked on %(since)s: “%(red_line)s” was crossed.")
            if "red_line" in reason.params
            else _("The certification was revoked on %(since)s.")
        ),
        ReasonCode.RECERTIFICATION_OVERDUE: lambda: _("What had to be done again was not done by %(deadline)s."),
        ReasonCode.NO_REQUIREMENTS: lambda: _("The program asks for nothing yet, so nobody can be certified."),
    }
    return sentences[reason.code]() % _written(reason.params)


def fix(reason: Reason, slug: str) -> Fix | None:
    """Return what removes a reason, for the product `slug`; None where only others can, or other reasons say it."""
    return _fix(reason.code, str(reason.params.get("key", "")), reason.minutes, slug)


def fix_of(missing: Missing, slug: str) -> Fix | None:
    """Return where something that is missing on the product `slug` is done; None where only others can."""
    return _fix(missing.code, missing.requirement.key, missing.minutes, slug)


def next_fix(verdict: StandingVerdict, slug: str, awaiting: Awaiting = NOTHING_WAITS) -> Fix | None:
    """Return the first thing to do on the way, whether or not the person may act today."""
    for missing in to_do(verdict.missing, awaiting):
        found = fix_of(missing, slug)
        if found is not None:
            return found
    return None


def to_do(missing: Iterable[Missing], awaiting: Awaiting) -> list[Missing]:
    """Leave out what the person can only wait for."""
    return [each for each in missing if each.requirement not in awaiting]


def waits(missing: Iterable[Missing], awaiting: Awaiting) -> str:
    """Say what somebody waits for where all that is missing waits; empty where something is to do, or nothing is."""
    missing = list(missing)
    days = [awaiting[each.requirement] for each in missing if each.requirement in awaiting]
    if not missing or len(days) < len(missing):
        return ""
    booked = [day for day in days if day is not None]
    if len(booked) < len(days):
        return _("Waits for an assessor")
    return _("You are booked for %(day)s") % {"day": i18n.day(min(booked))}


def _fix(code: StrEnum, key: str, minutes: int, slug: str) -> Fix | None:
    labels: Mapping[StrEnum, tuple[Callable[[], str], str]] = {
        ReasonCode.LESSONS_NOT_COMPLETED: (lambda: _("Go to the lesson"), f"/products/{slug}/lessons/{key}"),
        ReasonCode.REDLINES_NOT_ATTESTED: (lambda: _("Sign the red lines"), f"/products/{slug}/red-lines"),
        ReasonCode.QUIZ_NOT_PASSED: (
            lambda: _("Answer what changed") if _is_delta(key) else _("Take the quiz"),
            quiz_url(key),
        ),
        ReasonCode.NO_REQUIREMENTS: (lambda: _("See the product"), f"/products/{slug}"),
        ReasonCode.SIGN_OFF_MISSING: (lambda: _("Ask for the sign-off"), f"/products/{slug}/sign-offs/{key}"),
        ReasonCode.LIVE_SESSION_MISSING: (lambda: _("Choose a date"), f"/products/{slug}/sessions/{key}"),
        ReasonCode.CERTIFICATION_MISSING: (lambda: _("See the product"), f"/products/{key.partition('/')[0]}"),
    }
    if code not in labels:
        return None
    label, url = labels[code]
    return Fix(label(), url, minutes)


def _is_delta(key: str) -> bool:
    return "@" in key


def quiz_url(key: str) -> str:
    """Return where a quiz is taken; one about a change is named with the version that changed."""
    slug, _separator, version = key.partition("@")
    return f"/quizzes/{slug}/changes/{version}" if version else f"/quizzes/{slug}"


def step(each: Step, waiting: str = "") -> tuple[str, str]:
    """Name a step of the way and say where it stands: ("Lessons", "5 of 7, 11 minutes left").

    `waiting` says what is waited for, where nothing else is to do in this step.
    """
    return step_name(each.kind), waiting or _step_note(each)


def step_name(kind: StepKind) -> str:
    """Name a step of the way."""
    names = {
        StepKind.PREREQUISITES: _("Certified before"),
        StepKind.LESSONS: _("Lessons"),
        StepKind.RED_LINES: _("Red lines"),
        StepKind.QUIZ: _("Quiz"),
        StepKind.SIGN_OFF: _("Sign-off"),
        StepKind.LIVE_SESSION: _("Live session"),
        StepKind.CERTIFIED: _("Certified"),
    }
    return names[kind]


def for_months(count: int) -> str:
    """Say how long a certification holds: "For 12 months"."""
    return ngettext("For %(count)s month", "For %(count)s months", count) % {"count": count}


def _step_note(each: Step) -> str:
    if each.done == each.total:
        return _("Done")
    if each.kind is StepKind.CERTIFIED:
        return ""
    left = ngettext("%(count)s minute", "%(count)s minutes", each.minutes) % {"count": i18n.number(each.minutes)}
    if each.total == 1:
        return left
    return _("%(done)s of %(total)s, %(left)s left") % {"done": each.done, "total": each.total, "left": left}


def _count(params: Params) -> int:
    return int(str(params.get("count", 1)))


def _written(params: Params) -> dict[str, Any]:
    # a certification that was never published under this name has none
    return {"name": params.get("key", "")} | {name: _value(value) for name, value in params.items()}


def _value(value: Any) -> str | int:
    if isinstance(value, date):
        return i18n.day(value)
    return localized(value, i18n.current_locale()) if isinstance(value, dict) else value
