"""What people fill in about live sessions."""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, StringConstraints

from app.certification.live.actions import Details
from app.certification.live.queries import Date
from app.certification.live.rules import exists
from app.web.forms import Blank, Bound, Form, blank
from app.web.i18n import gettext as _

D = TypeVar("D", bound="DateForm")

_LARGEST = 2**31 - 1
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class DateForm(Form):
    """A date of a live session, its day and time by the clocks of `timezone`."""

    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
    time: time
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    place: Annotated[str, StringConstraints(max_length=300)] = ""
    join_url: Annotated[str, StringConstraints(max_length=2000)] = ""
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    capacity: Annotated[int | None, Field(ge=1, le=100_000), Blank] = None
    host: Annotated[int, Field(ge=1, le=_LARGEST)]


class NewDateForm(DateForm):
    """A first version of a date: which live session it is of."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class ChangedDateForm(DateForm):
    """A date that was changed, why, and how often it had been changed when its page was opened."""

    reason: Reason
    sequence: Annotated[int, Field(ge=0, le=_LARGEST)]


class CancelForm(Form):
    """Why a date does not take place."""

    reason: Reason


class CodeForm(Form):
    """The code from the board, or the one that was read aloud."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class JudgeForm(Form):
    """What a trainer says of somebody's presence, by the person's number or by e-mail address."""

    person: Annotated[int | None, Field(ge=1, le=_LARGEST), Blank] = None
    email: Annotated[str, StringConstraints(max_length=320)] = ""
    attended: bool


@cache
def timezones() -> list[str]:
    """List the time zones to choose from: those named after places, and UTC."""
    places = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    return ["UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in places and "/" in name)]


def read_details(form: Bound[D], hosts: set[int]) -> Details | None:
    """Read what was set for a date, or say beside its fields what is wrong."""
    data = form.data
    if data is None:
        return None
    if data.timezone not in timezones():
        form.wrong("timezone", _("Choose a time zone of the list, such as Europe/Lisbon or Asia/Shanghai."))
        return None
    local = datetime.combine(data.day, data.time.replace(second=0, microsecond=0, tzinfo=None))
    zone = ZoneInfo(data.timezone)
    if not exists(local, zone):
        form.wrong("time", _("The clocks are put forward that day, so there is no such time; choose another."))
    if not data.place and not data.join_url:
        form.wrong("place", _("Say where it takes place, or give the link to join."))
    if data.join_url and not _is_link(data.join_url):
        form.wrong("join_url", _("Write a link that begins with https://."))
    if data.host not in hosts:
        form.wrong("host", _("Choose one of the list."))
    if form.errors:
        return None
    return Details(
        starts_at=local.replace(tzinfo=zone).astimezone(UTC),
        timezone=data.timezone,
        place=data.place,
        join_url=data.join_url,
        note=data.note.replace("\r\n", "\n"),
        capacity=data.capacity,
        host_id=data.host,
    )


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.netloc) and text.isprintable() and " " not in text


def shown(date: Date) -> Bound[ChangedDateForm]:
    """Fill the form with a date as it is."""
    local = date.starts_at.astimezone(ZoneInfo(date.timezone))
    return blank(
        day=local.date().isoformat(),
        time=f"{local:%H:%M}",
        timezone=date.timezone,
        place=date.place,
        join_url=date.join_url,
        note=date.note,
        capacity=date.capacity,
        host=date.host_id,
        sequence=date.sequence,
    )
