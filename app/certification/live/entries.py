"""What calendars show of live sessions; `calendar` writes it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Method(StrEnum):
    """What the reader is to do with the entries."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Who(NamedTuple):
    """A person, as calendars name one."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One date as a calendar shows it; texts are in the reader's language.

    `uid` never changes; `sequence` and `stamped_at` say which of two messages is newer.
    """

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    timezone: str
    title: str
    description: str
    location: str
    url: str
    host: Who
    attendee: Who | None = None
    cancelled: bool = False
