"""What a CRM stores and reads: whole deals, where the gate lets their teams be on them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from app.catalog.models import Product
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.deals.models import Deal, DealContact, DealMember, Decision, KeptClearance
from app.people.models import Person
from app.people.tokens import Scope, create_token
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements

Send = Callable[..., Any]
SOON = NOW + timedelta(hours=1)
BODY: dict[str, Any] = {
    "name": "Harbour Bakery Group",
    "account": "Harbour Bakery",
    "amount": 86000.5,
    "currency": "EUR",
    "stage": "proposal",
    "close_date": "2026-12-11",
    "region": "EU",
    "industry": "bakery",
    "products": ["keeper"],
    "team": [{"rep": "Ana@Example.com", "role": "owner"}],
}
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def send(client: TestClient, session: Session) -> Send:
    secret = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=NOW)
    session.commit()

    def request(method: str, path: str, expected: int = 200, /, **more: Any) -> Any:
        answer = client.request(method, f"/api/v1{path}", headers={"authorization": f"Bearer {secret}"}, **more)
        assert answer.status_code == expected, answer.text
        return answer.json()

    return request


@pytest.fixture
def keeper(session: Session) -> Product:
    return sellable(session)


@pytest.fixture
def ana(session: Session, keeper: Product) -> Person:
    """Somebody who is cleared."""
    stored = person(session, "ana@example.com")
    attest(session, stored, keeper)
    return stored


@pytest.fixture
def bo(session: Session) -> Person:
    """Somebody who is not."""
    return person(session, "bo@example.com")


def rows(session: Session) -> dict[str, int]:
    """How many rows there are of everything that a deal is made of."""
    session.rollback()
    names = ("deal", "deal_product", "deal_member", "deal_contact")
    return {
        name: session.scalar(select(func.count()).select_from(SQLModel.metadata.tables[name])) or 0 for name in names
    }


STATE = {
    "product": "keeper",
    "decision": "cleared",
    "allowed": True,
    "enforcement": "block",
    "stops": False,
    "valid_through": "2027-11-22",
    "blocking": [],
}
STORED = {
    **BODY,
    "id": "D-20417",
    "outcome": None,
    "closed_on": None,
    "team": [{"rep": "ana@example.com", "role": "owner", "supervisor": None}],
    "contacts": [],
    "url": "http://testserver/deals/D-20417",
    "decision": "cleared",
    "allowed": True,
    "at_risk": None,
    "valid_through": "2027-11-22",
    "states": [STATE],
}


def test_a_deal_is_stored_and_read(send: Send, session: Session, ana: Person) -> None:
    session.commit()
    answer = send("PUT", "/deals/D-20417", json=BODY)
    clearance = answer.pop("clearance")
    assert answer == STORED
    assert [(each["rep"], each["decision"], each["deal"]) for each in clearance] == [
        ("ana@example.com", "cleared", "D-20417")
    ]
    assert send("GET", "/deals/D-20417") == STORED
    assert send("GET", "/deals") == {"items": [STORED], "next": None}
    session.rollback()
    row = session.scalars(select(Deal)).one()
    assert (row.reference, row.amount, row.created_by, row.step) == ("D-20417", Decimal("86000.50"), "api:CRM", 0)


def test_the_same_deal_again_changes_nothing(send: Send, session: Session, ana: Person) -> None:
    session.commit()
    first = send("PUT", "/deals/D-20417", json=BODY)
    before = [session.scalar(select(func.count()).select_from(table)) for table in (Decision, DealMember)]
    session.rollback()
    again = send("PUT", "/deals/D-20417", json=BODY)
    assert {**again, "clearance": None} == {**first, "clearance": None}
    assert [session.scalar(select(func.count()).select_from(table)) for table in (Decision, DealMember)] == before
    assert session.scalars(select(col(Deal.step))).all() == [0]


def test_everything_that_a_crm_knows_is_replaced(send: Send, session: Session, ana: Person, keeper: Product) -> None:
    lin = person(session, "lin@example.com")
    attest(session, lin, keeper)
    session.commit()
    send("PUT", "/deals/D-1", json={**BODY, "contacts": [{"name": "Ines", "role": "owner", "note": "Regulars"}]})
    changed = {
        **BODY,
        "name": "  Harbour, second floor ",
        "amount": "0.10",
        "currency": "SEK",
        "stage": "contract",
        "close_date": None,
        "region": None,
        "industry": None,
        "outcome": "won",
        "closed_on": "2026-11-20",
        "team": [
            {"rep": "lin@example.com", "role": "owner"},
            {"rep": "ana@example.com", "role": "specialist", "supervisor": "lin@example.com"},
        ],
    }
    answer = send("PUT", "/deals/D-1", json=changed)
    del answer["clearance"], answer["states"]
    assert answer == {
        **changed,
        "id": "D-1",
        "name": "Harbour, second floor",
        "amount": 0.1,
        "team": [
            {"rep": "lin@example.com", "role": "owner", "supervisor": None},
            {"rep": "ana@example.com", "role": "specialist", "supervisor": "lin@example.com"},
        ],
        "contacts": [{"name": "Ines", "role": "owner", "note": "Regulars"}],
        "url": "http://testserver/deals/D-1",
        "decision": "cleared",
        "allowed": True,
        "at_risk": None,
        "valid_through": "2027-11-22",
    }
    assert send("PUT", "/deals/D-1", json={**changed, "contacts": []})["contacts"] == []


def test_nothing_is_stored_of_a_deal_that_the_gate_stops(send: Send, session: Session, ana: Person, bo: Person) -> None:
    session.commit()
    team = [*BODY["team"], {"rep": "bo@example.com", "role": "specialist"}]
    answer = send("PUT", "/deals/D-1", 409, json={**BODY, "team": team})
    assert rows(session) == {"deal": 0, "deal_product": 0, "deal_member": 0, "deal_contact": 0}
    assert (answer["title"], answer["status"], answer["type"]) == ("Conflict", 409, "about:blank")
    assert answer["errors"] == [{"pointer": "/team/1", "detail": "bo@example.com is not cleared."}]
    assert [(each["rep"], each["allowed"], each["decision"]) for each in answer["clearance"]] == [
        ("ana@example.com", True, "cleared"),
        ("bo@example.com", False, "not_cleared"),
    ]
    refused = answer["clearance"][1]["products"][0]
    assert [each["code"] for each in refused["reasons"]] == ["redlines_not_attested"]
    # the refusal itself is on record
    assert [(each.action, each.deal_id) for each in session.scalars(select(Decision))] == [("deal.refused", None)]
    for each in answer["clearance"]:
        assert send("GET", f"/decisions/{each['decision_id']}")["change"] == "deal.refused"


def test_a_change_that_the_gate_stops_leaves_the_deal_as_it_was(
    send: Send, session: Session, ana: Person, bo: Person
) -> None:
    session.commit()
    before = send("PUT", "/deals/D-1", json={**BODY, "contacts": [{"name": "Ines", "role": "owner"}]})
    del before["clearance"]
    body = {**BODY, "name": "Other", "team": [{"rep": "bo@example.com", "role": "owner"}], "contacts": []}
    send("PUT", "/deals/D-1", 409, json=body)
    assert send("GET", "/deals/D-1") == before


def test_the_gate_is_asked_also_when_nothing_changes(
    send: Send, session: Session, ana: Person, keeper: Product
) -> None:
    session.commit()
    send("PUT", "/deals/D-1", json=BODY)
    kind = CertificationEventKind.REVOKED
    by = "compliance@example.com"
    sanction(session, ana.id or 0, keeper.id or 0, kind, reason="Said it", by=by, moment=SOON)
    session.commit()
    answer = send("PUT", "/deals/D-1", 409, json=BODY)
    assert answer["clearance"][0]["products"][0]["reasons"][0]["code"] == "revoked"
    decision = send("GET", f"/decisions/{answer['clearance'][0]['decision_id']}")
    assert (decision["answer"]["allowed"], decision["asked_again"]["same"]) == (False, True)
    # what is lost stops nobody
    assert send("PUT", "/deals/D-1", json={**BODY, "outcome": "lost"})["outcome"] == "lost"


@pytest.mark.parametrize("enforcement", ["observe", "warn"])
def test_where_the_gate_only_warns_the_deal_is_stored_with_who_is_not_cleared(
    send: Send, session: Session, bo: Person, enforcement: str
) -> None:
    sellable(session, enforcement=enforcement)
    session.commit()
    answer = send("PUT", "/deals/D-1", json={**BODY, "team": [{"rep": "bo@example.com", "role": "owner"}]})
    assert (answer["allowed"], answer["at_risk"], answer["states"][0]["stops"]) == (False, "not_cleared", False)
    assert answer["states"][0]["blocking"][0]["rep"] == "bo@example.com"
    assert answer["clearance"][0]["allowed"] is False
    assert rows(session)["deal"] == 1


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"amount": -1}, ["/amount"]),
    ({"amount": 0.001}, ["/amount"]),
    ({"amount": 1_000_000_000_000}, ["/amount"]),
    ({"amount": True}, ["/amount"]),
    ({"amount": None}, ["/amount"]),
    ({"amount": "1e5"}, ["/amount"]),
    ({"amount": "-1"}, ["/amount"]),
    ({"currency": "EURO"}, ["/currency"]),
    ({"currency": "QQQ"}, ["/currency"]),
    ({"currency": "eur"}, ["/currency"]),
    ({"stage": "someday"}, ["/stage"]),
    ({"close_date": "2026-12-32"}, ["/close_date"]),
    ({"close_date": "1234567890"}, ["/close_date"]),
    ({"close_date": "2026-12-11T00:00:00Z"}, ["/close_date"]),
    ({"name": "   "}, ["/name"]),
    ({"name": "x" * 201}, ["/name"]),
    ({"account": "a\u0000b"}, ["/account"]),
    ({"account": "turned \u202eround"}, ["/account"]),
    ({"products": []}, ["/products"]),
    ({"products": ["keeper", "gone"]}, ["/products/1"]),
    ({"team": []}, ["/team"]),
    ({"team": [{"rep": "ana@example.com", "role": "boss"}]}, ["/team/0/role"]),
    ({"team": [{"rep": "ana@example.com", "role": "specialist"}]}, ["/team"]),
    ({"team": [{"rep": "nobody@example.com", "role": "owner"}]}, ["/team/0/rep"]),
    ({"team": [*BODY["team"], {"rep": "ana@example.com", "role": "specialist"}]}, ["/team/1/rep"]),
    ({"team": [{"rep": "ana@example.com", "role": "owner", "supervisor": "ana@example.com"}]}, ["/team/0/supervisor"]),
    ({"outcome": "maybe"}, ["/outcome"]),
    ({"contacts": [{"name": "Ines", "role": "friend"}]}, ["/contacts/0/role"]),
    ({"probability": 3}, ["/probability"]),
]


@pytest.mark.parametrize(("change", "pointers"), WRONG, ids=[str(change)[:40] for change, _ in WRONG])
def test_a_deal_that_is_not_well_formed(
    send: Send, session: Session, ana: Person, change: dict[str, Any], pointers: list[str]
) -> None:
    session.commit()
    answer = send("PUT", "/deals/D-1", 422, json={**BODY, **change})
    found = {pointer for each in answer["errors"] for pointer in pointers if each["pointer"].startswith(pointer)}
    assert found == set(pointers), answer["errors"]
    assert rows(session)["deal"] == 0


@pytest.mark.parametrize(
    "number", ["new", "import", "at-risk.csv", "reconcile", "x" * 81, "%20D-1", "D%0A1", "D%E2%80%AE1"]
)
def test_ids_that_no_page_could_have(send: Send, session: Session, ana: Person, number: str) -> None:
    session.commit()
    assert send("PUT", f"/deals/{number}", 422, json=BODY)["errors"][0]["pointer"] == "/deal_id"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (b"86000", "86000.00"),
        (b"0.30000000000000004", "0.30"),
        (b"999999999999.99", "999999999999.99"),
        (b"8.6e4", "86000.00"),
        (b'"12.50"', "12.50"),
        (b"-0.0", "0.00"),
        (b"1e400", None),
        (b"NaN", None),
    ],
)
def test_money_is_read_as_it_is_written(
    client: TestClient, session: Session, ana: Person, written: bytes, stored: str | None
) -> None:
    secret = create_token(session, "CRM", ["deals:write"], actor="admin@example.com", moment=NOW)
    session.commit()
    content = str({**BODY, "amount": 0}).replace("'", '"').replace('"amount": 0', f'"amount": {written.decode()}')
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    answer = client.put("/api/v1/deals/D-1", content=content, headers=headers)
    assert answer.status_code == (422 if stored is None else 200), answer.text
    assert session.scalars(select(col(Deal.amount))).all() == ([] if stored is None else [Decimal(stored)])


def test_deals_that_are_at_risk_come_in_pages(send: Send, session: Session, ana: Person, bo: Person) -> None:
    (keeper,) = session.scalars(select(Product))
    for number in range(6):
        team = {"owner": [bo if number % 2 else ana]}
        deal(session, f"D-{number}", products=[keeper], team=team, close_date=date(2026, 12, number + 1))
    deal(session, "D-lost", products=[keeper], team={"owner": [bo]}, outcome="lost")
    deal(session, "D-late", products=[keeper], team={"owner": [ana]}, close_date=date(2028, 1, 1))
    session.commit()

    def pages(**query: Any) -> list[list[str]]:
        found: list[list[str]] = []
        cursor = None
        while True:
            page = send("GET", "/deals", params={**query, **({"cursor": cursor} if cursor else {})})
            found.append([each["id"] for each in page["items"]])
            if (cursor := page["next"]) is None:
                return found

    assert pages(at_risk="true", limit=2) == [["D-1", "D-3"], ["D-5", "D-late"]]
    assert pages(at_risk="false") == [["D-0", "D-2", "D-4", "D-lost"]]
    assert [len(each) for each in pages(limit=3)] == [3, 3, 2]
    risks = {each["id"]: each["at_risk"] for each in send("GET", "/deals")["items"]}
    assert (risks["D-1"], risks["D-late"], risks["D-lost"]) == ("not_cleared", "ends_before_close", None)
    for wrong in ({"at_risk": "yes"}, {"cursor": "x"}, {"limit": "0"}):
        send("GET", "/deals", 422, params=wrong)


def test_a_list_costs_the_same_statements_whatever_its_length(
    send: Send, application: FastAPI, session: Session, ana: Person, bo: Person
) -> None:
    (keeper,) = session.scalars(select(Product))
    counted = {}
    for size in (1, 30):
        for number in range(size):
            deal(session, f"D-{size}-{number}", products=[keeper], team={"owner": [ana], "specialist": [bo]})
        session.commit()
        send("GET", "/deals", params={"at_risk": "true"})
        with count_statements(application.state.database) as found:
            send("GET", "/deals", params={"at_risk": "true"})
        counted[size] = len(found)
    assert counted[1] == counted[30] <= 25


def test_unknown_deals_and_clients_without_the_scope(send: Send, client: TestClient, session: Session) -> None:
    send("GET", "/deals/D-404", 404)
    secret = create_token(session, "Gate", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()
    headers = {"authorization": f"Bearer {secret}"}
    assert client.put("/api/v1/deals/D-1", json=BODY, headers=headers).status_code == 403
    assert client.get("/api/v1/deals", headers=headers).status_code == 403


def test_answers_are_kept_with_the_deal(send: Send, session: Session, ana: Person) -> None:
    session.commit()
    answer = send("PUT", "/deals/D-1", json={**BODY, "contacts": [{"name": "Ines", "role": "it"}]})
    kept = session.scalars(select(KeptClearance)).one()
    (decision,) = session.scalars(select(Decision))
    assert (kept.id, kept.decision_id, kept.asked_by) == (
        answer["clearance"][0]["decision_id"], decision.id, "api:CRM",
    )  # fmt: skip
    assert session.scalars(select(col(DealContact.name))).all() == ["Ines"]
