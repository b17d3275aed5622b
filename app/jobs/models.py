from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment


class Job(SQLModel, table=True):
    """Something to be done after the transaction that asked for it, at least once."""

    __tablename__ = "job"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=80)
    key: str | None = Field(default=None, max_length=200, unique=True)
    payload: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment, index=True)
    tries: int = 0
    lease: str | None = Field(default=None, max_length=32)
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    error: str | None = None
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    request_id: str | None = Field(default=None, max_length=64)
    """The request that asked for it, or for what asked for it; for the log."""
