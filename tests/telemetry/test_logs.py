"""What is logged: enough to find a request and the cause of an error, and nothing that anybody typed."""

import io
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlmodel import Session

from app.database import Database, SessionDep
from app.jobs.actions import enqueue
from app.jobs.worker import Worker
from app.people.models import Role
from app.people.tokens import Scope, create_token
from app.telemetry.watching import Telemetry
from factories import person, signed_in

SECRET = "Zweibrücken"
ASCII = "tulpenstrasse"
EMAIL = f"{ASCII}@example.com"


class _Form(BaseModel):
    count: int


@pytest.fixture
def asked(application: FastAPI) -> TestClient:
    """A browser of an application that has routes with every kind of failure."""

    @application.get("/fails/{word}")
    def fails(word: str) -> None:
        raise ValueError(f"{word} cannot be {SECRET}")

    @application.get("/misreads/{word}")
    def misreads(word: str) -> None:
        _Form.model_validate({"count": word})

    @application.post("/doubles")
    def doubles(session: SessionDep) -> None:
        for _ in range(2):
            session.execute(
                text("INSERT INTO person (email, name, locale, created_at) VALUES (:email, :name, 'en', :at)"),
                {"email": EMAIL, "name": SECRET, "at": datetime(2026, 1, 1, tzinfo=UTC)},
            )

    @application.post("/asks")
    def asks(session: SessionDep) -> None:
        enqueue(session, "first", {}, moment=datetime.now(UTC), due_at=datetime.now(UTC))

    @application.get("/breaks")
    def breaks(session: SessionDep) -> None:
        session.execute(text("SELECT * FROM no_such_table WHERE word = :word"), {"word": ASCII})

    @application.get("/refuses")
    def refuses() -> None:
        raise DataError("SELECT :word", {"word": ASCII}, ValueError(ASCII), hide_parameters=True)

    @application.get("/chains")
    def chains() -> None:
        try:
            dict[str, str]()[EMAIL]
        except KeyError as error:
            raise ExceptionGroup(SECRET, [ValueError(ASCII), RuntimeError(EMAIL)]) from error

    return TestClient(application, follow_redirects=False, raise_server_exceptions=False)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def requests(written: io.StringIO) -> list[dict[str, Any]]:
    return [each for each in lines(written) if each["message"] == "request"]


def test_a_request_is_one_line_that_names_the_route(client: TestClient, written: io.StringIO) -> None:
    client.get(f"/certificates/{ASCII}?q={SECRET}", headers={"x-request-id": "from-the-proxy"})
    (line,) = requests(written)
    assert {name: line[name] for name in ("level", "request_id", "method", "route", "status")} == {
        "level": "info",
        "request_id": "from-the-proxy",
        "method": "GET",
        "route": "/certificates/{code}",
        "status": 404,
    }
    assert line["ms"] > 0
    assert line["statements"] > 0
    assert line["bytes"] > 0


@pytest.mark.parametrize("given", ["a" * 65, "two words", "a\nb", "", 'x"}'])
def test_an_id_that_is_no_id_is_replaced(client: TestClient, written: io.StringIO, given: str) -> None:
    answer = client.get("/sign-in", headers={"x-request-id": given})
    (line,) = requests(written)
    assert line["request_id"] == answer.headers["x-request-id"] != given


def test_programs_that_ask_every_few_seconds_are_not_in_the_way(client: TestClient, written: io.StringIO) -> None:
    client.get("/healthz")
    assert [each["level"] for each in requests(written)] == ["debug"]


