"""The end of a deal and the customer's people on it, in a browser."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.deals.facts import Contact, DealFacts, deals
from app.deals.lists import at_risk
from app.deals.models import Deal
from app.people.models import Role
from factories import NOW, attest, deal, person, sellable

LATER = NOW + timedelta(hours=1)
TODAY = LATER.date()
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def miriam(session: Session, sign_in: Callable[[str], TestClient]) -> TestClient:
    """Miriam, who leads Ana (cleared) and Marek (not); D-1 is Ana's, D-2 has both."""
    boss = person(session, "miriam@example.com", Role.MANAGER)
    ana, marek = (person(session, f"{name}@example.com", manager=boss) for name in ("ana", "marek"))
    keeper = sellable(session)
    attest(session, ana, keeper)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]})
    deal(session, "D-2", products=[keeper], team={"owner": [ana], "specialist": [marek]})
    session.commit()
    return sign_in("miriam@example.com")


def stored(session: Session, reference: str) -> DealFacts:
    session.rollback()
    (found,) = deals(session, col(Deal.reference) == reference, None)
    session.rollback()
    return found


def recorded(session: Session) -> list[str]:
    session.rollback()
    chosen = select(col(AuditEntry.action)).where(col(AuditEntry.subject_kind) == "deal")
    found = list(session.scalars(chosen.order_by(col(AuditEntry.id))))
    session.rollback()
    return found


def close(browser: TestClient, reference: str, outcome: str, step: int = 0, **more: Any) -> int:
    data = {"outcome": outcome, "step": step, **more}
    return browser.post(f"/deals/{reference}/outcome", data=data).status_code


def test_a_deal_is_won_and_opened_again(miriam: TestClient, session: Session) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert close(miriam, "D-1", "won", closed_on=yesterday.isoformat()) == 303
    assert (stored(session, "D-1").outcome, stored(session, "D-1").closed_on) == ("won", yesterday)
    assert "Won" in miriam.get("/deals/D-1").text
    assert close(miriam, "D-1", "open", step=1) == 303
    assert (stored(session, "D-1").outcome, stored(session, "D-1").closed_on) == (None, None)
    assert recorded(session) == ["deal.won", "deal.reopened"]


def test_a_second_click_closes_once(miriam: TestClient, session: Session) -> None:
    assert [close(miriam, "D-1", "lost") for _ in range(2)] == [303, 303]
    assert recorded(session) == ["deal.lost"]


def test_who_is_in_the_way_is_asked_when_a_deal_is_won_or_goes_on(miriam: TestClient, session: Session) -> None:
    refused = miriam.post("/deals/D-2/outcome", data={"outcome": "won", "step": 0})
    assert (refused.status_code, "The deal was not changed" in refused.text) == (422, True)
    assert len(at_risk(session, None, LATER)) == 1
    session.rollback()
    assert close(miriam, "D-2", "lost") == 303
    assert at_risk(session, None, LATER) == []
    session.rollback()
    assert close(miriam, "D-2", "open", step=1) == 422
    assert recorded(session) == ["deal.change_refused", "deal.lost", "deal.change_refused"]


def test_a_stale_page_closes_nothing(miriam: TestClient, session: Session) -> None:
    assert close(miriam, "D-1", "won") == 303
    assert close(miriam, "D-1", "lost", step=0) == 409
    assert stored(session, "D-1").outcome == "won"


@pytest.mark.parametrize(
    "data", [{"outcome": "drawn"}, {"outcome": "won", "closed_on": (TODAY + timedelta(days=1)).isoformat()}]
)
def test_an_end_that_cannot_be_is_refused(miriam: TestClient, session: Session, data: dict[str, str]) -> None:
    assert miriam.post("/deals/D-1/outcome", data={**data, "step": 0}).status_code == 422
    assert recorded(session) == []


def test_the_facts_of_a_closed_deal_change_without_opening_it(miriam: TestClient, session: Session) -> None:
    close(miriam, "D-1", "won")
    facts = {"name": "Harbour", "account": "H", "amount": "5", "currency": "EUR", "stage": "contract", "step": 1}
    assert miriam.post("/deals/D-1", data=facts).status_code == 303
    assert (stored(session, "D-1").name, stored(session, "D-1").outcome) == ("Harbour", "won")


def people(*rows: tuple[str, str, str], step: int = 0) -> dict[str, Any]:
    names, roles, notes = zip(*rows, strict=True) if rows else ((), (), ())
    return {"contact_name": list(names), "contact_role": list(roles), "contact_note": list(notes), "step": step}


def test_the_customers_people_are_written_and_taken_off(miriam: TestClient, session: Session) -> None:
    rita = ("Rita Amaral", "owner", "Effort in the <shop>")
    both = people(rita, ("", "owner", ""), (" Rui ", "it", ""))
    assert [miriam.post("/deals/D-1/contacts", data=both).status_code for _ in range(2)] == [303, 303]
    assert stored(session, "D-1").contacts == (Contact(*rita), Contact("Rui", "it"))
    text = miriam.get("/deals/D-1").text
    assert ("Rita Amaral" in text, "Effort in the &lt;shop&gt;" in text) == (True, True)
    assert 'value="Rita Amaral"' in miriam.get("/deals/D-1/edit").text
    assert miriam.post("/deals/D-1/contacts", data=people(("", "owner", ""), step=1)).status_code == 303
    assert stored(session, "D-1").contacts == ()
    assert recorded(session) == ["contacts.changed"] * 2


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (people(("Rita", "king", "")), 422),
        (people(("R" * 201, "owner", "")), 422),
        (people(("Rita", "owner", "n" * 501)), 422),
        (people(*[("Rita", "owner", "")] * 31), 422),
        (people(("Rita", "owner", ""), step=7), 409),
    ],
)
def test_people_that_cannot_be_stored_are_said(
    miriam: TestClient, session: Session, data: dict[str, Any], status: int
) -> None:
    assert miriam.post("/deals/D-1/contacts", data=data).status_code == status
    assert stored(session, "D-1").contacts == ()


def test_only_those_who_may_change_a_deal_do(
    miriam: TestClient, sign_in: Callable[[str], TestClient], session: Session
) -> None:
    marek = sign_in("marek@example.com")
    assert close(marek, "D-2", "lost") == 403
    assert marek.post("/deals/D-2/contacts", data=people(("Rita", "owner", ""))).status_code == 403
    assert close(marek, "D-1", "lost") == 404
    assert recorded(session) == []
