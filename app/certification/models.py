from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from app.certification.requirements import RequirementKind
from app.database import Moment, stored_enum
from app.people.models import Role

EMPTY = text("''")
"""What an older version of the program leaves in a column that it does not know."""


class CertificationEventKind(StrEnum):
    """What was done to a person's certification, by a person, with a reason.

    `RECERTIFICATION` asks one person for the quiz again, by a deadline. `REGRADED` alone changes no standing: a quiz
    that the certification rests on was marked again and is not passed any more, and somebody should look at it.
    """

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    RECERTIFICATION = "recertification"
    REGRADED = "regraded"


SANCTIONS = (CertificationEventKind.SUSPENDED, CertificationEventKind.REINSTATED, CertificationEventKind.REVOKED)
"""What a person may do to a certification."""


class PeriodOrigin(StrEnum):
    """How a period came to be: earned here, or earned before and taken over with its evidence."""

    EARNED = "earned"
    IMPORTED = "imported"


class DueFrom(StrEnum):
    """What the due date of an assignment by rule is counted from."""

    NOTHING = "nothing"
    HIRED = "hired"
    ASSIGNED = "assigned"
    LAUNCH = "launch"


class CreditKind(StrEnum):
    """Why a requirement counts as met without having been met here.

    An equivalence is something else that was done, such as another vendor's certificate; an exemption is nothing
    done, for a reason.
    """

    EQUIVALENCE = "equivalence"
    EXEMPTION = "exemption"


class AppealOutcome(StrEnum):
    """How an appeal ended."""

    UPHELD = "upheld"
    GRANTED = "granted"
    WITHDRAWN = "withdrawn"


class SignOffOutcome(StrEnum):
    """What an assessor says of a demonstration."""

    PASSED = "passed"
    RETURNED = "returned"
    FAILED = "failed"


class Assignment(SQLModel, table=True):
    """Somebody was asked to get certified on a product, by a day or when they like.

    The newest row holds. Another day is another row, so that what was due at an earlier moment can still be said.
    `rule_id` is the rule that asked, which asks everybody once.
    """

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "person_id", "product_id"), UniqueConstraint("rule_id", "person_id"))

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    due_on: date | None = None
    assigned_at: datetime = Field(sa_type=Moment)
    assigned_by: str = Field(max_length=320)
    rule_id: int | None = Field(default=None, foreign_key="assignment_rule.id")


class AssignmentRule(SQLModel, table=True):
    """Everybody whom all the given conditions fit is asked to get certified, once.

    A team means the teams below it too, and `manager_id` those who report to that person, directly or not.
    `due_days` counts forward from the hire or the assignment, and back from `launch_on`.
    """

    __tablename__ = "assignment_rule"

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    role: Role | None = Field(default=None, sa_type=stored_enum(Role))
    team_id: int | None = Field(default=None, foreign_key="team.id")
    manager_id: int | None = Field(default=None, foreign_key="person.id")
    region: str | None = Field(default=None, max_length=40)
    hired_from: date | None = None
    hired_through: date | None = None
    due_from: DueFrom = Field(sa_type=stored_enum(DueFrom))
    due_days: int = 0
    launch_on: date | None = None
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: str | None = Field(default=None, max_length=320)


class Leave(SQLModel, table=True):
    """Days on which a person is away; due dates wait for them. Without `through_on` the end is not known yet."""

    __tablename__ = "leave"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    from_on: date
    through_on: date | None = None
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=320)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: str | None = Field(default=None, max_length=320)


