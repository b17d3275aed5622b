"""Every write of presence: checking in by code, and what a trainer says by hand.

Rows are only added. What was said by hand wins over codes, and what was said last wins over what was said before.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from app.audit.actions import record
from app.catalog.evidence import announce
from app.certification.live import queries
from app.certification.live.actions import add
from app.certification.live.invitations import Post
from app.certification.live.models import Attendance, CheckIn, CheckInWay, LiveSession
from app.certification.live.presence import Presence, presence
from app.certification.live.rules import Closed, Proof, Span, closed, prove, was_present
from app.database import stored_id
from app.errors import ConflictError, ForbiddenError
from app.people import limits
from app.people.models import Person
from app.web.i18n import gettext as _

MOST_GUESSES = 10
"""Wrong codes of one person for one session within `limits.WINDOW`."""


class Outcome(StrEnum):
    """What became of somebody who entered a code."""

    PRESENT = "present"
    CHECKED_IN = "checked_in"
    WRONG_CODE = "wrong_code"
    NO_SEAT = "no_seat"
    KNOWS_CODES = "knows_codes"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who checks in or says so of another; `knows_codes` is true for those who may look at the board from anywhere."""

    id: int
    email: str
    knows_codes: bool = False


def check_in(session: Session, session_id: int, who: Somebody, entered: str, desk: Post) -> Outcome:
    """Check somebody in to the part that runs now, and count them as present once they were there for enough parts.

    Who is not registered gets a seat on the spot, if there is one. Raises TooManyRequestsError after `MOST_GUESSES`.
    """
    live = queries.locked(session, session_id)
    if closed(_span(live), desk.moment, cancelled=live.cancelled_at is not None) is not None:
        return Outcome.CLOSED
    if who.knows_codes:
        return Outcome.KNOWS_CODES
    guesses = f"check-in:{session_id}:{who.id}"
    limits.count(session, guesses, MOST_GUESSES, desk.moment)
    proof = prove(live.secret, live.fallback_code, entered, desk.moment)
    if proof is Proof.WRONG:
        return Outcome.WRONG_CODE
    limits.give_back(session, guesses)
    if not _has_seat(session, live, who, desk):
        return Outcome.NO_SEAT
    return _count(session, live, who, CheckInWay(proof.value), desk.moment)


def _has_seat(session: Session, live: LiveSession, who: Somebody, desk: Post) -> bool:
    mine = queries.registered(session, stored_id(live), person_id=who.id)
    if mine:
        return mine[0].registration.seated_at is not None
    if not queries.seats(session, live).has_room:
        return False
    add(session, live, who.id, desk)
    return True


def _count(session: Session, live: LiveSession, who: Somebody, way: CheckInWay, moment: datetime) -> Outcome:
    line = _line(session, live, who.id)
    part = _span(live).part_at(moment)
    parts = {*line.parts, part}
    present = was_present(parts, live.parts, live.presence_percent)
    if part not in line.parts:
        session.add(CheckIn(live_session_id=stored_id(live), person_id=who.id, part=part, way=way, at=moment))
        session.flush()
        if present and line.ruling is None:
            _store(session, live, who.id, attended=True, by_hand=False, by=who.email, moment=moment)
        _record(session, live, "live_session.checked_in", who.email, who.email, moment, part=part + 1, way=way.value)
    return Outcome.PRESENT if present else Outcome.CHECKED_IN


def judge(
    session: Session, session_id: int, person_id: int, *, attended: bool, by: Somebody, moment: datetime
) -> LiveSession:
    """Say by hand that somebody was, or was not, there. The same once more changes nothing.

    Raises ConflictError for a session that was cancelled or that nobody can have come to yet, ForbiddenError for
    one's own presence.
    """
    live = queries.locked(session, session_id)
    why = closed(_span(live), moment, cancelled=live.cancelled_at is not None)
    if why is Closed.CANCELLED:
        raise ConflictError(_("This session was cancelled."))
    if why is Closed.EARLY:
        raise ConflictError(_("This session has not begun, so nobody was there yet."))
    if person_id == by.id:
        raise ForbiddenError(_("Somebody else has to say that you were there."))
    person = session.get_one(Person, person_id)
    ruling = _line(session, live, person_id).ruling
    if ruling is None or not ruling.by_hand or ruling.attended is not attended:
        _store(session, live, person_id, attended=attended, by_hand=True, by=by.email, moment=moment)
        action = "live_session.marked_present" if attended else "live_session.marked_absent"
        _record(session, live, action, by.email, person.email, moment)
    return live


def _store(
    session: Session, live: LiveSession, person_id: int, *, attended: bool, by_hand: bool, by: str, moment: datetime
) -> None:
    session.add(
        Attendance(
            live_session_id=stored_id(live),
            person_id=person_id,
            product_id=live.product_id,
            key=live.key,
            held_at=live.starts_at,
            attended=attended,
            by_hand=by_hand,
            recorded_at=moment,
            recorded_by=by,
        )
    )
    session.flush()
    if attended:
        announce(session, person_id, live.product_id, moment)


def _line(session: Session, live: LiveSession, person_id: int) -> Presence:
    found = presence(session, stored_id(live), person_id)
    return found[0] if found else Presence(person_id, "", "")


def _span(live: LiveSession) -> Span:
    return Span(live.starts_at, live.ends_at, live.parts)


def _record(
    session: Session, live: LiveSession, action: str, by: str, email: str, moment: datetime, **details: object
) -> None:
    # a subject that begins with the address stands in that person's own record
    subject = ("attendance", f"{email} {live.key} {stored_id(live)}")
    record(session, at=moment, actor=by, action=action, subject=subject, details=details)
