"""The words for live sessions, in one place: pages, mails and calendars say the same."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.catalog.text import Text, localized
from app.certification.live.presence import Ruling
from app.certification.live.queries import Asked, Date
from app.certification.live.rules import Closed
from app.clock import site_zone
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

State = tuple[str, str, str]
"""(kind, icon, word), as the macro `state` of components.html takes them."""


def when(starts_at: datetime, ends_at: datetime, timezone: str) -> str:
    """Say when a session is, by the clocks of its place: "Monday, 23 November 2026, 09:00–10:00 (Europe/Lisbon)".

    Where the site's clocks show another time, that follows: "; 10:00–11:00 (Europe/Madrid)".
    """
    zone = ZoneInfo(timezone)
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    there = _("%(weekday)s, %(day)s, %(start)s–%(end)s (%(zone)s)") % {
        "weekday": i18n.weekday(starts),
        "day": i18n.day(starts),
        "start": f"{starts:%H:%M}",
        "end": _clock(ends_at, zone, starts.date()),
        "zone": timezone,
    }
    site = site_zone()
    here = starts_at.astimezone(site)
    if here.utcoffset() == starts.utcoffset() and ends_at.astimezone(site).utcoffset() == ends.utcoffset():
        return there
    return _("%(there)s; %(start)s–%(end)s (%(zone)s)") % {
        "there": there,
        "start": _clock(starts_at, site, starts.date()),
        "end": _clock(ends_at, site, here.date()),
        "zone": site.key,
    }


def _clock(moment: datetime, zone: ZoneInfo, known: date) -> str:
    """Write a time of day, with its day where that is not the one that was said before."""
    local = moment.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == known else i18n.moment(moment, zone)


def at(moment: datetime, timezone: str) -> str:
    """Say a time of day with its zone, and the site's beside it where that differs: "09:00 (Europe/Lisbon)"."""
    zone, site = ZoneInfo(timezone), site_zone()
    starts, here = moment.astimezone(zone), moment.astimezone(site)
    said = f"{starts:%H:%M} ({timezone})"
    if here.utcoffset() == starts.utcoffset():
        return said
    return _("%(there)s; %(time)s (%(zone)s)") % {
        "there": said,
        "time": _clock(moment, site, starts.date()),
        "zone": site.key,
    }


def begins(starts_at: datetime, timezone: str) -> str:
    """Say when a session begins, in short: "23 November 2026, 09:00"."""
    return i18n.moment(starts_at, ZoneInfo(timezone))


def title(name: Text, product_name: Text) -> str:
    """Name a session for a reader who sees it alone: "Launch demo · Keeper"."""
    locale = i18n.current_locale()
    return f"{localized(name, locale)} · {localized(product_name, locale)}"


def shape(asked: Asked) -> str:
    """Say how long a session is and how much of it one must be there for."""
    long = ngettext("%(count)s minute", "%(count)s minutes", asked.minutes) % {"count": i18n.number(asked.minutes)}
    if asked.checks == 1:
        return _("%(long)s; presence is checked once.") % {"long": long}
    return _("%(long)s; presence is checked %(checks)s times, and %(percent)s %% of them are needed.") % {
        "long": long,
        "checks": asked.checks,
        "percent": asked.presence_percent,
    }


def seats(date: Date) -> str:
    """Say how many seats are left, and how many people wait."""
    left = date.seats.left
    if left is None:
        return _("As many as want to come")
    if left:
        return ngettext("%(count)s seat left", "%(count)s seats left", left) % {"count": i18n.number(left)}
    if not date.waiting:
        return _("No seat left")
    return ngettext("No seat left, %(count)s person waits", "No seat left, %(count)s people wait", date.waiting) % {
        "count": i18n.number(date.waiting)
    }


def state(date: Date, moment: datetime) -> State | None:
    """Say what a date is to the person who looks at it; None where they are not registered and it is yet to come."""
    if date.cancelled_at:
        return ("no", "stop", _("Cancelled"))
    if date.seated_at:
        return (
            ("rest", "todo", _("You had a seat")) if date.ends_at < moment else ("go", "cleared", _("You have a seat"))
        )
    if date.ends_at < moment:
        return ("rest", "expired", _("Over"))
    if date.registered_at:
        return ("due", "clock", _("Waiting list, place %(number)s") % {"number": i18n.number(date.place_in_line)})
    return None


def refusal(why: Closed, date: Date) -> str:
    """Say why nobody can check in, and what helps."""
    if why is Closed.CANCELLED:
        return _("This session was cancelled, so nobody can check in.")
    if why is Closed.EARLY:
        opens = begins(date.span.opens_at, date.timezone)
        return _("Checking in opens 15 minutes before the session begins: %(moment)s (%(zone)s).") % {
            "moment": opens,
            "zone": date.timezone,
        }
    return _("This session is over. If you were there, ask %(host)s to say so by hand.") % {"host": date.host_name}


def presence(ruling: Ruling | None, *, over: bool) -> State:
    """Say whether somebody counts as having been there."""
    if ruling is None:
        return ("rest", "unknown", _("Nothing recorded")) if over else ("rest", "todo", _("Not there yet"))
    return ("go", "cleared", _("Was there")) if ruling.attended else ("no", "stop", _("Was not there"))


def basis(ruling: Ruling) -> str:
    """Say what somebody's presence rests on."""
    if not ruling.by_hand:
        return _("by code")
    return _("by hand, %(who)s") % {"who": ruling.recorded_by}
