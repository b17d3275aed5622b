"""Changing the tree of teams."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.errors import InvalidError, NotFoundError
from app.people.models import Team
from app.people.rules import circle_through, name_problem
from app.web.i18n import gettext as _

_LONGEST_NAME = 120


def create_team(session: Session, name: str, parent_id: int | None, *, actor: str, moment: datetime) -> Team:
    """Store a team below another, or at the top. Raises InvalidError for a bad or taken name or an unknown parent."""
    _check(session, None, name, parent_id)
    team = Team(name=name, parent_id=parent_id)
    session.add(team)
    session.flush()
    record(session, at=moment, actor=actor, action="team.created", subject=("team", name))
    return team


def change_team(
    session: Session, team_id: int, name: str, parent_id: int | None, *, actor: str, moment: datetime
) -> Team:
    """Rename or move a team, and every team below it with it. Raises InvalidError as above, and for a circle."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotFoundError(_("There is no such team."))
    _check(session, team_id, name, parent_id)
    changes: dict[str, list[str | int | None]] = {}
    if team.name != name:
        changes["name"] = [team.name, name]
    if team.parent_id != parent_id:
        changes["parent"] = [_name(session, team.parent_id), _name(session, parent_id)]
    if changes:
        team.name = name
        team.parent_id = parent_id
        session.flush()
        record(session, at=moment, actor=actor, action="team.changed", subject=("team", name), details=changes)
    return team


def _name(session: Session, team_id: int | None) -> str | None:
    return session.scalar(select(col(Team.name)).where(col(Team.id) == team_id)) if team_id else None


def _check(session: Session, team_id: int | None, name: str, parent_id: int | None) -> None:
    errors = []
    problem = name_problem(name, _LONGEST_NAME)
    taken = select(col(Team.id)).where(func.lower(col(Team.name)) == name.lower())
    if team_id is not None:
        taken = taken.where(col(Team.id) != team_id)
    if problem is None and session.scalar(taken) is not None:
        problem = _("There is a team of this name already.")
    if problem:
        errors.append({"pointer": "/name", "detail": problem})
    above = dict(session.execute(select(col(Team.id), col(Team.parent_id))).all())
    if parent_id is not None and parent_id not in above:
        errors.append({"pointer": "/parent", "detail": _("Choose one of the list.")})
    elif team_id is not None and circle_through(team_id, {**above, team_id: parent_id}):
        errors.append({"pointer": "/parent", "detail": _("A team cannot stand below itself.")})
    if errors:
        raise InvalidError(_("The team was not stored."), errors)
