from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class Review(StrEnum):
    """What was found about a waiver that somebody gave themselves in an emergency."""

    UPHELD = "upheld"
    FAULTED = "faulted"


class Waiver(SQLModel, table=True):
    """An exception for one person, on one deal, for one product, through a last day.

    It holds from `decided_at` where `approved`, until `ended_at` or the end of the day `through`. `break_glass` ones
    are given by who asks, at once, and reviewed afterwards. `codes` are the reasons that it stands in for.
    """

    __tablename__ = "waiver"
    __table_args__ = (Index(None, "deal_id", "person_id", "product_id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    deal_id: int = Field(foreign_key="deal.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    reason: str = Field(max_length=1000)
    codes: list[str] = Field(sa_type=JSON)
    through: date
    break_glass: bool = False
    asked_by: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = Field(sa_type=Moment)
    approved: bool | None = None
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    answer: str = Field(default="", max_length=1000)
    ended_by: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_because: str = Field(default="", max_length=1000)
    review: Review | None = Field(default=None, sa_type=stored_enum(Review))
    reviewed_by: int | None = Field(default=None, foreign_key="person.id")
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)
    review_note: str = Field(default="", max_length=1000)
