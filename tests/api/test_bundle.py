"""The signed file of today's clearances: what is in it, how it is verified, and how often it may be had."""

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.cli import main
from app.database import Database
from app.deals.bundle import bundle
from app.deals.policies.models import GatePolicy
from app.deals.waivers.models import Waiver
from app.people.tokens import create_token
from factories import NOW, attest, deal, person, product, sellable
from tools.statements import count_statements

Get = Callable[..., Response]

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def get(client: TestClient, session: Session) -> Get:
    secret = create_token(session, "crm", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()

    def fetch(**headers: str) -> Response:
        return client.get("/api/v1/clearance/bundle", headers={"authorization": f"Bearer {secret}", **headers})

    return fetch


@pytest.fixture(autouse=True)
def harbour(session: Session) -> None:
    ana, ben, cleo = (person(session, f"{name}@example.com") for name in ("ana", "ben", "cleo"))
    cleo.deactivated_at = NOW
    keeper = sellable(session, enforcement="warn", from_stage="proposal", regions=["DE"])
    product(session, "pilot")
    product(session, "gone").retired_at = NOW
    attest(session, ana, keeper)
    stored = deal(session, "D-1", products=[keeper], team={"owner": [ben]})
    given: dict[str, Any] = {
        "deal_id": stored.id,
        "person_id": ben.id,
        "product_id": keeper.id,
        "asked_by": ana.id,
        "asked_at": NOW,
    }
    for key, through, approved in [("1", 3, True), ("2", -1, True), ("3", 3, False), ("4", 3, None)]:
        day = NOW.date() + timedelta(days=through)
        decided: dict[str, Any] = {"decided_at": NOW, "decided_by": ana.id} if approved is not None else {}
        session.add(Waiver(key=key, reason="r", codes=[], through=day, approved=approved, **given, **decided))
    session.commit()


def verified(token: str, keys: Any) -> tuple[Any, Any]:
    """Header and claims of a file, checked without any library of ours."""
    head, body, signature = token.split(".")
    header = json.loads(unpacked(head))
    (key,) = (each for each in keys["keys"] if each["kid"] == header["kid"])
    numbers = RSAPublicNumbers(*(int.from_bytes(unpacked(key[name])) for name in ("e", "n")))
    numbers.public_key().verify(unpacked(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256())
    return header, json.loads(unpacked(body))


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_file_holds_what_decides_and_is_signed_by_the_installation(get: Get, client: TestClient) -> None:
    response = get()
    header, claims = verified(response.text, client.get("/.well-known/jwks.json").json())
    assert (header["alg"], header["typ"], response.headers["content-type"]) == (
        "RS256",
        "clearance-bundle+jws",
        "application/jose",
    )
    whenever = {"roles": [], "coverage": "every"}
    assert claims == {
        "format": "dealworthy-clearance-bundle/1",
        "iss": "http://testserver",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 86_400,
        "issued_at": "2026-11-23T09:00:00+00:00",
        "good_until": "2026-11-24T09:00:00+00:00",
        "company": "Brightwater Software",
        "timezone": "UTC",
        "day": "2026-11-23",
        "stages": ["discovery", "proposal", "negotiation", "contract", "delivery", "renewal"],
        "roles": ["owner", "account-manager", "solution-consultant", "customer-success", "specialist"],
        "products": {
            "keeper": {
                "failure_mode": "closed",
                "requirements": [
                    {"level": "", "regions": ["DE"], "from_stage": "proposal", "enforcement": "warn", **whenever}
                ],
            },
            "pilot": {
                "failure_mode": "closed",
                "requirements": [
                    {"level": "", "regions": [], "from_stage": "discovery", "enforcement": "block", **whenever}
                ],
            },
        },
        "answers": [
            {"decision": "cleared", "valid_through": "2027-11-22", "codes": []},
            {"decision": "unknown", "valid_through": None, "codes": ["unknown_product"]},
            {"decision": "not_cleared", "valid_through": None, "codes": ["redlines_not_attested"]},
        ],
        "reps": {"ana@example.com": [0, 1], "ben@example.com": [2, 1]},
        "waivers": [{"deal": "D-1", "rep": "ben@example.com", "product": "keeper", "through": "2026-11-26"}],
    }


def test_what_was_set_for_today_is_what_is_in_it(session: Session, database: Database) -> None:
    asks = [{"enforcement": "block"}, {"enforcement": "observe", "roles": ["owner"], "coverage": "owner"}]
    session.add(
        GatePolicy(
            product_id=1,
            starts_on=date(2026, 11, 23),
            document={"requirements": asks, "failure_mode": "open"},
            reason="r",
            made_at=NOW,
            made_by="compliance@example.com",
        )
    )
    session.commit()
    with database.read() as reading:
        content = bundle(reading, NOW).content
    assert content["products"]["keeper"]["failure_mode"] == "open"
    assert [each["enforcement"] for each in content["products"]["keeper"]["requirements"]] == ["block", "observe"]
    assert content["reps"] == {"ana@example.com": [0, 0, 1], "ben@example.com": [2, 2, 1]}


def test_a_young_file_that_is_the_same_is_not_sent_again(get: Get, clock: Any) -> None:
    first = get()
    again = get(**{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    clock.shift(timedelta(hours=1))
    later = get(**{"if-none-match": f'"other", {first.headers["etag"]}'})
    assert later.status_code == 200


def test_it_may_be_had_three_times_in_a_quarter_of_an_hour(get: Get) -> None:
    statuses = [get() for _ in range(4)]
    assert [each.status_code for each in statuses] == [200, 200, 200, 429]
    assert statuses[-1].headers["retry-after"] == "900"


def test_the_statements_do_not_grow_with_the_people_of_a_page(session: Session, database: Database) -> None:
    def statements() -> int:
        with database.read() as reading, count_statements(database) as sent:
            bundle(reading, NOW)
        return len(sent)

    before = statements()
    for number in range(20):
        person(session, f"rep{number}@example.com")
    session.commit()
    assert statements() == before


def test_the_command_writes_the_same_file(
    client: TestClient,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)
    monkeypatch.setenv("DEALWORTHY_SECRET_KEY", client.app.state.settings.secret_key)  # type: ignore[attr-defined]  # ASGI
    monkeypatch.setenv("DEALWORTHY_BASE_URL", "http://testserver")
    monkeypatch.setenv("DEALWORTHY_BUNDLE_HOURS", "48")
    assert main(["bundle", str(tmp_path / "clearances.jws")]) == 0
    assert capsys.readouterr().out == "People: 2. Products: 2. Good until 2026-11-25T09:00:00+00:00.\n"
    keys = client.get("/.well-known/jwks.json").json()
    _header, claims = verified((tmp_path / "clearances.jws").read_text(), keys)
    assert (claims["good_until"], claims["reps"]["ben@example.com"]) == ("2026-11-25T09:00:00+00:00", [2, 1])
    assert [each.name for each in tmp_path.iterdir()] == ["clearances.jws"]
