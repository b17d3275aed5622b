from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class ContentKind(StrEnum):
    """What a content document describes; one product has one course, one program, one set of red lines."""

    COURSE = "course"
    PROGRAM = "program"
    REDLINES = "redlines"
    QUIZ = "quiz"


class Verdict(StrEnum):
    """What its author says a publication asks of the people who are certified under the version before."""

    NONE = "none"
    NOTIFY = "notify"
    ATTEST_AGAIN = "attest_again"
    DELTA_QUIZ = "delta_quiz"
    FULL = "full"


class Origin(StrEnum):
    """Where a version was written."""

    WEB = "web"
    FILES = "files"


class Product(SQLModel, table=True):
    """Something that is sold. `name` is a copy of the published course's, for lists."""

    __tablename__ = "product"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=80, unique=True)
    name: str | dict[str, str] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class Content(SQLModel, table=True):
    """The working copy of one document; what the world sees is its newest `ContentVersion`.

    `step` counts the saves, so that a stale tab is refused. `file_digest` is the document as it was when
    files were last read or written: a draft or a version that differs from it was changed on the web.
    """

    __tablename__ = "content"
    __table_args__ = (UniqueConstraint("kind", "slug"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    kind: ContentKind = Field(sa_type=stored_enum(ContentKind))
    slug: str = Field(max_length=80)
    draft: dict[str, Any] = Field(sa_type=JSON)
    draft_digest: str = Field(max_length=64)
    step: int = 0
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str = Field(max_length=320)
    published_digest: str | None = Field(default=None, max_length=64)
    file_digest: str | None = Field(default=None, max_length=64)


class ContentVersion(SQLModel, table=True):
    """A frozen document. Rows are never changed; a completion, an attestation or an attempt cites exactly one.

    `delta` names, by quiz, the items that ask about what changed, where the verdict is a delta quiz.
    """

    __tablename__ = "content_version"
    __table_args__ = (UniqueConstraint("content_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    content_id: int = Field(foreign_key="content.id")
    number: int
    document: dict[str, Any] = Field(sa_type=JSON)
    digest: str = Field(max_length=64)
    origin: Origin = Field(sa_type=stored_enum(Origin))
    verdict: Verdict = Field(sa_type=stored_enum(Verdict))
    deadline: date | None = None
    delta: dict[str, list[str]] | None = Field(default=None, sa_type=JSON(none_as_null=True), nullable=True)
    note: str = Field(default="", max_length=1000)
    published_at: datetime = Field(sa_type=Moment)
    published_by: str = Field(max_length=320)


class Media(SQLModel, table=True):
    """A picture or a sound that documents name by its digest, the SHA-256 of its bytes. Rows are never changed."""

    __tablename__ = "media"

    digest: str = Field(max_length=64, primary_key=True)
    content_type: str = Field(max_length=80)
    data: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime = Field(sa_type=Moment)
    stored_by: str = Field(max_length=320)


class LessonProgress(SQLModel, table=True):
    """How far one person is in one lesson. `watched` holds merged [from, to] seconds of the video."""

    __tablename__ = "lesson_progress"
    __table_args__ = (UniqueConstraint("person_id", "product_id", "lesson"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    lesson: str = Field(max_length=80)
    opened_at: datetime = Field(sa_type=Moment)
    watched: list[list[float]] = Field(sa_type=JSON)
    watched_seconds: float = 0
    position_seconds: float = 0
    beat_at: datetime | None = Field(default=None, sa_type=Moment)
    completed_at: datetime | None = Field(default=None, sa_type=Moment)
    content_version_id: int | None = Field(default=None, foreign_key="content_version.id")
    confirmed: bool = False