class CertificationPeriod(SQLModel, table=True):
    """One span of a person's certification. Renewing adds a row; nothing is ever reset or deleted.

    All dates are inclusive local days, as computed when it was awarded; `PeriodExtension` says what was moved since.
    `level` is empty for the product's own certification, and the id of a higher level otherwise. `evidence` is what
    an imported one rests on.
    """

    __tablename__ = "certification_period"
    __table_args__ = (UniqueConstraint("person_id", "product_id", "level", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    level: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": EMPTY})
    number: int
    origin: PeriodOrigin = Field(
        default=PeriodOrigin.EARNED,
        sa_type=stored_enum(PeriodOrigin),
        sa_column_kwargs={"server_default": PeriodOrigin.EARNED},
    )
    evidence: str = Field(default="", max_length=1000, sa_column_kwargs={"server_default": EMPTY})
    done_on: date
    window_opens_on: date
    valid_through: date = Field(index=True)
    baseline_through: date
    grace_through: date
    program_version_id: int = Field(foreign_key="content_version.id")
    redlines_version_id: int | None = Field(default=None, foreign_key="content_version.id")
    code: str = Field(max_length=32, unique=True)
    awarded_at: datetime = Field(sa_type=Moment)


class PeriodExtension(SQLModel, table=True):
    """A later last valid day for one period, by a person, with a reason. The newest holds; the baseline stays."""

    __tablename__ = "period_extension"

    id: int | None = Field(default=None, primary_key=True)
    period_id: int = Field(foreign_key="certification_period.id", index=True)
    through: date
    reason: str = Field(max_length=1000)
    at: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=320)


class CertificationEvent(SQLModel, table=True):
    """A suspension, its end, a revocation, a spot recertification, or a quiz that turned out not to be passed.

    `preset` names a reason of the catalogue, if one was chosen; `reason` then has more words, or repeats it in English.
    `red_line` is the title of the red line that was crossed, where that is why; `case` names the case behind it, by
    an address or a number. `deadline` is the last day for a spot recertification. `by_id` is who decided, whatever
    their address has become since; events of older versions of the program have the address alone.
    """

    __tablename__ = "certification_event"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    kind: CertificationEventKind = Field(sa_type=stored_enum(CertificationEventKind))
    reason: str = Field(max_length=1000)
    red_line: str | dict[str, str] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    case: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": EMPTY})
    preset: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": EMPTY})
    deadline: date | None = None
    at: datetime = Field(sa_type=Moment)
    by: str = Field(max_length=320)
    by_id: int | None = Field(default=None, foreign_key="person.id")


class Appeal(SQLModel, table=True):
    """The person asks somebody else to look again at a suspension, a revocation or a spot recertification."""

    __tablename__ = "appeal"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="certification_event.id", unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    text: str = Field(max_length=4000)
    asked_at: datetime = Field(sa_type=Moment)
    decide_by: date
    outcome: AppealOutcome | None = Field(default=None, sa_type=stored_enum(AppealOutcome))
    answer: str = Field(default="", max_length=2000)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: str | None = Field(default=None, max_length=320)


class RequirementCredit(SQLModel, table=True):
    """One requirement counts as met for one person, from `done_on` through `through`, once somebody else approved.

    `requirement_kind` and `requirement_key` name the requirement. `approved` is empty while nobody has decided.
    """

    __tablename__ = "requirement_credit"
    __table_args__ = (Index(None, "person_id", "product_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    kind: CreditKind = Field(sa_type=stored_enum(CreditKind))
    requirement_kind: RequirementKind = Field(sa_type=stored_enum(RequirementKind))
    requirement_key: str = Field(max_length=200)
    title: str = Field(max_length=200)
    reason: str = Field(max_length=1000)
    evidence_url: str = Field(default="", max_length=2000)
    done_on: date
    through: date | None = None
    asked_at: datetime = Field(sa_type=Moment)
    asked_by: int = Field(foreign_key="person.id")
    approved: bool | None = None
    answer: str = Field(default="", max_length=1000)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: int | None = Field(default=None, foreign_key="person.id")
    ended_because: str = Field(default="", max_length=1000)


class SignOff(SQLModel, table=True):
    """What an assessor, never the rep, decided about one demonstration, signed with name, time and meaning.

    `scores` tells by criterion whether it was met, with a note; `program_version_id` is the program that the rubric
    stood in. `second_of` is the assessment that a second assessor looked at again: such a row decides nothing.
    """

    __tablename__ = "sign_off"
    __table_args__ = (Index(None, "person_id", "product_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    rubric: str = Field(max_length=80)
    outcome: SignOffOutcome = Field(sa_type=stored_enum(SignOffOutcome))
    note: str = Field(default="", max_length=2000)
    assessor_id: int = Field(foreign_key="person.id")
    decided_at: datetime = Field(sa_type=Moment)
    request_id: int | None = Field(default=None, foreign_key="sign_off_request.id", index=True)
    program_version_id: int | None = Field(default=None, foreign_key="content_version.id")
    scores: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    evidence_url: str = Field(default="", max_length=2000, sa_column_kwargs={"server_default": EMPTY})
    signed_name: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": EMPTY})
    meaning: str = Field(default="", max_length=500, sa_column_kwargs={"server_default": EMPTY})
    second_wanted: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    second_of: int | None = Field(default=None, foreign_key="sign_off.id", unique=True)


class StandingSum(SQLModel, table=True):
    """How a large company stood on one product as of a moment; see `summary`. It follows from other tables."""

    __tablename__ = "standing_sum"

    product_id: int = Field(primary_key=True, foreign_key="product.id", sa_column_kwargs={"autoincrement": False})
    standings: int
    not_cleared: int
    lapsing: int
    moment: datetime = Field(sa_type=Moment)
