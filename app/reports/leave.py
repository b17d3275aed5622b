"""When a person is away, and what that does to their due dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.catalog.models import Product
from app.catalog.queries import products
from app.certification.assigning import actions, queries
from app.certification.assigning.forms import LeaveEndForm, LeaveForm
from app.certification.assigning.queries import Asked
from app.certification.queries import records
from app.clock import Now
from app.database import SessionDep
from app.errors import ConflictError, ForbiddenError, InvalidError
from app.people.access import CurrentPerson, allow
from app.people.forms import RowId
from app.people.models import Role
from app.reports.holders import holder_in_branch
from app.reports.record import Holder
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/team/people/{person_id}/leave")

Leader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.ADMIN))]


@dataclass(frozen=True, slots=True)
class Effect:
    """What leave does to one assignment that is still to be done."""

    product: Product
    asked: Asked


def _holder(session: Session, viewer: CurrentPerson, person_id: int) -> Holder:
    """Find whose leave it is. Raises NotFoundError outside of the viewer's branch, ForbiddenError for one's own."""
    found = holder_in_branch(session, viewer, person_id)
    if viewer.id == person_id:
        raise ForbiddenError(_("Leave moves due dates, so nobody records their own. Ask a colleague."))
    return found


def _effects(session: Session, person_id: int, moment: Now) -> Sequence[Effect]:
    sold = {product.id: product for product in products(session) if product.id}
    standings = records(session, [person_id], moment, list(sold))
    return [
        Effect(sold[product_id], asked)
        for (_person, product_id), asked in sorted(queries.asked_last(session, [person_id], sold, moment).items())
        if asked.day and not ((found := standings.get((person_id, product_id))) and found.verdict.allowed)
    ]


def _page(
    request: Request,
    session: Session,
    holder: Holder,
    moment: Now,
    form: Bound[Any] | None = None,
    ending: tuple[int, str] | None = None,
) -> Response:
    context = {
        "holder": holder,
        "leaves": queries.leaves_of(session, holder.id),
        "effects": _effects(session, holder.id, moment),
        "form": form or blank(),
        "ending": ending,
    }
    return page(request, "reports/leave.html", context, status=422 if form or ending else 200)


@router.get("")
def show_leave(request: Request, person_id: RowId, session: SessionDep, viewer: Leader, moment: Now) -> Response:
    """Show when a person is away."""
    return _page(request, session, _holder(session, viewer, person_id), moment)


@router.post("")
def record_leave(
    request: Request, person_id: RowId, session: SessionDep, viewer: Leader, moment: Now, raw: RawForm
) -> Response:
    """Record that a person is away."""
    holder = _holder(session, viewer, person_id)
    form = bind(LeaveForm, raw)
    if "" in form.errors:
        form.wrong("through_on", form.errors.pop(""))
    if form.data is None:
        return _page(request, session, holder, moment, form)
    try:
        actions.add_leave(session, person_id, form.data.from_on, form.data.through_on, by=viewer.email, moment=moment)
    except ConflictError as error:
        form.wrong("from_on", error.message)
        return _page(request, session, holder, moment, form)
    return redirect(request, f"/team/people/{person_id}/leave", _("The leave is recorded; due dates wait for it."))


@router.post("/{leave_id}/end")
def end_leave(
    request: Request,
    person_id: RowId,
    leave_id: RowId,
    session: SessionDep,
    viewer: Leader,
    moment: Now,
    raw: RawForm,
) -> Response:
    """Give a leave its last day, which was not known before."""
    holder = _holder(session, viewer, person_id)
    form = bind(LeaveEndForm, raw)
    if form.data is None:
        return _page(request, session, holder, moment, ending=(leave_id, form.errors["through_on"]))
    try:
        actions.end_leave(session, person_id, leave_id, form.data.through_on, by=viewer.email, moment=moment)
    except InvalidError as error:
        return _page(request, session, holder, moment, ending=(leave_id, error.message))
    return redirect(request, f"/team/people/{person_id}/leave", _("The leave has an end now; due dates follow it."))


@router.post("/{leave_id}/withdraw")
def withdraw_leave(
    request: Request, person_id: RowId, leave_id: RowId, session: SessionDep, viewer: Leader, moment: Now
) -> Response:
    """Take back a leave that was not taken."""
    _holder(session, viewer, person_id)
    actions.withdraw_leave(session, person_id, leave_id, by=viewer.email, moment=moment)
    return redirect(request, f"/team/people/{person_id}/leave", _("The leave is withdrawn; due dates are as before."))
