"""Deals created and changed in a browser: what the gate stops, what is stale, and what is kept of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select
from sqlmodel import Session, col

from app.deals.facts import deals
from app.deals.models import Deal
from deals.house import House, actions_kept
from factories import NOW, attest, deal, sellable

LATER = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


NEW = {
    "name": "Clínica São Bento", "account": "São Bento", "amount": "112500", "currency": "EUR", "stage": "proposal",
    "close_date": "2026-12-16", "products": ["keeper"],
}  # fmt: skip


def test_a_stale_page_is_refused_with_what_is_stored(house: House, sign_in: SignIn, session: Session) -> None:
    browser = sign_in("miriam@example.com")
    facts = {
        "name": "Harbour Bakery Group", "account": "Harbour Bakery", "amount": "90,000", "currency": "EUR",
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


def test_a_rep_creates_an_own_deal_once(house: House, sign_in: SignIn, session: Session) -> None:
    browser = sign_in("ana@example.com")
    assert browser.get("/deals/new").status_code == 200
    answers = [browser.post("/deals", data={**NEW, "owner": "ana@example.com"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["location"] for answer in answers} == {"/deals/D-2"}
    assert actions_kept(session) == ["deal.created"]


def test_two_deals_created_at_once_are_one(house: House, sign_in: SignIn, session: Session) -> None:
    browsers = [sign_in("ana@example.com") for _ in range(4)]
    new = {**NEW, "owner": "ana@example.com"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda browser: browser.post("/deals", data=new), browsers))
    assert [answer.headers.get("location") for answer in answers] == ["/deals/D-2"] * 4
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
        ("miriam@example.com", {"amount": "12,5"}, "amount"),
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
    "stored", [{"currency": "SEK", "industry": "breweries"}, {"currency": "EUR", "industry": None}]
)
def test_what_a_deal_brought_from_elsewhere_stays_when_its_page_is_saved(
    house: House, sign_in: SignIn, session: Session, stored: dict[str, Any]
) -> None:
    deal(session, "D-2", products=[house.keeper], team={"owner": [house.ana]}, **stored)
    session.commit()
    browser = sign_in("ana@example.com")
    page = html.fromstring(browser.get("/deals/D-2/edit").text)
    (form,) = (each for each in page.forms if each.action == "/deals/D-2")
    assert browser.post("/deals/D-2", data={**dict(form.form_values()), "name": "Second floor"}).status_code == 303
    (kept,) = deals(session, col(Deal.reference) == "D-2", LATER + timedelta(minutes=1))
    assert (kept.name, kept.currency, kept.industry) == ("Second floor", stored["currency"], stored["industry"])


def test_a_currency_that_there_is_not_is_refused(house: House, sign_in: SignIn) -> None:
    answer = sign_in("ana@example.com").post("/deals", data={**NEW, "currency": "XYZ", "owner": "ana@example.com"})
    assert (answer.status_code, 'href="#f-currency">Currency: Choose one of the list.' in answer.text) == (422, True)
