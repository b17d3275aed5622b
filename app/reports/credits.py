"""A manager asks that something else counts for somebody whom they lead."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.certification.credits.asking import Desk, credits_page, store_wish, take_back
from app.clock import Now
from app.database import SessionDep
from app.people.access import CurrentPerson, Manager, allow
from app.people.forms import RowId
from app.people.models import Role
from app.reports.holders import holder_in_branch
from app.web.forms import RawForm

router = APIRouter(prefix="/team/people/{person_id}/credits/{slug}")

Reader = Annotated[CurrentPerson, Depends(allow(Role.MANAGER, Role.COMPLIANCE, Role.ADMIN))]


def _desk(session: Session, viewer: CurrentPerson, person_id: int, slug: str) -> Desk:
    """Find whose credits these are. Raises NotFoundError outside of the viewer's branch."""
    holder = holder_in_branch(session, viewer, person_id)
    url = f"/team/people/{person_id}/credits/{slug}"
    return Desk(person_id, url, (f"/team/people/{person_id}#product-{slug}", holder.name), holder.name)


@router.get("")
def show_credits(
    request: Request, person_id: RowId, slug: str, session: SessionDep, viewer: Reader, moment: Now
) -> Response:
    """Show what counts for a person without having been done here."""
    return credits_page(request, session, viewer, _desk(session, viewer, person_id, slug), slug, moment)


@router.post("")
def ask_for_credit(
    request: Request, person_id: RowId, slug: str, session: SessionDep, viewer: Manager, moment: Now, raw: RawForm
) -> Response:
    """Ask that something else counts for a person."""
    return store_wish(request, session, viewer, _desk(session, viewer, person_id, slug), slug, moment, raw)


@router.post("/{credit_id}/withdraw")
def withdraw_credit(
    request: Request, person_id: RowId, slug: str, credit_id: RowId, session: SessionDep, viewer: Manager, moment: Now
) -> Response:
    """Take back what the viewer asked for."""
    return take_back(request, session, viewer, _desk(session, viewer, person_id, slug), credit_id, moment)
