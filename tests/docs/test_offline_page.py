"""The reader that the page about offline decisions shows says what the gate says, and verifies what it reads."""

import re
from datetime import date, timedelta
from itertools import product as combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.api.bundle import IN_A_WINDOW
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.config import Settings
from app.database import Database, stored_id
from app.deals.bundle import bundle
from app.deals.policies.models import GatePolicy
from app.deals.queries import Question, clearances
from app.deals.rules import stops
from app.deals.waivers.models import Waiver
from app.people.models import Role
from app.people.tokens import create_token
from factories import NOW, attest, deal, person, product, sellable

PAGE = (Path(__file__).parents[2] / "docs" / "offline.md").read_text()
STAGES = ["discovery", "proposal", "negotiation", "contract", "delivery", "renewal", "elsewhere"]


@pytest.fixture(scope="module")
def reader() -> Any:
    (code,) = re.findall(r"\*\*`offline\.py`\*\*\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    module = ModuleType("offline")
    exec(code, module.__dict__)  # noqa: S102 (the page shows it, so it must work)
    return module


@pytest.fixture(autouse=True)
def harbour(session: Session) -> None:
    """Ana is certified, Ben is not, Dora is suspended, Eve is not certified; Dora and Eve have exceptions on D-1."""
    people = {name: person(session, f"{name}@example.com") for name in ("ana", "ben", "dora", "eve")}
    compliance = person(session, "compliance@example.com", Role.COMPLIANCE)
    keeper = sellable(session)
    product(session, "pilot")
    for name in ("ana", "dora"):
        attest(session, people[name], keeper)
    sanction(
        session,
        stored_id(people["dora"]),
        stored_id(keeper),
        CertificationEventKind.SUSPENDED,
        reason="Promised a return.",
        by=compliance.email,
        moment=NOW,
    )
    asks: list[dict[str, Any]] = [
        {"enforcement": "block", "from_stage": "negotiation", "regions": ["DE"]},
        {"enforcement": "warn", "roles": ["owner"], "coverage": "owner"},
    ]
    session.add(
        GatePolicy(
            product_id=stored_id(keeper),
            starts_on=date(2026, 11, 1),
            document={"requirements": asks, "failure_mode": "open"},
            reason="r",
            made_at=NOW,
            made_by="compliance@example.com",
        )
    )
    stored = deal(session, "D-1", products=[keeper], team={"owner": [people["eve"]], "specialist": [people["dora"]]})
    for name in ("dora", "eve"):
        session.add(
            Waiver(
                key=name,
                deal_id=stored_id(stored),
                person_id=stored_id(people[name]),
                product_id=stored_id(keeper),
                reason="r",
                codes=[],
                through=NOW.date(),
                asked_by=stored_id(compliance),
                asked_at=NOW,
                approved=True,
                decided_by=compliance.id,
                decided_at=NOW,
            )
        )
    session.commit()


def test_the_file_says_what_the_gate_says(database: Database, reader: Any) -> None:
    reps = ["Ana@example.com", "ben@example.com", "dora@example.com", "eve@example.com", "nobody@example.com"]
    facts = [
        (stage, region, role, reference)
        for stage, region, role in combinations(
            [None, *STAGES], [None, "DE", "FR"], [None, "owner", "specialist", "elsewhere"]
        )
        for reference in (None, "D-1")
        if reference is None or None not in {stage, region, role}  # else the gate knows them from the deal
    ]
    asked = [(rep, slug, *situation) for rep, slug, situation in combinations(reps, ["keeper", "pilot", "gone"], facts)]
    with database.read() as session:
        claims = bundle(session, NOW).claims(NOW, 24)
        gate = clearances(
            session,
            [
                Question(rep=rep, products=(slug,), stage=stage, region=region, role=role, deal=reference)
                for rep, slug, stage, region, role, reference in asked
            ],
            NOW,
        )
    online = {
        question: (answer.clearance.decision.value, stops(answer.clearance.decision, answer.clearance.enforcement))
        for question, answer in zip(asked, gate, strict=True)
    }
    offline = {
        (rep, slug, stage, region, role, reference): reader.decide(
            claims, NOW, rep, slug, stage=stage, region=region, role=role, deal=reference
        )
        for rep, slug, stage, region, role, reference in asked
    }
    assert offline == online
    assert {decision for decision, _stops in online.values()} == set(reader.ORDER)


@pytest.mark.parametrize(
    ("rep", "slug", "later", "expected"),
    [
        ("eve@example.com", "keeper", timedelta(hours=23), ("not_cleared", True)),  # tomorrow the exception is over
        ("ben@example.com", "keeper", timedelta(hours=24), ("unknown", False)),
        ("ana@example.com", "pilot", timedelta(hours=24), ("unknown", True)),
        ("ana@example.com", "gone", timedelta(0), ("unknown", True)),
    ],
)
def test_what_is_too_old_does_what_the_product_says(
    database: Database, reader: Any, rep: str, slug: str, later: timedelta, expected: tuple[str, bool]
) -> None:
    with database.read() as session:
        claims = bundle(session, NOW).claims(NOW, 24)
    assert reader.decide(claims, NOW + later, rep, slug, deal="D-1") == expected


def test_a_certification_that_ends_before_the_file_does_ends(database: Database, reader: Any) -> None:
    with database.read() as session:
        claims = bundle(session, NOW).claims(NOW, 24 * 600)
    last_day = NOW.replace(year=2027, day=22)
    assert reader.decide(claims, last_day, "ana@example.com", "keeper") == ("cleared", False)
    assert reader.decide(claims, last_day + timedelta(days=1), "ana@example.com", "keeper") == ("not_cleared", True)


@pytest.mark.usefixtures("clock")
def test_only_a_bundle_of_this_installation_is_read(client: TestClient, session: Session, reader: Any) -> None:
    secret = create_token(session, "crm", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()
    token = client.get("/api/v1/clearance/bundle", headers={"authorization": f"Bearer {secret}"}).text
    keys = client.get("/.well-known/jwks.json").json()
    assert reader.verified(token, keys, "http://testserver")["day"] == "2026-11-23"
    head, body, signature = token.split(".")
    changed = ".".join([head, ("A" if body[9] != "A" else "B").join([body[:9], body[10:]]), signature])
    with pytest.raises(InvalidSignature):
        reader.verified(changed, keys, "http://testserver")
    with pytest.raises(ValueError, match="another installation"):
        reader.verified(token, keys, "https://elsewhere.example.com")
    with pytest.raises(ValueError, match="not a clearance bundle"):
        reader.verified(f"eyJhbGciOiJub25lIn0.{body}.", keys, "http://testserver")


def test_the_page_names_the_numbers_that_the_product_keeps() -> None:
    assert f"fetch {IN_A_WINDOW} files within 15 minutes" in PAGE
    assert f": {Settings(_env_file=None).bundle_hours} hours, or `DEALWORTHY_BUNDLE_HOURS`" in PAGE
