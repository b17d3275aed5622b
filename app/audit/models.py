from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment


class AuditEntry(SQLModel, table=True):
    """One thing that was done. Rows are only ever added; each carries the digest of the one before."""

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
