from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class RegradePolicy(StrEnum):
    """What counts when an item that was already answered is marked again."""

    OLD_AND_NEW = "old_and_new"
    NEW_ONLY = "new_only"
    FULL_CREDIT = "full_credit"
    NONE = "none"


class EssayState(StrEnum):
    """Who has to do something about an essay: the assessor, its writer, or nobody any more."""

    WAITING = "waiting"
    RETURNED = "returned"
    MARKED = "marked"


class PracticeKind(StrEnum):
    """What a round of practice is made of."""

    MISSED = "missed"
    WHOLE = "whole"
    SPACED = "spaced"


class UploadState(StrEnum):
    """How far the reading of a file of questions is."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"
    TAKEN = "taken"
    LEFT = "left"


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
    `marked_at` is when it was found and its mark became known: later than its finish where a person marks an essay.
    `touched_at` is when its owner last sent something; the time since then goes to the question that they sent.
    The mark is the one that holds now; what it was before a regrade is in `AttemptRegrade`. `delta_of` is the version
    of the content that changed where only the questions about the change are asked; the numbers of such attempts run
    below zero, so that those at the whole quiz keep theirs. From `answers_forgotten_at` on its questions are gone,
    but for those that an essay or a report names, whose answers are empty; its mark stays.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "content_id", "number"),
        Index(None, "person_id", "product_id"),
        Index(
            "uq_attempt_running",
            "person_id",
            "content_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        Index(
            "ix_attempt_with_answers",
            "finished_at",
            "id",
            sqlite_where=text("finished_at IS NOT NULL AND answers_forgotten_at IS NULL"),
            postgresql_where=text("finished_at IS NOT NULL AND answers_forgotten_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    content_version_id: int = Field(foreign_key="content_version.id")
    delta_of: int | None = Field(default=None, foreign_key="content_version.id")
    number: int
    step: int = 0
    started_at: datetime = Field(sa_type=Moment)
    deadline_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    marked_at: datetime | None = Field(default=None, sa_type=Moment)
    touched_at: datetime | None = Field(default=None, sa_type=Moment)
    points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    max_points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    percent: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))
    passed: bool | None = None
    answers_forgotten_at: datetime | None = Field(default=None, sa_type=Moment)


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
    seconds: int | None = None
    points: Decimal | None = Field(default=None, sa_type=Numeric(9, 4))
    correct: bool | None = None


class AttemptRegrade(SQLModel, table=True):
    """What a regrade changed about one attempt. The first score is the one before the first of these.

    `items` tells for each position what the question earned before and after, in points.
    """

    __tablename__ = "attempt_regrade"
    __table_args__ = (UniqueConstraint("regrade_id", "attempt_id"), Index(None, "attempt_id", "at"))

    id: int | None = Field(default=None, primary_key=True)
    regrade_id: int = Field(foreign_key="regrade.id")
    attempt_id: int = Field(foreign_key="attempt.id")
    at: datetime = Field(sa_type=Moment)
    points_before: Decimal = Field(sa_type=Numeric(9, 4))
    points_after: Decimal = Field(sa_type=Numeric(9, 4))
    percent_before: Decimal = Field(sa_type=Numeric(5, 2))
    percent_after: Decimal = Field(sa_type=Numeric(5, 2))
    passed_before: bool
    passed_after: bool
    items: list[dict[str, Any]] = Field(sa_type=JSON)


class Regrade(SQLModel, table=True):
    """A decision of a trainer to mark one item of a quiz again, under a policy and for a reason.

    `item_version_id` is the version whose key counts, `versions` are the numbers of those whose attempts are marked
    again; of `total` attempts `done` have been looked at.
    """

    __tablename__ = "regrade"

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    item: str = Field(max_length=80)
    item_version_id: int = Field(foreign_key="item_version.id")
    versions: list[int] = Field(sa_type=JSON)
    policy: RegradePolicy = Field(sa_type=stored_enum(RegradePolicy))
    reason: str = Field(max_length=1000)
    total: int
    done: int = 0
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class Essay(SQLModel, table=True):
    """An answer in prose that a person marks. There is one for each essay that a finished attempt answered."""

    __tablename__ = "essay"

    id: int | None = Field(default=None, primary_key=True)
    attempt_item_id: int = Field(foreign_key="attempt_item.id", unique=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    state: EssayState = Field(sa_type=stored_enum(EssayState), index=True)
    submitted_at: datetime = Field(sa_type=Moment)


class EssayMark(SQLModel, table=True):
    """What an assessor said of an essay: marked against the rubric, or returned with what to mend. Rows never change.

    `points` holds what each criterion earned, by its id; it is empty when the essay was returned. `answer` is the
    text as it was read.
    """

    __tablename__ = "essay_mark"
    __table_args__ = (UniqueConstraint("essay_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    essay_id: int = Field(foreign_key="essay.id")
    number: int
    returned: bool
    points: dict[str, Any] = Field(sa_type=JSON)
    comment: str = Field(max_length=4000)
    answer: str
    marked_at: datetime = Field(sa_type=Moment)
    marked_by: str = Field(max_length=320)


class Accommodation(SQLModel, table=True):
    """More time or more attempts for one person at one quiz, given by a trainer for a reason.

    Rows are added and withdrawn, never changed. Extra time of several rows does not add up: the longest holds;
    extra attempts do.
    """

    __tablename__ = "accommodation"
    __table_args__ = (Index(None, "person_id", "content_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    content_id: int = Field(foreign_key="content.id", index=True)
    extra_time_percent: int = 0
    extra_attempts: int = 0
    reason: str = Field(max_length=1000)
    given_at: datetime = Field(sa_type=Moment)
    given_by: str = Field(max_length=320)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: str | None = Field(default=None, max_length=320)


class ItemReport(SQLModel, table=True):
    """What somebody who answered a question says is wrong with it, until a trainer has looked at it."""

    __tablename__ = "item_report"

    id: int | None = Field(default=None, primary_key=True)
    attempt_item_id: int = Field(foreign_key="attempt_item.id", index=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    item: str = Field(max_length=80)
    text: str = Field(max_length=2000)
    reported_at: datetime = Field(sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    settled_by: str | None = Field(default=None, max_length=320)


class Practice(SQLModel, table=True):
    """One round of practice. It counts for nothing: no standing rests on it."""

    __tablename__ = "practice"
    __table_args__ = (Index(None, "person_id", "content_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    content_id: int | None = Field(default=None, foreign_key="content.id", index=True)
    kind: PracticeKind = Field(sa_type=stored_enum(PracticeKind))
    started_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class PracticeItem(SQLModel, table=True):
    """One question of a round of practice, at its place, with its options' order, the answer and its mark."""

    __tablename__ = "practice_item"
    __table_args__ = (UniqueConstraint("practice_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    practice_id: int = Field(foreign_key="practice.id")
    position: int
    item_version_id: int = Field(foreign_key="item_version.id", index=True)
    option_order: list[int] = Field(sa_type=JSON)
    answer: Any = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    correct: bool | None = None


class SpacedCard(SQLModel, table=True):
    """How well one person is expected to remember one item: the state of the FSRS scheduler.

    `stability` is the number of days after which the chance to remember has fallen to 90 %, `difficulty` lies between
    1 and 10 (https://github.com/open-spaced-repetition).
    """

    __tablename__ = "spaced_card"
    __table_args__ = (UniqueConstraint("person_id", "content_id", "item"), Index(None, "person_id", "due_at"))

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    content_id: int = Field(foreign_key="content.id", index=True)
    item: str = Field(max_length=80)
    state: int
    step: int | None = None
    stability: float | None = None
    difficulty: float | None = None
    due_at: datetime = Field(sa_type=Moment)
    reviewed_at: datetime | None = Field(default=None, sa_type=Moment)
    reviews: int = 0
    lapses: int = 0


class SpacedWish(SQLModel, table=True):
    """When somebody wants to be asked the questions that keep knowledge fresh: from which hour, on which weekdays.

    Monday is 0. No weekdays mean never.
    """

    __tablename__ = "spaced_wish"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    hour: int
    weekdays: list[int] = Field(sa_type=JSON)
    changed_at: datetime = Field(sa_type=Moment)


class QuizUpload(SQLModel, table=True):
    """A file of questions that somebody sent to be read into a quiz, until its questions are taken over or left.

    `report` says per question what became of it, and holds the questions that were read, or why nothing could be. The
    bytes are forgotten once they are read.
    """

    __tablename__ = "quiz_upload"

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id", index=True)
    name: str = Field(max_length=255)
    format: str = Field(max_length=32)
    data: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: UploadState = Field(sa_type=stored_enum(UploadState))
    read: int = 0
    total: int | None = None
    report: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    sent_at: datetime = Field(sa_type=Moment)
    sent_by: str = Field(max_length=320)
