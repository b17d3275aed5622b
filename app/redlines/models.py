from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class ReviewState(StrEnum):
    """How far the review of one wording of a red line has come; only an open one changes."""

    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What an approver says of one part of a red line."""

    APPROVED = "approved"
    RETURNED = "returned"


class Attestation(SQLModel, table=True):
    """A signature under one version of a product's red lines: who, when, and what it means.

    `number` counts a person's signatures under one version, from 1: a renewal asks for another one although no
    word has changed. A form carries the number that it would make, so that a second click makes no second row.
    """

    __tablename__ = "attestation"
    __table_args__ = (
        UniqueConstraint("person_id", "content_version_id", "number"),
        Index(None, "person_id", "product_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    content_version_id: int = Field(foreign_key="content_version.id")
    number: int = 1
    signed_name: str = Field(max_length=200)
    meaning: str = Field(max_length=1000)
    locale: str = Field(max_length=16)
    signed_at: datetime = Field(sa_type=Moment)


class RedLineEdit(SQLModel, table=True):
    """Somebody stored another wording of a red line in the working copy: its authors may not approve it."""

    __tablename__ = "red_line_edit"
    __table_args__ = (Index(None, "content_id", "red_line"),)

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id")
    red_line: str = Field(max_length=80)
    digest: str = Field(max_length=64)
    person_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Moment)


class RedLineReview(SQLModel, table=True):
    """An author asks to put one wording of a red line in force, or to retire it.

    `digest` is that of the whole red line: another word makes it another wording, which needs a review of its own.
    """

    __tablename__ = "red_line_review"
    __table_args__ = (Index(None, "content_id", "red_line"),)

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id")
    red_line: str = Field(max_length=80)
    digest: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=JSON)
    reason: str = Field(max_length=1000)
    state: ReviewState = Field(sa_type=stored_enum(ReviewState), index=True)
    asked_at: datetime = Field(sa_type=Moment)
    asked_by: int = Field(foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=Moment)


class RedLineApproval(SQLModel, table=True):
    """What one approver says of one part of a red line: the rule itself, or what to say instead in one locale."""

    __tablename__ = "red_line_approval"
    __table_args__ = (UniqueConstraint("review_id", "part"),)

    id: int | None = Field(default=None, primary_key=True)
    review_id: int = Field(foreign_key="red_line_review.id")
    part: str = Field(max_length=16)
    verdict: Verdict = Field(sa_type=stored_enum(Verdict))
    note: str = Field(default="", max_length=1000)
    by: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Moment)


class RulePack(SQLModel, table=True):
    """A set of red lines that others wrote, to which products subscribe."""

    __tablename__ = "rule_pack"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    created_at: datetime = Field(sa_type=Moment)


class RulePackVersion(SQLModel, table=True):
    """A rule pack as it was read once. It is in force from its approval on; only that is ever added to a row."""

    __tablename__ = "rule_pack_version"
    __table_args__ = (UniqueConstraint("rule_pack_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    rule_pack_id: int = Field(foreign_key="rule_pack.id")
    number: int
    document: dict[str, Any] = Field(sa_type=JSON)
    digest: str = Field(max_length=64)
    read_at: datetime = Field(sa_type=Moment)
    read_by: str = Field(max_length=320)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str | None = Field(default=None, max_length=320)
