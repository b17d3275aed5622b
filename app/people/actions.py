"""Changing people: creating, changing, deactivating, and handing over a first password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.audit.actions import record
from app.database import stored_id
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people import queries, sessions
from app.people.access import digest
from app.people.models import ApiToken, PasswordLink, Person, PersonRole, Role, Team
from app.people.passwords import hash_password
from app.people.rules import circle_through, email_problem, name_problem
from app.people.tokens import revoke_token
from app.web.i18n import DEFAULT_LOCALE, LOCALES
from app.web.i18n import gettext as _

LINK_LIFETIME = timedelta(days=3)
"""How long a password link can be used."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is stored of a person, as people write it: the team by its name, the manager by e-mail address."""

    email: str
    name: str
    roles: frozenset[Role]
    team: str | None = None
    manager: str | None = None
    locale: str = DEFAULT_LOCALE
    region: str | None = None
    hired_on: date | None = None


def create_person(session: Session, details: Details, *, actor: str, moment: datetime) -> Person:
    """Store a person without a password.

    Raises InvalidError, whose errors name the fields of `Details`; ConflictError when two do it at once.
    """
    team_id, manager_id = _check(session, None, details)
    person = Person(
        email=details.email.strip().lower(),
        name=details.name,
        locale=details.locale,
        region=details.region,
        team_id=team_id,
        manager_id=manager_id,
        hired_on=details.hired_on,
        created_at=moment,
    )
    session.add(person)
    _flush(session)
    session.add_all(PersonRole(person_id=stored_id(person), role=role) for role in details.roles)
    session.flush()
    record(
        session,
        at=moment,
        actor=actor,
        action="person.created",
        subject=("person", person.email),
        details={"roles": sorted(details.roles), "team": details.team, "manager": details.manager},
    )
    return person


def change_person(session: Session, person_id: int, details: Details, *, actor: str, moment: datetime) -> Person:
    """Store the new details of a person; nothing happens when they are the old ones.

    Raises NotFoundError, and otherwise as `create_person`; the last administrator stays one.
    """
    person = _person(session, person_id)
    team_id, manager_id = _check(session, person_id, details)
    before = queries.details_of(session, person_id)
    email = details.email.strip().lower()
    new = {
        "email": email,
        "name": details.name,
        "roles": sorted(details.roles),
        "team": details.team,
        "manager": details.manager.strip().lower() if details.manager else None,
        "locale": details.locale,
        "region": details.region,
        "hired_on": details.hired_on.isoformat() if details.hired_on else None,
    }
    changes = {name: [before[name], value] for name, value in new.items() if before[name] != value}
    if not changes:
        return person
    former = person.email
    person.email = email
    person.name = details.name
    person.locale = details.locale
    person.region = details.region
    person.team_id = team_id
    person.manager_id = manager_id
    person.hired_on = details.hired_on
    _flush(session)
    if "roles" in changes:
        _set_roles(session, person_id, details.roles)
    if "email" in changes:  # so that deactivating this person still ends them
        session.execute(update(ApiToken).where(col(ApiToken.created_by) == former).values(created_by=email))
    record(session, at=moment, actor=actor, action="person.changed", subject=("person", former), details=changes)
    return person


def _set_roles(session: Session, person_id: int, roles: frozenset[Role]) -> None:
    session.execute(delete(PersonRole).where(col(PersonRole.person_id) == person_id))
    session.add_all(PersonRole(person_id=person_id, role=role) for role in roles)
    session.flush()


def deactivate(session: Session, person_id: int, *, actor: str, moment: datetime) -> Person:
    """Close an account now: its sessions end, and so do the API tokens that the person made.

    Raises ConflictError for one's own account and for the last administrator's.
    """
    admins = queries.active_admins(session)
    person = _locked_person(session, person_id)
    if person.email == actor:
        raise ConflictError(_("You cannot deactivate your own account. Another administrator can."))
    if person.deactivated_at is not None:
        return person
    if admins == {person_id}:
        raise ConflictError(_("This is the last administrator. Make somebody else one first."))
    person.deactivated_at = moment
    sessions.close_all_sessions(session, person_id)
    session.flush()
    record(session, at=moment, actor=actor, action="person.deactivated", subject=("person", person.email))
    tokens = select(col(ApiToken.id)).where(
        col(ApiToken.created_by) == person.email, col(ApiToken.revoked_at).is_(None)
    )
    for token_id in session.execute(tokens).scalars().all():
        revoke_token(session, token_id, actor=actor, moment=moment)
    return person


