"""Storing a file of people: all of it or nothing, and the second time nothing new."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.audit.actions import Event, record_all
from app.people.csvfile import PeopleFile
from app.people.import_rules import Change, Entry, Known, Plan, plan_import
from app.people.models import Person, PersonRole, Role, Team
from app.web.i18n import DEFAULT_LOCALE


def import_people(session: Session, file: PeopleFile, *, actor: str, moment: datetime, dry_run: bool = False) -> Plan:
    """Store what a file says and return what that was; with `dry_run`, or with problems, nothing is stored."""
    known = _known(session)
    teams = list(session.execute(select(col(Team.name))).scalars())
    plan = plan_import(file.rows, file.columns, known, teams, DEFAULT_LOCALE, file.set_aside)
    if file.problems:
        problems = sorted((*file.problems, *plan.problems), key=lambda problem: problem.row)
        return Plan(problems=tuple(problems))
    if plan.problems or dry_run or not (plan.new or plan.changed):
        return plan
    _store(session, plan, moment)
    record_all(session, at=moment, actor=actor, events=_events(plan))
    return plan


_MANAGER = aliased(Person)


def _known(session: Session) -> dict[str, Known]:
    roles: dict[int, set[Role]] = {}
    for person_id, role in session.execute(select(col(PersonRole.person_id), col(PersonRole.role))):
        roles.setdefault(person_id, set()).add(role)
    rows = session.execute(
        select(
            col(Person.id),
            col(Person.email),
            col(Person.name),
            col(Team.name),
            col(_MANAGER.email),
            col(Person.locale),
            col(Person.deactivated_at),
            col(Person.region),
            col(Person.hired_on),
        )
        .outerjoin(Team, col(Team.id) == col(Person.team_id))
        .outerjoin(_MANAGER, col(_MANAGER.id) == col(Person.manager_id))
    )
    return {
        email: Known(
            id=person_id,
            entry=Entry(email, name, frozenset(roles.get(person_id, ())), team, above, locale, region, hired_on),
            active=deactivated_at is None,
        )
        for person_id, email, name, team, above, locale, deactivated_at, region, hired_on in rows
    }


def _store(session: Session, plan: Plan, moment: datetime) -> None:
    if plan.new_teams:
        session.execute(insert(Team), [{"name": name, "parent_id": None} for name in plan.new_teams])
    teams = dict(session.execute(select(col(Team.name), col(Team.id))).all())
    if plan.new:
        people = [{"email": entry.email, "created_at": moment, **_columns(entry, teams)} for entry in plan.new]
        session.execute(insert(Person), people)
    ids = dict(session.execute(select(col(Person.email), col(Person.id))).all())
    changes = [{"id": change.id, **_columns(change.after, teams)} for change in plan.changed]
    if changes:
        session.execute(update(Person), changes)
    # managers come last, because a manager may be new in the same file
    managers = [
        {"id": ids[entry.email], "manager_id": ids[entry.manager] if entry.manager else None}
        for entry in (*plan.new, *(change.after for change in plan.changed))
    ]
    session.execute(update(Person), managers)
    _store_roles(session, plan, ids)


def _columns(entry: Entry, teams: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": entry.name,
        "locale": entry.locale,
        "team_id": teams[entry.team] if entry.team else None,
        "region": entry.region,
        "hired_on": entry.hired_on,
    }


def _store_roles(session: Session, plan: Plan, ids: dict[str, Any]) -> None:
    regrouped = [change for change in plan.changed if "roles" in change.fields]
    for change in regrouped:
        session.execute(delete(PersonRole).where(col(PersonRole.person_id) == change.id))
    rows = [
        {"person_id": ids[entry.email], "role": role}
        for entry in (*plan.new, *(change.after for change in regrouped))
        for role in sorted(entry.roles)
    ]
    if rows:
        session.execute(insert(PersonRole), rows)


def _events(plan: Plan) -> list[Event]:
    counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    return [
        *(Event("team.created", ("team", name)) for name in plan.new_teams),
        *(Event("person.created", ("person", entry.email), _details(entry)) for entry in plan.new),
        *(Event("person.changed", ("person", change.before.email), _differences(change)) for change in plan.changed),
        Event("people.imported", ("people", "file"), counts),
    ]


def _details(entry: Entry) -> dict[str, Any]:
    return {"roles": sorted(entry.roles), "team": entry.team, "manager": entry.manager}


def _differences(change: Change) -> dict[str, Any]:
    return {name: [_plain(getattr(change.before, name)), _plain(getattr(change.after, name))] for name in change.fields}


def _plain(value: str | date | frozenset[Role] | None) -> str | list[Role] | None:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value
