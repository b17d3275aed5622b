"""Bodies and addresses that no client sends by itself: each is refused with a sentence, none is guessed at."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.tokens import Scope, create_token
from factories import NOW

Send = Callable[..., Any]
NO_JSON = "This is no JSON, or a key in it stands twice."
DEAL = '{"name": "H", "account": "H", "currency": "EUR", "stage": "proposal", "products": [], "team": [], "amount": '


@pytest.fixture
def send(application: FastAPI, session: Session) -> Send:
    secret = create_token(session, "all", list(Scope), actor="admin@example.com", moment=NOW)
    session.commit()
    client = TestClient(application, raise_server_exceptions=False)

    def ask(path: str, content: str | bytes = b"", method: str = "POST", **headers: str) -> Any:
        headers = {"authorization": f"Bearer {secret}", "content-type": "application/json", **headers}
        return client.request(method, f"/api{path}", content=content, headers=headers)

    return ask


def problem(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["type"]) == (answer.status_code, "about:blank")
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


PEOPLE, BATCH, TEXT = "/v1/people", "/v1/clearance/batch", "/v1/redlines/check"
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize("path", [PEOPLE, BATCH, TEXT])
@pytest.mark.parametrize(
    "content",
    [
        "",
        "nothing",
        '{"email": "ana@example.com", "email": "bo@example.com"}',
        '{"a": {"b": 1, "b": 2}}',
        "NaN",
        '{"name": Infinity}',
        '{"name": -Infinity}',
        DEEP,
        b"\xff\xfe",
        b'{"name": "\xc3\x28"}',
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_json_is_said_to_be_none(send: Send, path: str, content: str | bytes) -> None:
    found = problem(send(path, content))
    assert found["status"] == 422
    details = [each["detail"] for each in found["errors"]]
    assert details == (["Field required"] if content == "" else [NO_JSON])


@pytest.mark.parametrize(
    ("path", "content", "pointer"),
    [
        (PEOPLE, "[]", ""),
        (PEOPLE, "null", ""),
        (PEOPLE, '"x"', ""),
        (PEOPLE, '{"email": "ana@example.com", "name": "\\ud800"}', "/name"),
        (PEOPLE, '{"email": "ana@example.com", "name": "nul \\u0000"}', "/name"),
        (PEOPLE, '{"email": "ana@example.com", "name": false}', "/name"),
        (PEOPLE, '{"email": "ana@example.com", "name": ' + "9" * 10_000 + "}", "/name"),
        (PEOPLE, '{"email": "ana@example.com", "roles": "rep"}', "/roles"),
        (PEOPLE, '{"email": "ana@example.com", "hired_on": 1e999}', "/hired_on"),
        (PEOPLE, '{"email": "ana@example.com", "hired_on": {"a": ' + DEEP[:80] + "1" + "]" * 80 + "}}", "/hired_on"),
        (BATCH, '{"checks": {}}', "/checks"),
        (BATCH, '{"checks": [{"rep": 1}]}', "/checks/0/rep"),
        (BATCH, '{"checks": [{"rep": "a@b.c", "products": ["x"], "as_of": 1}]}', "/checks/0/as_of"),
        (BATCH, '{"checks": [{"rep": "a@b.c", "products": ["nul \\u0000"]}]}', "/checks/0/products/0"),
        (BATCH, '{"checks": [{"rep": "a@b.c", "products": ["\\ud800"]}]}', "/checks/0/products/0"),
        (TEXT, '{"text": "x", "products": [1]}', "/products/0"),
        (TEXT, '{"text": "x", "Text": "y"}', "/Text"),
    ],
)
def test_nothing_is_taken_for_another_type(send: Send, path: str, content: str, pointer: str) -> None:
    found = problem(send(path, content))
    if "9" * 10_000 in content:  # the parser itself refuses such a number
        assert (found["status"], found["errors"][0]["detail"]) == (422, NO_JSON)
        return
    assert found["status"] == 422
    assert pointer in [each["pointer"] for each in found["errors"]]


@pytest.mark.parametrize("amount", ["true", '"1"', "null", "NaN", "1e400", "-1", "0.001", "9" * 10_000, "[1]"])
def test_an_amount_is_an_amount(send: Send, amount: str) -> None:
    body = (
        '{"name": "H", "account": "H", "currency": "EUR", "stage": "proposal", "products": [], "team": [], "amount": '
    )
    answer = send("/v1/deals/D-1", body + amount + "}", "PUT")
    if amount == '"1"':  # money may be sent as a text, so that no program rounds it
        assert "/amount" not in [each["pointer"] for each in answer.json().get("errors", [])]
        return
    assert problem(answer)["status"] == 422


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/people/", 404),
        ("GET", "/v1/people/%00", 422),
        ("GET", "/v1/people/%ff%fe@x", 422),
        ("GET", "/v1/deals/" + "x" * 5_000, 422),
        ("GET", "/v1/products?limit=1&limit=2", 422),
        ("GET", "/v1/products?colour=red", 422),
        ("GET", "/v1/products?cursor=%00", 422),
        ("DELETE", "/v1/people", 405),
        ("PATCH", "/v1/deals/D-1", 405),
        ("OPTIONS", "/v1/clearance", 405),
    ],
)
def test_wrong_addresses_get_a_problem(send: Send, method: str, path: str, status: int) -> None:
    assert problem(send(path, method=method))["status"] == status


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/people", "POST"), ("/v1/deals/D-1", "GET, PUT"), ("/v1/products", "GET"), ("/openapi.json", "GET")],
)
def test_405_says_every_method_that_the_address_takes(send: Send, path: str, allowed: str) -> None:
    answer = send(path, method="PATCH")
    assert (problem(answer)["status"], answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"content-length": str(3 * 1024 * 1024)}, 413),
        ({"authorization": "Basic dTpw"}, 401),
        ({"authorization": "Bearer"}, 401),
        ({"authorization": "Bearer \xe9"}, 401),
    ],
)
def test_headers_that_do_not_fit_get_a_problem(send: Send, headers: dict[str, str], status: int) -> None:
    encoded: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    content = '{"email": "ana@example.com", "name": "Ana"}'
    assert problem(send(PEOPLE, content, **encoded))["status"] == status


def test_a_fault_of_ours_is_a_problem_too(application: FastAPI, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    del application.state.database
    found = problem(send("/v1/products", method="GET"))
    assert (found["status"], found["title"]) == (500, "Internal Server Error")
