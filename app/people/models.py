from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class Role(StrEnum):
    """What a person may do; one person may hold several."""

    REP = "rep"
    TRAINER = "trainer"
    MANAGER = "manager"
    COMPLIANCE = "compliance"
    ADMIN = "admin"


class Team(SQLModel, table=True):
    """A node in the tree of teams."""

    __tablename__ = "team"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    parent_id: int | None = Field(default=None, foreign_key="team.id", index=True)


class Person(SQLModel, table=True):
    """Somebody with an account. `email` is stored in lower case; people are deactivated, never deleted."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(max_length=320, unique=True)
    name: str = Field(max_length=200)
    locale: str = Field(default="en", max_length=16)
    region: str | None = Field(default=None, max_length=40)
    password_hash: str | None = Field(default=None, max_length=256)
    team_id: int | None = Field(default=None, foreign_key="team.id", index=True)
    manager_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    hired_on: date | None = None
    created_at: datetime = Field(sa_type=Moment)
    deactivated_at: datetime | None = Field(default=None, sa_type=Moment)


class PersonRole(SQLModel, table=True):
    """One role that a person holds."""

    __tablename__ = "person_role"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    role: Role = Field(
        primary_key=True,
        sa_type=stored_enum(Role),
    )


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie holds 256 random bits; only their SHA-256 is stored."""

    __tablename__ = "sign_in_session"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    digest: str = Field(max_length=64, unique=True)
    address: str = Field(max_length=64)
    user_agent: str = Field(max_length=200)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class PasswordLink(SQLModel, table=True):
    """A link with which a person sets a password, once."""

    __tablename__ = "password_link"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class ApiToken(SQLModel, table=True):
    """A client's key to the API, such as a CRM's; only its SHA-256 is stored.

    `last_used_at` is exact to some minutes. `replaced_by_id` is the key that was made in its place.
    """

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    digest: str = Field(max_length=64, unique=True)
    hint: str = Field(max_length=16)
    scopes: list[str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    last_used_at: datetime | None = Field(default=None, sa_type=Moment)
    replaced_by_id: int | None = Field(default=None, foreign_key="api_token.id")


class RateLimit(SQLModel, table=True):
    """How often something was tried in the present window, such as a sign-in to one account."""

    __tablename__ = "rate_limit"

    key: str = Field(primary_key=True, max_length=400)
    window_started_at: datetime = Field(sa_type=Moment)
    hits: int
