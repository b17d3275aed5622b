"""The pages on which trainers set, change and cancel the dates of a product's live sessions."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session, col
from starlette.responses import Response

from app.catalog.models import Product
from app.catalog.queries import product_by_slug
from app.certification.live import actions, words
from app.certification.live.forms import CancelForm, ChangedDateForm, NewDateForm, read_details, shown, timezones
from app.certification.live.invitations import Post
from app.certification.live.models import LiveSession
from app.certification.live.queries import Date, asked_of, date_of, dates, hosts, upcoming
from app.clock import Now
from app.database import SessionDep, stored_id
from app.errors import InvalidError, NotFoundError
from app.people.access import Trainer, allow
from app.people.forms import show_errors
from app.people.models import Role
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/author/products/{slug}/sessions", dependencies=[Depends(allow(Role.TRAINER))])

SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
USUAL_TIME = "09:00"


def _product(session: Session, slug: str) -> Product:
    found = product_by_slug(session, slug)
    if found is None:
        raise NotFoundError(_("There is no such product."))
    return found


@router.get("")
def show_dates(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Show the dates of a product's live sessions, and the form of a new one."""
    zone = request.app.state.settings.timezone
    form = blank(time=USUAL_TIME, timezone=zone, host=person.id)
    return _dates_page(request, session, slug, moment, form)


@router.post("")
def set_date(request: Request, slug: str, session: SessionDep, person: Trainer, moment: Now, raw: RawForm) -> Response:
    """Set a date."""
    form = bind(NewDateForm, raw)
    described = {each.key: each for each in asked_of(session, slug, moment)}
    details = read_details(form, {each.id for each in hosts(session)})
    if details and form.data:
        if form.data.key not in described:
            form.wrong("key", _("Choose one of the list."))
        else:
            try:
                actions.set_date(session, described[form.data.key], details, by=person.email, moment=moment)
            except InvalidError as error:
                show_errors(form, error)
            else:
                message = _("The date is set. People can register.")
                return redirect(request, f"/author/products/{slug}/sessions", message)
    return _dates_page(request, session, slug, moment, form, 422)


def _dates_page(
    request: Request, session: Session, slug: str, moment: datetime, form: Bound[Any], status: int = 200
) -> Response:
    product = _product(session, slug)
    of_this = col(LiveSession.product_id) == stored_id(product)
    past = (of_this, ~upcoming(moment))
    context = {
        "product": product,
        "asked": asked_of(session, slug, moment),
        "dates": dates(session, 0, moment, of_this, upcoming(moment)),
        "past": dates(session, 0, moment, *past, newest_first=True),
        "form": form,
        "hosts": [(each.id, each.name) for each in hosts(session)],
        "timezones": timezones(),
        "moment_now": moment,
        "words": words,
    }
    return page(request, "live/dates.html", context, status=status)


@router.get("/{session_id}")
def show_date(request: Request, slug: str, session_id: SessionId, session: SessionDep, moment: Now) -> Response:
    """Show the form in which a date is changed or cancelled."""
    date = _date(session, slug, session_id, moment)
    return _date_page(request, session, date, moment, shown(date))


@router.post("/{session_id}")
def change_date(
    request: Request, slug: str, session_id: SessionId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Change a date and tell everybody who is registered."""
    date = _date(session, slug, session_id, moment)
    form = bind(ChangedDateForm, raw)
    details = read_details(form, {each.id for each in hosts(session)})
    if details and form.data:
        try:
            actions.change_date(
                session,
                session_id,
                details,
                reason=form.data.reason,
                sequence=form.data.sequence,
                by=person.email,
                desk=desk_of(request, moment),
            )
        except InvalidError as error:
            show_errors(form, error)
        else:
            message = _("Changed. Everybody who is registered gets what concerns them by mail.")
            return redirect(request, f"/author/products/{slug}/sessions", message)
    return _date_page(request, session, date, moment, form, 422)


@router.post("/{session_id}/cancel")
def cancel_date(
    request: Request, slug: str, session_id: SessionId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Cancel a date and tell everybody who is registered."""
    date = _date(session, slug, session_id, moment)
    form = bind(CancelForm, raw)
    if form.data is None:
        filled = shown(date)
        filled.errors["cancel_reason"] = form.errors["reason"]
        filled.values["cancel_reason"] = form.get("reason")
        return _date_page(request, session, date, moment, filled, 422)
    desk = desk_of(request, moment)
    actions.cancel_date(session, session_id, reason=form.data.reason, by=person.email, desk=desk)
    message = _("Cancelled. Everybody who is registered is told by mail.")
    return redirect(request, f"/author/products/{slug}/sessions", message)


def _date(session: Session, slug: str, session_id: int, moment: datetime) -> Date:
    date = date_of(session, session_id, 0, moment)
    if date.slug != slug:
        raise NotFoundError(_("There is no such live session."))
    return date


def _date_page(
    request: Request, session: Session, date: Date, moment: datetime, form: Bound[Any], status: int = 200
) -> Response:
    context = {
        "date": date,
        "form": form,
        "hosts": [(each.id, each.name) for each in hosts(session)],
        "timezones": timezones(),
        "over": date.ends_at < moment,
        "words": words,
    }
    return page(request, "live/date.html", context, status=status)


def desk_of(request: Request, moment: datetime) -> Post:
    """Give what the mails of a request have in common."""
    return Post(request.app.state.settings.origin, moment)
