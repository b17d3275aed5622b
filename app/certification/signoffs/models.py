from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class DemonstrationForm(StrEnum):
    """How somebody shows what they can do."""

    DEMONSTRATION = "demonstration"
    ROLE_PLAY = "role_play"
    RECORDING = "recording"


class SignOffRequest(SQLModel, table=True):
    """A rep asks for a demonstration to be looked at; it is open until it is decided or withdrawn.

    `taken_by` is the assessor who said that they would do it.
    """

    __tablename__ = "sign_off_request"
    __table_args__ = (
        Index(
            "uq_sign_off_request_open",
            "person_id",
            "product_id",
            "rubric",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    rubric: str = Field(max_length=80)
    form: DemonstrationForm = Field(sa_type=stored_enum(DemonstrationForm))
    link: str = Field(default="", max_length=2000)
    note: str = Field(default="", max_length=2000)
    asked_at: datetime = Field(sa_type=Moment, index=True)
    taken_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    taken_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn: bool = False


class Recording(SQLModel, table=True):
    """A recorded pitch that a rep sent with a request; only its rep and assessors may hear it."""

    __tablename__ = "recording"

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="sign_off_request.id", index=True)
    name: str = Field(max_length=200)
    content_type: str = Field(max_length=80)
    digest: str = Field(max_length=64)
    size: int
    data: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime = Field(sa_type=Moment)
