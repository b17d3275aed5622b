"""Badges, verified by a library that is not ours against the running application, as a stranger would do it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.certificates import actions, keys
from app.certification.certificates.models import Certificate, SigningKey
from app.certification.models import CertificationEventKind, CertificationPeriod
from app.certification.sanctions.actions import sanction
from app.config import Settings
from app.database import Database
from app.people.models import Person, Role
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

pytestmark = pytest.mark.usefixtures("clock")  # the other library looks at it too

TODAY = NOW - timedelta(hours=1)


def awarded(session: Session, email: str = "ana@example.com", slug: str = "keeper") -> Certificate:
    who = person(session, email)
    attest(session, who, sellable(session, slug, at=TODAY - timedelta(days=1)), at=TODAY)
    newest = session.scalar(select(Certificate).order_by(col(Certificate.id).desc()).limit(1))
    assert newest is not None
    session.commit()
    return newest


def fetched(client: TestClient, address: str) -> bytes:
    path = address.removeprefix("http://testserver")
    assert path.startswith("/")
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content


def verifier(client: TestClient, token: str) -> OB3Verifier:
    header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    jwks = {each["kid"]: each for each in client.get("/.well-known/jwks.json").json()["keys"]}
    key = jwks[header["kid"]]
    assert json.loads(fetched(client, header["kid"])) == key
    assert {"d", "p", "q"}.isdisjoint(key)
    public = RSAKey.import_key(key).public_key
    return OB3Verifier(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def accepted(client: TestClient, token: str) -> Any:
    return verifier(client, token).verify(token, check_status=True, download=lambda address: fetched(client, address))


def badge(client: TestClient, code: str) -> str:
    return client.get(f"/certificates/{code}/badge.jwt").text


def test_a_stranger_verifies_the_badge(session: Session, client: TestClient) -> None:
    issued = awarded(session)
    token = badge(client, issued.code)
    found = accepted(client, token)
    assert found.achievement.name == "Keeper"
    assert found.issuer.id == "http://testserver/badges/issuer"
    assert found.id == f"http://testserver/certificates/{issued.code}"
    assert found.issuance_date == TODAY
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    (identity,) = claims["credentialSubject"]["identifier"]
    expected = hashlib.sha256(("ana@example.com" + identity["salt"]).encode()).hexdigest()
    assert identity["identityHash"] == f"sha256${expected}"
    assert "ana" not in token
    for address in (claims["issuer"]["id"], claims["credentialSubject"]["achievement"]["id"]):
        assert json.loads(fetched(client, address))["id"] == address
    assert badge(client, issued.code) == token


@pytest.mark.parametrize("place", [5, 40, 300, 900, -200, -3])
def test_one_changed_character_is_enough_to_be_refused(session: Session, client: TestClient, place: int) -> None:
    token = badge(client, awarded(session).code)
    stranger = verifier(client, token)
    other = "A" if token[place] != "A" else "B"
    changed = list(token)
    changed[place] = other
    with pytest.raises(OB3VerificationError):
        stranger.verify("".join(changed))


def decided(session: Session, issued: Certificate, kind: CertificationEventKind) -> None:
    period = session.get_one(CertificationPeriod, issued.period_id)
    sanction(session, period.person_id, period.product_id, kind, reason="Why.", by="carol@example.com", moment=TODAY)
    session.commit()


def test_standing_is_what_a_stranger_hears(session: Session, client: TestClient) -> None:
    issued = awarded(session)
    bystander = badge(client, awarded(session, "ben@example.com", "ledger").code)
    token = badge(client, issued.code)
    decided(session, issued, CertificationEventKind.SUSPENDED)
    with pytest.raises(OB3VerificationError, match="'suspension' is set"):
        accepted(client, token)
    decided(session, issued, CertificationEventKind.REINSTATED)
    accepted(client, token)
    decided(session, issued, CertificationEventKind.REVOKED)
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        accepted(client, token)
    accepted(client, bystander)


def test_a_replaced_badge_is_refused_and_the_new_one_accepted(session: Session, client: TestClient) -> None:
    issued = awarded(session)
    token = badge(client, issued.code)
    made = actions.issue(session, issued.period_id, reason="New name.", by="carol@example.com", moment=TODAY)
    session.commit()
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        accepted(client, token)
    accepted(client, badge(client, made.code))


def test_whoever_left_speaks_for_nobody(session: Session, client: TestClient) -> None:
    issued = awarded(session)
    token = badge(client, issued.code)
    session.get_one(Person, 1).deactivated_at = TODAY
    session.commit()
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        accepted(client, token)


def test_a_status_list_takes_as_many_statements_for_many_as_for_one(
    session: Session, database: Database, client: TestClient
) -> None:
    everybody = [awarded(session)]
    decided(session, everybody[0], CertificationEventKind.REVOKED)
    badge(client, everybody[0].code)
    with count_statements(database) as for_one:
        client.get("/badges/status/revocation/0")
    for number in range(3):
        everybody.append(awarded(session, f"rep{number}@example.com", f"product{number}"))
        decided(session, everybody[-1], CertificationEventKind.REVOKED)
    with count_statements(database) as for_many:
        claims = client.get("/badges/status/revocation/0").text.split(".")[1]
    assert len(for_many) == len(for_one)
    bits = json.loads(base64.urlsafe_b64decode(claims + "=="))["credentialSubject"]["encodedList"]
    assert set_indices(decode_encoded_list(bits)) == {each.status_index for each in everybody}
    assert client.get("/badges/status/revocation/1").status_code == 404


def test_badges_outlive_the_key_that_signed_them(
    session: Session, client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    code = awarded(session).code
    old = badge(client, code)
    person(session, "adam@example.com", Role.ADMIN)
    session.commit()
    assert sign_in("adam@example.com").post("/admin/signing-key").status_code == 303
    new = badge(client, code)
    assert old.split(".")[0] != new.split(".")[0]
    verifier(client, old).verify(old)
    accepted(client, new)


def test_a_key_that_the_secret_does_not_open_is_retired(
    database: Database, settings: Settings, client: TestClient
) -> None:
    first = keys.signing_key(database, settings, TODAY)
    assert keys.signing_key(database, settings, TODAY).kid == first.kid
    changed = settings.model_copy(update={"secret_key": "another secret of more than thirty-two characters"})
    second = keys.signing_key(database, changed, TODAY)
    assert second.kid != first.kid
    with database.read() as session:
        rows = session.execute(select(col(SigningKey.kid), col(SigningKey.retired_at))).all()
    assert dict(map(tuple, rows)) == {first.kid: TODAY, second.kid: None}
    assert [each["kid"] for each in client.get("/.well-known/jwks.json").json()["keys"]][1:] == [
        keys.address(second.kid),
        keys.address(first.kid),
    ]


def test_two_who_need_a_key_at_once_get_the_same(database: Database, settings: Settings) -> None:
    together = Barrier(2)

    def ask(_turn: int) -> str:
        together.wait()
        return keys.signing_key(database, settings, TODAY).kid

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(ask, range(2))
    assert first == second


def test_a_level_is_an_achievement_of_its_own(session: Session, client: TestClient) -> None:
    expert = {"id": "expert", "name": {"en": "Expert", "zh-Hans": "专家"}, "requirements": [{"attest": "redlines"}]}
    keeper = sellable(session, at=TODAY - timedelta(days=1), levels=[expert])
    attest(session, person(session, "ana@example.com"), keeper, at=TODAY)
    codes = list(session.scalars(select(col(Certificate.code)).order_by(col(Certificate.id))))
    session.commit()
    named = [accepted(client, badge(client, code)).achievement for code in codes]
    assert [each.name for each in named] == ["Keeper", "Keeper, Expert"]
    assert [each.id.partition("/badges/")[2] for each in named] == ["achievements/keeper", "achievements/keeper/expert"]
    assert json.loads(fetched(client, named[1].id))["name"] == "Keeper, Expert"
    assert "Expert" in client.get(f"/certificates/{codes[1]}").text
    assert client.get("/badges/achievements/keeper/novice").status_code == 404


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_no_header_makes_a_token_ours_nor_stops_the_page(session: Session, client: TestClient) -> None:
    code = awarded(session).code
    _header, claims, signature = badge(client, code).split(".")
    secret = json.dumps(client.get("/.well-known/jwks.json").json()["keys"][0]).encode()
    elsewhere = "http://127.0.0.1:9/keys"
    headers: list[object] = [
        {"alg": "none"}, {"alg": "HS256"}, {"alg": ["RS256"]}, {"alg": None}, {}, [], None, "RS256",
        {"alg": "RS256", "crit": 5}, {"alg": "RS256", "crit": [1]}, {"alg": "RS256", "crit": [[]]},
        {"alg": "RS256", "crit": ["b64"], "b64": False},
        {"alg": "RS256", "kid": ["../../etc/passwd"], "jku": elsewhere, "x5u": elsewhere, "jwk": 5},
    ]  # fmt: skip
    forged = [f"{part(each)}.{claims}.{signature}" for each in headers]
    mac = hmac.digest(secret, f"{part({'alg': 'HS256'})}.{claims}".encode(), "sha256")
    forged += [
        f"{part({'alg': 'HS256'})}.{claims}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        f"{part({'alg': 'none'})}.{claims}.",
        "eyJ" + "[" * 9000 + ".a.b",
    ]
    for token in forged:
        answer = client.post("/certificates/verify", files={"file": ("badge.jwt", token.encode())})
        assert (answer.status_code, "Ana" in answer.text) == (200, False), token[:80]
