"""A rep's own pages about a sanction: what was decided and why, appealing, and taking an appeal back."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from app.certification.sanctions import appeals, words
from app.certification.sanctions.forms import AppealForm
from app.certification.sanctions.queries import Entry, own_entry
from app.certification.sanctions.rules import APPEAL_DAYS, DECISION_DAYS, AppealRefusal, refuse_appeal
from app.clock import Now, Today
from app.database import SessionDep
from app.people.access import SignedIn
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/certifications/appeals/{event_id}")

EventId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def show_appeal(request: Request, event_id: EventId, session: SessionDep, person: SignedIn, today: Today) -> Response:
    """Show a sanction of one's own, with the appeal against it or the form for one."""
    return _page(request, own_entry(session, person.id, event_id), today)


def _page(request: Request, entry: Entry, today: Today, form: Bound[Any] | None = None) -> Response:
    refused = refuse_appeal(entry.decided, entry.appeal.asked if entry.appeal else None, today)
    context = {
        "entry": entry,
        "form": form or blank(text=""),
        "may_appeal": refused is None,
        "refused": words.appeal_refusal(refused) if refused and refused is not AppealRefusal.ASKED_ALREADY else "",
        "words": words,
        "today": today,
        "appeal_days": APPEAL_DAYS,
        "decision_days": DECISION_DAYS,
    }
    return page(request, "certification/appeal.html", context, status=422 if form else 200)


@router.post("")
def ask(
    request: Request,
    event_id: EventId,
    session: SessionDep,
    person: SignedIn,
    moment: Now,
    today: Today,
    raw: RawForm,
) -> Response:
    """Appeal against a sanction of one's own."""
    entry = own_entry(session, person.id, event_id)
    form = bind(AppealForm, raw)
    if form.data is None:
        return _page(request, entry, today, form)
    appeals.ask(session, event_id, person, form.data.text, moment)
    return redirect(request, _url(event_id), _("Your appeal is with compliance."))


@router.post("/withdraw")
def withdraw(request: Request, event_id: EventId, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Take an appeal of one's own back."""
    appeals.withdraw(session, event_id, person, moment)
    return redirect(request, _url(event_id), _("The appeal is withdrawn; the decision stays."))


def _url(event_id: int) -> str:
    return f"/certifications/appeals/{event_id}"
