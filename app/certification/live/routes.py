"""Pages of live sessions for those who come: dates, registration, checking in, and the calendar to subscribe to."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from sqlmodel import Session, col
from starlette.responses import Response

from app.certification.live import actions, attending, authoring, hosting, words
from app.certification.live.attending import Outcome, Somebody
from app.certification.live.authoring import desk_of
from app.certification.live.forms import CodeForm
from app.certification.live.invitations import entry
from app.certification.live.models import LiveSession
from app.certification.live.presence import presence, rulings_of
from app.certification.live.queries import (
    Date,
    asked,
    date_of,
    dates,
    feed_dates,
    feed_of,
    feed_reader,
    hosted_by,
    of_person,
    upcoming,
)
from app.certification.live.rules import closed, parts_needed
from app.clock import Now
from app.database import SessionDep
from app.errors import NotFoundError
from app.people.access import SignedIn, anybody
from app.people.models import Role
from app.web.forms import RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.i18n import speaking
from app.web.routing import gathered
from app.web.templating import page, redirect

router = gathered((hosting.router, authoring.router))

SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
FEED_REACHES_BACK = timedelta(days=90)
"""How long a date stays in a calendar after it was held."""
HOSTED_REACHES_BACK = timedelta(days=30)
"""How long a host finds a date among those to look after."""


@router.get("/products/{slug}/sessions/{key}")
def show_asked(request: Request, slug: str, key: str, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show one live session that a program asks for, with the dates to choose from."""
    found = asked(session, slug, key, moment)
    of_this = (col(LiveSession.product_id) == found.product_id, col(LiveSession.key) == key)
    context = {
        "asked": found,
        "dates": dates(session, person.id, moment, *of_this, upcoming(moment)),
        "moment_now": moment,
        "words": words,
        "trainer": person.has(Role.TRAINER),
    }
    return page(request, "live/product.html", context)


