"""What time it is: one place to ask, so that every rule is told and none looks at a clock itself."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends

_site = {"zone": ZoneInfo("UTC")}


def set_zone(zone: ZoneInfo) -> None:
    """Set the site's time zone; one process serves one site, so this happens once, when it starts."""
    _site["zone"] = zone


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """Return the calendar day of `moment` in the site's time zone; all dates people see are such days."""
    return moment.astimezone(_site["zone"]).date()


def site_zone() -> ZoneInfo:
    """Return the site's time zone, in which days begin and end."""
    return _site["zone"]


def end_of_day(day: date) -> datetime:
    """Return the last moment of a calendar day in the site's time zone."""
    return datetime.combine(day, time.max, _site["zone"])


def local_moment(text: str) -> datetime:
    """Return the moment that a date-time without an offset means in the site's time zone; a day is its first moment."""
    return datetime.fromisoformat(text).replace(tzinfo=_site["zone"]).astimezone(UTC)


# async without awaiting: does no I/O, so it runs wherever the request is
async def _now() -> datetime:
    return now()


Now = Annotated[datetime, Depends(_now)]


async def _today(moment: Now) -> date:
    return local_day(moment)


Today = Annotated[date, Depends(_today)]
