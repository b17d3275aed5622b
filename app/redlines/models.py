from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment


class Attestation(SQLModel, table=True):
    """A signature under one version of a product's red lines: who, when, and what it means.

    `number` counts a person's signatures under one version, from 1: a renewal asks for another one although no
    word has changed. A form carries the number that it would make, so that a second click makes no second row.
    """

    __tablename__ = "attestation"
    __table_args__ = (UniqueConstraint("person_id", "content_version_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    content_version_id: int = Field(foreign_key="content_version.id")
    number: int = 1
    signed_name: str = Field(max_length=200)
    meaning: str = Field(max_length=1000)
    locale: str = Field(max_length=16)
    signed_at: datetime = Field(sa_type=Moment)
