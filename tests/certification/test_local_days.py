"""Days are those of the site: what is done late in the evening of London is done the next morning in Shanghai."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from app.certification.queries import periods, record
from app.certification.rules import Standing
from app.clock import set_zone
from factories import attest, person, sellable

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def shanghai() -> Iterator[ZoneInfo]:
    zone = ZoneInfo("Asia/Shanghai")
    set_zone(zone)
    yield zone
    set_zone(ZoneInfo("UTC"))


def test_evidence_counts_for_the_day_of_the_site(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=datetime(2024, 1, 1, tzinfo=UTC))
    attest(session, ana, keeper, at=datetime(2024, 2, 28, 23, 30, tzinfo=UTC))
    (held,) = periods(session, ana.id or 0)
    assert (held.done_on, held.valid_through) == (date(2024, 2, 29), date(2025, 2, 27))


def test_the_last_valid_day_ends_at_the_midnight_of_the_site(session: Session, shanghai: ZoneInfo) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=datetime(2024, 1, 1, tzinfo=UTC))
    attest(session, ana, keeper, at=datetime(2024, 6, 1, 23, 30, tzinfo=UTC))
    midnight = datetime(2025, 6, 2, tzinfo=shanghai)
    standings = []
    for moment in (midnight - SECOND, midnight, midnight + timedelta(days=14) - SECOND, midnight + timedelta(days=14)):
        found = record(session, ana.id or 0, keeper.id or 0, moment.astimezone(UTC))
        assert found is not None
        standings.append(found.verdict.standing)
    assert standings == [Standing.RENEWAL_OPEN, Standing.IN_GRACE, Standing.IN_GRACE, Standing.EXPIRED]


def test_the_renewal_window_opens_at_the_midnight_of_the_site(session: Session, shanghai: ZoneInfo) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=datetime(2024, 1, 1, tzinfo=UTC))
    attest(session, ana, keeper, at=datetime(2024, 6, 1, 23, 30, tzinfo=UTC))
    opens = datetime(2025, 5, 3, tzinfo=shanghai)
    attest(session, ana, keeper, at=(opens - SECOND).astimezone(UTC), number=2)
    assert len(periods(session, ana.id or 0)) == 1
    attest(session, ana, keeper, at=opens.astimezone(UTC), number=3)
    assert [each.valid_through for each in periods(session, ana.id or 0)] == [date(2026, 6, 1), date(2025, 6, 1)]
