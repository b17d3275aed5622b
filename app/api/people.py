"""People, for the system that keeps the staff: stored, changed, deactivated."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import JSONResponse, Response

from app.api.idempotency import OnceRoute, once
from app.api.refusals import BODY, refusals
from app.api.schemas import Schema
from app.api.security import Client, needs
from app.api.texts import Address, Day, PersonName, Region, TeamName
from app.clock import Now
from app.database import SessionDep, stored_id
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people import queries
from app.people.actions import Details, change_person, create_person, deactivate
from app.people.models import Person, Role, Team
from app.people.teams import create_team
from app.people.tokens import KnownToken, Scope
from app.web.i18n import gettext as _

router = APIRouter(
    prefix="/api/v1/people",
    tags=["people"],
    route_class=OnceRoute,
    dependencies=[Depends(needs(Scope.PEOPLE_WRITE))],
    responses=refusals(Scope.PEOPLE_WRITE),
)

Granted = Literal["rep", "trainer", "manager", "compliance"]
"""The roles that a client may give and take."""


class PersonWritten(Schema):
    """What is to be stored of a person. What is left out stays as it is; where `null` is taken, it takes away."""

    email: Address = Field(description="Who it is, whatever its case.", examples=["ana@example.com"])
    name: PersonName = Field(default="", description="Required for somebody new.", examples=["Ana Souza"])
    roles: Annotated[list[Granted], Field(min_length=1, max_length=4)] = Field(
        default=["rep"],
        description="All of the roles. An administrator is made and unmade on the page of people alone.",
        examples=[["rep"]],
    )
    team: TeamName | None = Field(default=None, description="A new name makes a new team.", examples=["Enterprise"])
    manager: Address | None = Field(
        default=None, description="E-mail address of somebody who is known.", examples=["mei@example.com"]
    )
    locale: Literal["en", "zh-Hans", "zh-Hant"] = Field(default="en", description="The language of pages.")
    region: Region | None = Field(default=None, examples=["DACH"])
    hired_on: Day | None = Field(default=None, examples=["2026-11-02"])


class PersonRead(BaseModel):
    """A person as stored."""

    email: str
    name: str
    roles: list[Role]
    team: str | None
    manager: str | None
    locale: str
    region: str | None
    hired_on: date | None
    active: bool


EXAMPLE: Final[dict[str, Any]] = {
    "email": "ana@example.com",
    "name": "Ana Souza",
    "roles": ["rep"],
    "team": "Enterprise",
    "manager": "mei@example.com",
    "locale": "en",
    "region": "DACH",
    "hired_on": "2026-11-02",
    "active": True,
}
WRITTEN: Final = {name: value for name, value in EXAMPLE.items() if name != "active"}


def _person(description: str) -> dict[str, Any]:
    return {"description": description, "model": PersonRead, "content": {"application/json": {"example": EXAMPLE}}}


Email = Annotated[
    Address, Path(description="Who it is, whatever its case.", openapi_examples={"ana": {"value": "ana@example.com"}})
]
_MISSING: Final = {404: "There is nobody with this address."}


@router.post(
    "",
    summary="Store or change a person",
    operation_id="person_write",
    openapi_extra={"requestBody": {"content": {"application/json": {"example": WRITTEN}}}},
    dependencies=[Depends(once)],
    responses={
        200: _person("Changed, or as it was."),
        201: _person("New."),
        **refusals(
            Scope.PEOPLE_WRITE, more={**BODY, 409: "The account is deactivated, or it is an administrator's roles."}
        ),
    },
)
def write(session: SessionDep, client: Client, moment: Now, body: PersonWritten) -> Response:
    """Store somebody new or change who is known by this address, by the rules of a people import.

    Nobody gets a password by this: an administrator hands over a link. Who is deactivated stays so.
    """
    known = queries.person_by_email(session, body.email)
    if known is None:
        person = create_person(session, _new(session, body, client, moment), actor=client.actor, moment=moment)
        return JSONResponse(_document(session, stored_id(person)), 201)
    if known.deactivated_at is not None:
        raise ConflictError(_("%(email)s is deactivated. Reactivate the account first.") % {"email": known.email})
    before = queries.details_of(session, stored_id(known))
    if "roles" in body.model_fields_set and Role.ADMIN in before["roles"]:
        raise ConflictError(_("The roles of an administrator are changed on the page of people alone."))
    details = _changed(session, before, body, client, moment)
    change_person(session, stored_id(known), details, actor=client.actor, moment=moment)
    return JSONResponse(_document(session, stored_id(known)))


@router.get(
    "/{email}",
    summary="What is stored of a person",
    operation_id="person",
    responses={200: _person("The person."), **refusals(Scope.PEOPLE_WRITE, more=_MISSING)},
)
def read(session: SessionDep, email: Email) -> Response:
    """Return what is stored, whether the account is active or not."""
    return JSONResponse(_document(session, stored_id(_known(session, email))))


@router.post(
    "/{email}/deactivate",
    summary="Close a person's account now",
    operation_id="person_deactivate",
    dependencies=[Depends(once)],
    responses={
        200: _person("Deactivated, now or before."),
        **refusals(Scope.PEOPLE_WRITE, more={**_MISSING, 409: "It is the last administrator."}),
    },
)
def close(session: SessionDep, client: Client, moment: Now, email: Email) -> Response:
    """End the person's sessions and the tokens that the person made, at once; what is on record stays.

    From now on every question about the person is answered with `inactive_rep`.
    """
    person_id = stored_id(_known(session, email))
    deactivate(session, person_id, actor=client.actor, moment=moment)
    return JSONResponse(_document(session, person_id))


def _known(session: Session, email: str) -> Person:
    person = queries.person_by_email(session, email)
    if person is None:
        raise NotFoundError(_("There is nobody with this address."))
    return person


def _document(session: Session, person_id: int) -> dict[str, Any]:
    stored = queries.details_of(session, person_id)
    return {**{name: stored[name] for name in EXAMPLE if name != "active"}, "active": stored["deactivated_at"] is None}


def _new(session: Session, body: PersonWritten, client: KnownToken, moment: Now) -> Details:
    if not body.name:
        errors = [{"pointer": "/name", "detail": _("Somebody new needs a name.")}]
        raise InvalidError(_("The person was not stored."), errors)
    return Details(
        email=body.email,
        name=body.name,
        roles=frozenset(Role(role) for role in body.roles),
        team=_team(session, body.team, client, moment),
        manager=body.manager,
        locale=body.locale,
        region=body.region,
        hired_on=body.hired_on,
    )


def _changed(session: Session, before: dict[str, Any], body: PersonWritten, client: KnownToken, moment: Now) -> Details:
    sent = body.model_dump(exclude_unset=True, exclude={"email", "team"})
    stored = {**before, "hired_on": date.fromisoformat(before["hired_on"]) if before["hired_on"] else None, **sent}
    if "team" in body.model_fields_set:
        stored["team"] = _team(session, body.team, client, moment)
    names = ("email", "name", "team", "manager", "locale", "region", "hired_on")
    return Details(roles=frozenset(Role(role) for role in stored["roles"]), **{name: stored[name] for name in names})


def _team(session: Session, name: str | None, client: KnownToken, moment: Now) -> str | None:
    """Return the name of a team as it is written here; one that is not known is made, as an import does."""
    if name is None:
        return None
    spelling = {team.casefold(): team for team in session.scalars(select(col(Team.name)))}
    if name.casefold() not in spelling:
        return create_team(session, name, None, actor=client.actor, moment=moment).name
    return spelling[name.casefold()]
