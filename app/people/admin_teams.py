"""The pages of the tree of teams."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.clock import Now
from app.database import SessionDep
from app.errors import InvalidError, NotFoundError
from app.people import queries
from app.people.access import Admin, allow
from app.people.forms import RowId, TeamForm, show_errors
from app.people.models import Role
from app.people.teams import change_team, create_team
from app.web.forms import Bound, RawForm, bind, blank
from app.web.i18n import gettext as _
from app.web.templating import page, redirect

router = APIRouter(prefix="/admin/teams", dependencies=[Depends(allow(Role.ADMIN))])


def _teams_page(request: Request, session: Session, form: Bound[Any], status: int = 200) -> Response:
    context = {"form": form, "teams": queries.team_tree(session)}
    return page(request, "admin/teams.html", context, status=status)


def _team_page(request: Request, session: Session, team_id: int, form: Bound[Any], status: int = 200) -> Response:
    tree = queries.team_tree(session)
    team = next((each for each in tree if each.id == team_id), None)
    if team is None:
        raise NotFoundError(_("There is no such team."))
    if not form.values:
        form = blank(name=team.name, parent=team.parent_id)
    context = {"form": form, "team": team, "teams": [each for each in tree if each.id != team_id]}
    return page(request, "admin/team.html", context, status=status)


@router.get("")
def teams(request: Request, session: SessionDep) -> Response:
    """Show the tree."""
    return _teams_page(request, session, blank())


@router.post("")
def add_team(request: Request, session: SessionDep, person: Admin, raw: RawForm, moment: Now) -> Response:
    """Add a team, or show what is wrong."""
    form = bind(TeamForm, raw)
    if form.data:
        try:
            create_team(session, form.data.name, form.data.parent, actor=person.email, moment=moment)
        except InvalidError as error:
            show_errors(form, error)
        else:
            return redirect(request, "/admin/teams", _("Saved."))
    return _teams_page(request, session, form, 422)


@router.get("/{team_id}")
def edit_team(request: Request, team_id: RowId, session: SessionDep) -> Response:
    """Show one team."""
    return _team_page(request, session, team_id, blank())


@router.post("/{team_id}")
def store_team(
    request: Request, team_id: RowId, session: SessionDep, person: Admin, raw: RawForm, moment: Now
) -> Response:
    """Rename or move a team, or show what is wrong."""
    form = bind(TeamForm, raw)
    if form.data:
        try:
            change_team(session, team_id, form.data.name, form.data.parent, actor=person.email, moment=moment)
        except InvalidError as error:
            show_errors(form, error)
        else:
            return redirect(request, "/admin/teams", _("Saved."))
    return _team_page(request, session, team_id, form, 422)
