"""Every write of dates and seats: setting, changing and cancelling a date, registering, giving a seat up.

Whoever gives or takes seats holds the row of the date first, so that nobody else does at the same moment.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from secrets import choice, token_hex, token_urlsafe

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import Event, record, record_all
from app.catalog.text import localized
from app.certification.live import queries
from app.certification.live.invitations import Occasion, Post, tell, tell_waiting
from app.certification.live.models import CalendarFeed, LiveSession, Registration
from app.certification.live.queries import Asked, Registered
from app.certification.live.rules import FALLBACK_ALPHABET, FALLBACK_LENGTH
from app.database import stored_id
from app.errors import ConflictError, InvalidError
from app.people.access import digest
from app.people.models import Person
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


@dataclass(frozen=True, slots=True)
class Details:
    """What a trainer sets for one date."""

    starts_at: datetime
    timezone: str
    place: str
    join_url: str
    note: str
    capacity: int | None
    host_id: int


_NEWS = ("starts_at", "timezone", "place", "join_url", "note", "host_id")
"""What those who are registered are told when it changes."""


def set_date(session: Session, asked: Asked, details: Details, *, by: str, moment: datetime) -> LiveSession:
    """Set a date of a live session that a program asks for; length and checks are those of the program now.

    The same host at the same time is the same date: a form that is sent twice sets one.
    """
    ends_at = details.starts_at + timedelta(minutes=asked.minutes)
    if ends_at <= moment:
        raise _invalid("day", _("This would be over already; choose a later time."))
    twin = queries.twin(session, asked, details.starts_at, details.host_id)
    if twin is not None:
        return twin
    live = LiveSession(
        product_id=asked.product_id,
        key=asked.key,
        title=localized(asked.name, "en"),
        ends_at=ends_at,
        presence_percent=asked.presence_percent,
        parts=asked.checks,
        uid=f"{token_hex(16)}@dealworthy",
        secret=token_hex(32),
        fallback_code="".join(choice(FALLBACK_ALPHABET) for _place in range(FALLBACK_LENGTH)),
        created_at=moment,
        created_by=by,
        changed_at=moment,
        **asdict(details),
    )
    session.add(live)
    session.flush()
    _record(session, live, "live_session.set", by, moment, starts_at=live.starts_at.isoformat())
    return live


def change_date(
    session: Session, session_id: int, details: Details, *, reason: str, sequence: int, by: str, desk: Post
) -> LiveSession:
    """Change a date and tell everybody who is registered, if it concerns them.

    `sequence` is that of the page on which it was changed: ConflictError when somebody was quicker. Raises
    InvalidError for fewer seats than were given.
    """
    live = queries.locked(session, session_id)
    _refuse_past(live, desk.moment)
    if live.sequence != sequence:
        raise ConflictError(_("Somebody changed this date meanwhile. Look at it again, then change it."))
    given = queries.seats(session, live).seated
    if details.capacity is not None and details.capacity < given:
        sentence = ngettext(
            "%(count)s seat is given already; nobody loses a seat. Write that number or more.",
            "%(count)s seats are given already; nobody loses a seat. Write that number or more.",
            given,
        )
        raise _invalid("capacity", sentence % {"count": given})
    length = live.ends_at - live.starts_at
    if details.starts_at != live.starts_at and details.starts_at + length <= desk.moment:
        raise _invalid("day", _("This would be over already; choose a later time."))
    before = {name: getattr(live, name) for name in asdict(details)}
    changed = [name for name, value in asdict(details).items() if value != before[name]]
    if not changed:
        return live
    for name in changed:
        setattr(live, name, getattr(details, name))
    live.ends_at = live.starts_at + length
    live.changed_at = desk.moment
    live.sequence += 1
    session.flush()
    if set(changed) & set(_NEWS):
        people = _registered(session, session_id)
        tell(session, live, Occasion.CHANGED, _seated(people), desk, reason)
        tell_waiting(session, live, Occasion.CHANGED, _waiting(people), desk, reason)
    seated = _give_seats(session, live, desk)
    _record(session, live, "live_session.changed", by, desk.moment, seated, changed=sorted(changed), reason=reason)
    return live


def cancel_date(session: Session, session_id: int, *, reason: str, by: str, desk: Post) -> LiveSession:
    """Cancel a date and tell everybody who is registered; a second time changes nothing."""
    live = queries.locked(session, session_id)
    if live.cancelled_at is not None:
        return live
    _refuse_past(live, desk.moment)
    live.cancelled_at = live.changed_at = desk.moment
    live.cancel_reason = reason
    live.sequence += 1
    people = _registered(session, session_id)
    tell(session, live, Occasion.CANCELLED, _seated(people), desk, reason)
    tell_waiting(session, live, Occasion.CANCELLED, _waiting(people), desk, reason)
    _record(session, live, "live_session.cancelled", by, desk.moment, reason=reason)
    return live


def register(session: Session, session_id: int, person_id: int, *, by: str, desk: Post) -> Registration:
    """Give a person a seat, or a place on the waiting list; who is registered stays as they are."""
    live = queries.locked(session, session_id)
    _refuse_past(live, desk.moment)
    already = queries.registered(session, session_id, person_id=person_id)
    if already:
        return already[0].registration
    seated = _give_seats(session, live, desk)
    mine = add(session, live, person_id, desk)
    _record(session, live, "live_session.registered", by, desk.moment, seated, seat=mine.seated_at is not None)
    return mine


def add(session: Session, live: LiveSession, person_id: int, desk: Post) -> Registration:
    """Put somebody who is not registered on a date that the caller holds, and invite them if there is a seat.

    Whoever calls this records it.
    """
    room = queries.seats(session, live).has_room
    mine = Registration(
        live_session_id=stored_id(live),
        person_id=person_id,
        registered_at=desk.moment,
        seated_at=desk.moment if room else None,
    )
    session.add(mine)
    session.flush()
    if room:
        tell(session, live, Occasion.INVITED, [session.get_one(Person, person_id)], desk)
    return mine


def leave(session: Session, session_id: int, person_id: int, *, by: str, desk: Post) -> None:
    """Take a person off a date that has not begun, and give the seat to who waits longest; twice is like once."""
    live = queries.locked(session, session_id)
    mine = queries.registered(session, session_id, person_id=person_id)
    if not mine:
        return
    _refuse_past(live, desk.moment)
    if live.starts_at <= desk.moment:
        raise ConflictError(_("This session has begun, so your seat stays yours."))
    registration, person = mine[0]
    registration.cancelled_at = desk.moment
    if registration.seated_at is not None:
        # whoever comes back gets a newer entry than the one that is taken away here
        live.sequence += 1
        tell(session, live, Occasion.LEFT, [person], desk)
    session.flush()
    seated = _give_seats(session, live, desk)
    _record(session, live, "live_session.left", by, desk.moment, seated)


def _give_seats(session: Session, live: LiveSession, desk: Post) -> list[Person]:
    """Seat those who wait, in their order, as far as seats are free, and return them."""
    free = queries.seats(session, live).to_give
    waiting = [each for each in queries.registered(session, stored_id(live)) if each.registration.seated_at is None]
    for registration, _person in waiting[:free]:
        registration.seated_at = desk.moment
    seated = [person for _registration, person in waiting[:free]]
    if seated:
        tell(session, live, Occasion.SEATED, seated, desk)
    return seated


def make_feed(session: Session, person_id: int, *, by: str, moment: datetime) -> str:
    """Give a person's calendar a new secret address and return the secret; the old one finds nothing any more."""
    secret = token_urlsafe(32)
    feed = session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is None:
        session.add(CalendarFeed(person_id=person_id, digest=digest(secret), created_at=moment))
    else:
        feed.digest, feed.created_at = digest(secret), moment
    session.flush()
    record(session, at=moment, actor=by, action="calendar.address_made", subject=("person", by))
    return secret