@router.get("/sessions")
def show_sessions(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Show the dates of all live sessions: one's own, those to choose from, and those that one hosts."""
    return _sessions_page(request, session, person, moment)


@router.post("/sessions/calendar")
def make_calendar(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Make a new secret address of the person's calendar and show it, this once."""
    secret = actions.make_feed(session, person.id, by=person.email, moment=moment)
    address = f"{request.app.state.settings.origin}/calendar/{secret}.ics"
    return _sessions_page(request, session, person, moment, address)


@router.post("/sessions/calendar/end")
def end_calendar(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Take the address of the person's calendar away."""
    actions.end_feed(session, person.id, by=person.email, moment=moment)
    return redirect(request, "/sessions", _("The address of your calendar leads nowhere now."))


def _sessions_page(
    request: Request, session: Session, person: SignedIn, moment: datetime, address: str = ""
) -> Response:
    open_dates = dates(session, person.id, moment, upcoming(moment))
    past = dates(session, person.id, moment, of_person(person.id), col(LiveSession.ends_at) < moment, newest_first=True)
    trainer = person.has(Role.TRAINER)
    hosted = col(LiveSession.ends_at) >= moment - HOSTED_REACHES_BACK
    context = {
        "mine": [each for each in open_dates if each.registered_at],
        "others": [each for each in open_dates if not each.registered_at],
        "past": past,
        "rulings": rulings_of(session, person.id, [each.id for each in past]),
        "hosted": dates(session, person.id, moment, hosted_by(person.id), hosted) if trainer else [],
        "feed_since": feed_of(session, person.id),
        "address": address,
        "moment_now": moment,
        "words": words,
        "trainer": trainer,
    }
    return page(request, "live/list.html", context)


@router.get("/sessions/{session_id}")
def show_session(
    request: Request, session_id: SessionId, session: SessionDep, person: SignedIn, moment: Now
) -> Response:
    """Show one date, and whether the person has a seat."""
    date = date_of(session, session_id, person.id, moment)
    mine = presence(session, session_id, person.id)
    context = {
        "date": date,
        "mine": mine[0] if mine else None,
        "needed": parts_needed(date.parts, date.presence_percent),
        "closed": closed(date.span, moment, cancelled=date.cancelled_at is not None),
        "moment_now": moment,
        "words": words,
        "trainer": person.has(Role.TRAINER),
    }
    return page(request, "live/session.html", context)


@router.post("/sessions/{session_id}/register")
def register(request: Request, session_id: SessionId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Register for a date."""
    mine = actions.register(session, session_id, person.id, by=person.email, desk=desk_of(request, moment))
    if mine.seated_at:
        message = _("You have a seat. The invitation comes by mail.")
    else:
        message = _("All seats are taken. You are on the waiting list; when a seat gets free, you get a mail.")
    return redirect(request, f"/sessions/{session_id}", message)


@router.post("/sessions/{session_id}/leave")
def leave(request: Request, session_id: SessionId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Give one's seat or place on the waiting list up."""
    actions.leave(session, session_id, person.id, by=person.email, desk=desk_of(request, moment))
    return redirect(request, f"/sessions/{session_id}", _("You are not registered any more."))


@router.get("/sessions/{session_id}/check-in")
def show_check_in(
    request: Request,
    session_id: SessionId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    code: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Ask for the code; the one in the address, which the QR code leads to, is filled in."""
    kept = "".join(each for each in code if each.isascii() and each.isalnum())[:12]
    return _check_in_page(request, session, date_of(session, session_id, person.id, moment), moment, blank(code=kept))


@router.post("/sessions/{session_id}/check-in")
def check_in(
    request: Request, session_id: SessionId, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm
) -> Response:
    """Check in with a code."""
    form = bind(CodeForm, raw)
    outcome = Outcome.WRONG_CODE
    if form.data:
        who = Somebody(person.id, person.email, knows_codes=person.has(Role.TRAINER))
        outcome = attending.check_in(session, session_id, who, form.data.code, desk_of(request, moment))
    if outcome in {Outcome.PRESENT, Outcome.CHECKED_IN}:
        enough = outcome is Outcome.PRESENT
        message = _("You are checked in, and that is enough: you were there.") if enough else _("You are checked in.")
        return redirect(request, f"/sessions/{session_id}", message)
    date = date_of(session, session_id, person.id, moment)
    if outcome is Outcome.WRONG_CODE and form.data:
        form.wrong("code", _("That code is not right, or not any more. Enter the one that is on the board now."))
    elif outcome is Outcome.NO_SEAT:
        sentence = _("The code is right, but all seats are taken. Ask %(host)s, who can say by hand that you are here.")
        form.wrong("code", sentence % {"host": date.host_name})
    elif outcome is Outcome.KNOWS_CODES:
        form.wrong(
            "code", _("Trainers can see the code from anywhere, so somebody else has to say that you were there.")
        )
    return _check_in_page(request, session, date, moment, form, 409 if outcome is Outcome.CLOSED else 422)


def _check_in_page(
    request: Request, session: Session, date: Date, moment: datetime, form: Any, status: int = 200
) -> Response:
    why = closed(date.span, moment, cancelled=date.cancelled_at is not None)
    mine = presence(session, date.id, request.state.person.id)
    context = {
        "date": date,
        "form": form,
        "refused": words.refusal(why, date) if why else "",
        "mine": mine[0] if mine else None,
        "part": date.span.part_at(moment),
        "words": words,
    }
    return page(request, "live/check_in.html", context, status=status)


@router.get("/calendar/{secret}.ics", dependencies=[Depends(anybody)])
def show_feed(request: Request, secret: str, session: SessionDep, moment: Now) -> Response:
    """Give a person's calendar to whoever knows its address, such as the calendar of their phone."""
    from app.certification.live.calendar import feed  # noqa: PLC0415 (its library is large, and few requests need it)

    reader = feed_reader(session, secret)
    if reader is None:
        raise NotFoundError(_("There is no calendar at this address. Make a new one on the page of live sessions."))
    found = feed_dates(session, reader.id, moment - FEED_REACHES_BACK, moment)
    origin = request.app.state.settings.origin
    with speaking(reader.locale):
        # the stamp is that of the last change, so that an unchanged calendar is the same text
        entries = [entry(each, origin, each.changed_at) for each in found]
        text = feed(_("Live sessions, %(name)s") % {"name": reader.name}, entries)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, max-age=300",
        "X-Robots-Tag": "noindex, nofollow",
        "Content-Disposition": 'inline; filename="sessions.ics"',
    }
    wanted = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in wanted or "*" in wanted:
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)