def reactivate(session: Session, person_id: int, *, actor: str, moment: datetime) -> Person:
    """Open an account again; the person signs in with the old password."""
    person = _locked_person(session, person_id)
    if person.deactivated_at is not None:
        person.deactivated_at = None
        session.flush()
        record(session, at=moment, actor=actor, action="person.reactivated", subject=("person", person.email))
    return person


def create_password_link(session: Session, person_id: int, *, actor: str, moment: datetime) -> str:
    """Return the path of a page on which the person sets a password, once, within `LINK_LIFETIME`.

    Links made before stop working. Raises ConflictError for a deactivated account.
    """
    person = _person(session, person_id)
    if person.deactivated_at is not None:
        raise ConflictError(_("The account is deactivated. Reactivate it first."))
    _use_up_links(session, person_id, moment)
    token = token_urlsafe(32)
    session.add(
        PasswordLink(person_id=person_id, digest=digest(token), created_at=moment, expires_at=moment + LINK_LIFETIME)
    )
    session.flush()
    record(session, at=moment, actor=actor, action="person.password_link_created", subject=("person", person.email))
    return f"/password/{token}"


def use_password_link(session: Session, token: str, password: str, *, moment: datetime) -> Person:
    """Set the password that a link was made for, and end every session of the person.

    Raises NotFoundError when the link is unknown, used or too old.
    """
    found = queries.password_link_person(session, token, moment)
    if found is None:
        raise NotFoundError(_("This link was used already or has ended. Ask an administrator for a new one."))
    person = _person(session, found.id)
    set_password(session, person, password, actor=person.email, moment=moment)
    return person


def set_password(session: Session, person: Person, password: str, *, actor: str, moment: datetime) -> None:
    """Store a new password; every session of the person ends, and every unused link."""
    person.password_hash = hash_password(password)
    _use_up_links(session, stored_id(person), moment)
    sessions.close_all_sessions(session, stored_id(person))
    session.flush()
    record(session, at=moment, actor=actor, action="person.password_set", subject=("person", person.email))


def _use_up_links(session: Session, person_id: int, moment: datetime) -> None:
    session.execute(
        update(PasswordLink)
        .where(col(PasswordLink.person_id) == person_id, col(PasswordLink.used_at).is_(None))
        .values(used_at=moment)
    )


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFoundError(_("There is no such person."))
    return person


def _locked_person(session: Session, person_id: int) -> Person:
    # two clicks at once must not both find it still to be done, and record it twice
    person = _person(session, person_id)
    session.refresh(person, with_for_update=True)
    return person


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(
            _("Somebody else stored the same e-mail address at this moment. Nothing was stored.")
        ) from error


def _check(session: Session, person_id: int | None, details: Details) -> tuple[int | None, int | None]:
    """Return the ids of the team and the manager, or raise InvalidError with everything that is wrong."""
    errors: dict[str, str | None] = {
        "email": email_problem(details.email.strip()) or _taken(session, person_id, details.email),
        "name": name_problem(details.name),
        "roles": _roles_problem(session, person_id, details.roles),
        "locale": None if details.locale in LOCALES else _("Choose one of the list."),
    }
    team_id = manager_id = None
    if details.team:
        team_id = session.scalar(select(col(Team.id)).where(col(Team.name) == details.team))
        errors["team"] = None if team_id else _("There is no team of this name.")
    if details.manager:
        manager_id = session.scalar(select(col(Person.id)).where(col(Person.email) == details.manager.strip().lower()))
        errors["manager"] = _manager_problem(session, person_id, manager_id)
    found = [{"pointer": f"/{name}", "detail": problem} for name, problem in errors.items() if problem]
    if found:
        raise InvalidError(_("The person was not stored."), found)
    return team_id, manager_id


def _taken(session: Session, person_id: int | None, email: str) -> str | None:
    holder = session.scalar(select(col(Person.id)).where(col(Person.email) == email.strip().lower()))
    return None if holder in {None, person_id} else _("There is an account with this address already.")


def _roles_problem(session: Session, person_id: int | None, roles: frozenset[Role]) -> str | None:
    if not roles:
        return _("Choose at least one role.")
    if person_id and Role.ADMIN not in roles and queries.active_admins(session) == {person_id}:
        return _("This is the last administrator. Make somebody else one first.")
    return None


def _manager_problem(session: Session, person_id: int | None, manager_id: int | None) -> str | None:
    if manager_id is None:
        return _("Nobody has this address.")
    if person_id is None:
        return None
    names = queries.managers_above(session, manager_id)
    circle: Sequence[Any] = circle_through(person_id, {**names, person_id: manager_id})
    return _("This would make a circle: somebody would be their own manager.") if circle else None
