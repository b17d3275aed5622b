from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class NoteKind(StrEnum):
    """What the customer did."""

    SAID = "said"
    ASKED = "asked"
    MISUNDERSTOOD = "misunderstood"


class NoteRoot(StrEnum):
    """Where it comes from, as the rep sees it."""

    PRODUCT = "product"
    MATERIAL = "material"
    PROMISE = "promise"
    PRICE = "price"
    COMPETITOR = "competitor"
    OTHER = "other"


class NoteStatus(StrEnum):
    """How far a field note has come."""

    NEW = "new"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"


class FieldNote(SQLModel, table=True):
    """What a customer said, asked or misunderstood about a product, written down on a deal for its trainers.

    `led_to` names what was changed because of it, such as a lesson or a question.
    """

    __tablename__ = "field_note"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    deal_id: int = Field(foreign_key="deal.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: NoteKind = Field(sa_type=stored_enum(NoteKind))
    text: str = Field(max_length=4000)
    root: NoteRoot = Field(sa_type=stored_enum(NoteRoot))
    root_text: str = Field(default="", max_length=1000)
    at: datetime = Field(sa_type=Moment)
    status: NoteStatus = Field(default=NoteStatus.NEW, sa_type=stored_enum(NoteStatus), index=True)
    taken_by: int | None = Field(default=None, foreign_key="person.id")
    taken_at: datetime | None = Field(default=None, sa_type=Moment)
    answer: str = Field(default="", max_length=2000)
    led_to: str = Field(default="", max_length=300)
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
