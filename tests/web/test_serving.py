"""What an endpoint depends on runs in its order, in one thread, and a session is closed whatever happens."""

import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session
from starlette.responses import PlainTextResponse, Response

from app.clock import Now
from app.database import POOL_SIZE, SessionDep
from app.people.access import SignedIn, Trainer
from app.people.models import Role, Team
from app.web.forms import RawForm
from app.web.routing import RouteTable
from app.web.serving import Route
from factories import person, signed_in
from tools.statements import count_statements


def thread() -> int:
    return threading.get_ident()


def opened() -> Iterator[list[int]]:
    threads = [threading.get_ident()]
    yield threads
    threads.append(threading.get_ident())


Thread = Annotated[int, Depends(thread)]
Opened = Annotated[list[int], Depends(opened, scope="function")]


@pytest.fixture
def router(application: FastAPI) -> Iterator[APIRouter]:
    """Routes that are served beside those of the application, as those are."""
    router = APIRouter(prefix="/tried")
    yield router
    assert application.state.database.engine.pool.checkedout() == 0


@pytest.fixture
def ana(application: FastAPI, session: Session) -> TestClient:
    person(session, "ana@example.com")
    session.commit()
    browser = signed_in(application, "ana@example.com")
    return TestClient(application, raise_server_exceptions=False, follow_redirects=False, cookies=browser.cookies)


def serve(application: FastAPI, router: APIRouter) -> None:
    application.router.routes.insert(0, RouteTable(router.routes))


def stored(session: Session) -> int | None:
    return session.scalar(select(func.count()).select_from(Team))


def test_everything_of_a_request_runs_in_one_thread(application: FastAPI, router: APIRouter, ana: TestClient) -> None:
    seen: list[list[int]] = []

    @router.get("")
    def page(first: Thread, threads: Opened, session: SessionDep, person: SignedIn, last: Thread, now: Now) -> Response:
        seen.append(threads)
        return PlainTextResponse(f"{first} {last} {threading.get_ident()}")

    serve(application, router)
    threads = {int(each) for each in ana.get("/tried").text.split()}
    assert threads == set(seen[0])
    assert (len(threads), len(seen[0])) == (1, 2)


def test_who_asks_is_known_before_what_is_asked_is_judged(
    application: FastAPI, router: APIRouter, client: TestClient, ana: TestClient
) -> None:
    @router.get("/{number}")
    def page(number: int, person: SignedIn) -> Response:
        return PlainTextResponse(str(number))

    serve(application, router)
    paths = ("/tried/1", "/tried/one")
    assert [client.get(path).status_code for path in paths] == [303, 303]
    assert [ana.get(path).status_code for path in paths] == [200, 404]


def test_a_form_is_read_for_those_who_are_admitted(
    application: FastAPI, router: APIRouter, session: Session, ana: TestClient
) -> None:
    person(session, "theo@example.com", Role.TRAINER)
    session.commit()

    @router.post("")
    def store(person: Trainer, raw: RawForm, session: SessionDep) -> Response:
        session.add(Team(name=str(raw["name"])))
        return PlainTextResponse("stored")

    serve(application, router)
    unreadable = {"content-type": "application/x-www-form-urlencoded; charset=utf-7"}
    theo = signed_in(application, "theo@example.com")
    statuses = [
        ana.post("/tried", content="name=a", headers=unreadable).status_code,
        theo.post("/tried", content="name=a", headers=unreadable).status_code,
        theo.post("/tried", data={"name": "North"}).status_code,
    ]
    assert (statuses, stored(session)) == ([403, 400, 200], 1)


def test_no_session_is_held_while_a_form_is_read(application: FastAPI, router: APIRouter, ana: TestClient) -> None:
    async def reading(request: Request) -> AsyncIterator[int]:
        await request.body()
        yield request.app.state.database.engine.pool.checkedout()

    @router.post("")
    def store(session: SessionDep, person: SignedIn, held: Annotated[int, Depends(reading)], moment: Now) -> Response:
        return PlainTextResponse(f"{person.email} {held} {moment.tzinfo}")

    serve(application, router)
    assert ana.post("/tried", data={"name": "North"}).text == "ana@example.com 0 UTC"


def test_an_error_stores_nothing(application: FastAPI, router: APIRouter, session: Session, ana: TestClient) -> None:
    @router.post("")
    def fail(session: SessionDep, person: SignedIn) -> Response:
        session.add(Team(name="North"))
        session.flush()
        raise RuntimeError("after storing")

    serve(application, router)
    assert (ana.post("/tried").status_code, stored(session)) == (500, 0)


def test_what_cannot_be_committed_is_not_answered_as_stored(
    application: FastAPI, router: APIRouter, session: Session, ana: TestClient
) -> None:
    @router.post("")
    def store_twice(session: SessionDep, person: SignedIn) -> Response:
        session.add_all([Team(name="North"), Team(name="North")])
        return PlainTextResponse("stored")

    serve(application, router)
    assert (ana.post("/tried").status_code, stored(session)) == (409, 0)


class Noted(Route):
    """Stores a team beside the answer, in the same transaction."""

    def before_commit(self, request: Request, response: Response) -> None:
        request.state.session.add(Team(name=bytes(response.body).decode()))


@pytest.mark.parametrize(("fails", "found"), [(False, (200, 1)), (True, (500, 0))])
def test_a_route_stores_its_answer_where_there_is_an_effect(
    application: FastAPI, session: Session, ana: TestClient, *, fails: bool, found: tuple[int, int]
) -> None:
    router = APIRouter(prefix="/tried", route_class=Noted)

    @router.post("")
    def answer(request: Request, session: SessionDep, person: SignedIn) -> Response:
        request.state.session = session
        if fails:
            raise RuntimeError("nothing to answer")
        return PlainTextResponse("North")

    serve(application, router)
    assert (ana.post("/tried").status_code, stored(session)) == found


@pytest.mark.parametrize("write", [False, True])
def test_many_at_once_never_wait_for_each_other_for_ever(
    application: FastAPI, router: APIRouter, session: Session, ana: TestClient, *, write: bool
) -> None:
    @router.post("")
    def store(person: SignedIn, raw: RawForm, session: SessionDep) -> Response:
        session.add(Team(name=str(raw["name"])))
        return PlainTextResponse("stored")

    @router.get("")
    def read(person: SignedIn, session: SessionDep) -> Response:
        return PlainTextResponse(str(stored(session)))

    serve(application, router)
    many = 25 * POOL_SIZE

    def ask(number: int) -> int:
        if write:
            return ana.post("/tried", data={"name": f"Team {number}"}).status_code
        return ana.get("/tried").status_code

    with ana, ThreadPoolExecutor(64) as askers:
        assert set(askers.map(ask, range(many))) == {200}
    assert stored(session) == (many if write else 0)


def test_an_asynchronous_endpoint_holds_no_session(router: APIRouter) -> None:
    @router.get("")
    async def page(session: SessionDep) -> Response:
        return PlainTextResponse("never")

    with pytest.raises(TypeError, match="/tried: an asynchronous endpoint cannot hold a session"):
        RouteTable(router.routes)


def test_a_signed_in_page_costs_one_statement_of_its_own(
    application: FastAPI, router: APIRouter, ana: TestClient
) -> None:
    @router.get("")
    def page(person: SignedIn) -> Response:
        return PlainTextResponse(person.name)

    serve(application, router)
    with count_statements(application.state.database) as sent:
        ana.get("/tried")
    assert len(sent) == 1
