from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from app.database import Moment


class GatePolicy(SQLModel, table=True):
    """What the gate asks for one product from `starts_on` through `ends_on`, both inclusive; no end where None.

    Rows are never changed but for `withdrawn_at`. On a day for which several hold, the one that starts last does, and
    of those the one made last; where none holds, what the program says does.
    """

    __tablename__ = "gate_policy"

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    starts_on: date
    ends_on: date | None = None
    document: dict[str, Any] = Field(sa_type=JSON)
    reason: str = Field(max_length=1000)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str = Field(max_length=320)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: str | None = Field(default=None, max_length=320)
