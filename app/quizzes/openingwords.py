"""The words for what is closed of a finished attempt, and until when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.quizzes.opening import Bar, Opening, Part
from app.web import i18n
from app.web.i18n import gettext as _


def still_closed(opened: Opening, closes: datetime | None, zone: ZoneInfo) -> list[tuple[list[str], str]]:
    """Name the closed parts and say when they open, those that open together in one line."""
    together: dict[Bar, list[str]] = {}
    for each, bar in opened.bars.items():
        together.setdefault(bar, []).append(part(each))
    return [(names, until(bar, closes, zone)) for bar, names in together.items()]


def part(each: Part) -> str:
    """Name a part of a result."""
    return {
        Part.SCORE: _("Your mark"),
        Part.ANSWERS: _("What you answered"),
        Part.MARKS: _("Which answers are right"),
        Part.RIGHT_ANSWERS: _("The right answers"),
        Part.FEEDBACK: _("What the author says to your answers"),
    }[each]


def until(bar: Bar, closes: datetime | None, zone: ZoneInfo) -> str:
    """Say when a part opens that is closed for this reason."""
    if bar is Bar.NOT_CLOSED and closes is not None:
        return _("Opens on %(moment)s, when the quiz closes.") % {"moment": i18n.moment(closes, zone)}
    return {
        Bar.NOT_MARKED: _("Opens when an assessor has read everything."),
        Bar.RUNNING: _("Closed while another attempt at this quiz runs."),
        Bar.ASKED_AGAIN: _("Closed while an attempt at another quiz asks the same questions."),
        Bar.NOT_PASSED: _("Opens when you pass."),
        Bar.ATTEMPTS_LEFT: _("Opens when you pass or no attempts are left."),
        Bar.NEVER: _("Stays closed."),
    }.get(bar, _("Opens when the quiz closes; the day is not set yet."))
