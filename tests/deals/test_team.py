"""The team of a deal in a browser: whom the gate lets on it, beside whom, and what is kept of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from deals.house import House, actions_kept, stored_team
from factories import NOW, attest, deal, person, sellable

LATER = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_who_is_not_cleared_is_not_added_and_is_told_why(house: House, sign_in: SignIn, session: Session) -> None:
    add = {"person": "marek@example.com", "role": "account-manager", "step": "0"}
    answer = sign_in("miriam@example.com").post("/deals/D-1/team", data=add)
    assert answer.status_code == 422
    for words in (
        "Marek Nowak was not added",
        "Nothing on the deal has changed",
        "The red lines have not been signed.",
        'href="/products/keeper/red-lines"',
        "1 minute",
        "Marek Nowak refused",
        "Asked by Miriam Stolz.",
        "Keeper CRM: program 1, red lines 1.",
    ):
        assert words in answer.text
    assert stored_team(session) == [("ana@example.com", "owner")]
    assert actions_kept(session) == ["member.refused"]
    newest = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).one()
    assert (newest.actor, newest.action, newest.subject) == ("miriam@example.com", "member.refused", "D-1")


def test_the_cleared_stand_first_and_are_named(house: House, sign_in: SignIn, session: Session) -> None:
    zoe = person(session, "zoe@example.com", name="Zoe Weiss", manager=house.miriam)
    attest(session, zoe, house.keeper)
    session.commit()
    add = {"person": "marek@example.com", "role": "specialist", "step": "0"}
    text = sign_in("miriam@example.com").post("/deals/D-1/team", data=add).text
    assert "Cleared in your team: <b>Zoe Weiss</b>" in " ".join(text.split())
    assert text.index("Zoe Weiss: Cleared") < text.index("Marek Nowak: Not cleared")


@pytest.mark.parametrize(
    ("enforcement", "status"), [("observe", 303), ("warn", 303), ("require_approval", 422), ("block", 422)]
)
def test_enforcement_says_what_a_refusal_does(
    house: House, sign_in: SignIn, session: Session, enforcement: str, status: int
) -> None:
    porter = sellable(session, "porter", enforcement=enforcement)
    deal(session, "D-2", products=[porter], team={"owner": [house.ana]})
    session.commit()
    add = {"person": "marek@example.com", "role": "specialist", "step": "0"}
    assert sign_in("miriam@example.com").post("/deals/D-2/team", data=add).status_code == status
    added = [("marek@example.com", "specialist")] if status == 303 else []
    assert stored_team(session, "D-2") == [("ana@example.com", "owner"), *added]


def test_a_double_click_adds_once(house: House, sign_in: SignIn, session: Session) -> None:
    attest(session, house.marek, house.keeper)
    session.commit()
    browser = sign_in("miriam@example.com")
    add = {"person": "marek@example.com", "role": "specialist", "step": "0"}
    assert [browser.post("/deals/D-1/team", data=add).status_code for _ in range(2)] == [303, 303]
    assert stored_team(session) == [("ana@example.com", "owner"), ("marek@example.com", "specialist")]
    assert actions_kept(session) == ["member.added"]


def test_two_clicks_at_once_add_once(house: House, sign_in: SignIn, session: Session) -> None:
    attest(session, house.marek, house.keeper)
    session.commit()
    browsers = [sign_in("miriam@example.com") for _ in range(4)]
    add = {"person": "marek@example.com", "role": "specialist", "step": "0"}
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda browser: browser.post("/deals/D-1/team", data=add).status_code, browsers))
    assert statuses == [303] * 4
    assert stored_team(session) == [("ana@example.com", "owner"), ("marek@example.com", "specialist")]
    assert actions_kept(session) == ["member.added"]


@pytest.mark.parametrize(
    ("path", "names", "told"),
    [
        ("team", {"person": "charlie@example.com"}, "Choose one of the list."),
        ("team", {"person": "trainer@example.com"}, "Choose one of the list."),
        ("team", {"person": "marek@example.com", "supervisor": "charlie@example.com"}, "Choose one of the list."),
        ("team", {"person": "marek@example.com", "supervisor": "marek@example.com"}, "Nobody supervises themselves."),
        ("team/supervisor", {"person": "ana@example.com", "supervisor": "charlie@example.com"}, "Choose one"),
    ],
)
def test_nobody_is_named_whom_the_page_does_not_offer(
    house: House, sign_in: SignIn, session: Session, path: str, names: dict[str, str], told: str
) -> None:
    answer = sign_in("miriam@example.com").post(f"/deals/D-1/{path}", data={**names, "step": "0"})
    assert (answer.status_code, told in answer.text) == (422, True)
    assert "Charlie" not in answer.text
    assert stored_team(session) == [("ana@example.com", "owner")]
    assert actions_kept(session) == []


def test_who_left_a_deal_sees_no_past_of_it(house: House, sign_in: SignIn, session: Session) -> None:
    attest(session, house.marek, house.keeper)
    session.commit()
    browser = sign_in("miriam@example.com")
    marek = {"person": "marek@example.com", "role": "specialist"}
    browser.post("/deals/D-1/team", data={**marek, "step": "0"})
    assert sign_in("marek@example.com").get("/deals/D-1").status_code == 200
    with time_machine.travel(LATER + timedelta(days=2)):
        sign_in("miriam@example.com").post("/deals/D-1/team/remove", data={**marek, "step": "1"})
        assert sign_in("marek@example.com").get("/deals/D-1", params={"as_of": "2026-11-24"}).status_code == 404


def test_the_only_owner_stays(house: House, sign_in: SignIn, session: Session) -> None:
    answer = sign_in("miriam@example.com").post("/deals/D-1/team/remove", data={"person": "ana@example.com", "step": 0})
    assert answer.status_code == 409
    assert stored_team(session) == [("ana@example.com", "owner")]


def test_somebody_in_grace_is_added_beside_a_cleared_colleague(house: House, sign_in: SignIn, session: Session) -> None:
    last_year = NOW - timedelta(days=365)
    porter = sellable(session, "porter", at=last_year)
    attest(session, house.marek, porter, at=last_year)
    attest(session, house.ana, porter)
    deal(session, "D-2", products=[porter], team={"owner": [house.ana]})
    session.commit()
    browser = sign_in("miriam@example.com")
    add = {"person": "marek@example.com", "role": "specialist", "step": "0"}
    refused = browser.post("/deals/D-2/team", data=add)
    assert (refused.status_code, 'name="supervisor"' in refused.text) == (422, True)
    assert browser.post("/deals/D-2/team", data={**add, "supervisor": "ana@example.com"}).status_code == 303
    assert "Supervised" in browser.get("/deals/D-2").text
    nobody = {"person": "marek@example.com", "supervisor": "", "step": "1"}
    assert browser.post("/deals/D-2/team/supervisor", data=nobody).status_code == 303
    assert "In grace" in browser.get("/deals/D-2").text
