"""A decision opens by its id, on a page and for clients: what was asked, what it rests on, and the same asked again."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.deals.policies.models import GatePolicy
from app.people.models import Person, Role
from app.people.tokens import create_token
from factories import NOW, attest, deal, person, sellable

Get = Callable[..., Any]
SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock_of_the_test() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1)) as traveller:
        yield traveller


@pytest.fixture
def get(client: TestClient, session: Session) -> Get:
    secret = create_token(session, "CRM", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()

    def ask(path: str, expected: int = 200, /, **params: Any) -> Any:
        answer = client.get(f"/api/v1/{path}", params=params, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == expected, answer.text
        return answer.json()

    return ask


@pytest.fixture
def keeper(session: Session) -> Product:
    return sellable(session, from_stage="proposal")


@pytest.fixture
def ana(session: Session) -> Person:
    return person(session, "ana@example.com", manager=person(session, "mara@example.com", Role.MANAGER))


def test_a_client_opens_what_it_was_answered(get: Get, session: Session, keeper: Product, ana: Person) -> None:
    deal(session, "D-1", products=[keeper], team={"owner": [ana]}, stage="proposal", region="EU")
    session.commit()
    given = get("clearance", rep="Ana@example.com", deal="D-1")
    decision = get(f"decisions/{given['decision_id'].lower()}")
    reasons = decision["facts"][0]["requirements"][0]["standing"].pop("reasons")
    assert [each["code"] for each in reasons] == ["redlines_not_attested"]
    assert decision == {
        "decision_id": given["decision_id"],
        "asked_by": "api:CRM",
        "asked_at": given["as_of"],
        "change": None,
        "asked": {
            "rep": "ana@example.com",
            "products": ["keeper"],
            "deal": "D-1",
            "role": "owner",
            "stage": "proposal",
            "region": "EU",
            "supervisor": None,
        },
        "answer": given,
        "facts": [
            {
                "product": "keeper",
                "requirements": [
                    {
                        "known": True,
                        "rep": "active",
                        "requirement": {
                            "level": "",
                            "regions": [],
                            "from_stage": "proposal",
                            "roles": [],
                            "coverage": "every",
                            "enforcement": "block",
                        },
                        "level_known": True,
                        "standing": {
                            "standing": "not_started",
                            "allowed": False,
                            "supervised_only": False,
                            "valid_through": None,
                            "ends_on": None,
                        },
                        "waived_through": None,
                        "supervisor_cleared": False,
                    }
                ],
            }
        ],
        "asked_again": {"same": True, "rule_agrees": True, "products": given["products"]},
    }


def test_what_happens_later_changes_nothing_but_what_is_recorded_with_an_earlier_moment_is_told(
    get: Get, session: Session, keeper: Product, ana: Person, clock_of_the_test: time_machine.Traveller
) -> None:
    session.commit()
    given = get("clearance", rep="ana@example.com", product="keeper")
    attest(session, ana, keeper, at=NOW + timedelta(hours=2))
    kind = CertificationEventKind.SUSPENDED
    at = NOW + timedelta(hours=3)
    sanction(session, ana.id or 0, keeper.id or 0, kind, reason="Why", by="compliance@example.com", moment=at)
    session.commit()
    clock_of_the_test.move_to(NOW + timedelta(days=1))
    assert get(f"decisions/{given['decision_id']}")["asked_again"] == {
        "same": True, "rule_agrees": True, "products": given["products"],
    }  # fmt: skip
    assert get("clearance", rep="ana@example.com", product="keeper", as_of=given["as_of"]) == given
    attest(session, ana, keeper, at=NOW + timedelta(minutes=1), number=2)  # as an import of past records may
    session.commit()
    decision = get(f"decisions/{given['decision_id']}")
    assert decision["answer"] == given
    assert (decision["asked_again"]["same"], decision["asked_again"]["rule_agrees"]) == (False, True)
    assert [each["decision"] for each in decision["asked_again"]["products"]] == ["cleared"]


def test_everybody_who_may_know_opens_the_page(
    get: Get, session: Session, sign_in: SignIn, keeper: Product, ana: Person
) -> None:
    colleague = person(session, "bo@example.com")
    for email, role in [
        ("audit@example.com", Role.COMPLIANCE), ("root@example.com", Role.ADMIN), ("tim@example.com", Role.TRAINER),
        ("other@example.com", Role.MANAGER), ("lin@example.com", Role.REP),
    ]:  # fmt: skip
        person(session, email, role)
    deal(session, "D-1", products=[keeper], team={"owner": [ana], "specialist": [colleague]}, stage="contract")
    session.commit()
    alone = get("clearance", rep="ana@example.com", product="keeper")["decision_id"]
    on_deal = get("clearance", rep="ana@example.com", deal="D-1")["decision_id"]
    seen = {
        email.partition("@")[0]: [sign_in(email).get(f"/decisions/{each}").status_code for each in (alone, on_deal)]
        for email in (
            "ana@example.com", "mara@example.com", "audit@example.com", "root@example.com", "bo@example.com",
            "other@example.com", "tim@example.com", "lin@example.com",
        )
    }  # fmt: skip
    assert seen == {
        "ana": [200, 200],
        "mara": [200, 200],
        "audit": [200, 200],
        "root": [200, 200],
        "bo": [404, 200],
        "other": [404, 404],
        "tim": [404, 404],
        "lin": [404, 404],
    }


def test_the_page_says_what_was_answered_and_on_what_it_rests(
    get: Get, session: Session, sign_in: SignIn, keeper: Product, ana: Person
) -> None:
    person(session, "audit@example.com", Role.COMPLIANCE)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]}, stage="contract")
    session.commit()
    given = get("clearance", rep="ana@example.com", deal="D-1")
    page = sign_in("audit@example.com").get(f"/decisions/{given['decision_id']}").text
    for words in (
        "Decision about Ana", "<dd>CRM</dd>", given["decision_id"], "The red lines have not been signed.",
        "Not cleared", "From stage Proposal on", "The same answer", "decides the same", "version 1",
    ):  # fmt: skip
        assert words in page
    then = given["as_of"].replace(":", "%3A").replace("+", "%2B")
    for address in (
        f"/products/keeper?as_of={then}",
        f"/products/keeper/red-lines?as_of={then}",
        f"/deals/D-1?as_of={then}",
    ):
        assert f'href="{address}"' in page
    attest(session, ana, keeper, at=NOW)
    session.commit()
    assert "Another answer" in sign_in("audit@example.com").get(f"/decisions/{given['decision_id']}").text


def test_the_page_names_the_level_and_links_what_is_set_for_the_gate(
    get: Get, session: Session, sign_in: SignIn, ana: Person
) -> None:
    person(session, "audit@example.com", Role.COMPLIANCE)
    lead = {"id": "lead", "name": "Lead seller", "requirements": [{"attest": "redlines"}]}
    till = sellable(session, "till", requirements=[{"completion": "80%"}], levels=[lead], deal_level="lead")
    asked = {"level": "lead", "enforcement": "block"}
    policy = GatePolicy(
        product_id=till.id or 0,
        starts_on=NOW.date(),
        document={"requirements": [asked]},
        reason="Only leads sell it.",
        made_at=NOW,
        made_by="audit@example.com",
    )
    session.add(policy)
    session.commit()
    number = get("clearance", rep="ana@example.com", product="till")["decision_id"]
    page = sign_in("audit@example.com").get(f"/decisions/{number}").text
    assert "level Lead seller" in page
    assert f'<a href="/gate/till">no. {policy.id}</a>' in page
    session.rollback()
    assert "/gate/till" not in sign_in("ana@example.com").get(f"/decisions/{number}").text


@pytest.mark.parametrize(("number", "status"), [("01KAJX9ZG05R8H3K0T7Q2M4V6N", 404), ("1", 422), ("x" * 27, 422)])
def test_what_is_no_decision(get: Get, number: str, status: int) -> None:
    assert get(f"decisions/{number}", status)["status"] == status


def test_an_unknown_person_and_nothing_named_are_decisions_too(get: Get, session: Session, keeper: Product) -> None:
    session.commit()
    for asked in ({"rep": "nobody@example.com", "product": ["keeper", "gone"]}, {"rep": "a@b", "deal": "D-404"}):
        given = get("clearance", **asked)
        decision = get(f"decisions/{given['decision_id']}")
        assert (decision["answer"], decision["asked_again"]["same"]) == (given, True)


def test_each_answer_of_a_batch_opens(
    client: TestClient, get: Get, session: Session, keeper: Product, ana: Person
) -> None:
    secret = create_token(session, "Sweep", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()
    checks = [
        {"rep": "ana@example.com", "products": ["keeper"], "stage": stage} for stage in ("discovery", "contract")
    ] * 2
    results = client.post(
        "/api/v1/clearance/batch", json={"checks": checks}, headers={"authorization": f"Bearer {secret}"}
    ).json()["results"]
    assert [each["decision"] for each in results] == ["not_required", "not_cleared"] * 2
    for each in results:
        decision = get(f"decisions/{each['decision_id']}")
        assert (decision["answer"], decision["asked_by"]) == (each, "api:Sweep")
