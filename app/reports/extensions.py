"""Giving somebody's certification more time, with a reason."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import StringConstraints
from sqlmodel import Session

from app.certification.extending.actions import extend
from app.certification.extending.queries import period
from app.certification.extending.rules import latest
from app.clock import Now, Today
from app.database import SessionDep
from app.errors import ForbiddenError, InvalidError, NotFoundError
from app.people.access import CurrentPerson, allow
from app.people.forms import RowId, show_errors
from app.people.models import Role
from app.reports.holders import holder_in_branch
from app.reports.record import Holder
from app.web.forms import Bound, Form, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/team/people/{person_id}/periods/{period_id}/extension")

Giver = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE))]


class ExtensionForm(Form):
    """Through which day and why; `seen` is the last valid day that the page showed."""

    through: date
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    seen: date


def _holder(session: Session, viewer: CurrentPerson, person_id: int) -> Holder:
    """Find whose period it is. Raises NotFoundError outside of the viewer's branch, ForbiddenError for one's own."""
    found = holder_in_branch(session, viewer, person_id)
    if viewer.id == person_id:
        raise ForbiddenError(_("Nobody extends their own certification. Ask a colleague."))
    return found


def _page(
    request: Request,
    session: Session,
    holder: Holder,
    period_id: int,
    today: date,
    form: Bound[Any] | None = None,
) -> Response:
    found = period(session, holder.id, period_id)
    if found is None:
        raise NotFoundError(_("There is no such certification period."))
    context = {
        "holder": holder,
        "period": found,
        "latest": latest(found.dates),
        "past": latest(found.dates) < today,
        "form": form or blank(),
    }
    return page(request, "reports/extension.html", context, status=422 if form else 200)


@router.get("")
def show_extension(
    request: Request, person_id: RowId, period_id: RowId, session: SessionDep, viewer: Giver, today: Today
) -> Response:
    """Show a period with its extensions, and ask for a later day."""
    return _page(request, session, _holder(session, viewer, person_id), period_id, today)


@router.post("")
def give_extension(
    request: Request,
    person_id: RowId,
    period_id: RowId,
    session: SessionDep,
    viewer: Giver,
    moment: Now,
    today: Today,
    raw: RawForm,
) -> Response:
    """Let a period hold through a later day."""
    holder = _holder(session, viewer, person_id)
    form = bind(ExtensionForm, raw)
    if form.data is None:
        return _page(request, session, holder, period_id, today, form)
    try:
        extend(
            session,
            person_id,
            period_id,
            form.data.through,
            reason=form.data.reason,
            from_through=form.data.seen,
            by=viewer.email,
            moment=moment,
        )
    except InvalidError as error:
        show_errors(form, error)
        return _page(request, session, holder, period_id, today, form)
    return redirect(request, f"/team/people/{person_id}/periods/{period_id}/extension", _("The period is extended."))
