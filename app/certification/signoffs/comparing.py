"""The pages of second looks: judging without knowing the first judgement, and how far two assessors agree."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.certification.signoffs import actions, pairs, queries, words
from app.certification.signoffs.pages import judging_page
from app.certification.signoffs.signing import signed_judgement
from app.clock import Now
from app.database import SessionDep
from app.errors import AppError, ConflictError
from app.people.access import CurrentPerson, Trainer, allow
from app.people.forms import RowId
from app.people.models import Role
from app.web.forms import Bound, RawForm
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/sign-offs")

Reader = Annotated[CurrentPerson, Depends(allow(Role.TRAINER, Role.COMPLIANCE))]


@router.get("/agreement")
def show_agreement(request: Request, session: SessionDep, person: Reader) -> Response:
    """Show, by rubric, how far two assessors agree, and where they did not."""
    context: dict[str, Any] = {"rubrics": pairs.compared(session), "waiting": pairs.waiting(session), "words": words}
    return page(request, "signoffs/agreement.html", context | {"assesses": person.has(Role.TRAINER)})


@router.get("/{request_id}/second")
def show_second(request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now) -> Response:
    """Show a demonstration that was drawn, with its rubric and without what the first assessor said."""
    found = queries.request_by_id(session, request_id)
    _first, second = queries.said_of(session, request_id)
    if second is not None:
        return redirect(request, f"/sign-offs/{request_id}")
    return _page(request, session, person, found, moment)


@router.post("/{request_id}/second")
def look_again(
    request: Request, request_id: RowId, session: SessionDep, person: Trainer, moment: Now, raw: RawForm
) -> Response:
    """Store what a second assessor says and signs; it decides nothing."""
    found = queries.request_by_id(session, request_id)
    first, _second = queries.said_of(session, request_id)
    asked = queries.judged_by(session, first, found.rubric) if first and first.second_wanted else None
    if first is None or asked is None:
        raise ConflictError(_("Nobody is asked to look at this a second time."))
    actions.refuse_assessor(session, person.id, found.person_id, found.product_id, moment, first.assessor_id)
    form, judged = signed_judgement(session, person, raw, asked.rubric, moment)
    if judged is None:
        return _page(request, session, person, found, moment, form=form)
    try:
        actions.look_again(session, person, request_id, judged, moment)
    except ConflictError as error:
        return _page(request, session, person, found, moment, form=form, wrong=error)
    return redirect(request, f"/sign-offs/{request_id}", _("Signed. Below is what the first assessor said."))


def _page(
    request: Request,
    session: Session,
    person: CurrentPerson,
    found: queries.Request,
    moment: datetime,
    *,
    form: Bound[Any] | None = None,
    wrong: AppError | None = None,
) -> Response:
    first, _second = queries.said_of(session, found.id)
    asked = queries.judged_by(session, first, found.rubric) if first and first.second_wanted else None
    if first is None or asked is None:
        raise ConflictError(_("Nobody is asked to look at this a second time."))
    actions.refuse_assessor(session, person.id, found.person_id, found.product_id, moment, first.assessor_id)
    return judging_page(request, session, found, asked, first=first, form=form, wrong=wrong)
