from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment


class Certificate(SQLModel, table=True):
    """One issue of a certificate for one period. Rows are never changed; a later issue supersedes an earlier one.

    `snapshot` holds everything that is printed, `template` names the design it is printed with, `digest` is the
    SHA-256 of both. `status_index` is its place in the badge's status lists.
    """

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("period_id", "issue"),)

    id: int | None = Field(default=None, primary_key=True)
    period_id: int = Field(foreign_key="certification_period.id")
    issue: int
    code: str = Field(max_length=32, unique=True)
    supersedes_id: int | None = Field(default=None, foreign_key="certificate.id", unique=True)
    template: str = Field(max_length=40)
    snapshot: dict[str, Any] = Field(sa_type=JSON)
    digest: str = Field(max_length=64)
    status_index: int = Field(unique=True)
    reason: str = Field(default="", max_length=1000)
    issued_at: datetime = Field(sa_type=Moment)
    issued_by: str = Field(max_length=320)


class CertificateFile(SQLModel, table=True):
    """The SHA-256 of a file that is handed out for a certificate, so that exactly that file can be told again.

    `engine` names what made it: another version of the program or its fonts may make another file of the same row.
    """

    __tablename__ = "certificate_file"

    digest: str = Field(max_length=64, primary_key=True)
    certificate_id: int = Field(foreign_key="certificate.id", index=True)
    form: str = Field(max_length=16)
    locale: str = Field(max_length=16)
    engine: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=Moment)


class SigningKey(SQLModel, table=True):
    """A key that badges are signed with. The private half is sealed with the installation's secret."""

    __tablename__ = "signing_key"

    id: int | None = Field(default=None, primary_key=True)
    kid: str = Field(max_length=64, unique=True)
    public: dict[str, Any] = Field(sa_type=JSON)
    sealed: str
    created_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)
