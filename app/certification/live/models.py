from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class CheckInWay(StrEnum):
    """How somebody said that they are there."""

    CODE = "code"
    FALLBACK = "fallback"


class LiveSession(SQLModel, table=True):
    """One date of a live session that a program names by `key`.

    `uid` and `sequence` are those of its calendar entry (RFC 5545): the uid never changes, the sequence grows with each
    change. `secret` makes the rotating codes, `fallback_code` is read aloud where nobody can scan.
    """

    __tablename__ = "live_session"

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    key: str = Field(max_length=80)
    title: str = Field(max_length=200)
    host_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = Field(sa_type=Moment, index=True)
    ends_at: datetime = Field(sa_type=Moment)
    timezone: str = Field(max_length=64)
    place: str = Field(default="", max_length=300)
    join_url: str = Field(default="", max_length=2000)
    note: str = Field(default="", max_length=2000)
    capacity: int | None = None
    presence_percent: int = 100
    parts: int = 1
    uid: str = Field(max_length=200, unique=True)
    sequence: int = 0
    secret: str = Field(max_length=64)
    fallback_code: str = Field(max_length=16)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    changed_at: datetime = Field(sa_type=Moment)
    cancelled_at: datetime | None = Field(default=None, sa_type=Moment)
    cancel_reason: str = Field(default="", max_length=1000)


class Registration(SQLModel, table=True):
    """Somebody wants to come. `seated_at` is when they got a seat; until then they are on the waiting list."""

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_open",
            "live_session_id",
            "person_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    live_session_id: int = Field(foreign_key="live_session.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    registered_at: datetime = Field(sa_type=Moment)
    seated_at: datetime | None = Field(default=None, sa_type=Moment)
    cancelled_at: datetime | None = Field(default=None, sa_type=Moment)


class CheckIn(SQLModel, table=True):
    """Somebody entered the code of the hour in one part of a live session, counted from 0."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("live_session_id", "person_id", "part"),)

    id: int | None = Field(default=None, primary_key=True)
    live_session_id: int = Field(foreign_key="live_session.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    part: int
    way: CheckInWay = Field(sa_type=stored_enum(CheckInWay))
    at: datetime = Field(sa_type=Moment)


class Attendance(SQLModel, table=True):
    """Somebody was, or was not, present for long enough. Rows are only added; by hand wins, then the newest.

    `product_id` and `key` are those of the live session, `held_at` its beginning, kept here for the standing.
    """

    __tablename__ = "attendance"
    __table_args__ = (Index(None, "person_id", "product_id"),)

    id: int | None = Field(default=None, primary_key=True)
    live_session_id: int = Field(foreign_key="live_session.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id")
    key: str = Field(max_length=80)
    held_at: datetime = Field(sa_type=Moment)
    attended: bool
    by_hand: bool
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=320)


class CalendarFeed(SQLModel, table=True):
    """The secret address of a person's calendar; only the SHA-256 of its secret is stored."""

    __tablename__ = "calendar_feed"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Moment)
