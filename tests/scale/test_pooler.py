"""Behind a PgBouncer that lends another server process to each transaction, everything goes on as without it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import InternalError

from app.audit.queries import verify
from app.commands.work import HANDLERS, PERIODIC
from app.config import Settings
from app.database import Database
from app.jobs.worker import Worker
from app.main import create_app
from app.people.models import Role
from app.people.tokens import Scope, create_token
from app.schema import migrate
from clusters import cluster
from factories import attest, person, published_quiz, quiz_document, sellable, signed_in
from poolers import pgbouncer, pooled

pytestmark = pytest.mark.faults

REPS = 8
ROUNDS = 12
"""More than the five times after which the driver prepares a statement."""
ITEMS = [{"id": "word", "type": "short_text", "prompt": "Which?", "accept": ["right"]}]


@pytest.fixture(scope="module")
def direct() -> Iterator[str]:
    pgbouncer()
    with cluster("fsync = off") as server:
        server.run("createdb", "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "dealworthy")
        yield server.url("dealworthy")


@pytest.fixture(scope="module")
def through(direct: str) -> Iterator[str]:
    """The address of the pooler; the schema is made through it, too."""
    with pooled(direct) as url:
        migrate(url)
        yield url


@pytest.fixture(scope="module")
def application(through: str) -> Iterator[FastAPI]:
    served = create_app(
        Settings(_env_file=None, database_url=through, secret_key="s" * 32, base_url="http://testserver")
    )
    moment = datetime.now(UTC) - timedelta(minutes=5)
    database: Database = served.state.database
    with database.write() as session:
        keeper = sellable(session, at=moment)
        published_quiz(session, quiz_document(items=ITEMS), owner=keeper, at=moment)
        person(session, "admin@example.com", Role.ADMIN, at=moment)
        for number in range(REPS):
            attest(session, person(session, f"rep{number}@example.com", at=moment), keeper, at=moment)
        token = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=moment)
    served.state.token = token
    yield served
    database.dispose()


def threshold(url: str) -> int | None:
    database = Database(url)
    with database.engine.connect() as connection:
        found: int | None = connection.connection.driver_connection.prepare_threshold  # type: ignore[union-attr]  # psycopg's
    database.dispose()
    return found


def test_statements_are_prepared_only_where_one_server_process_stays(direct: str, through: str) -> None:
    assert (threshold(direct), threshold(through)) == (5, None)


def a_day(application: FastAPI, number: int) -> list[int]:
    """Ask, read, and take the quiz, again and again."""
    rep = f"rep{number}@example.com"
    browser = signed_in(application, rep)
    crm = TestClient(application, headers={"authorization": f"Bearer {application.state.token}"})
    statuses = []
    for _ in range(ROUNDS):
        asked = crm.get("/api/v1/clearance", params={"rep": rep, "product": "keeper"})
        statuses += [asked.status_code, browser.get("/").status_code]
    attempt = browser.post("/quizzes/keeper-quiz/attempts").headers["location"]
    for step in range(ROUNDS):
        answer = {"step": str(step), "position": "1", "text": "right"}
        saved = browser.post(f"{attempt}/answers", data=answer, headers={"accept": "application/json"})
        statuses.append(saved.status_code)
    return statuses


def test_many_people_at_once_read_save_and_ask(application: FastAPI) -> None:
    with ThreadPoolExecutor(REPS) as pool:
        statuses = list(pool.map(lambda number: a_day(application, number), range(REPS)))
    assert statuses == [[200] * ROUNDS * 3] * REPS
    database: Database = application.state.database
    Worker(database, HANDLERS, {kind: PERIODIC[kind] for kind in HANDLERS if kind in PERIODIC}).run_once()
    with database.read() as session:
        proof = verify(session)
    assert (proof.why, proof.entries > REPS) == (None, True)


def test_who_only_reads_is_still_refused_to_write_and_leaves_no_trace(through: str) -> None:
    database = Database(through)
    for _ in range(ROUNDS):
        with database.read() as reading, pytest.raises(InternalError, match="read-only"):
            reading.execute(text("DELETE FROM job"))
        with database.write() as writing:
            writing.execute(text("DELETE FROM job"))
    database.dispose()
