"""Deals in a browser: who sees and changes them, what the gate stops, and what is kept of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.deals.facts import deals
from app.deals.lists import at_risk
from app.deals.models import Deal, DealMember, Decision
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

LATER = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def an_hour_later() -> Iterator[None]:
    with time_machine.travel(LATER):
        yield


@dataclass
class House:
    """Miriam leads Ana (cleared) and Marek (not); Charlie works elsewhere; D-1 is Ana's and carries Keeper."""

    miriam: Person
    ana: Person
    marek: Person
    charlie: Person
    keeper: Product
    deal: Deal


@pytest.fixture
def house(session: Session) -> House:
    miriam = person(session, "miriam@example.com", Role.MANAGER, name="Miriam Stolz")
    ana = person(session, "ana@example.com", name="Ana Duarte", manager=miriam)
    marek = person(session, "marek@example.com", name="Marek Nowak", manager=miriam)
    charlie = person(session, "charlie@example.com", name="Charlie Roe")
    person(session, "compliance@example.com", Role.COMPLIANCE)
    person(session, "admin@example.com", Role.ADMIN)
    person(session, "trainer@example.com", Role.TRAINER)
    person(session, "other-manager@example.com", Role.MANAGER)
    keeper = sellable(session, name="Keeper CRM", from_stage="proposal")
    attest(session, ana, keeper)
    stored = deal(session, "D-1", products=[keeper], team={"owner": [ana]}, stage="proposal")
    session.commit()
    return House(miriam, ana, marek, charlie, keeper, stored)


def stored_team(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(
        select(col(Person.email), col(DealMember.role))
        .join(DealMember, col(DealMember.person_id) == col(Person.id))
        .order_by(col(Person.email))
    )
    return [(row.email, row.role) for row in rows]


def actions_kept(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(col(Decision.action)).order_by(col(Decision.id))))


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("ana@example.com", 200),
        ("miriam@example.com", 200),
        ("compliance@example.com", 200),
        ("admin@example.com", 200),
        ("marek@example.com", 404),
        ("charlie@example.com", 404),
        ("trainer@example.com", 404),
        ("other-manager@example.com", 404),
    ],
)
def test_a_deal_is_seen_by_its_team_and_those_above(house: House, sign_in: SignIn, email: str, status: int) -> None:
    browser = sign_in(email)
    assert browser.get("/deals/D-1").status_code == status
    assert ("Harbour Bakery Group" in browser.get("/deals").text) == (status == 200)


@pytest.mark.parametrize(
    ("email", "status"),
    [
        ("ana@example.com", 200),
        ("miriam@example.com", 200),
        ("admin@example.com", 200),
        ("compliance@example.com", 403),
    ],
)
def test_a_deal_is_changed_by_its_owner_and_those_above(house: House, sign_in: SignIn, email: str, status: int) -> None:
    assert sign_in(email).get("/deals/D-1/edit").status_code == status


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


def test_a_deal_shows_one_red_line_of_each_of_its_products(house: House, sign_in: SignIn, session: Session) -> None:
    porter = sellable(session, "porter")
    deal(session, "D-2", products=[house.keeper, porter], team={"owner": [house.ana]})
    session.commit()
    text = sign_in("ana@example.com").get("/deals/D-2").text
    shown = [part.partition('"')[0] for part in text.split('class="redline" id="redline-')[1:]]
    assert shown == ["keeper.return", "porter.return"]
    assert '<a href="/products/porter/red-lines">Porter</a>' in text


def test_the_cleared_stand_first_and_are_named(house: House, sign_in: SignIn, session: Session) -> None:
    hannah = person(session, "zoe@example.com", name="Zoe Weiss", manager=house.miriam)
    attest(session, hannah, house.keeper)
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


def test_two_deals_created_at_once_are_one(house: House, sign_in: SignIn, session: Session) -> None:
    browsers = [sign_in("ana@example.com") for _ in range(4)]
    new = {**NEW, "owner": "ana@example.com"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda browser: browser.post("/deals", data=new), browsers))
    assert [answer.headers.get("location") for answer in answers] == ["/deals/D-2"] * 4
    assert actions_kept(session) == ["deal.created"]


def test_a_stale_page_is_refused_with_what_is_stored(house: House, sign_in: SignIn, session: Session) -> None:
    browser = sign_in("miriam@example.com")
    facts = {
        "name": "Harbour Bakery Group", "account": "Harbour Bakery", "amount": "90000", "currency": "EUR",
        "stage": "proposal", "close_date": "2026-12-11",
    }  # fmt: skip
    assert browser.post("/deals/D-1", data={**facts, "step": "0"}).status_code == 303
    answer = browser.post("/deals/D-1", data={**facts, "amount": "1", "step": "0"})
    assert answer.status_code == 409
    assert 'value="90000' in answer.text
    assert "Somebody saved this deal after you opened it" in answer.text


