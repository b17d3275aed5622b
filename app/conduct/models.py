from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class Disposition(StrEnum):
    """What a person decided about a finding; an open one waits for that."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    ALLOWED = "allowed"
    WRONG_MATCH = "wrong_match"
    DUPLICATE = "duplicate"


class Consequence(StrEnum):
    """What a violation leads to, by a person's decision."""

    NONE = "none"
    COACHING = "coaching"
    RECERTIFICATION = "recertification"
    SUSPENSION = "suspension"
    REVOCATION = "revocation"


class SentText(SQLModel, table=True):
    """A text that somebody handed in for review, with the circumstances in which it is said.

    The words are kept until `keep_until`; after that `text` and what findings quote of it are empty, and the
    numbers stay. `rules` is the digest of the rules under which it was read last.
    """

    __tablename__ = "sent_text"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    title: str = Field(default="", max_length=200)
    text: str
    note: str = Field(default="", max_length=2000)
    products: list[str] = Field(sa_type=JSON)
    locale: str | None = Field(default=None, max_length=16)
    region: str | None = Field(default=None, max_length=16)
    channel: str | None = Field(default=None, max_length=80)
    speaker: str | None = Field(default=None, max_length=80)
    places: list[Any] = Field(sa_type=JSON)
    rules: str = Field(max_length=64)
    key: str = Field(max_length=64, unique=True)
    sent_at: datetime = Field(sa_type=Moment)
    keep_until: datetime = Field(sa_type=Moment, index=True)
    forgotten_at: datetime | None = Field(default=None, sa_type=Moment)


class Finding(SQLModel, table=True):
    """A red line that a text crosses, as it was found, and what a person decides about it.

    `rule` is the red line's document at that moment; `state` is active, downgraded, or shadow for a rule that is only
    tried, which the sender never sees. A finding that a later reading no longer makes is `gone_at`, unless somebody
    had decided about it.
    """

    __tablename__ = "finding"
    __table_args__ = (Index(None, "red_line", "disposition"),)

    id: int | None = Field(default=None, primary_key=True)
    sent_text_id: int = Field(foreign_key="sent_text.id", index=True)
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    red_line: str = Field(max_length=80)
    rule: dict[str, Any] = Field(sa_type=JSON)
    start: int
    end: int
    matched: str
    severity: str = Field(max_length=16)
    state: str = Field(max_length=16)
    reason: str | None = Field(default=None, max_length=32)
    found_at: datetime = Field(sa_type=Moment)
    gone_at: datetime | None = Field(default=None, sa_type=Moment)
    disposition: Disposition = Field(default=Disposition.OPEN, sa_type=stored_enum(Disposition), index=True)
    note: str = Field(default="", max_length=2000)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    duplicate_of: int | None = Field(default=None, foreign_key="finding.id")


class NameOpening(SQLModel, table=True):
    """A reviewer asked to see whose text it is; until then pages show a number in place of the name."""

    __tablename__ = "name_opening"
    __table_args__ = (UniqueConstraint("sent_text_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    sent_text_id: int = Field(foreign_key="sent_text.id")
    person_id: int = Field(foreign_key="person.id")
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_type=Moment)


class Violation(SQLModel, table=True):
    """A confirmed finding or incident, on somebody's record, with what it leads to.

    It has either a `finding_id` or an `incident_id`; `certification_event_id` where it stops somebody. One of an
    incident keeps by itself what a finding would say: the `title` of the incident, and of the red line, where one was
    crossed, its id and its document as of that day. `to_discuss` is what a coaching is to be about.
    """

    __tablename__ = "violation"

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int | None = Field(default=None, foreign_key="finding.id", unique=True)
    incident_id: int | None = Field(default=None, foreign_key="incident.id", unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    consequence: Consequence = Field(sa_type=stored_enum(Consequence))
    reason: str = Field(max_length=1000)
    red_line: str | None = Field(default=None, max_length=80)
    rule: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    title: str | None = Field(default=None, max_length=200)
    to_discuss: str | None = Field(default=None, max_length=2000)
    certification_event_id: int | None = Field(default=None, foreign_key="certification_event.id")
    at: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=320)


class DrillTry(SQLModel, table=True):
    """A rep's rewriting of a forbidden sentence, and whether it could be said.

    `rewrite` and `locale` are the drill as it was asked then; `seen` tells that the approved wording was looked at
    before. `key` is the same for a second click.
    """

    __tablename__ = "drill_try"
    __table_args__ = (Index(None, "person_id", "red_line"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    red_line: str = Field(max_length=80)
    rewrite: str
    locale: str = Field(max_length=16)
    text: str = Field(max_length=2000)
    passed: bool
    seen: bool = False
    key: str = Field(max_length=64, unique=True)
    at: datetime = Field(sa_type=Moment)
