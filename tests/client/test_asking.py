"""The client against a running server: it says what the API says, and what is refused is an error that says why."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from sqlmodel import Session, col, select

from app.deals.models import Deal
from crmside import Crm
from docs.client.dealworthy_client import Check, Clearance, Client, ProblemError, RefusedError
from factories import deal, person

DEAL: dict[str, Any] = {
    "name": "Second floor",
    "account": "Harbour Bakery",
    "amount": 12000.50,
    "currency": "EUR",
    "stage": "negotiation",
    "close_date": "2026-12-11",
    "region": "DE",
    "products": ["keeper"],
    "team": [{"rep": "ana@example.com", "role": "owner"}],
}


def test_one_question_is_answered_as_by_the_api(crm: Crm) -> None:
    asked = {"rep": "Ben@example.com", "product": ["keeper", "pilot"], "role": "owner", "region": "FR"}
    raw = httpx2.get(
        f"{crm.server.url}/api/v1/clearance",
        params={**asked, "as_of": "2026-11-01T00:00:00Z"},
        headers={"authorization": f"Bearer {crm.token}"},
    ).json()

    past = datetime(2026, 11, 1, tzinfo=UTC)
    same = crm.client().clearance("Ben@example.com", ["keeper", "pilot"], role="owner", region="FR", as_of=past)
    now = crm.client().clearance("Ben@example.com", ["keeper", "pilot"], role="owner", region="FR")

    assert same == Clearance.read(raw)
    assert (same.decision, same.stops) == ("unknown", True)
    assert [(each.product, each.decision, each.enforcement, each.stops) for each in now.products] == [
        ("keeper", "not_cleared", "warn", False),
        ("pilot", "not_cleared", "block", True),
    ]
    assert now.products[1].reasons[0]["fix"]["url"] == f"{crm.server.url}/products/pilot/red-lines"
    assert (now.rep, now.allowed, now.stops, now.source, now.note) == ("ben@example.com", False, True, "gate", "")


def test_more_questions_than_one_request_carries_keep_their_order(crm: Crm) -> None:
    reps = ["ana@example.com", "ben@example.com"] * 500 + ["nobody@example.com"]
    found = crm.client().clearances(Check(rep=rep, products=["pilot"]) for rep in reps)
    assert [each.rep for each in found] == reps
    assert [each.decision for each in found[:2] + found[-1:]] == ["cleared", "not_cleared", "unknown"]


def test_a_deal_is_stored_or_refused_with_the_reasons(crm: Crm, session: Session) -> None:
    client = crm.client()
    stored = client.put_deal("CRM 7", DEAL)
    assert (stored["decision"], client.deal("CRM 7")["amount"]) == ("cleared", 12000.50)

    with pytest.raises(RefusedError) as refused:
        client.put_deal("CRM 8", {**DEAL, "team": [*DEAL["team"], {"rep": "ben@example.com", "role": "specialist"}]})

    assert refused.value.status == 409
    assert refused.value.errors == (("/team/1", "ben@example.com is not cleared."),)
    assert [(each.rep, each.stops) for each in refused.value.clearance] == [
        ("ana@example.com", False),
        ("ben@example.com", True),
    ]
    assert session.scalars(select(col(Deal.reference)).order_by(col(Deal.id))).all() == ["D-1", "CRM 7"]


def test_what_is_wrong_is_pointed_at(crm: Crm) -> None:
    with pytest.raises(ProblemError) as wrong:
        crm.client().put_deal("D-2", {**DEAL, "products": ["nothing"], "stage": "soon"})
    assert (wrong.value.status, [pointer for pointer, _detail in wrong.value.errors]) == (422, ["/stage"])
    assert "/stage: Input should be" in str(wrong.value)
    with pytest.raises(ProblemError, match=r"404 Not Found"):
        crm.client().deal("D-404")
    with pytest.raises(ProblemError, match=r"401 Unauthorized"):
        Client(crm.server.url, "wrong").clearance("ana@example.com", ["keeper"])


def test_lists_are_read_to_their_end(crm: Crm, session: Session) -> None:
    ben = person(session, "benny@example.com")
    for number in range(205):
        deal(session, f"L-{number}", team={"owner": [ben]}, at=datetime.now(UTC))
    session.commit()
    client = crm.client()
    assert len({each["id"] for each in client.deals()}) == 206
    assert [each["id"] for each in client.deals(at_risk=True)] == []
    standings = client.certifications(products=["keeper"], standings=["certified"])
    assert [each["rep"] for each in standings] == ["ana@example.com"]
    assert standings.as_of is not None
    assert list(client.certifications(updated_since=standings.as_of)) == []


def test_a_text_is_held_against_the_red_lines(crm: Crm) -> None:
    found = crm.client().check_text("Hello.", ["keeper"], channel="mail", locale="en")
    assert (found["findings"], found["rules"]) == ([], 2)


def test_the_deals_of_the_crm_are_compared_line_by_line(crm: Crm) -> None:
    team = [{"rep": "ana@example.com", "role": "owner"}, {"rep": "eve@example.com", "role": "specialist"}]
    rows = ({"id": f"D-{number}", "team": team} for number in (1, 2))
    lines = list(crm.client().reconcile(rows))
    assert [next(iter(each)) for each in lines] == ["progress", "deal", "deal", "summary"]
    assert [each["kind"] for each in lines[1]["deal"]["differences"]] == ["member_missing_here", "member_not_in_crm"]
    assert (lines[2]["deal"]["known"], lines[-1]["summary"]["rows"]) == (False, 2)
