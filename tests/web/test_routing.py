"""The table of routes leads where trying every route in turn would."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Match, NoMatchFound

from app.web.routing import RouteTable


def table_of(application: FastAPI) -> RouteTable:
    return next(route for route in application.routes if isinstance(route, RouteTable))


def tried_in_turn(routes: list[RouteContext], scope: dict[str, Any]) -> tuple[Match, str | None]:
    partial: tuple[Match, str | None] = (Match.NONE, None)
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return match, route.path
        if match is Match.PARTIAL and partial[0] is Match.NONE:
            partial = match, route.path
    return partial


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_request_finds_the_route_that_is_first_in_order(application: FastAPI, data: st.DataObject) -> None:
    table = table_of(application)
    routes = list(table.effective_route_contexts())
    parts = sorted({part for route in routes for part in str(route.path).split("/")} | {"1", "nowhere", ""})
    template = str(data.draw(st.sampled_from(routes)).path).split("/")
    words = [data.draw(st.sampled_from(parts)) if "{" in part else part for part in template]
    path = "/".join(words + data.draw(st.lists(st.sampled_from(parts), max_size=1)))
    scope = {"type": "http", "path": path, "method": data.draw(st.sampled_from(["GET", "POST", "DELETE"]))}
    match, found = table.matches(scope)
    route = found.get("dealworthy.route")
    assert (match, route and route.path) == tried_in_turn(routes, scope)


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("PUT", "/sign-in", 405, "GET, POST"),
        ("GET", "/sign-out", 405, "POST"),
        ("GET", "/sign-in/further", 404, None),
        ("GET", "//sign-in", 404, None),
        ("GET", "/healthz", 200, None),
    ],
)
def test_an_address_takes_its_own_methods(
    client: TestClient, method: str, path: str, status: int, allowed: str | None
) -> None:
    answer = client.request(method, f"http://testserver{path}")
    assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)


def test_a_route_has_an_address_by_its_name(application: FastAPI) -> None:
    table = table_of(application)
    assert table.url_path_for("sign_in_form") == "/sign-in"
    with pytest.raises(NoMatchFound):
        table.url_path_for("sign_in_form", further="part")
