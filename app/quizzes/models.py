from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.database import Moment


class ItemVersion(SQLModel, table=True):
    """One wording of one item. Editing an item adds a version; attempts keep the one they were drawn with."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("content_id", "item", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id")
    item: str = Field(max_length=80)
    number: int
    digest: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=Moment)


class Attempt(SQLModel, table=True):
    """One sitting of one quiz. What was drawn, in which order, is stored when it starts and never derived again.

    `step` counts the saves. While it runs, `finished_at` is empty; a partial unique index lets one person have
    only one running attempt of a quiz, also when two tabs race. One that is found past its end has finished then;
    `marked_at` is when it was found and its mark became known.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "content_id", "number"),
        Index(
            "uq_attempt_running",
            "person_id",
            "content_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    content_version_id: int = Field(foreign_key="content_version.id")
    number: int
    step: int = 0
    started_at: datetime = Field(sa_type=Moment)
    deadline_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    marked_at: datetime | None = Field(default=None, sa_type=Moment)
    points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    max_points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    percent: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    passed: bool | None = None


class AttemptItem(SQLModel, table=True):
    """One question of an attempt, at its place, with its options' order, the answer and, later, the mark."""

    __tablename__ = "attempt_item"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    attempt_id: int = Field(foreign_key="attempt.id")
    position: int
    item_version_id: int = Field(foreign_key="item_version.id", index=True)
    option_order: list[int] = Field(sa_type=JSON)
    answer: Any = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    flagged: bool = False
    points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    correct: bool | None = None