def test_a_stage_that_asks_for_more_is_refused_with_reasons(house: House, sign_in: SignIn, session: Session) -> None:
    deal(session, "D-2", products=[house.keeper], team={"owner": [house.ana], "specialist": [house.marek]})
    session.commit()
    facts = {"name": "N", "account": "A", "amount": "1", "currency": "EUR", "stage": "proposal", "step": "0"}
    answer = sign_in("miriam@example.com").post("/deals/D-2", data=facts)
    assert answer.status_code == 422
    assert "The deal was not changed" in answer.text
    assert "Marek Nowak" in answer.text
    (kept,) = deals(session, col(Deal.reference) == "D-2", LATER)
    assert (kept.stage, kept.name) == ("discovery", "Harbour Bakery Group")
    assert actions_kept(session) == ["deal.change_refused"]


def test_a_product_that_is_added_asks_the_gate(house: House, sign_in: SignIn, session: Session) -> None:
    sellable(session, "porter")
    sellable(session, "mild", enforcement="warn")
    session.commit()
    browser = sign_in("ana@example.com")
    refused = browser.post("/deals/D-1/products", data={"products": ["keeper", "porter"], "step": "0"})
    assert (refused.status_code, "The deal was not changed" in refused.text) == (422, True)
    assert browser.post("/deals/D-1/products", data={"products": ["keeper", "mild"], "step": "0"}).status_code == 303
    (kept,) = deals(session, col(Deal.reference) == "D-1", LATER + timedelta(minutes=1))
    assert kept.slugs == ("keeper", "mild")


NEW = {
    "name": "Clínica São Bento", "account": "São Bento", "amount": "112500", "currency": "EUR", "stage": "proposal",
    "close_date": "2026-12-16", "products": ["keeper"],
}  # fmt: skip


