"""Every route, asked by everybody: who is not admitted is sent to sign in or refused, who is admitted is not.

The routes come from the application itself and the expectations from route_access.py, so that a new route without
an expectation fails here by its name.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.models import Role
from app.people.tokens import Scope, create_token
from factories import person, signed_in
from route_access import ACCESS, Access
from route_table import contexts

Route = tuple[str, str]
LAST = {"/sign-out", "/account/sessions/others/end", "/account/sessions/{session_id}/end"}
"""After these there is nobody to go on with."""


def routes(application: FastAPI) -> Iterator[Route]:
    return ((method, route.path) for route in contexts(application) for method in route.methods or ())


def ask(client: TestClient, route: Route, headers: dict[str, str] | None = None) -> str:
    method, path = route
    body: dict[str, str] | None = {} if method in {"POST", "PUT"} and path.startswith("/api/") else None
    response = client.request(method, re.sub(r"\{[^}]*\}", "1", path), headers=headers, json=body)
    # signing out also leads to the sign-in page, and says so by a cookie
    if response.headers.get("location", "").startswith("/sign-in") and "set-cookie" not in response.headers:
        return "sign in"
    return {401: "sign in", 403: "refused"}.get(response.status_code, "admitted")


def wrong(answers: dict[Route, str], expected: dict[Route, str]) -> dict[Route, tuple[str, str]]:
    return {
        route: (f"is {answer}", f"must be {expected[route]}")
        for route, answer in answers.items()
        if answer != expected[route]
    }


def expected_of_person(path: str, access: Access, role: Role) -> str:
    if access.public:
        return "admitted"
    if access.scopes is not None:
        return "sign in"
    return "admitted" if role in access.roles else "refused"


def test_every_route_says_who_is_admitted(application: FastAPI) -> None:
    found = set(routes(application))
    unknown = "\n".join(f"{method} {path}" for method, path in sorted(found - set(ACCESS)))
    assert not unknown, f"add to tests/route_access.py:\n{unknown}"
    gone = "\n".join(f"{method} {path}" for method, path in sorted(set(ACCESS) - found))
    assert not gone, f"remove from tests/route_access.py, there is no such route:\n{gone}"


def test_who_is_not_signed_in_is_asked_to(application: FastAPI, client: TestClient) -> None:
    known = [route for route in routes(application) if route in ACCESS]
    answers = {route: ask(client, route) for route in known}
    assert wrong(answers, {route: "admitted" if ACCESS[route].public else "sign in" for route in known}) == {}


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_is_meant_for_it_and_nothing_else(
    application: FastAPI, session: Session, role: Role
) -> None:
    person(session, "first@example.com")
    person(session, "ana@example.com", role)
    session.commit()
    known = [route for route in routes(application) if route in ACCESS]
    browser = signed_in(application, "ana@example.com")
    answers = {route: ask(browser, route) for route in known if route[1] not in LAST}
    answers |= {route: ask(signed_in(application, "ana@example.com"), route) for route in known if route[1] in LAST}
    assert wrong(answers, {route: expected_of_person(route[1], ACCESS[route], role) for route in known}) == {}


def test_a_token_opens_what_its_scope_says_and_nothing_else(
    application: FastAPI, client: TestClient, session: Session
) -> None:
    moment = datetime.now(UTC)
    secrets = {
        scope.value: create_token(session, scope.value, [scope], actor="system", moment=moment) for scope in Scope
    }
    session.commit()
    known = [route for route in routes(application) if route in ACCESS and ACCESS[route].scopes is not None]
    for scope, secret in secrets.items():
        headers = {"Authorization": f"Bearer {secret}"}
        answers = {route: ask(client, route, headers) for route in known}
        expected = {route: "admitted" if scope in (ACCESS[route].scopes or ()) else "refused" for route in known}
        assert wrong(answers, expected) == {}
