"""The pages of administrators: an overview and people."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.errors import InvalidError
from app.people import queries
from app.people.access import Admin, allow
from app.people.actions import (
    Details,
    change_person,
    create_password_link,
    create_person,
    deactivate,
    reactivate,
)
from app.people.forms import PersonForm, RowId, show_errors
from app.people.labels import role_names
from app.people.models import Role
from app.people.queries import PAGE, PeopleFilter
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin", dependencies=[Depends(allow(Role.ADMIN))])

_ACTIVE = {"yes": True, "no": False, "all": None}


@router.get("")
def overview(request: Request, session: SessionDep, moment: Now) -> Response:
    """Show what there is to look after."""
    return page(request, "admin/overview.html", {"counts": queries.counts(session, moment)})


@router.get("/people")
def people(
    request: Request,
    session: SessionDep,
    q: str = "",
    role: str = "",
    team: str = "",
    active: str = "yes",
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """List people."""
    wanted = PeopleFilter(
        text=q.replace("\x00", "").strip()[:200],
        role=Role(role) if role in set(Role) else None,
        team_id=int(team) if team.isdecimal() and len(team) < 10 else None,  # noqa: PLR2004 (what a column holds)
        active=_ACTIVE.get(active, True),
    )
    found, total = queries.people(session, wanted, number)
    context = {
        "found": found,
        "total": total,
        "page": number,
        "pages": max(1, -(-total // PAGE)),
        "filter": blank(q=wanted.text, role=role, team=team, active=active),
        "roles": role_names(),
        "teams": queries.team_tree(session),
    }
    return page(request, "admin/people.html", context, fragment="found")


def _person_page(
    request: Request,
    session: Session,
    form: Bound[Any],
    person_id: int | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    context = {
        "form": form,
        "person_id": person_id,
        "stored": queries.details_of(session, person_id) if person_id else None,
        "roles": role_names(),
        "teams": queries.team_tree(session),
        "managers": queries.manager_choices(session),
        "link": None,
        **more,
    }
    return page(request, "admin/person.html", context, status=status)


def _details(data: PersonForm) -> Details:
    return Details(
        email=data.email,
        name=data.name,
        roles=frozenset(data.roles),
        team=data.team,
        manager=data.manager,
        locale=data.locale,
        region=data.region,
        hired_on=data.hired_on,
    )


@router.get("/people/new")
def new_person(request: Request, session: SessionDep) -> Response:
    """Ask for a new person's details."""
    return _person_page(request, session, blank(roles=[Role.REP], locale="en"))


@router.post("/people/new")
def store_person(request: Request, session: SessionDep, person: Admin, raw: RawForm, moment: Now) -> Response:
    """Store a new person, or show what is wrong."""
    form = bind(PersonForm, raw)
    if form.data:
        try:
            stored = create_person(session, _details(form.data), actor=person.email, moment=moment)
        except InvalidError as error:
            show_errors(form, error)
        else:
            sentence = _("%(name)s has an account. Make a password link next.") % {"name": stored.name}
            return redirect(request, f"/admin/people/{stored.id}", sentence)
    return _person_page(request, session, form, status=422)


def _stored_form(session: Session, person_id: int) -> Bound[Any]:
    return blank(**queries.details_of(session, person_id))


@router.get("/people/{person_id}")
def edit_person(request: Request, person_id: RowId, session: SessionDep) -> Response:
    """Show a person's details."""
    return _person_page(request, session, _stored_form(session, person_id), person_id)


@router.post("/people/{person_id}")
def store_changes(
    request: Request, person_id: RowId, session: SessionDep, person: Admin, raw: RawForm, moment: Now
) -> Response:
    """Store a person's new details, or show what is wrong."""
    form = bind(PersonForm, raw)
    if form.data:
        try:
            change_person(session, person_id, _details(form.data), actor=person.email, moment=moment)
        except InvalidError as error:
            show_errors(form, error)
        else:
            return redirect(request, f"/admin/people/{person_id}", _("Saved."))
    return _person_page(request, session, form, person_id, 422)


@router.post("/people/{person_id}/deactivate")
def deactivate_person(request: Request, person_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Close an account."""
    closed = deactivate(session, person_id, actor=person.email, moment=moment)
    sentence = _("%(name)s is signed out everywhere and cannot sign in any more.") % {"name": closed.name}
    return redirect(request, f"/admin/people/{person_id}", sentence)


@router.post("/people/{person_id}/reactivate")
def reactivate_person(request: Request, person_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Open an account again."""
    opened = reactivate(session, person_id, actor=person.email, moment=moment)
    sentence = _("%(name)s can sign in again.") % {"name": opened.name}
    return redirect(request, f"/admin/people/{person_id}", sentence)


@router.post("/people/{person_id}/password-link")
def password_link(request: Request, person_id: RowId, session: SessionDep, person: Admin, moment: Now) -> Response:
    """Make a password link and show it, this once."""
    path = create_password_link(session, person_id, actor=person.email, moment=moment)
    link = request.app.state.settings.origin + path
    return _person_page(request, session, _stored_form(session, person_id), person_id, link=link)


@router.get("/people/{person_id}/password-link")
def password_link_page(request: Request, person_id: RowId) -> Response:
    """Send whoever reloads the page of a link back to the person."""
    return redirect(request, f"/admin/people/{person_id}")
