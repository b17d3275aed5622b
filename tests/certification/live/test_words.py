"""A session is at a place, and its readers are elsewhere: both clocks are said where they differ."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.certification.live.words import at, when
from app.clock import set_zone

STARTS = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _utc_afterwards() -> Iterator[None]:
    yield
    set_zone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("place", "site", "hours", "said"),
    [
        ("Europe/Lisbon", "Europe/Lisbon", 1, "09:00–10:00 (Europe/Lisbon)"),
        ("Europe/Lisbon", "UTC", 1, "09:00–10:00 (Europe/Lisbon)"),
        ("Europe/Lisbon", "Europe/Madrid", 1, "09:00–10:00 (Europe/Lisbon); 10:00–11:00 (Europe/Madrid)"),
        (
            "Europe/Lisbon",
            "Asia/Shanghai",
            8,
            "09:00–17:00 (Europe/Lisbon); 17:00–24 November 2026, 01:00 (Asia/Shanghai)",
        ),
        (
            "Europe/Lisbon",
            "Pacific/Auckland",
            4,
            "09:00–13:00 (Europe/Lisbon); 22:00–24 November 2026, 02:00 (Pacific/Auckland)",
        ),
        (
            "Europe/Lisbon",
            "Pacific/Pago_Pago",
            1,
            "09:00–10:00 (Europe/Lisbon); 22 November 2026, 22:00–23:00 (Pacific/Pago_Pago)",
        ),
    ],
)
def test_a_session_has_the_time_of_its_place_and_that_of_the_site(place: str, site: str, hours: int, said: str) -> None:
    set_zone(ZoneInfo(site))
    assert when(STARTS, STARTS + timedelta(hours=hours), place) == f"Monday, 23 November 2026, {said}"


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("Europe/Lisbon", "09:00 (Europe/Lisbon)"),
        ("Europe/Madrid", "09:00 (Europe/Lisbon); 10:00 (Europe/Madrid)"),
        ("Pacific/Pago_Pago", "09:00 (Europe/Lisbon); 22 November 2026, 22:00 (Pacific/Pago_Pago)"),
    ],
)
def test_a_time_of_day_has_both_clocks_too(site: str, said: str) -> None:
    set_zone(ZoneInfo(site))
    assert at(STARTS, "Europe/Lisbon") == said
