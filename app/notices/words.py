"""The words of notices, in one place: the page and the mail say the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.catalog.models import Verdict
from app.catalog.text import Text, localized
from app.certification import words as standing_words
from app.certification.credits import words as credit_words
from app.certification.live import words as live_words
from app.certification.live.invitations import Occasion
from app.certification.models import AppealOutcome
from app.certification.reasons import Reason, ReasonCode
from app.certification.requirements import RequirementKind
from app.certification.sanctions import words as sanction_words
from app.certification.sanctions.rules import Preset
from app.conduct.models import Consequence
from app.notices.models import Rhythm
from app.notices.rules import Kind
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

_DAYS = frozenset({"valid_through", "grace_through", "since", "deadline"})


@dataclass(frozen=True, slots=True)
class Line:
    """What a notice says: one sentence, and more where there is more to say."""

    title: str
    text: str = ""


def line(kind: str, params: Mapping[str, Any], product: Text | None) -> Line:
    """Say a notice in the language in use. Of a kind that this version does not know, only the product is said."""
    name = localized(product, i18n.current_locale()) if product else ""
    try:
        known = Kind(kind)
    except ValueError:
        return Line(name)
    said = {**params, "product": name}
    if "requirement" in params:
        said["part"] = _part(params)
    said |= {key: i18n.day(date.fromisoformat(params[key])) for key in ("day", "closes") if params.get(key)}
    return Line(_title(known, params) % said, _text(known, params, said))


def rhythms() -> list[tuple[str, str, str]]:
    """Return the rhythms to choose from, each with its name and what it means."""
    return [
        (Rhythm.DAILY.value, _("Once a day"), _("One mail in the morning, when there is something new.")),
        (Rhythm.WEEKLY.value, _("Once a week"), _("One mail on Monday, when there is something new.")),
        (Rhythm.AT_ONCE.value, _("At once"), _("A mail within minutes, whenever there is something new.")),
    ]


def _title(kind: Kind, params: Mapping[str, Any]) -> str:
    sentences: dict[Kind, Callable[[], str]] = {
        Kind.ASSIGNED: lambda: (
            _("Get certified on %(product)s by %(day)s") if params["day"] else _("Get certified on %(product)s")
        ),
        Kind.DUE: lambda: _("Due on %(day)s: get certified on %(product)s"),
        Kind.OVERDUE: lambda: _("Overdue since %(day)s: get certified on %(product)s"),
        Kind.CERTIFIED: lambda: _("You are certified on %(product)s, through %(day)s"),
        Kind.WINDOW_OPEN: lambda: _("You can renew %(product)s now; it is valid through %(day)s"),
        Kind.ENDS_SOON: lambda: _("Renew %(product)s by %(day)s"),
        Kind.EXPIRED: lambda: _("Your certification on %(product)s was valid through %(day)s"),
        Kind.ENDS_BEFORE_CLOSE: lambda: _("Renew %(product)s before %(deal)s closes"),
        Kind.BLOCKED: lambda: _("You are not cleared for %(deal)s: %(product)s"),
        Kind.CHANGED: lambda: _("What %(product)s says has changed"),
        Kind.CATCH_UP: lambda: _("Catch up on %(product)s by %(day)s"),
        Kind.CATCH_UP_OVERDUE: lambda: _("Catch up on %(product)s: the deadline was %(day)s"),
        Kind.SIGN_OFF_PASSED: lambda: _("Your demonstration of %(product)s is signed off"),
        Kind.SIGN_OFF_RETURNED: lambda: _("Your demonstration of %(product)s came back with what to mend"),
        Kind.SIGN_OFF_FAILED: lambda: _("Your demonstration of %(product)s did not pass"),
        Kind.VIOLATION: lambda: (
            _("An incident that concerns you was confirmed")
            if params.get("incident")
            else _("A crossed red line was confirmed in a text of yours")
        ),
        Kind.SUSPENDED: lambda: _("Your certification on %(product)s is suspended"),
        Kind.REVOKED: lambda: _("Your certification on %(product)s is revoked"),
        Kind.REINSTATED: lambda: _("Your certification on %(product)s is given back"),
        Kind.RECERTIFY: lambda: (
            _("Take the quiz on %(product)s again by %(day)s")
            if params["day"]
            else _("Take the quiz on %(product)s again")
        ),
        Kind.APPEAL_RECEIVED: lambda: _("Your appeal about %(product)s is being looked at, until %(day)s"),
        Kind.APPEAL_DECIDED: lambda: _("Your appeal about %(product)s is decided"),
        Kind.CREDIT_COUNTS: lambda: (
            _("%(name)s: “%(part)s” counts as done for %(product)s")
            if params["name"]
            else _("“%(part)s” counts as done for %(product)s")
        ),
        Kind.CREDIT_REFUSED: lambda: (
            _("%(name)s: “%(part)s” does not count as done for %(product)s")
            if params["name"]
            else _("“%(part)s” does not count as done for %(product)s")
        ),
        Kind.CREDIT_ENDED: lambda: (
            _("%(name)s: “%(part)s” counts no longer for %(product)s")
            if params["name"]
            else _("“%(part)s” counts no longer for %(product)s")
        ),
        Kind.EXTENDED: lambda: _("You got more time: %(product)s is valid through %(day)s"),
        Kind.SEAT: lambda: _("You have a seat: %(title)s, %(day)s"),
        Kind.SESSION_SOON: lambda: _("Live session on %(day)s: %(title)s"),
        Kind.ESSAY_RETURNED: lambda: _("An essay on %(product)s came back with what to mend"),
        Kind.QUIZ_MARKED: lambda: (
            _("Your quiz on %(product)s is marked: passed")
            if params["passed"]
            else _("Your quiz on %(product)s is marked: not passed")
        ),
        Kind.TEAM_ENDS: lambda: _("%(name)s: %(product)s ends on %(day)s"),
        Kind.TEAM_EXPIRED: lambda: _("%(name)s: %(product)s ended on %(day)s"),
        Kind.TEAM_DEAL: lambda: _("%(deal)s is at risk: %(name)s, %(product)s"),
        Kind.SIGN_OFFS_WAITING: lambda: ngettext(
            "%(count)s demonstration waits for an assessor, since %(day)s",
            "%(count)s demonstrations wait for an assessor, the oldest since %(day)s",
            params["count"],
        ),
        Kind.APPEAL_WAITING: lambda: _("An appeal about %(product)s is to be decided by %(day)s"),
        Kind.FIELD_NOTE_ANSWERED: lambda: _("Your field note about %(product)s is answered"),
        Kind.FIELD_NOTES_WAITING: lambda: ngettext(
            "%(count)s field note waits for an answer, since %(day)s",
            "%(count)s field notes wait for an answer, the oldest since %(day)s",
            params["count"],
        ),
        Kind.INCIDENTS_WAITING: lambda: ngettext(
            "%(count)s incident is to be decided", "%(count)s incidents are to be decided", params["count"]
        ),
        Kind.CREDITS_WAITING: lambda: ngettext(
            "%(count)s credit is to be decided", "%(count)s credits are to be decided", params["count"]
        ),
        Kind.WAIVER_WAITING: lambda: _("%(by)s asks for an exception: %(name)s, %(product)s, %(deal)s"),
        Kind.WAIVER_GIVEN: lambda: (
            _("%(name)s has an exception for %(product)s on %(deal)s, through %(day)s")
            if params["name"]
            else _("You have an exception for %(product)s on %(deal)s, through %(day)s")
        ),
        Kind.WAIVER_REFUSED: lambda: (
            _("%(name)s gets no exception for %(product)s on %(deal)s")
            if params["name"]
            else _("You get no exception for %(product)s on %(deal)s")
        ),
        Kind.WAIVER_ENDED: lambda: (
            _("The exception of %(name)s for %(product)s on %(deal)s has ended early")
            if params["name"]
            else _("Your exception for %(product)s on %(deal)s has ended early")
        ),
        Kind.WAIVER_LAPSES: lambda: (
            _("The exception of %(name)s for %(product)s on %(deal)s ends on %(day)s")
            if params["name"]
            else _("Your exception for %(product)s on %(deal)s ends on %(day)s")
        ),
        Kind.EMERGENCY_WAITING: lambda: _(
            "%(by)s gave an exception in an emergency: review it (%(name)s, %(product)s, %(deal)s)"
        ),
        Kind.EMERGENCY_FAULTED: lambda: (
            _("The exception that %(by)s gave in an emergency was faulted: %(name)s, %(product)s, %(deal)s")
            if params["by"]
            else _("The exception that you gave in an emergency was faulted: %(name)s, %(product)s, %(deal)s")
        ),
    }
    return sentences[kind]()


def _text(kind: Kind, params: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    sentences: dict[Kind, Callable[[], str]] = {
        Kind.BLOCKED: lambda: _why(params["code"], params["reason"]),
        Kind.ENDS_BEFORE_CLOSE: lambda: (
            _("Your certification is valid through %(day)s; the deal closes on %(closes)s.") % said
        ),
        Kind.CHANGED: lambda: i18n.sentences([params["note"], _asked(params["asks"], said)]),
        Kind.SIGN_OFF_PASSED: lambda: str(params["note"]),
        Kind.SIGN_OFF_RETURNED: lambda: str(params["note"]),
        Kind.SIGN_OFF_FAILED: lambda: str(params["note"]),
        Kind.VIOLATION: lambda: i18n.sentences([params["reason"], _consequence(params["consequence"])]),
        Kind.SUSPENDED: lambda: _appealable(params),
        Kind.REVOKED: lambda: _appealable(params),
        Kind.RECERTIFY: lambda: _appealable(params),
        Kind.REINSTATED: lambda: _because(params),
        Kind.APPEAL_DECIDED: lambda: i18n.sentences([_decision(params["outcome"]), params["answer"]]),
        Kind.CREDIT_COUNTS: lambda: str(params["answer"]),
        Kind.CREDIT_REFUSED: lambda: str(params["answer"]),
        Kind.CREDIT_ENDED: lambda: str(params["answer"]),
        Kind.EXTENDED: lambda: str(params["reason"]),
        Kind.WAIVER_WAITING: lambda: str(params["reason"]),
        Kind.WAIVER_GIVEN: lambda: str(params["answer"]),
        Kind.WAIVER_REFUSED: lambda: str(params["answer"]),
        Kind.WAIVER_ENDED: lambda: str(params["answer"]),
        Kind.WAIVER_LAPSES: lambda: _("After that day it counts no longer. Finish what is missing, or ask again."),
        Kind.EMERGENCY_WAITING: lambda: str(params["reason"]),
        Kind.EMERGENCY_FAULTED: lambda: str(params["answer"]),
        Kind.FIELD_NOTE_ANSWERED: lambda: str(params["answer"]),
        Kind.SESSION_SOON: lambda: i18n.sentences(
            [_("It begins at %(time)s.") % {"time": _begins(params)}, str(params["place"])]
        ),
        Kind.TEAM_EXPIRED: lambda: _("They cannot sell it until they renew."),
    }
    return sentences[kind]() if kind in sentences else ""


def _begins(params: Mapping[str, Any]) -> str:
    if "starts_at" not in params:  # stored by an older version
        return f"{params['time']} ({params['timezone']})"
    return live_words.at(datetime.fromisoformat(params["starts_at"]), params["timezone"])


def _appealable(params: Mapping[str, Any]) -> str:
    return i18n.sentences([_because(params), _("If this is wrong, you can appeal.")])


def _because(params: Mapping[str, Any]) -> str:
    preset = params.get("preset")
    known = Preset(preset) if preset in set(Preset) else None
    return sanction_words.because(known, str(params["reason"]))


def _part(params: Mapping[str, Any]) -> str:
    kind, key = params["requirement"]
    name = (RequirementKind(kind), key)
    return credit_words.requirement(0, name, {(0, name): params["title"]})


def _decision(outcome: str) -> str:
    return _("The appeal is granted.") if outcome == AppealOutcome.GRANTED else _("The decision stands.")


def _why(code: str, params: Mapping[str, Any]) -> str:
    try:
        reason = Reason(ReasonCode(code), {key: _read(key, value) for key, value in params.items()})
        return standing_words.sentence(reason)
    except (KeyError, ValueError):  # a code of the gate, or of another version, whose deal says more
        return ""


def _read(key: str, value: Any) -> Any:
    return date.fromisoformat(value) if key in _DAYS else value


def _asked(verdict: str, said: Mapping[str, Any]) -> str:
    by = {
        Verdict.ATTEST_AGAIN: _("Sign the red lines again by %(day)s."),
        Verdict.DELTA_QUIZ: _("Answer the questions about the change by %(day)s."),
        Verdict.FULL: _("Certify again by %(day)s."),
    }
    return by[Verdict(verdict)] % said if verdict in by and said["day"] else ""


def _consequence(consequence: str) -> str:
    return {
        Consequence.COACHING.value: _("Your manager will talk with you about it."),
        Consequence.RECERTIFICATION.value: _("You are asked to take the quiz again."),
        Consequence.SUSPENSION.value: _("Your certification is suspended."),
        Consequence.REVOCATION.value: _("Your certification is revoked."),
    }.get(consequence, "")


def mail_kind(kind: str) -> str:
    """Name what a mail is about; a kind that is not known here is written as it stands."""
    return {
        "digest": _("Digest"),
        "urgent": _("What cannot wait"),
        Occasion.INVITED.value: _("Invitation to a live session"),
        Occasion.SEATED.value: _("A seat in a live session"),
        Occasion.CHANGED.value: _("A live session has changed"),
        Occasion.CANCELLED.value: _("A live session is cancelled"),
        Occasion.LEFT.value: _("A seat given up in a live session"),
    }.get(kind, kind)
