"""The page of the audit trail; it lives here because access to it is a matter of people."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.audit import queries
from app.audit.queries import Filter
from app.database import SessionDep
from app.people.access import CurrentPerson, allow
from app.people.forms import LARGEST_ID
from app.people.models import Role
from app.web.forms import blank
from app.web.templating import page

router = APIRouter(prefix="/admin/audit")

Reader = Annotated[CurrentPerson, Depends(allow(Role.ADMIN, Role.COMPLIANCE))]

_CLOSED: Final = ("incident.opened",)
"""Whoever an incident is about may read this page, and is not told who reported it; the case tells who may know."""
_CLOSED_TO_REVIEWERS: Final = ("text.sent",)
"""Who reviews texts knows them by number; these entries, by their order alone, tell whose each one is."""


class AuditQuery(BaseModel):
    """What the address of the page may ask for; days are calendar days of the site, both inclusive."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""
    before: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    verify: bool = False


_LONGEST = 320
"""Characters of a filter: as many as a subject may have, and far fewer than SQLite's LIKE refuses."""
_EARLIEST, _LATEST = date(1970, 1, 2), date(2999, 12, 31)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EARLIEST <= day <= _LATEST else None


@router.get("")
def audit(request: Request, session: SessionDep, person: Reader, query: Annotated[AuditQuery, Query()]) -> Response:
    """Show the trail, the newest first; with `verify`, prove it. It tells nobody who reported an incident.

    Who reviews is not told there who sent which text either.
    """
    zone = request.app.state.settings.zone
    typed = {
        name: getattr(query, name).replace("\x00", "").strip()[:_LONGEST]
        for name in ("actor", "action", "subject", "since", "until")
    }
    first, last = _day(typed["since"]), _day(typed["until"])
    wanted = Filter(
        actor=typed["actor"].lower(),
        action=typed["action"],
        subject=typed["subject"],
        since=datetime.combine(first, time(), zone) if first else None,
        until=datetime.combine(last, time(), zone) + timedelta(days=1) if last else None,
        without=_CLOSED + (_CLOSED_TO_REVIEWERS if person.has(Role.COMPLIANCE) else ()),
    )
    found = queries.entries(session, wanted, query.before)
    entries = found[: queries.PAGE]
    older = ""
    if len(found) > len(entries):
        older = "?" + urlencode({**{name: text for name, text in typed.items() if text}, "before": entries[-1].id})
    context = {
        "entries": entries,
        "older": older,
        "before": query.before,
        "filter": blank(**typed),
        "proof": queries.verify(session) if query.verify else None,
        "anchor": None if older else queries.newest_anchor(session),
    }
    return page(request, "admin/audit.html", context, fragment="entries")
