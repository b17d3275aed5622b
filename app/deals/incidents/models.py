from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Numeric
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class Origin(StrEnum):
    """How an incident became known."""

    COMPLAINT = "complaint"
    FINDING = "finding"
    REPORT = "report"


class IncidentStatus(StrEnum):
    """What a person decided about an incident."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Incident(SQLModel, table=True):
    """Something that went wrong with a customer, as a case that a person decides; confirmed, it is a violation.

    `person_id` is whose words it is about, where that is known; `cost` what it cost, where somebody has said so.
    """

    __tablename__ = "incident"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    finding_id: int | None = Field(default=None, foreign_key="finding.id", unique=True)
    origin: Origin = Field(sa_type=stored_enum(Origin))
    red_line: str = Field(default="", max_length=80)
    title: str = Field(max_length=200)
    text: str = Field(max_length=10_000)
    happened_on: date
    cost: Decimal | None = Field(default=None, sa_type=Numeric(14, 2))
    currency: str = Field(default="", max_length=3)
    status: IncidentStatus = Field(default=IncidentStatus.OPEN, sa_type=stored_enum(IncidentStatus), index=True)
    opened_by: int = Field(foreign_key="person.id")
    opened_at: datetime = Field(sa_type=Moment)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    note: str = Field(default="", max_length=2000)
