"""How often something may be tried: within a window that ends, whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.errors import TooManyRequestsError
from app.people.limits import WINDOW, count, forget_old
from app.people.models import RateLimit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_who_tried_too_often_waits_for_the_end_of_the_window(session: Session) -> None:
    count(session, "door", 1, NOON)
    with pytest.raises(TooManyRequestsError) as refused:
        count(session, "door", 1, NOON + timedelta(minutes=5))
    assert refused.value.retry_after == 600
    count(session, "door", 1, NOON + WINDOW)


def test_a_clock_that_goes_back_keeps_nobody_out(session: Session) -> None:
    ahead = NOON + timedelta(days=400)
    count(session, "door", 1, ahead)
    count(session, "gate", 1, ahead)
    count(session, "door", 1, NOON)
    with pytest.raises(TooManyRequestsError):
        count(session, "door", 1, NOON)
    forget_old(session, NOON)
    assert session.scalars(select(col(RateLimit.key))).all() == ["door"]
