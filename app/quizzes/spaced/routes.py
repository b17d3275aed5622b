"""Pages of the questions that come back: today's round, and when to be asked."""

from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from app.clock import Now
from app.database import SessionDep
from app.people.access import SignedIn
from app.quizzes.spaced import actions, queries
from app.quizzes.spaced.forms import WishForm
from app.quizzes.spaced.rules import A_DAY
from app.web import i18n
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/practice")

_A_MONDAY = date(2026, 11, 23)


@router.post("/today")
def start_today(request: Request, session: SessionDep, person: SignedIn, moment: Now) -> Response:
    """Begin today's questions, or go on with them."""
    practice_id = actions.start_today(session, person.id, moment, request.app.state.settings.zone)
    if practice_id is None:
        return redirect(request, "/", _("There are no questions to keep fresh now."))
    return redirect(request, f"/practice/{practice_id}")


@router.get("/today")
def back_to_today(request: Request, _person: SignedIn) -> Response:
    """Lead back to the first page, for who comes to the address of its button."""
    return redirect(request, "/")


@router.get("/wish")
def show_wish(request: Request, session: SessionDep, person: SignedIn) -> Response:
    """Show when a person is asked."""
    wish = queries.wish_of(session, person.id)
    weekdays = [str(each) for each in wish.weekdays]
    return _wish_page(request, blank(hour=str(wish.hour), weekdays=weekdays, never=not weekdays))


@router.post("/wish")
def keep_wish(request: Request, session: SessionDep, person: SignedIn, moment: Now, raw: RawForm) -> Response:
    """Keep when a person wants to be asked."""
    form = bind(WishForm, raw)
    if form.data and not form.data.never and not form.data.weekdays:
        form.wrong("weekdays", _("Choose at least one weekday, or never."))
    if form.data is None:
        return _wish_page(request, form, status=422)
    weekdays = [] if form.data.never else form.data.weekdays
    actions.keep_wish(session, person.id, form.data.hour, weekdays, moment)
    return redirect(request, "/practice/wish", _("Saved."))


def _wish_page(request: Request, form: Bound[Any], status: int = 200) -> Response:
    zone = request.app.state.settings.zone
    context = {
        "form": form,
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "weekdays": [(str(day), i18n.weekday(_A_MONDAY + timedelta(days=day))) for day in range(7)],
        "zone": zone.key,
        "most": A_DAY,
    }
    return page(request, "quizzes/practice_wish.html", context, status=status)