def test_a_rep_creates_an_own_deal_once(house: House, sign_in: SignIn, session: Session) -> None:
    browser = sign_in("ana@example.com")
    assert browser.get("/deals/new").status_code == 200
    answers = [browser.post("/deals", data={**NEW, "owner": "ana@example.com"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["location"] for answer in answers} == {"/deals/D-2"}
    assert actions_kept(session) == ["deal.created"]


def test_a_rep_who_is_not_cleared_creates_nothing(house: House, sign_in: SignIn, session: Session) -> None:
    answer = sign_in("marek@example.com").post("/deals", data={**NEW, "owner": "marek@example.com"})
    assert answer.status_code == 422
    assert "The deal was not created" in answer.text
    assert "Clínica São Bento" in answer.text
    assert session.scalars(select(col(Deal.reference))).all() == ["D-1"]
    assert actions_kept(session) == ["deal.refused"]


@pytest.mark.parametrize(
    ("email", "change", "field"),
    [
        ("miriam@example.com", {"reference": "D-1"}, "reference"),
        ("miriam@example.com", {"owner": "charlie@example.com"}, "owner"),
        ("ana@example.com", {"owner": "marek@example.com"}, "owner"),
        ("miriam@example.com", {"products": []}, "products"),
        ("miriam@example.com", {"products": ["nothing"]}, "products"),
        ("miriam@example.com", {"amount": "NaN"}, "amount"),
        ("miriam@example.com", {"amount": "1e400"}, "amount"),
        ("miriam@example.com", {"close_date": "tomorrow"}, "close_date"),
        ("miriam@example.com", {"reference": "a/b"}, "reference"),
    ],
)
def test_a_form_with_a_fault_comes_back(
    house: House, sign_in: SignIn, email: str, change: dict[str, Any], field: str
) -> None:
    answer = sign_in(email).post("/deals", data={**NEW, "owner": "ana@example.com", **change})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


def test_the_same_facts_for_another_product_or_reference_are_another_deal(
    house: House, sign_in: SignIn, session: Session
) -> None:
    porter = sellable(session, "porter")
    attest(session, house.ana, porter)
    session.commit()
    browser = sign_in("miriam@example.com")
    new = {**NEW, "owner": "ana@example.com"}
    answers = [
        browser.post("/deals", data={**new, **more}) for more in ({}, {"products": ["porter"]}, {"reference": "A-9"})
    ]
    assert [answer.headers["location"] for answer in answers] == ["/deals/D-2", "/deals/D-3", "/deals/A-9"]


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


@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\x00", "yesterday"])
def test_a_moment_that_cannot_be_is_said_at_its_field_and_is_now(house: House, sign_in: SignIn, as_of: str) -> None:
    answer = sign_in("ana@example.com").get("/deals/D-1", params={"as_of": as_of})
    assert (answer.status_code, "As of 23 November 2026" in answer.text) == (422, True)
    assert '<span class="wrong" id="f-as-of-wrong">Write a date, such as 2026-11-21.</span>' in answer.text


def test_a_manager_reads_what_is_left_and_the_rep_where_to_do_it(
    house: House, sign_in: SignIn, session: Session
) -> None:
    porter = sellable(session, "porter", name="Porter", requirements=[{"attest": "redlines"}, {"quiz": "porter-quiz"}])
    deal(session, "D-2", products=[porter], team={"owner": [house.ana]})
    session.commit()
    assert '<a href="/products/porter">Finish Porter</a>' in sign_in("miriam@example.com").get("/deals/D-2").text
    own = sign_in("ana@example.com").get("/deals/D-2").text
    assert '<a href="/products/porter/red-lines">Sign the red lines: Porter</a>' in own
    assert '<a href="/quizzes/porter-quiz">Take the quiz: Porter</a>' in own


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


def test_a_past_moment_shows_the_deal_as_it_was(house: House, sign_in: SignIn, session: Session) -> None:
    attest(session, house.marek, house.keeper)
    session.commit()
    marek = {"person": "marek@example.com", "role": "specialist"}
    for days, path, step in ((3, "team", 0), (5, "team/remove", 1)):
        with time_machine.travel(NOW + timedelta(days=days)):
            browser = sign_in("miriam@example.com")
            assert browser.post(f"/deals/D-1/{path}", data={**marek, "step": step}).status_code == 303
    with time_machine.travel(NOW + timedelta(days=7)):
        browser = sign_in("miriam@example.com")
        on_team = {
            day: "<br><small>Specialist" in browser.get("/deals/D-1", params={"as_of": day}).text
            for day in ("2026-11-24", "2026-11-26", "2026-11-27", "2026-11-28", "2026-12-24")
        }
        assert on_team == {
            "2026-11-24": False,
            "2026-11-26": True,
            "2026-11-27": True,
            "2026-11-28": False,
            "2026-12-24": False,
        }
        ahead = browser.get("/deals/D-1", params={"as_of": "2026-12-24"})
        assert (ahead.status_code, "This day lies ahead." in ahead.text) == (422, True)
        assert "Add somebody" not in browser.get("/deals/D-1", params={"as_of": "2026-11-26"}).text
        assert browser.get("/deals/D-1", params={"as_of": "2026-11-01"}).status_code == 404


def test_lists_are_filtered_and_count_the_money(house: House, sign_in: SignIn, session: Session) -> None:
    deal(session, "D-2", products=[house.keeper], team={"owner": [house.marek]}, stage="proposal", name="Vela Sports")
    session.commit()
    browser = sign_in("miriam@example.com")
    found = {
        query: [name for name in ("Harbour Bakery Group", "Vela Sports") if name in browser.get(f"/deals?{query}").text]
        for query in ("", "show=mine", "show=at-risk", "stage=contract", "q=vela", "page=7", "page=x")
    }
    assert found == {
        "": ["Harbour Bakery Group", "Vela Sports"],
        "show=mine": [],
        "show=at-risk": ["Vela Sports"],
        "stage=contract": [],
        "q=vela": ["Vela Sports"],
        "page=7": [],
        "page=x": ["Harbour Bakery Group", "Vela Sports"],
    }
    assert "€172,000" in browser.get("/deals").text


def test_a_deal_is_at_risk_when_somebody_lapses_before_it_closes(house: House, session: Session) -> None:
    long = deal(session, "D-2", products=[house.keeper], team={"owner": [house.ana]}, stage="proposal")
    long.close_date = (NOW + timedelta(days=400)).date()
    session.commit()
    found = at_risk(session, [house.ana.id or 0], LATER)
    assert [(each.deal.reference, each.risk) for each in found] == [("D-2", "ends_before_close")]


def test_pages_cost_the_same_for_one_deal_and_for_many(
    house: House, sign_in: SignIn, session: Session, application: FastAPI
) -> None:
    deal(session, "D-9", products=[house.keeper], team={"owner": [house.marek]}, stage="proposal")
    session.commit()
    browser = sign_in("miriam@example.com")
    counts = []
    for number in range(2):
        browser.get("/deals")
        with count_statements(application.state.database) as statements:
            browser.get("/deals")
            browser.get("/deals/D-1")
            browser.get("/deals/D-1/history")
            browser.get("/deals?show=at-risk")
            browser.get("/deals/at-risk.csv")
        counts.append(len(statements))
        if number == 0:
            for each in range(5):
                stored = person(session, f"rep{each}@example.com", manager=house.miriam)
                deal(session, f"D-1{each}", products=[house.keeper], team={"owner": [stored]})
                session.add(
                    DealMember(
                        deal_id=house.deal.id or 0,
                        person_id=stored.id or 0,
                        role="specialist",
                        added_at=NOW,
                        added_by="x",
                    )
                )
            session.commit()
    assert counts[0] == counts[1]
