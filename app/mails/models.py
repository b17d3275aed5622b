from datetime import datetime

from sqlmodel import Field, SQLModel

from app.database import Moment


class Mail(SQLModel, table=True):
    """A mail to one address. `calendar` is an iCalendar text that goes along, with its method.

    `message_id` is the part of the Message-ID before the sender's domain, the same at each try. `failed_at` is when
    nobody tried any more, and `error` why, or why the last try did not work.
    """

    __tablename__ = "mail"

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(max_length=200, unique=True)
    kind: str = Field(max_length=40)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    to_address: str = Field(max_length=320)
    subject: str = Field(max_length=300)
    text: str
    calendar: str = ""
    calendar_method: str = Field(default="", max_length=16)
    created_at: datetime = Field(sa_type=Moment, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str = Field(default="", max_length=500)
