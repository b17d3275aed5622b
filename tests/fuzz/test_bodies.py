"""Bodies that no client makes, sent to every address of the API that takes one: a problem document, and no error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.tokens import Scope, create_token
from factories import NOW, person, sellable
from fuzz.examples import EXAMPLES
from fuzz.worlds import World
from route_access import ACCESS
from test_hostile_requests import filled

TEN_MEGABYTES = 10_000_000
DEEP = 10_000
VALUES = [
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"9" * 5_000,
    b"9223372036854775808",
    b"-0",
    b"0.1" + b"0" * 5_000 + b"1",
    b'"\\ud800"',
    b'"\\u0000"',
    b'"\\ufeff\\u202e"',
    b'"' + b"a" * 100_000 + b'"',
    b'"9999-12-31T23:59:59.999999Z"',
    b'"0001-01-01T00:00:00+23:59"',
    b'"0000-00-00"',
    b"true",
    b"null",
    b"[]",
    b"{}",
    b"[" * 500 + b"]" * 500,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b"[" + b"0," * 50_000 + b"0]",
    b"NaN",
    b"Infinity",
]
WHOLE = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"{}}",
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b"\x00",
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b"[" * TEN_MEGABYTES,
    b'{"a": "' + b"a" * TEN_MEGABYTES + b'"}',
    b"[" + b"0," * (TEN_MEGABYTES // 2) + b"0]",
    b"{" + b",".join(b'"%d":0' % number for number in range(TEN_MEGABYTES // 10)) + b"}",
    b"9" * TEN_MEGABYTES,
    b"\n" * TEN_MEGABYTES,
    b"{}\n" * 200_000,
]
TYPES = ["application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data", ""]
ROUTES = [(method, path) for method, path in ACCESS if path.startswith("/api/v1/") and method in {"POST", "PUT"}]


@pytest.fixture
def secret(application: FastAPI, session: Session) -> str:
    person(session, "ana@example.com")
    sellable(session, "keeper-crm")
    secret = create_token(session, "crm", list(Scope), actor="admin@example.com", moment=NOW)
    session.commit()
    return secret


def example(client: TestClient, method: str, path: str) -> dict[str, Any]:
    operation = client.get("/api/openapi.json").json()["paths"][path][method.lower()]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    found = content.get("example", {})
    return found if isinstance(found, dict) else {}


def bodies(valid: dict[str, Any]) -> Iterator[bytes]:
    """Give the example with each hostile value in each of its places, and with a key that stands twice."""
    for trail in trails(valid):
        for value in VALUES if EXAMPLES > 1 else VALUES[:10]:
            yield json.dumps(replaced(valid, trail)).encode().replace(b'"<here>"', value)
    for name in valid:
        yield json.dumps(valid).encode()[:-1] + b', "%s": null}' % name.encode()


def trails(value: Any, trail: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in entries:
        yield (*trail, name)
        yield from trails(inner, (*trail, name))


def replaced(value: Any, trail: tuple[str | int, ...]) -> Any:
    if not trail:
        return "<here>"
    first, *rest = trail
    copy = value.copy()
    copy[first] = replaced(value[first], tuple(rest))
    return copy


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_body_breaks_the_api(application: FastAPI, secret: str, method: str, path: str) -> None:
    client = TestClient(application, raise_server_exceptions=False, headers={"Authorization": f"Bearer {secret}"})
    address = filled(path, email="ana@example.com", deal_id="D-20417")
    broken = []
    whole = [(body, kind) for body in WHOLE for kind in (TYPES if len(body) < TEN_MEGABYTES else TYPES[:1])]
    if EXAMPLES == 1:  # what is large takes a second or two, and is in the longer run
        whole = [each for each in whole if len(each[0]) < TEN_MEGABYTES]
    for body, kind in [*whole, *((body, TYPES[0]) for body in bodies(example(client, method, path)))]:
        answer = client.request(method, address, content=body, headers={"content-type": kind})
        said = answer.headers.get("content-type", "")
        refused_well = answer.status_code < 400 or said == "application/problem+json"
        if answer.status_code >= 500 or not refused_well:
            broken.append(f"{answer.status_code} {said} {kind}: {body[:300]!r}")
    if broken:
        pytest.fail("\n".join(broken), pytrace=False)
    World(application, []).assert_sound()
