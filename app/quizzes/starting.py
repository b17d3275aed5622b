"""May this person start the quiz now, and in which words are they told?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from app.quizzes import clock
from app.quizzes.clock import AttemptLimits, StartCode, StartVerdict
from app.quizzes.content import ReviewPolicy
from app.quizzes.queries import AttemptSummary
from app.web import i18n
from app.web.i18n import N_, ngettext
from app.web.i18n import gettext as _

_MARKS: Final = {
    "at_once": N_("You see at once what was right."),
    "when_done": N_("You see what was right once you have passed, or no attempts are left."),
    "after_close": N_("You see what was right once the quiz has closed."),
    "never": N_("You do not see which answers were right."),
}
_RIGHT_ANSWERS: Final = {
    "at_once": N_("The right answers open as soon as you finish."),
    "when_done": N_("The right answers open when you pass."),
    "after_close": N_("The right answers open when the quiz has closed."),
    "never": N_("The right answers stay closed."),
}
_RIGHT_WHEN_LIMITED: Final = {"when_done": N_("The right answers open when you pass or no attempts are left.")}


class Settings(Protocol):
    """The settings of a quiz that decide about another attempt."""

    @property
    def attempts(self) -> int | None:
        """How many there are until one passes, or None."""

    @property
    def cooldown_hours(self) -> float:
        """How long to wait after one."""

    @property
    def opens(self) -> datetime | None:
        """From when one may start, or None."""

    @property
    def closes(self) -> datetime | None:
        """From when none may start any more, or None."""


@dataclass(frozen=True, slots=True)
class Start:
    """The answer as a page gives it."""

    allowed: bool
    code: StartCode
    headline: str
    sentence: str
    attempts_left: int | None


def limits_of(settings: Settings, extra_attempts: int = 0) -> AttemptLimits:
    """Return the limits that hold for somebody who was given some attempts more than the quiz gives."""
    attempts = None if settings.attempts is None else settings.attempts + extra_attempts
    return AttemptLimits(attempts, timedelta(hours=settings.cooldown_hours), settings.opens, settings.closes)


def time_limit(minutes: int | None, extra_percent: int) -> timedelta | None:
    """Return the time limit that holds for somebody who has some percent more of it."""
    return clock.longer(None if minutes is None else timedelta(minutes=minutes), extra_percent)


def promise(review: ReviewPolicy, *, limited: bool, essay: bool = False) -> str:
    """Say when somebody sees what was right, and when the right answers, as the quiz's review policy has it.

    With an essay among the questions not all of it can be seen at once.
    """
    done = _RIGHT_WHEN_LIMITED if limited else {}
    right_answers = {**_RIGHT_ANSWERS, **done}[review.right_answers]
    marks = "" if essay and review.marks == "at_once" else _(_MARKS[review.marks])
    return i18n.sentences([marks, _(right_answers)])


def verdict(past: Sequence[AttemptSummary], limits: AttemptLimits, moment: datetime) -> StartVerdict:
    """Decide whether another attempt may start, or the running one go on."""
    history = [
        clock.PastAttempt(
            each.started_at,
            each.deadline_at,
            each.finished_at,
            passed=bool(each.passed),
            awaits_mark=each.awaits_mark,
        )
        for each in past
    ]
    return clock.may_start(history, limits, moment)


def start_of(
    past: Sequence[AttemptSummary],
    limits: AttemptLimits,
    moment: datetime,
    zone: ZoneInfo,
    scored: Collection[int],
) -> Start:
    """Say whether another attempt may start, from when, and how many are left.

    `scored` are the attempts of which it may be told whether they passed, by id.
    """
    decided = verdict(past, limits, moment)
    has_passed = any(each.passed and each.id in scored for each in past)
    headline, sentence = _sentences(decided, limits, moment, zone, again=bool(past), has_passed=has_passed)
    return Start(decided.allowed, decided.code, headline, sentence, decided.attempts_left)


def _sentences(
    decided: StartVerdict, limits: AttemptLimits, moment: datetime, zone: ZoneInfo, *, again: bool, has_passed: bool
) -> tuple[str, str]:
    left = _attempts_left(decided.attempts_left)
    match decided.code:
        case StartCode.AWAITING_MARK:
            sentence = _("An assessor has yet to mark a part of it. You will be told; until then no other may start.")
            return _("Your last attempt is being marked"), sentence
        case StartCode.CLOSED:
            assert limits.closes is not None  # noqa: S101 (it is what closed)
            headline = _("Closed on %(moment)s") % {"moment": i18n.moment(limits.closes, zone)}
            return headline, _("Nobody can start it any more. Ask the trainer of this product how to go on.")
        case StartCode.NO_ATTEMPTS_LEFT:
            sentence = _("Ask the trainer of this product how to go on. Everything you answered is kept.")
            return _("No attempts are left"), sentence
    if decided.wait_until is not None:
        opening = decided.code is StartCode.NOT_OPEN
        template = _("Opens on %(moment)s") if opening else _("Try again from %(moment)s")
        headline = template % {"moment": i18n.moment(decided.wait_until, zone)}
        return headline, i18n.sentences([_in(decided.wait_until - moment), left])
    if has_passed:
        return _("You have passed this quiz"), _("You can take it again. Nothing that you have is lost by it.")
    if again:
        return _("Try again when you are ready"), left
    return _("Start when you are ready"), left


def _attempts_left(count: int | None) -> str:
    if count is None:
        return ""
    return ngettext("One attempt left.", "%(count)s attempts left.", count) % {"count": count}


def _in(wait: timedelta) -> str:
    minutes = -(-int(wait.total_seconds()) // 60)  # rounded up: nobody should come too early
    if minutes < 60:  # noqa: PLR2004 (minutes of an hour)
        return ngettext("In one minute.", "In %(count)s minutes.", minutes) % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if not minutes:
        return ngettext("In one hour.", "In %(count)s hours.", hours) % {"count": hours}
    return _("In %(hours)s h %(minutes)s min.") % {"hours": hours, "minutes": minutes}
