"""Calendar entries of live sessions (RFC 5545), and the messages that set, change and cancel them (RFC 5546).

The time zones are written here: what a library makes of the system's is bounded by years of its own choice, and
dates the beginning of summer time by the clock that it leads to, where RFC 5545 wants the one before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

from app.certification.live.entries import Entry, Method, Who

PRODUCT_ID = "-//Dealworthy//Live sessions//EN"
REFRESH = timedelta(hours=1)
"""How often programs that subscribe to a calendar are asked to look for news."""
_AROUND = timedelta(days=366)
_HOUR = timedelta(hours=1)


class Change(NamedTuple):
    """From `at` on, clocks are `after` ahead of UTC; until then they were `before`."""

    at: datetime
    before: timedelta
    after: timedelta
    summer: bool
    name: str


def message(method: Method, entry: Entry) -> str:
    """Write an invitation, its update or its cancellation."""
    return _written(_calendar(method, [entry]))


def feed(name: str, entries: Sequence[Entry]) -> str:
    """Write the calendar that a person subscribes to."""
    calendar = _calendar(Method.PUBLISH, entries)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    return _written(calendar)


def _written(calendar: Calendar) -> str:
    content: bytes = calendar.to_ical()
    return content.decode()


def _calendar(method: Method, entries: Sequence[Entry]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_ID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    for timezone in dict.fromkeys(entry.timezone for entry in entries):
        calendar.add_component(_timezone(timezone, [each for each in entries if each.timezone == timezone]))
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar


def _event(entry: Entry) -> Event:
    zone = ZoneInfo(entry.timezone)
    starts, ends = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamped_at.astimezone(UTC))
    event.add("dtstart", starts)
    # in the hour that clocks show twice a local time means the first, so a second one is told in UTC
    event.add("dtend", entry.ends_at.astimezone(UTC) if ends.fold else ends)
    event.add("summary", entry.title)
    event.add("description", entry.description)
    if entry.location:
        event.add("location", entry.location)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("organizer", _address(entry.host))
    if entry.attendee:
        attendee = _address(entry.attendee)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee)
    return event


def _address(who: Who) -> vCalAddress:
    address = vCalAddress(f"mailto:{who.email}")
    # a parameter can hold neither quotation marks nor line breaks (RFC 5545, section 3.2)
    address.params["CN"] = vText(" ".join(who.name.replace('"', "'").split()))
    return address


def _timezone(name: str, entries: Iterable[Entry]) -> Timezone:
    zone = ZoneInfo(name)
    moments = [moment for each in entries for moment in (each.starts_at, each.ends_at)]
    first, last = min(moments) - _AROUND, max(moments) + _AROUND
    timezone = Timezone()
    timezone.add("tzid", name)
    there = first.astimezone(zone)
    offset = _offset(there)
    begin = Change(first.replace(microsecond=0), offset, offset, bool(there.dst()), there.tzname() or name)
    for change in (begin, *changes(zone, first, last)):
        timezone.add_component(_observance(change))
    return timezone


def _observance(change: Change) -> Component:
    observance: Component = TimezoneDaylight() if change.summer else TimezoneStandard()
    # a local time of the offset that ends then (RFC 5545, section 3.6.5)
    observance.add("dtstart", (change.at.astimezone(UTC) + change.before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", change.before)
    observance.add("tzoffsetto", change.after)
    observance.add("tzname", change.name)
    return observance


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Change]:
    """Yield when the clocks of a zone are set between two moments, to the second, in order."""
    earlier = first.astimezone(UTC)
    while earlier < last:
        later = earlier + 12 * _HOUR
        before, after = _offset(earlier.astimezone(zone)), _offset(later.astimezone(zone))
        if before != after:
            at = _turn(zone, earlier, later)
            there = at.astimezone(zone)
            yield Change(at, before, after, bool(there.dst()), there.tzname() or "")
        earlier = later


def _turn(zone: ZoneInfo, earlier: datetime, later: datetime) -> datetime:
    """Return the first whole second at which the offset is that of `later`."""
    offset = _offset(later.astimezone(zone))
    low, high = int(earlier.timestamp()), int(later.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, zone)) == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
