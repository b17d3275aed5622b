from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment, stored_enum


class SourceForm(StrEnum):
    """How the CRM's list of deals is written."""

    CSV = "csv"
    JSON = "json"


class CrmSource(SQLModel, table=True):
    """An address from which the CRM's deals are fetched every so many hours.

    `sealed_header` is the whole Authorization header, sealed with the installation's secret. With `recording` the
    teams are taken over as the CRM has them, without it they are only compared.
    """

    __tablename__ = "crm_source"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    url: str = Field(max_length=2000)
    form: SourceForm = Field(sa_type=stored_enum(SourceForm))
    sealed_header: str = ""
    every_hours: int = 24
    recording: bool = False
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(max_length=320)
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment, index=True)


class Reconciliation(SQLModel, table=True):
    """One comparison of the CRM's teams with ours, and what it found; `lines` are the first differences."""

    __tablename__ = "reconciliation"

    id: int | None = Field(default=None, primary_key=True)
    source_id: int | None = Field(default=None, foreign_key="crm_source.id", index=True)
    asked_by: str = Field(max_length=320)
    recording: bool = False
    started_at: datetime = Field(sa_type=Moment, index=True)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    rows: int = 0
    same: int = 0
    different: int = 0
    unknown: int = 0
    missing: int = 0
    not_cleared: int = 0
    wrong: int = 0
    recorded: int = 0
    lines: list[Any] = Field(sa_type=JSON)
    error: str = Field(default="", max_length=1000)
