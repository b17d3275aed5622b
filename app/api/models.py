from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.database import Moment


class IdempotentAnswer(SQLModel, table=True):
    """What a client was answered under an Idempotency-Key, so that the same request again gets the same answer."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    token_id: int = Field(foreign_key="api_token.id")
    key: str = Field(max_length=255)
    request: str = Field(max_length=64)
    status: int
    body: str
    at: datetime = Field(sa_type=Moment, index=True)
