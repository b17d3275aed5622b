"""The pages of API tokens."""

from datetime import datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.errors import InvalidError
from app.people import queries
from app.people.access import Admin, allow
from app.people.forms import OverlapForm, RowId, TokenForm, show_errors
from app.people.models import Role
from app.people.tokens import Scope, create_token, revoke_token, rotate_token
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin/tokens", dependencies=[Depends(allow(Role.ADMIN))])


def _tokens_page(
    request: Request, session: Session, form: Bound[Any], moment: Now, *, secret: str = "", status: int = 200
) -> Response:
    scopes = {
        Scope.CLEARANCE_READ: _("Ask who may sell what"),
        Scope.DEALS_WRITE: _("Write and read deals"),
        Scope.REDLINES_CHECK: _("Check texts against the red lines"),
        Scope.PEOPLE_WRITE: _("Create, change and deactivate people"),
        Scope.REPORTS_READ: _("Read certifications and reports"),
    }
    overlaps = {"0": _("at once"), "1": _("in an hour"), "24": _("in a day"), "168": _("in a week")}
    context = {
        "form": form,
        "overlaps": overlaps,
        "tokens": queries.tokens(session),
        "scopes": scopes,
        "secret": secret,
        "moment_now": moment,
    }
    return page(request, "admin/tokens.html", context, status=status)


@router.get("")
def tokens(request: Request, session: SessionDep, moment: Now) -> Response:
    """List tokens."""
    return _tokens_page(request, session, blank(scopes=[]), moment)


@router.post("")
def make_token(request: Request, session: SessionDep, person: Admin, raw: RawForm, moment: Now) -> Response:
    """Make a token and show it, this once."""
    form = bind(TokenForm, raw)
    if form.data:
        last_day = form.data.expires_on
        zone = request.app.state.settings.zone
        ends = datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None
        try:
            secret = create_token(
                session, form.data.name, form.data.scopes, actor=person.email, moment=moment, expires_at=ends
            )
        except InvalidError as error:
            show_errors(form, error)
        else:
            return _tokens_page(request, session, blank(scopes=[]), moment, secret=secret)
    return _tokens_page(request, session, form, moment, status=422)


@router.post("/{token_id}/rotate")
def rotate(
    request: Request, token_id: RowId, session: SessionDep, person: Admin, raw: RawForm, moment: Now
) -> Response:
    """Make a token in the place of another and show it, this once."""
    form = bind(OverlapForm, raw)
    if not form.data:
        raise InvalidError(_("Choose how long the old token still works."))
    overlap = timedelta(hours=int(form.data.hours))
    secret = rotate_token(session, token_id, overlap, actor=person.email, moment=moment)
    return _tokens_page(request, session, blank(scopes=[]), moment, secret=secret)


@router.post("/{token_id}/revoke")
def revoke(request: Request, token_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Make a token worthless."""
    name = revoke_token(session, token_id, actor=person.email, moment=moment)
    return redirect(request, "/admin/tokens", _("%(name)s cannot reach the API any more.") % {"name": name})
