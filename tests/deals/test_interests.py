"""Who gains by a certification, asked for one rep or for one assessor: both answers agree, and the queue shows it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update
from sqlmodel import Session, col

from app.certification.interests import beneficiaries, gains
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.deals.models import DealMember
from app.people.models import Role
from factories import NOW, deal, person, sellable

SignIn = Callable[[str], TestClient]
OVER = {"stage": "delivery", "close_date": date(2026, 11, 1)}
MARK = "Not for you: you share a deal"


@pytest.mark.parametrize(
    ("facts", "on_team", "supervises", "gain"),
    [
        ({}, True, False, True),
        ({}, False, True, True),
        ({}, False, False, False),
        (OVER, True, False, False),
        ({"stage": "delivery", "close_date": None}, True, False, True),
        ({"close_date": date(2026, 11, 1)}, True, False, True),
    ],
)
def test_who_gains_and_by_whom_agree(
    session: Session, sign_in: SignIn, facts: dict[str, Any], *, on_team: bool, supervises: bool, gain: bool
) -> None:
    ana, tom = person(session, "ana@example.com"), person(session, "tom@example.com", Role.TRAINER)
    keeper, porter = sellable(session, "keeper"), sellable(session, "porter")
    deal(session, products=[keeper], team={"owner": [ana], "presales": [tom] if on_team else []}, **facts)
    deal(session, "D-2", products=[porter], team={"owner": [ana]})
    if supervises:
        session.execute(update(DealMember).where(col(DealMember.person_id) == ana.id).values(supervisor_id=tom.id))
        session.execute(update(DealMember).where(col(DealMember.deal_id) == 2).values(supervisor_id=None))
    session.add(
        SignOffRequest(
            person_id=ana.id or 0,
            product_id=keeper.id or 0,
            rubric="demo",
            form=DemonstrationForm.DEMONSTRATION,
            asked_at=NOW - timedelta(days=1),
        )
    )
    asked = _both(session, ana.id or 0, tom.id or 0, keeper.id or 0, NOW)
    session.commit()
    assert asked == (gain, gain)
    assert gains(session, tom.id or 0, NOW) == ({(ana.id, keeper.id)} if gain else set())
    session.rollback()
    assert (MARK in sign_in("tom@example.com").get("/sign-offs").text) is gain


def _both(session: Session, rep: int, assessor: int, product: int, moment: datetime) -> tuple[bool, bool]:
    return (
        assessor in beneficiaries(session, rep, product, moment),
        (rep, product) in gains(session, assessor, moment),
    )
