"""The staff through the API: stored by the rules of an import, changed, deactivated at once."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.people.models import PersonRole, Role, Team
from app.people.queries import person_by_email
from app.people.teams import create_team
from app.people.tokens import create_token
from factories import NOW, person

Send = Callable[..., Any]
ADMIN = "admin@example.com"
ANA = {
    "email": "Ana@Example.com",
    "name": "Ana Souza",
    "roles": ["rep", "trainer"],
    "team": "Enterprise",
    "manager": "MEI@example.com",
    "locale": "zh-Hans",
    "region": "DACH",
    "hired_on": "2026-11-02",
}
STORED = {**ANA, "email": "ana@example.com", "manager": "mei@example.com", "active": True}


@pytest.fixture
def send(client: TestClient, session: Session) -> Send:
    person(session, ADMIN, Role.ADMIN)
    person(session, "mei@example.com", Role.MANAGER)
    secret = create_token(session, "HR", ["people:write"], actor=ADMIN, moment=NOW)
    session.commit()

    def ask(method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        headers |= {"authorization": f"Bearer {secret}"}
        with time_machine.travel(NOW, tick=False):
            return client.request(method, f"/api/v1/people{path}", json=body, headers=headers)

    return ask


def said(answer: Any) -> tuple[int, Any]:
    return answer.status_code, answer.json()


def test_somebody_new_is_stored_and_read(send: Send, session: Session) -> None:
    assert said(send("POST", body=ANA)) == (201, STORED)
    assert said(send("GET", "/ANA@example.com")) == (200, STORED)
    entries = session.execute(select(col(AuditEntry.actor), col(AuditEntry.action), col(AuditEntry.subject)))
    assert [tuple(row) for row in entries][-2:] == [
        ("api:HR", "team.created", "Enterprise"),
        ("api:HR", "person.created", "ana@example.com"),
    ]


def test_only_the_address_and_a_name_are_needed(send: Send) -> None:
    nothing = {"team": None, "manager": None, "region": None, "hired_on": None}
    new = {"email": "bo@example.com", "name": "Bo", "roles": ["rep"], "locale": "en", "active": True, **nothing}
    assert said(send("POST", body={"email": "bo@example.com", "name": "Bo"})) == (201, new)


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        ({}, {}),
        ({"name": "Ana S."}, {"name": "Ana S."}),
        ({"roles": ["manager"]}, {"roles": ["manager"]}),
        ({"team": "enterprise"}, {}),
        ({"team": "Partners"}, {"team": "Partners"}),
        ({"team": None, "manager": None}, {"team": None, "manager": None}),
        ({"region": None, "hired_on": None, "locale": "en"}, {"region": None, "hired_on": None, "locale": "en"}),
    ],
)
def test_what_is_sent_again_changes_and_the_rest_stays(
    send: Send, sent: dict[str, Any], changes: dict[str, Any]
) -> None:
    send("POST", body=ANA)
    assert said(send("POST", body={"email": "ANA@example.com", **sent})) == (200, {**STORED, **changes})


def test_a_team_is_found_whatever_its_case(send: Send, session: Session) -> None:
    create_team(session, "ENTERPRISE", None, actor=ADMIN, moment=NOW)
    session.commit()
    assert send("POST", body=ANA).json()["team"] == "ENTERPRISE"
    assert session.scalars(select(col(Team.name))).all() == ["ENTERPRISE"]


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({"email": "bo@example.com"}, "/name", "Somebody new needs a name."),
        ({**ANA, "manager": "nobody@example.com"}, "/manager", "Nobody has this address."),
        ({**ANA, "roles": ["admin"]}, "/roles/0", "Input should be 'rep', 'trainer', 'manager' or 'compliance'"),
        ({**ANA, "roles": []}, "/roles", "List should have at least 1 item after validation, not 0"),
        ({**ANA, "hired_on": "2026-13-01"}, "/hired_on", "must be a day, such as 2026-01-05"),
        ({**ANA, "hired_on": 20261102}, "/hired_on", "must be a day, such as 2026-01-05"),
        ({**ANA, "locale": "de"}, "/locale", "Input should be 'en', 'zh-Hans' or 'zh-Hant'"),
        ({**ANA, "name": 1}, "/name", "Input should be a valid string"),
        ({**ANA, "nickname": "A"}, "/nickname", "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_stored_is_pointed_at(
    send: Send, session: Session, body: dict[str, Any], pointer: str, detail: str
) -> None:
    answer = send("POST", body=body)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": pointer, "detail": detail}])
    assert person_by_email(session, "ana@example.com") is None
    assert session.scalars(select(col(Team.id))).all() == []


@pytest.mark.parametrize("field", ["email", "name", "team", "region"])
@pytest.mark.parametrize("text", ["", " ", " Ana", "Ana ", "=1+1@x", "a\nb@x", "nul\x00@x", "turn\u202e@x", "x" * 500])
def test_texts_are_on_one_line_and_no_formula(send: Send, field: str, text: str) -> None:
    answer = send("POST", body={**ANA, field: text})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{field}"]


def test_a_circle_of_managers_is_refused(send: Send) -> None:
    send("POST", body=ANA)
    answer = send("POST", body={"email": "mei@example.com", "manager": "ana@example.com"})
    detail = "This would make a circle: somebody would be their own manager."
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/manager", "detail": detail}])


def test_an_administrator_is_neither_made_nor_unmade(send: Send, session: Session) -> None:
    refused = send("POST", body={"email": ADMIN, "roles": ["rep"]})
    detail = "The roles of an administrator are changed on the page of people alone."
    assert (refused.status_code, refused.json()["detail"]) == (409, detail)
    assert send("POST", body={"email": ADMIN, "region": "DACH"}).json()["roles"] == ["admin"]
    assert session.scalars(select(col(PersonRole.role)).where(col(PersonRole.person_id) == 1)).all() == [Role.ADMIN]


def test_deactivating_ends_sessions_and_tokens_at_once(
    send: Send, session: Session, sign_in: Callable[[str], TestClient], client: TestClient
) -> None:
    ana = person(session, "ana@example.com", Role.ADMIN)
    secret = create_token(session, "hers", ["people:write"], actor=ana.email, moment=NOW)
    session.commit()
    browser = sign_in("ana@example.com")
    assert browser.get("/account").status_code == 200
    answer = send("POST", "/Ana@example.com/deactivate")
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert said(send("POST", "/ana@example.com/deactivate")) == said(answer)
    assert browser.get("/account").status_code == 303
    hers = client.get("/api/v1/people/ana@example.com", headers={"authorization": f"Bearer {secret}"})
    assert hers.status_code == 401
    back = send("POST", body={"email": "ana@example.com", "name": "Ana"})
    detail = "ana@example.com is deactivated. Reactivate the account first."
    assert (back.status_code, back.json()["detail"]) == (409, detail)


def test_the_last_administrator_stays(send: Send) -> None:
    answer = send("POST", f"/{ADMIN}/deactivate")
    detail = "This is the last administrator. Make somebody else one first."
    assert (answer.status_code, answer.json()["detail"]) == (409, detail)
    assert send("GET", f"/{ADMIN}").json()["active"] is True


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/deactivate")])
def test_who_is_not_there_is_not_found(send: Send, method: str, path: str) -> None:
    answer = send(method, f"/nobody@example.com{path}")
    assert said(answer)[0] == 404
    assert answer.json()["detail"] == "There is nobody with this address."


def test_a_key_makes_sending_again_harmless(send: Send, session: Session) -> None:
    first = send("POST", body=ANA, **{"idempotency-key": "k-1"})
    again = send("POST", body=ANA, **{"idempotency-key": "k-1"})
    assert said(again) == said(first) == (201, STORED)
    assert again.headers["idempotent-replayed"] == "true"
