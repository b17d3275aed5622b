"""Mails about live sessions, each in its reader's language and with the calendar entry that goes along."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col

from app.certification.live import words
from app.certification.live.entries import Entry, Method, Who
from app.certification.live.models import LiveSession
from app.certification.live.queries import Date, dates
from app.database import stored_id
from app.mails.actions import post
from app.people.models import Person
from app.web.i18n import gettext as _
from app.web.i18n import speaking


class Occasion(StrEnum):
    """Why somebody gets a mail."""

    INVITED = "live_session.invitation"
    SEATED = "live_session.seat"
    CHANGED = "live_session.update"
    CANCELLED = "live_session.cancellation"
    LEFT = "live_session.left"


_METHODS = {Occasion.CANCELLED: Method.CANCEL, Occasion.LEFT: Method.CANCEL}


@dataclass(frozen=True, slots=True)
class Post:
    """What mails of one request have in common: the site's address, and when they are written."""

    origin: str
    moment: datetime


def tell(
    session: Session, live: LiveSession, occasion: Occasion, readers: Iterable[Person], desk: Post, reason: str = ""
) -> None:
    """Mail everybody in `readers` who is seated, with their calendar's entry."""
    _send(session, live, occasion, readers, desk, reason, calendar=True)


def tell_waiting(
    session: Session, live: LiveSession, occasion: Occasion, readers: Iterable[Person], desk: Post, reason: str = ""
) -> None:
    """Mail those who wait for a seat, whose calendars know nothing of it yet."""
    _send(session, live, occasion, readers, desk, reason, calendar=False)


def _send(
    session: Session,
    live: LiveSession,
    occasion: Occasion,
    readers: Iterable[Person],
    desk: Post,
    reason: str,
    *,
    calendar: bool,
) -> None:
    from app.certification.live.calendar import message  # noqa: PLC0415 (its library is large, and few requests need it)

    session.flush()
    (date,) = dates(session, 0, desk.moment, col(LiveSession.id) == stored_id(live))
    if not calendar or occasion in _METHODS:
        # only those with a seat may know where to join, and nobody where to join what is cancelled
        date = replace(date, join_url="")
    for reader in readers:
        with speaking(reader.locale):
            method = _METHODS.get(occasion, Method.REQUEST) if calendar else None
            attendee = Who(reader.name, reader.email)
            post(
                session,
                to=reader.email,
                subject=_subject(occasion, date),
                text=_text(occasion, date, desk.origin, reason),
                kind=occasion.value,
                person_id=reader.id,
                calendar=message(method, entry(date, desk.origin, desk.moment, attendee, method)) if method else "",
                calendar_method=method or "",
                moment=desk.moment,
            )


def entry(
    date: Date, origin: str, stamped_at: datetime, attendee: Who | None = None, method: Method | None = None
) -> Entry:
    """Write a date for a calendar, in the language that is spoken now."""
    url = f"{origin}/sessions/{date.id}"
    return Entry(
        uid=date.uid,
        sequence=date.sequence,
        stamped_at=stamped_at,
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        timezone=date.timezone,
        title=words.title(date.name, date.product_name),
        description="\n".join(_facts(date, url)),
        location=date.place or date.join_url,
        url=url,
        host=Who(date.host_name, date.host_email),
        attendee=attendee,
        cancelled=date.cancelled_at is not None or method is Method.CANCEL,
    )


def _subject(occasion: Occasion, date: Date) -> str:
    subject = {
        Occasion.INVITED: _("Invitation: %(title)s, %(moment)s"),
        Occasion.SEATED: _("You have a seat: %(title)s, %(moment)s"),
        Occasion.CHANGED: _("Changed: %(title)s, %(moment)s"),
        Occasion.CANCELLED: _("Cancelled: %(title)s, %(moment)s"),
        Occasion.LEFT: _("You are not coming: %(title)s, %(moment)s"),
    }[occasion]
    title = words.title(date.name, date.product_name)
    return subject % {"title": title, "moment": words.begins(date.starts_at, date.timezone)}


def _text(occasion: Occasion, date: Date, origin: str, reason: str) -> str:
    first = {
        Occasion.INVITED: _("You have a seat in this live session."),
        Occasion.SEATED: _("A seat became free, and it is yours: you do not wait any more."),
        Occasion.CHANGED: _("This live session was changed. What it says below holds from now on."),
        Occasion.CANCELLED: _("This live session was cancelled and does not take place."),
        Occasion.LEFT: _("You gave up your seat in this live session. Somebody else may have it."),
    }[occasion]
    because = [_("Why: %(reason)s") % {"reason": reason}] if reason else []
    facts = [
        words.title(date.name, date.product_name),
        words.when(date.starts_at, date.ends_at, date.timezone),
        *_facts(date, f"{origin}/sessions/{date.id}"),
    ]
    return "\n".join([first, *because, "", *facts, ""])


def _facts(date: Date, url: str) -> list[str]:
    lines = (
        (date.place, _("Where: %(place)s") % {"place": date.place}),
        (date.join_url, _("Join here: %(url)s") % {"url": date.join_url}),
        (date.host_name, _("Host: %(name)s") % {"name": date.host_name}),
        (date.note, date.note),
        (url, _("All about it, and where you check in: %(url)s") % {"url": url}),
    )
    return [line for there, line in lines if there]
