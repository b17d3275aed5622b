from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Numeric
from sqlmodel import Field, SQLModel

from app.database import Moment


class Deal(SQLModel, table=True):
    """Something that is being sold to a customer. `reference` is the CRM's own id; `step` counts the saves.

    `outcome` is won or lost, and `closed_on` the day of it; a deal without them is open.
    """

    __tablename__ = "deal"

    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=200)
    account: str = Field(max_length=200)
    amount: Decimal = Field(sa_type=Numeric(14, 2))
    currency: str = Field(max_length=3)
    stage: str = Field(max_length=40)
    close_date: date | None = Field(default=None, index=True)
    region: str | None = Field(default=None, max_length=40)
    industry: str | None = Field(default=None, max_length=80)
    outcome: str | None = Field(default=None, max_length=16)
    closed_on: date | None = Field(default=None, index=True)
    step: int = 0
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)


class DealProduct(SQLModel, table=True):
    """A product that a deal carries."""

    __tablename__ = "deal_product"

    deal_id: int = Field(primary_key=True, foreign_key="deal.id")
    product_id: int = Field(primary_key=True, foreign_key="product.id", index=True)


class DealMember(SQLModel, table=True):
    """Somebody on a deal's team, with the part they play, and who supervises them while in grace."""

    __tablename__ = "deal_member"

    deal_id: int = Field(primary_key=True, foreign_key="deal.id")
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    role: str = Field(max_length=40)
    supervisor_id: int | None = Field(default=None, foreign_key="person.id")
    added_at: datetime = Field(sa_type=Moment)
    added_by: str = Field(max_length=320)


class DealContact(SQLModel, table=True):
    """Somebody of the customer's whom the team meets; `role` is the part in buying, `note` what they care about."""

    __tablename__ = "deal_contact"

    id: int | None = Field(default=None, primary_key=True)
    deal_id: int = Field(foreign_key="deal.id", index=True)
    name: str = Field(max_length=200)
    role: str = Field(max_length=40)
    note: str = Field(default="", max_length=500)


class Decision(SQLModel, table=True):
    """What the gate answered when a deal was about to change, with the facts' versions it rests on."""

    __tablename__ = "decision"

    id: str = Field(primary_key=True, max_length=26)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    action: str = Field(max_length=40)
    asked_by: str = Field(max_length=320)
    decided_at: datetime = Field(sa_type=Moment)
    answer: dict[str, Any] = Field(sa_type=JSON)


class KeptClearance(SQLModel, table=True):
    """An answer that the gate gave to a client: what was asked, the facts it rests on, and what was answered.

    `id` is the decision's own, made of all of this and of `as_of`, so that one answer given twice is one row. What a
    change of a deal rested on has the `decision_id` of that change, and stays; the others are forgotten in time.
    Nothing here is a foreign key: keeping an answer must not wait for whoever is changing that deal or person.
    """

    __tablename__ = "kept_clearance"

    id: str = Field(primary_key=True, max_length=26)
    rep: str = Field(max_length=320)
    person_id: int | None = Field(default=None, index=True)
    deal_id: int | None = Field(default=None, index=True)
    decision_id: str | None = Field(default=None, max_length=26)
    asked_by: str = Field(max_length=320)
    asked_at: datetime = Field(sa_type=Moment, index=True)
    as_of: datetime = Field(sa_type=Moment)
    asked: dict[str, Any] = Field(sa_type=JSON)
    facts: list[Any] = Field(sa_type=JSON)
    answer: dict[str, Any] = Field(sa_type=JSON)
