"""What leave does to a due date, and what it leaves alone: the fixed day that is the same each year."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from app.certification.actions import assign
from app.certification.assigning.actions import add_leave
from app.certification.queries import record
from factories import NOW, attest, person, sellable

LEADER = "mia@example.com"
SIGNED = datetime(2027, 1, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("basis", "away", "due_on", "valid_through"),
    [
        ("fixed", None, date(2026, 12, 31), date(2027, 12, 30)),
        ("fixed", (date(2026, 12, 1), date(2026, 12, 10)), date(2027, 1, 10), date(2027, 12, 30)),
        ("expiry", None, date(2026, 12, 31), date(2028, 1, 7)),
        ("expiry", (date(2026, 12, 1), date(2026, 12, 10)), date(2027, 1, 10), date(2028, 1, 9)),
        ("completion", (date(2026, 12, 1), date(2026, 12, 10)), date(2027, 1, 10), date(2028, 1, 7)),
    ],
)
def test_leave_moves_the_due_date_and_never_a_fixed_day(
    session: Session, basis: str, away: tuple[date, date] | None, due_on: date, valid_through: date
) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, basis=basis, minimum_active_months=6)
    who, what = ana.id or 0, keeper.id or 0
    assign(session, who, what, due_on=date(2026, 12, 31), by=LEADER, moment=NOW)
    if away:
        add_leave(session, who, *away, by=LEADER, moment=NOW)
    attest(session, ana, keeper, at=SIGNED)
    found = record(session, who, what, SIGNED)
    assert found is not None
    assert (found.due_on, found.verdict.valid_through) == (due_on, valid_through)
