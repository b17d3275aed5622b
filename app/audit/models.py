from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment


class AuditEntry(SQLModel, table=True):
    """One thing that was done. Each carries the digest of the one before.

    Rows are only ever added; those up to the last `AuditAnchor` may be deleted, being in an archive.
    """

    __tablename__ = "audit_entry"

    id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment, index=True)
    actor: str = Field(max_length=320)
    action: str = Field(max_length=80, index=True)
    subject_kind: str = Field(max_length=40)
    subject: str = Field(max_length=320, index=True)
    details: dict[str, Any] = Field(sa_type=JSON)
    previous_digest: str = Field(max_length=64)
    digest: str = Field(max_length=64, unique=True)


class AuditAnchor(SQLModel, table=True):
    """Entries up to a number were moved to an archive that was proved: what remains is chained to `digest`.

    `sha256` is that of the file as it was written, `before` the moment that everything in it is older than.
    """

    __tablename__ = "audit_anchor"

    through_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    before: datetime = Field(sa_type=Moment)
    archived_at: datetime = Field(sa_type=Moment)
    archived_by: str = Field(max_length=320)
