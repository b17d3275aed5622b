from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class Rhythm(StrEnum):
    """How often a person wants the digest; what cannot wait is sent at once whatever they chose."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Notice(SQLModel, table=True):
    """One thing that one person is told, once. It ends when the thing is done or no longer so.

    `key` names the thing among those of its kind; `params` is what its sentence needs.
    """

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("person_id", "kind", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str = Field(max_length=40)
    key: str = Field(max_length=200)
    product_id: int | None = Field(default=None, foreign_key="product.id")
    params: dict[str, Any] = Field(sa_type=JSON)
    url: str = Field(max_length=500)
    urgent: bool
    created_at: datetime = Field(sa_type=Moment)
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class NoticeWish(SQLModel, table=True):
    """How often a person wants the digest, and the last day for which they got one."""

    __tablename__ = "notice_wish"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    rhythm: Rhythm = Field(default=Rhythm.DAILY, sa_type=stored_enum(Rhythm))
    sent_for: date | None = None
