"""Pages of live sessions for those who run them: the board with the code, and who was there."""

from datetime import datetime
from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from app.certification.live import attending, words
from app.certification.live.attending import Somebody
from app.certification.live.forms import JudgeForm
from app.certification.live.models import LiveSession
from app.certification.live.presence import presence
from app.certification.live.queries import date_of
from app.certification.live.rules import Closed, closed, code_at, new_code_at, parts_needed
from app.clock import Now
from app.database import SessionDep
from app.people.access import Trainer, allow
from app.people.models import Role
from app.people.queries import person_by_email
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/sessions", dependencies=[Depends(allow(Role.TRAINER))])

SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
QUIET_ZONE = 4
"""Light modules around a QR code (ISO/IEC 18004)."""


@router.get("/{session_id}/board")
def show_board(request: Request, session_id: SessionId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Show the code of this moment to everybody in the room, and who has checked in."""
    date = date_of(session, session_id, person.id, moment)
    live = session.get_one(LiveSession, session_id)
    why = closed(date.span, moment, cancelled=date.cancelled_at is not None)
    part = date.span.part_at(moment)
    lines = presence(session, session_id)
    context = {
        "date": date,
        "refused": words.refusal(why, date) if why else "",
        "to_come": why in {None, Closed.EARLY},
        "code": code_at(live.secret, moment),
        "fallback": live.fallback_code,
        "turns": int(new_code_at(moment).timestamp()),
        "seconds": max(1, round((new_code_at(moment) - moment).total_seconds())),
        "part": part,
        "here": [each for each in lines if part in each.parts],
        "expected": sum(each.seated for each in lines),
        "address": f"{request.app.state.settings.origin}/sessions/{session_id}/check-in",
        "words": words,
    }
    return page(request, "live/board.html", context, fragment="code")


@router.get("/{session_id}/qr.svg")
def show_qr(request: Request, session_id: SessionId, session: SessionDep, moment: Now) -> Response:
    """Draw the QR code that leads to checking in with the code of this moment."""
    date_of(session, session_id, 0, moment)
    live = session.get_one(LiveSession, session_id)
    address = f"{request.app.state.settings.origin}/sessions/{session_id}/check-in?code={code_at(live.secret, moment)}"
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True
    )
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@router.get("/{session_id}/attendance")
def show_attendance(request: Request, session_id: SessionId, session: SessionDep, moment: Now) -> Response:
    """Show who was there, and in which parts."""
    return _attendance_page(request, session, session_id, moment, blank())


@router.post("/{session_id}/attendance")
def judge(
    request: Request, session_id: SessionId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Say by hand that somebody was there, or was not."""
    form = bind(JudgeForm, raw)
    if form.data is None:
        return _attendance_page(request, session, session_id, moment, form, 422)
    who = form.data.person
    if who is None:
        found = person_by_email(session, form.data.email)
        who = found.id if found else None
    elif who not in {each.person_id for each in presence(session, session_id)}:
        who = None
    if who is None:
        form.wrong("email", _("Nobody has this address. Write the one that the person signs in with."))
        return _attendance_page(request, session, session_id, moment, form, 422)
    by = Somebody(person.id, person.email)
    attending.judge(session, session_id, who, attended=form.data.attended, by=by, moment=moment)
    return redirect(request, f"/sessions/{session_id}/attendance", _("Stored."))


def _attendance_page(
    request: Request,
    session: Session,
    session_id: int,
    moment: datetime,
    form: Bound[JudgeForm],
    status: int = 200,
) -> Response:
    date = date_of(session, session_id, 0, moment)
    context = {
        "date": date,
        "lines": presence(session, session_id),
        "needed": parts_needed(date.parts, date.presence_percent),
        "closed": closed(date.span, moment, cancelled=date.cancelled_at is not None),
        "form": form,
        "words": words,
    }
    return page(request, "live/attendance.html", context, status=status)
