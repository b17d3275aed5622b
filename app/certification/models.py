from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class CertificationEventKind(StrEnum):
    """What was done to a person's certification, by a person, with a reason.

    `REGRADED` alone changes no standing: a quiz that the certification rests on was marked again and is not passed
    any more, and somebody should look at it.
    """

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    REGRADED = "regraded"


SANCTIONS = (CertificationEventKind.SUSPENDED, CertificationEventKind.REINSTATED, CertificationEventKind.REVOKED)
"""What a person may do to a certification."""


class SignOffOutcome(StrEnum):
    """What an assessor says of a demonstration."""

    PASSED = "passed"
    RETURNED = "returned"
    FAILED = "failed"


class Assignment(SQLModel, table=True):
    """Somebody was asked to get certified on a product, by a day or when they like.

    The newest row holds. Another day is another row, so that what was due at an earlier moment can still be said.
    """

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "person_id", "product_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    due_on: date | None = None
    assigned_at: datetime = Field(sa_type=Moment)
    assigned_by: str = Field(max_length=320)


class CertificationPeriod(SQLModel, table=True):
    """One span of a person's certification. Renewing adds a row; nothing is ever reset or deleted.

    All dates are inclusive local days. `baseline_through` is the last valid day as computed when awarded; an
    extension moves `valid_through` only.
    """

    __tablename__ = "certification_period"
    __table_args__ = (UniqueConstraint("person_id", "product_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    number: int
    done_on: date
    window_opens_on: date
    valid_through: date = Field(index=True)
    baseline_through: date
    grace_through: date
    program_version_id: int = Field(foreign_key="content_version.id")
    redlines_version_id: int | None = Field(default=None, foreign_key="content_version.id")
    code: str = Field(max_length=32, unique=True)
    awarded_at: datetime = Field(sa_type=Moment)


class CertificationEvent(SQLModel, table=True):
    """A suspension, its end, a revocation, or a quiz that turned out not to be passed.

    `red_line` is the title of the red line that was crossed, where that is why.
    """

    __tablename__ = "certification_event"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    kind: CertificationEventKind = Field(sa_type=stored_enum(CertificationEventKind))
    reason: str = Field(max_length=1000)
    red_line: str | dict[str, str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    at: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=320)


class SignOff(SQLModel, table=True):
    """What an assessor, never the rep, decided about one demonstration."""

    __tablename__ = "sign_off"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    rubric: str = Field(max_length=80)
    outcome: SignOffOutcome = Field(sa_type=stored_enum(SignOffOutcome))
    note: str = Field(default="", max_length=2000)
    assessor_id: int = Field(foreign_key="person.id")
    decided_at: datetime = Field(sa_type=Moment)