def end_feed(session: Session, person_id: int, *, by: str, moment: datetime) -> None:
    """Take the address of a person's calendar away."""
    feed = session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is not None:
        session.delete(feed)
        session.flush()
        record(session, at=moment, actor=by, action="calendar.address_ended", subject=("person", by))


def _registered(session: Session, session_id: int) -> list[Registered]:
    """Return who is registered, with their rows held in the one order in which everybody takes several."""
    people = queries.registered(session, session_id)
    ids = [each.person.id for each in people]
    held = select(col(Person.id)).where(col(Person.id).in_(ids)).order_by(col(Person.id))
    session.execute(held.with_for_update(read=True, key_share=True))
    return people


def _seated(people: Iterable[Registered]) -> list[Person]:
    return [each.person for each in people if each.registration.seated_at is not None]


def _waiting(people: Iterable[Registered]) -> list[Person]:
    return [each.person for each in people if each.registration.seated_at is None]


def _refuse_past(live: LiveSession, moment: datetime) -> None:
    if live.cancelled_at is not None:
        raise ConflictError(_("This session was cancelled."))
    if live.ends_at < moment:
        raise ConflictError(_("This session is over."))


def _invalid(field: str, sentence: str) -> InvalidError:
    return InvalidError(sentence, [{"pointer": f"/{field}", "detail": sentence}])


def _record(
    session: Session,
    live: LiveSession,
    action: str,
    by: str,
    moment: datetime,
    seated: Iterable[Person] = (),
    **details: object,
) -> None:
    subject = ("live_session", f"{live.key} {stored_id(live)}")
    events = [Event("live_session.seated", subject, {"person": each.email}) for each in seated]
    record_all(session, at=moment, actor=by, events=[Event(action, subject, details), *events])
