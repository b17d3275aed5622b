"""Calendar entries, read by the library that wrote them and by another one, and looked at byte by byte."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]  # it ships no types
from icalendar import Calendar

from app.certification.live.calendar import feed, message
from app.certification.live.entries import Entry, Method, Who

ENTRY = Entry(
    uid="0a1b2c@dealworthy",
    sequence=3,
    stamped_at=datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
    starts_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 23, 10, 30, tzinfo=UTC),
    timezone="Europe/Lisbon",
    title="Launch demo · Keeper",
    description="Room 4; bring a till,\nand a \\ key",
    location="Rua Augusta 1, Lisboa",
    url="https://sales.example.com/sessions/7",
    host=Who("Tom Sellers", "trainer@example.com"),
    attendee=Who('Ana "Rep"\r\nX-EVIL:1', "ana@example.com"),
)
ZONES = {
    # a day before the clocks change to two days after it
    "Europe/Lisbon": datetime.fromisoformat("2027-03-27T01:30"),
    "America/New_York": datetime.fromisoformat("2027-11-06T00:30"),
    "Asia/Shanghai": datetime.fromisoformat("2026-11-23T09:00"),
    "Australia/Lord_Howe": datetime.fromisoformat("2027-04-03T01:15"),
    "Africa/Casablanca": datetime.fromisoformat("2027-02-06T01:30"),
}


def parsed(text: str) -> Any:
    return Calendar.from_ical(text)


def local(zone: str, day: int) -> tuple[Entry, datetime]:
    starts = (ZONES[zone] + timedelta(days=day)).replace(tzinfo=ZoneInfo(zone))
    begins = starts.astimezone(UTC)
    return replace(ENTRY, timezone=zone, starts_at=begins, ends_at=begins + timedelta(minutes=90)), begins


def check_lines(text: str) -> None:
    """RFC 5545, section 3.1: lines end with CRLF and are folded at 75 octets, never within a character."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    assert [line for line in lines if "\n" in line or "\r" in line] == []
    assert max(len(line.encode()) for line in lines) <= 75


def test_an_invitation_says_who_meets_where_and_when() -> None:
    text = message(Method.REQUEST, ENTRY)
    check_lines(text)
    calendar = parsed(text)
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    (event,) = calendar.walk("VEVENT")
    assert {name: str(event[name]) for name in ("uid", "sequence", "summary", "location", "status", "url")} == {
        "uid": "0a1b2c@dealworthy",
        "sequence": "3",
        "summary": "Launch demo · Keeper",
        "location": "Rua Augusta 1, Lisboa",
        "status": "CONFIRMED",
        "url": "https://sales.example.com/sessions/7",
    }
    assert event["description"] == ENTRY.description
    assert (event["dtstamp"].dt, event["dtstart"].dt, event["dtend"].dt) == (
        ENTRY.stamped_at,
        ENTRY.starts_at,
        ENTRY.ends_at,
    )
    assert event["dtstart"].params["TZID"] == "Europe/Lisbon"
    assert (event["organizer"], event["organizer"].params["CN"]) == ("mailto:trainer@example.com", "Tom Sellers")
    assert (event["attendee"], event["attendee"].params["CN"]) == ("mailto:ana@example.com", "Ana 'Rep' X-EVIL:1")


def test_a_cancellation_names_the_same_entry() -> None:
    calendar = parsed(message(Method.CANCEL, replace(ENTRY, cancelled=True, sequence=4)))
    (event,) = calendar.walk("VEVENT")
    assert (calendar["method"], event["status"], event["uid"], event["sequence"]) == (
        "CANCEL",
        "CANCELLED",
        ENTRY.uid,
        4,
    )


def test_long_chinese_words_are_folded_between_characters() -> None:
    title = "产品上线演示，价格与红线；" * 23
    text = message(Method.REQUEST, replace(ENTRY, title=title[:300], location="会议室 " * 40))
    check_lines(text)
    (event,) = parsed(text).walk("VEVENT")
    assert event["summary"] == title[:300]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", range(3))
def test_another_reader_finds_the_same_moment_by_the_rules_of_the_entry_alone(zone: str, day: int) -> None:
    entry, begins = local(zone, day)
    text = message(Method.REQUEST, entry)
    check_lines(text)
    (written,) = re.findall(r"DTSTART(?:;TZID=([^:]+))?:(\d{8}T\d{6})\r\n(?=DTEND)", text)
    rules = tzical(StringIO(text.replace("\r\n ", "").replace("\r\n", "\n"))).get(written[0])
    there = datetime.strptime(written[1], "%Y%m%dT%H%M%S").replace(tzinfo=rules)
    assert there.astimezone(UTC) == begins
    (event,) = parsed(text).walk("VEVENT")
    assert event["dtend"].dt.astimezone(UTC) == entry.ends_at


@pytest.mark.parametrize(
    ("minutes", "written"), [(29, "DTEND;TZID=Europe/Lisbon:20271031T015900"), (60, "DTEND:20271031T013000Z")]
)
def test_an_end_in_the_hour_that_is_shown_twice_is_told_in_utc(minutes: int, written: str) -> None:
    begins = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    entry = replace(ENTRY, starts_at=begins, ends_at=begins + timedelta(minutes=minutes))
    assert written in message(Method.REQUEST, entry).split("\r\n")


def test_a_feed_holds_every_entry_and_each_zone_once() -> None:
    lisbon, shanghai = ENTRY, replace(ENTRY, uid="other@dealworthy", timezone="Asia/Shanghai", cancelled=True)
    text = feed("Live sessions, Ana", [lisbon, shanghai, replace(lisbon, uid="third@dealworthy")])
    check_lines(text)
    calendar = parsed(text)
    assert (calendar["method"], calendar["x-wr-calname"]) == ("PUBLISH", "Live sessions, Ana")
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == ["Europe/Lisbon", "Asia/Shanghai"]
    assert [(str(each["uid"]), str(each["status"])) for each in calendar.walk("VEVENT")] == [
        (ENTRY.uid, "CONFIRMED"),
        ("other@dealworthy", "CANCELLED"),
        ("third@dealworthy", "CONFIRMED"),
    ]


def test_a_feed_without_dates_is_a_calendar() -> None:
    assert parsed(feed("Nothing", [])).walk("VEVENT") == []
