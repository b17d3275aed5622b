"""What the client answers while the gate cannot be reached: what the signed bundle says, its age, and else no."""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import product as combinations
from pathlib import Path
from typing import Any

import pytest
import time_machine
from joserfc import jws
from joserfc.jwk import RSAKey

from crmside import Crm, Proxy
from docs.client.dealworthy_client import (
    BundleError,
    Check,
    Clearance,
    Client,
    ProblemError,
    UnreachableError,
    main,
    verified,
)

ANA, BEN = "ana@example.com", "ben@example.com"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where a bundle is kept."""
    return tmp_path / "clearances.jws"


@pytest.fixture
def client(crm: Crm, kept: Path) -> Client:
    """A client that has fetched a bundle."""
    found = crm.client(bundle=kept, tries=2)
    found.fetch_bundle()
    return found


def said(answer: Clearance) -> Any:
    """What an answer says, without where it comes from and the words of its reasons."""
    products = [
        {**asdict(each), "reasons": [reason["code"] for reason in each.reasons], "basis": None}
        for each in answer.products
    ]
    return answer.decision, answer.allowed, answer.stops, products


def test_the_bundle_says_what_the_gate_says(crm: Crm, client: Client) -> None:
    names = [ANA.title(), BEN, "eve@example.com", "nobody@example.com"]
    stages = [None, "proposal", "negotiation", "elsewhere"]
    checks = [
        Check(rep=rep, products=["keeper", "pilot"][:count], deal=deal, stage=stage, region=region, role=role)
        for rep, count, stage, region, role in combinations(
            names, (1, 2), stages, [None, "DE", "FR"], [None, "owner", "specialist", "elsewhere"]
        )
        for deal in (None, "D-1")
        if deal is None or None not in {stage, region, role}  # else the gate knows them from the deal
    ]
    online = client.clearances(checks)
    crm.kill()
    offline = client.clearances(checks)

    assert {each.source for each in online} == {"gate"}
    assert {each.source for each in offline} == {"bundle"}
    assert [said(each) for each in offline] == [said(each) for each in online]
    assert {each.decision for each in online} == {
        "not_required",
        "cleared",
        "cleared_by_waiver",
        "not_cleared",
        "unknown",
    }


def test_an_answer_tells_how_old_it_is(crm: Crm, client: Client) -> None:
    crm.kill()
    with time_machine.travel(timedelta(hours=5)):
        answer = client.clearance(ANA, ["pilot"])
    assert answer.age is not None
    assert (answer.source, answer.allowed, answer.decision_id) == ("bundle", True, None)
    assert timedelta(hours=5) <= answer.age < timedelta(hours=5, minutes=2)


def test_what_is_too_old_does_what_the_product_says(crm: Crm, client: Client) -> None:
    crm.kill()
    with time_machine.travel(timedelta(hours=24, minutes=1)):
        for sold, is_open in [("keeper", True), ("pilot", False), ("draft", False), ("gone", False)]:
            for answer in client.clearances([Check(rep=rep, products=[sold], role="owner") for rep in (ANA, BEN)]):
                assert (answer.decision, answer.allowed, answer.stops) == ("unknown", is_open, not is_open)
                assert (answer.source, answer.note) == ("failure_mode", "the bundle is too old")


def test_one_product_that_fails_closed_stops_all(crm: Crm, client: Client) -> None:
    crm.kill()
    with time_machine.travel(timedelta(days=2)):
        answer = client.clearance(ANA, ["keeper", "pilot"])
    assert (answer.allowed, answer.stops) == (False, True)


def unpacked(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def by_another_key(token: str) -> str:
    head, body, _signature = token.split(".")
    key = RSAKey.generate_key(2048, private=True)
    return jws.serialize_compact(unpacked(head), json.dumps(unpacked(body)).encode(), key, algorithms=["RS256"])


def with_claims(token: str, **claims: Any) -> str:
    head, body, signature = token.split(".")
    return f"{head}.{packed({**unpacked(body), **claims})}.{signature}"


def with_header(token: str, **header: Any) -> str:
    head, body, signature = token.split(".")
    return f"{packed({**unpacked(head), **header})}.{body}.{signature}"


FORGERIES: list[Callable[[str], str]] = [
    by_another_key,
    lambda token: with_claims(token, good_until="2999-01-01T00:00:00+00:00"),
    lambda token: with_header(token, alg="none"),
    lambda token: with_header(token, alg="HS256"),
    lambda token: with_header(token, typ="JWT"),
    lambda token: with_header(token, kid="https://elsewhere.example.com/key"),
    lambda token: token.rpartition(".")[0] + ".",
    lambda _token: "",
    lambda _token: "é.é.é",
]


def test_what_was_forged_is_not_believed(crm: Crm, client: Client, kept: Path) -> None:
    genuine = kept.read_text()
    crm.kill()
    for forge in FORGERIES:
        kept.write_text(forge(genuine))
        answer = client.clearance(ANA, ["keeper"])
        assert (answer.allowed, answer.stops, answer.source, answer.age) == (False, True, "failure_mode", None)
        assert answer.note.startswith("there is no bundle to believe: ")
    kept.write_text(genuine)
    assert client.clearance(ANA, ["keeper"]).source == "bundle"


def test_a_bundle_of_another_installation_is_not_believed(client: Client, kept: Path) -> None:
    keys = json.loads(kept.with_name(kept.name + ".jwks.json").read_text())
    assert verified(kept.read_text(), keys, client.origin)["iss"] == client.origin
    with pytest.raises(BundleError, match="another installation"):
        verified(kept.read_text(), keys, "https://elsewhere.example.com")


def test_without_a_bundle_nobody_acts_or_it_is_an_error(crm: Crm, tmp_path: Path) -> None:
    crm.kill()
    answer = crm.client(bundle=tmp_path / "never", tries=1).clearance(ANA, ["keeper"])
    assert (answer.allowed, answer.stops, answer.source) == (False, True, "failure_mode")
    with pytest.raises(UnreachableError):
        crm.client(tries=1).clearance(ANA, ["keeper"])


def test_a_bundle_knows_neither_the_past_nor_the_products_of_a_deal(crm: Crm, client: Client) -> None:
    answered = client.clearance(ANA, ["pilot"])
    crm.kill()
    with pytest.raises(UnreachableError):
        client.clearance(ANA, ["pilot"], as_of=datetime.fromisoformat(answered.as_of))
    answer = client.clearance(ANA, deal="D-1")
    assert (answer.allowed, answer.stops, answer.products) == (False, True, ())


def test_a_refusal_by_dealworthy_is_no_reason_to_ask_the_bundle(
    crm: Crm, kept: Path, proxy: Callable[..., Proxy]
) -> None:
    crm.client(bundle=kept).fetch_bundle()
    with pytest.raises(ProblemError, match="401"):
        Client(crm.server.url, "revoked", bundle=kept).clearance(ANA, ["pilot"])
    with pytest.raises(ProblemError, match="429"):
        crm.client(proxy(429).url, bundle=kept, tries=1).clearance(ANA, ["pilot"])


def test_a_bundle_that_is_not_verified_is_not_kept(crm: Crm, kept: Path, proxy: Callable[..., Proxy]) -> None:
    with pytest.raises(BundleError, match="another installation"):
        crm.client(proxy().url, bundle=kept).fetch_bundle()  # the bundle's issuer is the server, not the proxy
    assert list(kept.parent.glob("clearances*")) == []


def test_the_command_line_asks_and_falls_back(
    crm: Crm, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALWORTHY_BASE_URL", crm.server.url)
    monkeypatch.setenv("DEALWORTHY_TOKEN", crm.token)
    asked = ["clearance", "--rep", BEN, "--product", "pilot"]
    assert main(["--bundle", str(kept), "bundle"]) == 0
    assert capsys.readouterr().out.startswith("Good until 20")
    assert main(asked) == 1
    assert json.loads(capsys.readouterr().out)["source"] == "gate"
    crm.kill()
    assert main(["--bundle", str(kept), "--tries", "1", "clearance", "--rep", ANA, "--product", "pilot"]) == 0
    assert json.loads(capsys.readouterr().out)["source"] == "bundle"
    assert main(["--tries", "1", *asked]) == 2
    assert "did not answer" in capsys.readouterr().err
