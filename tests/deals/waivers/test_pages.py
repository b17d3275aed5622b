"""Exceptions in a browser: asked for beside a refusal, decided, given with a password, seen by whom they concern."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.database import Database, stored_id
from app.deals.waivers.models import Review, Waiver
from app.people.passwords import hash_password
from deals.waivers.office import DAY, SOON, TODAY, Office
from factories import NOW, attest, deal, sellable
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
PASSWORD = "a password of nobody else"


@pytest.fixture(autouse=True)
def _at_work(clock: time_machine.Traveller) -> None:
    """Pages are asked for on the day on which things are stored."""


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def form(**more: str) -> dict[str, str]:
    facts = {"person": "marek@example.com", "product": "keeper", "reason": "They wait.", "key": "key of this form"}
    return {**facts, "through": SOON.isoformat(), **more}


def asked(office: Office, **more: Any) -> int:
    number = office.asks(**more).id
    office.session.commit()
    return number


def test_a_refusal_leads_to_an_exception_and_the_exception_to_the_deal(
    office: Office, sign_in: SignIn, session: Session
) -> None:
    manager = sign_in("miriam@example.com")
    add = {"person": "marek@example.com", "role": "account-manager", "step": "0"}
    address = "/deals/D-1/waivers/new?person=marek%40example.com&amp;product=keeper"
    assert address in manager.post("/deals/D-1/team", data=add).text
    page = manager.get(address.replace("&amp;", "&"))
    assert (page.status_code, "The red lines have not been signed." in page.text) == (200, True)
    assert 'value="2026-12-11"' in page.text, "to begin with it ends with the deal"
    sent = manager.post("/deals/D-1/waivers", data=form())
    assert sent.headers["location"] == "/waivers/1"
    assert manager.post("/deals/D-1/waivers", data=form()).headers["location"] == "/waivers/1"
    decider = sign_in("cleo@example.com")
    assert "1 waits for you." in decider.get("/waivers").text
    assert decider.post("/waivers/1/decide", data={"decision": "approve"}).status_code == 303
    assert "Marek, Porter" in manager.post("/deals/D-1/team", data=add).text
    office.decides("boris", asked(office, product="porter"))
    session.commit()
    assert manager.post("/deals/D-1/team", data=add).status_code == 303
    text = manager.get("/deals/D-1").text
    for words in ("By exception", "Exception given: Marek", 'href="/waivers/1"'):
        assert words in text


@pytest.mark.parametrize(
    ("name", "page", "on_list"),
    [
        ("ana", 200, True),
        ("marek", 200, True),
        ("miriam", 200, True),
        ("boris", 200, True),
        ("cleo", 200, True),
        ("ada", 200, True),
        ("lin", 404, False),
        ("charlie", 404, False),
        ("rita", 404, False),
    ],
)
def test_it_is_seen_by_whom_it_concerns(
    office: Office, sign_in: SignIn, name: str, page: int, *, on_list: bool
) -> None:
    office.joins("lin")
    number = asked(office)
    browser = sign_in(f"{name}@example.com")
    assert browser.get(f"/waivers/{number}").status_code == page
    assert ("They wait." in browser.get("/waivers").text) == on_list
    assert ("They wait." in browser.get("/waivers.csv").text) == on_list


@pytest.mark.parametrize("step", ["decide", "end", "review"])
@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("lin", 404), ("miriam", 403)])
def test_who_may_not_change_it_does_not(
    office: Office, sign_in: SignIn, session: Session, step: str, name: str, status: int
) -> None:
    number = asked(office, person="lin@example.com") if name == "miriam" else asked(office)
    data = {"decision": "approve", "reason": "So.", "review": "upheld"}
    answer = sign_in(f"{name}@example.com").post(f"/waivers/{number}/{step}", data=data)
    assert answer.status_code == (409 if (name, step) == ("miriam", "review") else status)
    session.expire_all()
    kept = session.get_one(Waiver, number)
    assert (kept.approved, kept.ended_at, kept.review) == (None, None, None)


def test_a_deal_that_is_cleared_by_an_exception_says_so(office: Office, sign_in: SignIn, session: Session) -> None:
    manager = sign_in("miriam@example.com")
    for who, product in (("cleo", "keeper"), ("boris", "porter")):
        office.decides(who, asked(office, product=product, through=TODAY + 30 * DAY))
    session.commit()
    add = {"person": "marek@example.com", "role": "account-manager", "step": "0"}
    assert manager.post("/deals/D-1/team", data=add).status_code == 303
    attest(session, office.people["marek"], office.signal)
    session.commit()
    assert "Cleared, by an exception" in manager.get("/deals/D-1").text


def test_a_refusal_says_why(office: Office, sign_in: SignIn, session: Session) -> None:
    number = asked(office)
    decider = sign_in("cleo@example.com")
    answer = decider.post(f"/waivers/{number}/decide", data={"decision": "refuse"})
    assert (answer.status_code, "Say why not" in answer.text) == (422, True)
    decider.post(f"/waivers/{number}/decide", data={"decision": "refuse", "answer": "Sign the red lines."})
    text = sign_in("marek@example.com").get(f"/waivers/{number}").text
    assert "Refused by Cleo" in text
    assert "Sign the red lines." in text
    again = decider.post(f"/waivers/{number}/decide", data={"decision": "approve"})
    assert (again.status_code, "There is nothing to decide any more" in again.text) == (409, True)


def with_password(office: Office, name: str) -> None:
    office.people[name].password_hash = hash_password(PASSWORD)
    office.session.add(office.people[name])
    office.session.commit()


def test_in_an_emergency_the_password_is_asked_for_again(office: Office, sign_in: SignIn, session: Session) -> None:
    with_password(office, "miriam")
    manager = sign_in("miriam@example.com")
    today = form(through=TODAY.isoformat())
    address = "/deals/D-1/waivers/emergency"
    wrong = manager.post(address, data={**today, "password": "something else"})
    assert (wrong.status_code, "This is not your password" in wrong.text) == (422, True)
    too_long = manager.post(address, data={**today, "through": SOON.isoformat(), "password": PASSWORD})
    assert (too_long.status_code, "through tomorrow at the latest" in too_long.text) == (422, True)
    assert manager.post(address, data={**today, "password": PASSWORD}).headers["location"] == "/waivers/1"
    reviewer = sign_in("cleo@example.com")
    assert "Given in an emergency, to review" in reviewer.get("/waivers").text
    assert "Say what was wrong" in reviewer.post("/waivers/1/review", data={"review": "faulted"}).text
    assert reviewer.post("/waivers/1/review", data={"review": "faulted", "note": "No emergency."}).status_code == 303
    kept = session.get_one(Waiver, 1, populate_existing=True)
    assert (kept.review, kept.ended_because) == (Review.FAULTED, "No emergency.")
    assert "No emergency." in manager.get("/waivers/1").text


@pytest.mark.parametrize(
    ("person", "product", "shown"),
    [("lin", "keeper", True), ("lin", "extra", False), ("ana", "keeper", False), ("charlie", "keeper", False)],
)
def test_a_member_learns_nothing_about_others_from_the_form(
    office: Office, sign_in: SignIn, session: Session, person: str, product: str, *, shown: bool
) -> None:
    sellable(session, "extra")
    office.joins("lin")
    session.commit()
    member = sign_in("lin@example.com")
    page = member.get(f"/deals/D-1/waivers/new?person={person}@example.com&product={product}").text
    assert ("The shortest way to yes" in page) == shown
    sent = member.post("/deals/D-1/waivers", data=form(person=f"{person}@example.com", product=product))
    assert sent.status_code == (303 if shown else 422)


def test_who_has_one_already_is_led_to_it(office: Office, sign_in: SignIn) -> None:
    waits = asked(office)
    held = office.gives().id
    office.session.commit()
    manager = sign_in("miriam@example.com")
    chosen = "?person=marek@example.com&product=keeper"
    found = [manager.get(f"/deals/D-1/waivers/{name}{chosen}").text for name in ("new", "emergency")]
    assert [f'href="/waivers/{number}"' in text for number, text in zip((waits, held), found, strict=True)] == [
        True,
        True,
    ]


@pytest.mark.parametrize(("name", "status"), [("ana", 403), ("charlie", 404), ("rita", 404), ("marek", 404)])
def test_the_form_for_emergencies_is_not_for_everybody(office: Office, sign_in: SignIn, name: str, status: int) -> None:
    assert sign_in(f"{name}@example.com").get("/deals/D-1/waivers/emergency").status_code == status


def test_a_decider_who_joins_the_deal_later_is_named(office: Office, sign_in: SignIn) -> None:
    number = asked(office, product="porter")
    office.decides("miriam", number)
    office.joins("miriam")
    office.session.commit()
    text = sign_in("cleo@example.com").get(f"/waivers/{number}").text
    assert "Miriam, who gave it, is on this deal now." in text
    assert "Marek is not on the deal yet." in text


@pytest.mark.parametrize(
    ("asked_for", "found"),
    [
        ({}, {1, 2, 3}),
        ({"state": "waiting"}, {1}),
        ({"state": "holds"}, {2, 3}),
        ({"state": "break_glass"}, {3}),
        ({"state": "to_review"}, {3}),
        ({"state": "refused"}, set()),
        ({"product": "porter"}, {2}),
        ({"q": "harbour"}, {1, 2, 3}),
        ({"q": "lin"}, {3}),
        ({"state": "nonsense", "product": "", "page": "0"}, {1, 2, 3}),
    ],
)
def test_the_ledger_is_narrowed_down_and_downloaded(
    office: Office, sign_in: SignIn, asked_for: dict[str, str], found: set[int]
) -> None:
    office.asks()
    office.decides("cleo", office.asks(product="porter").id)
    office.gives(person="lin@example.com")
    office.session.commit()
    browser = sign_in("cleo@example.com")
    page = browser.get("/waivers", params=asked_for).text
    table = page[page.index('id="found"') :]
    assert {number for number in (1, 2, 3) if f'href="/waivers/{number}"' in table} == found
    rows = list(csv.DictReader(StringIO(browser.get("/waivers.csv", params=asked_for).text.lstrip("\ufeff"))))
    assert {int(row["id"]) for row in rows} == found


def test_the_pages_take_as_many_statements_for_many_as_for_one(
    office: Office, sign_in: SignIn, session: Session, database: Database
) -> None:
    office.asks()
    office.gives(person="lin@example.com")
    session.commit()
    pages = ["/waivers", "/waivers.csv", "/deals/D-1", "/waivers/1", "/"]

    def counted(name: str) -> list[int]:
        browser = sign_in(f"{name}@example.com")
        found = []
        for address in pages:
            with count_statements(database) as statements:
                assert browser.get(address).status_code == 200
            found.append(len(statements))
        return found

    few = [counted("cleo"), counted("miriam")]
    for number in range(2, 5):
        stored = deal(
            session, f"D-{number}", products=[office.keeper, office.porter], team={"owner": [office.people["ana"]]}
        )
        for product in (office.keeper, office.porter):
            session.add(
                Waiver(
                    key=f"more {number} {product.slug}",
                    deal_id=stored_id(stored),
                    person_id=stored_id(office.people["lin"]),
                    product_id=stored_id(product),
                    reason="They wait.",
                    codes=[],
                    through=TODAY + DAY,
                    asked_by=stored_id(office.people["ana"]),
                    asked_at=NOW,
                )
            )
    office.asks(product="porter")
    session.commit()
    assert [counted("cleo"), counted("miriam")] == few