def test_nothing_that_anybody_typed_is_logged(
    asked: TestClient, application: FastAPI, session: Session, written: io.StringIO
) -> None:
    person(session, EMAIL, Role.ADMIN, name=SECRET)
    moment = datetime.now(UTC)
    token = create_token(session, SECRET, [Scope.CLEARANCE_READ], actor="system", moment=moment)
    session.commit()
    browser = signed_in(application, EMAIL)
    bearer = {"authorization": f"Bearer {token}"}
    asked.post("/sign-in", data={"email": EMAIL, "password": SECRET})
    asked.get("/sign-in", params={"next": f"/{ASCII}"}, headers={"referer": f"http://{ASCII}", "user-agent": ASCII})
    browser.get("/")
    browser.get(f"/deals/{ASCII}")
    browser.post("/check", data={"text": f"{SECRET} {ASCII}"})
    asked.get("/api/v1/clearance", params={"rep": EMAIL, "product": ASCII}, headers=bearer)
    asked.post("/api/v1/clearance/batch", json={"checks": [{"rep": EMAIL, "products": 5}]}, headers=bearer)
    asked.post("/api/v1/clearance/batch", content=f'{{"checks": "{SECRET}', headers=bearer)
    asked.get("/api/v1/clearance", params={"rep": EMAIL}, headers={"authorization": f"Bearer {ASCII}"})
    statuses = [asked.get(f"/{name}").status_code for name in (f"fails/{ASCII}", f"misreads/{ASCII}", "chains")]
    assert statuses == [500, 500, 500]
    statuses = [asked.get("/breaks").status_code, asked.get("/refuses").status_code, asked.post("/doubles").status_code]
    assert statuses in ([503, 400, 409], [500, 400, 409])
    said = written.getvalue()
    assert len(requests(written)) == 15
    for word in (ASCII, EMAIL, SECRET, json.dumps(SECRET)[1:-1], token, token[:12]):
        assert word not in said, said[max(0, said.find(word) - 300) :][:400]


def test_a_failed_request_says_where_and_what_kind(asked: TestClient, written: io.StringIO) -> None:
    asked.get(f"/fails/{ASCII}", headers={"x-request-id": "abc"})
    (error,) = [each for each in lines(written) if each["level"] == "error"]
    assert (error["error"], error["request_id"], error["route"]) == ("ValueError", "abc", "/fails/{word}")
    assert "test_logs.py:" in error["traceback"]
    assert error["traceback"].endswith(" in fails")
    assert [each["level"] for each in requests(written)] == ["warning"]


def test_an_error_of_the_database_says_which_rule_and_which_statement(
    asked: TestClient, session: Session, written: io.StringIO
) -> None:
    asked.post("/doubles")
    (line,) = [each for each in lines(written) if "error" in each]
    assert line["error"] == "sqlalchemy.exc.IntegrityError"
    assert "INSERT INTO person (email, name, locale, created_at) VALUES (" in line["traceback"]
    expected = "sqlite=SQLITE_CONSTRAINT" if session.get_bind().dialect.name == "sqlite" else "constraint_name="
    assert expected in line["traceback"]


def test_a_job_is_one_line_and_its_failure_names_nobody(
    database: Database, settings: Any, written: io.StringIO
) -> None:
    def work(_session: Session, payload: Any) -> None:
        raise LookupError(payload["email"])

    database.telemetry = Telemetry(settings)
    moment = datetime.now(UTC)
    with database.write() as session:
        enqueue(session, "mails.test", {"email": EMAIL}, moment=moment, due_at=moment)
    assert Worker(database, {"mails.test": work}).run_once() == 1
    database.telemetry = None
    job = next(each for each in lines(written) if each["message"] == "job")
    assert (job["job"], job["outcome"], job["tries"], job["level"]) == ("mails.test", "failed", 1, "warning")
    assert job["ms"] > 0
    error = next(each for each in lines(written) if "error" in each)
    assert (error["error"], error["job"]) == ("LookupError", "mails.test")
    assert ASCII not in written.getvalue()


def test_a_job_names_the_request_it_comes_from(
    asked: TestClient, database: Database, settings: Any, written: io.StringIO
) -> None:
    def first(session: Session, _payload: Any) -> None:
        enqueue(session, "second", {}, moment=datetime.now(UTC), due_at=datetime.now(UTC))

    headers = {"X-Request-Id": "asks-1", "Sec-Fetch-Site": "same-origin"}
    assert asked.post("/asks", headers=headers).status_code == 200
    with database.write() as session:
        enqueue(session, "third", {}, moment=datetime.now(UTC), due_at=datetime.now(UTC))
    database.telemetry = Telemetry(settings)
    done = {"first": first, "second": lambda _session, _payload: None, "third": lambda _session, _payload: None}
    assert Worker(database, done).run_once() == 3
    database.telemetry = None
    found = {each["job"]: each.get("request_id") for each in lines(written) if each["message"] == "job"}
    assert found == {"first": "asks-1", "second": "asks-1", "third": None}


def test_what_other_libraries_say_is_left_out(written: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved: %s", EMAIL)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert [each["message"].partition(",")[0] for each in lines(written)] == [
        "left out",
        "Invalid HTTP request received.",
    ]
    assert ASCII not in written.getvalue()
