"""A request with an Idempotency-Key, sent again: done once, answered the same."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Annotated, Any

import httpx2
import pytest
import time_machine
from fastapi import APIRouter, Body, Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.responses import JSONResponse, Response, StreamingResponse

from app.api.idempotency import KEPT, OnceRoute, forget_old, once
from app.api.models import IdempotentAnswer
from app.database import SessionDep
from app.errors import ConflictError
from app.people.models import Team
from app.people.tokens import create_token
from app.web.routing import RouteTable
from factories import NOW

Send = Callable[..., Any]


def tried(session: Session, name: str) -> None:
    session.add(Team(name=f"{name} {session.scalar(select(func.count()).select_from(Team))}"))
    session.flush()


def stored(session: Session) -> list[str]:
    return list(session.scalars(select(col(Team.name)).order_by(col(Team.id))))


@pytest.fixture
def teams(application: FastAPI) -> Iterator[None]:
    """A small API that stores one more team each time, and fails in all the ways there are."""
    router = APIRouter(prefix="/api/v1/tries", route_class=OnceRoute, dependencies=[Depends(once)])

    @router.post("/{name}")
    @router.put("/{name}")
    def store(name: str, session: SessionDep, body: Annotated[dict[str, Any], Body()]) -> Response:
        tried(session, name)
        return JSONResponse({"teams": stored(session), "sent": body}, 201)

    @router.post("/{name}/refused")
    def refuse(name: str, session: SessionDep) -> Response:
        tried(session, name)
        return JSONResponse({"teams": stored(session)}, 409, media_type="application/problem+json")

    @router.post("/{name}/raised")
    def give_up(name: str, session: SessionDep) -> Response:
        tried(session, name)
        raise ConflictError("Nothing was stored.")

    @router.post("/{name}/streamed")
    def stream(name: str, session: SessionDep) -> Response:
        tried(session, name)
        return StreamingResponse(iter(["one", "two"]), 200)

    @router.post("/{name}/failed")
    def fail(name: str, session: SessionDep) -> Response:
        tried(session, name)
        return JSONResponse({}, 503)

    table = RouteTable(router.routes)
    application.router.routes.append(table)
    yield
    application.router.routes.remove(table)


@pytest.fixture
def send(application: FastAPI, session: Session, teams: None) -> Iterator[Send]:
    with time_machine.travel(NOW, tick=False):
        secret = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=NOW)
        session.commit()

        def post(
            path: str, key: str | None = "k-1", *, body: Any = None, method: str = "POST", by: str = secret
        ) -> Any:
            headers = {"authorization": f"Bearer {by}"} | ({"idempotency-key": key} if key is not None else {})
            client = TestClient(application, raise_server_exceptions=False)
            return client.request(method, f"/api/v1/tries/{path}", headers=headers, json=body or {})

        yield post


def said(response: httpx2.Response) -> tuple[int, str, str | None, str]:
    replayed = response.headers.get("idempotent-replayed")
    return response.status_code, response.text, replayed, response.headers["content-type"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_same_request_again_gets_the_same_answer_and_does_nothing(
    send: Send, session: Session, method: str
) -> None:
    first = send("north", body={"a": 1}, method=method)
    again = send("north", body={"a": 1}, method=method)
    body = '{"teams":["north 0"],"sent":{"a":1}}'
    assert said(first) == (201, body, None, "application/json")
    assert said(again) == (201, body, "true", "application/json")
    assert stored(session) == ["north 0"]


def test_a_409_that_stored_something_is_kept_as_a_problem(send: Send, session: Session) -> None:
    kind = "application/problem+json"
    assert said(send("north/refused")) == (409, '{"teams":["north 0"]}', None, kind)
    assert said(send("north/refused")) == (409, '{"teams":["north 0"]}', "true", kind)
    assert stored(session) == ["north 0"]


@pytest.mark.parametrize(
    ("path", "status", "left"),
    [
        ("north/raised", 409, []),
        ("north/failed", 503, ["north 0", "north 1"]),
        ("north/streamed", 200, ["north 0", "north 1"]),
    ],
)
def test_what_is_not_final_is_tried_again(
    send: Send, session: Session, path: str, status: int, left: list[str]
) -> None:
    for _time in range(2):
        answer = send(path)
        assert (answer.status_code, answer.headers.get("idempotent-replayed")) == (status, None)
    assert stored(session) == left
    assert session.scalar(select(func.count()).select_from(IdempotentAnswer)) == 0


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [("south", "POST", {}), ("north", "PUT", {}), ("north?x=1", "POST", {}), ("north", "POST", {"a": 1})],
)
def test_another_request_under_the_same_key_is_refused(
    send: Send, session: Session, path: str, method: str, body: dict[str, int]
) -> None:
    send("north")
    answer = send(path, method=method, body=body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/Idempotency-Key",
            "detail": "This key was sent with another request within the last 24 hours. Take a new one.",
        }
    ]
    assert stored(session) == ["north 0"]


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "tab\there", "caf\xe9"])
def test_a_key_is_a_word_that_can_be_seen(send: Send, session: Session, key: str) -> None:
    answer = send("north", key.encode("latin-1"))
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, ["/Idempotency-Key"])
    assert stored(session) == []


def test_other_keys_and_no_key_and_other_clients_are_other_requests(send: Send, session: Session) -> None:
    other = create_token(session, "other", ["deals:write"], actor="admin@example.com", moment=NOW)
    session.commit()
    answers = [send("north"), send("north", "k-2"), send("north", None), send("north", None), send("north", by=other)]
    assert [each.headers.get("idempotent-replayed") for each in answers] == [None] * 5
    assert len(stored(session)) == 5


def test_after_a_day_the_key_is_new(send: Send, session: Session) -> None:
    send("north")
    with time_machine.travel(NOW + KEPT - timedelta(seconds=1), tick=False):
        assert send("north").headers["idempotent-replayed"] == "true"
    with time_machine.travel(NOW + KEPT, tick=False):
        assert "idempotent-replayed" not in send("north", body={"a": 2}).headers
        assert send("north", body={"a": 2}).headers["idempotent-replayed"] == "true"
    assert stored(session) == ["north 0", "north 1"]


def test_answers_are_forgotten_when_their_day_is_over(send: Send, session: Session) -> None:
    send("north")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        send("north", "k-2")
    forget_old(session, NOW + KEPT)
    assert list(session.scalars(select(col(IdempotentAnswer.key)))) == ["k-2"]


def test_the_same_request_at_the_same_moment_is_done_once(send: Send, session: Session) -> None:
    number = 8
    ready = threading.Barrier(number)

    def at_once(_number: int) -> Any:
        ready.wait()
        return send("north")

    with ThreadPoolExecutor(number) as pool:
        answers = list(pool.map(at_once, range(number)))
    assert {(each.status_code, each.text) for each in answers} == {(201, '{"teams":["north 0"],"sent":{}}')}
    assert sorted(each.headers.get("idempotent-replayed", "") for each in answers) == [""] + ["true"] * (number - 1)
    assert stored(session) == ["north 0"]
