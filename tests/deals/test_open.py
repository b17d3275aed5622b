"""When a deal goes on: asked of stored deals and of deals in hand, the answer is the same."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col

from app.deals.facts import SLIPS_DAYS, deals, is_open
from app.deals.models import Deal
from factories import deal

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("stage", "close_date", "outcome", "goes_on"),
    [
        ("proposal", None, None, True),
        ("proposal", TODAY, None, True),
        ("proposal", TODAY - DAY, None, True),
        ("proposal", TODAY - SLIPS_DAYS * DAY, None, True),
        ("proposal", TODAY - (SLIPS_DAYS + 1) * DAY, None, False),
        ("delivery", None, None, True),
        ("delivery", TODAY, None, True),
        ("delivery", TODAY - DAY, None, False),
        ("proposal", TODAY + DAY, "won", False),
        ("proposal", None, "lost", False),
    ],
)
def test_a_deal_goes_on(
    session: Session, stage: str, close_date: date | None, outcome: str | None, *, goes_on: bool
) -> None:
    deal(session, stage=stage, close_date=close_date, outcome=outcome)
    (facts,) = deals(session, col(Deal.reference) == "D-1", None)
    found = deals(session, is_open(TODAY), None)
    assert (facts.is_open(TODAY), [each.reference for each in found]) == (goes_on, ["D-1"] if goes_on else [])


def test_the_first_day_there_is_has_deals_too(session: Session) -> None:
    deal(session)
    assert deals(session, is_open(date.min), None)
