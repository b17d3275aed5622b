"""Whether a process should be sent requests, answered in bounded time whatever the database does."""

import sqlite3
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.database import POOL_SIZE, Database
from app.schema import migrate
from app.telemetry.readiness import READY, Readiness
from clusters import Cluster
from forks import Forks
from servers import NO_TLS, answers, free_port, wait_until
from tools.demonstration import environment

LONGEST = 3.0
"""Seconds in which there is an answer, on a busy machine."""


def asked(client: TestClient) -> tuple[int, str]:
    started = monotonic()
    answer = client.get("/readyz")
    assert monotonic() - started < LONGEST
    return answer.status_code, answer.json()["status"]


def test_ready_although_every_connection_is_in_use(client: TestClient, application: FastAPI) -> None:
    engine = application.state.database.engine
    held = [engine.connect() for _ in range(POOL_SIZE)]
    assert asked(client) == (200, "ready")
    for each in held:
        each.close()


def test_not_ready_before_the_migration(client: TestClient, database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = ''"))
    found = asked(client)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'unknown'"))
    assert (found, asked(client)) == ((503, "not migrated"), (503, "too new for this version"))
    database.dispose()


def test_not_ready_while_it_stops(client: TestClient, application: FastAPI) -> None:
    readiness = application.state.watching.readiness
    readiness.stopping = True
    found = asked(client), client.get("/healthz").status_code
    readiness.stopping = False
    assert found == ((503, "stopping"), 200)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ready.db"
    migrate(f"sqlite:///{path}")
    return path


def word(url: str) -> str:
    started = monotonic()
    said = Readiness(url, lambda _connection: READY).say_in_thread()["status"]
    assert monotonic() - started < LONGEST
    return said


def test_a_locked_file(file: Path) -> None:
    with sqlite3.connect(file, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert word(f"sqlite:///{file}") == "the database is locked"
    holder.close()
    assert word(f"sqlite:///{file}") == "ready"


def test_a_file_that_is_gone_is_not_made_anew(file: Path) -> None:
    file.unlink()
    assert word(f"sqlite:///{file}") == "the database cannot be reached"
    assert not file.exists()


def test_a_postgresql_that_takes_no_writes(postgresql_installation: object, postgresql_template: str) -> None:
    url: str = postgresql_installation.settings.database_url  # type: ignore[attr-defined]  # an installation
    assert word(url) == "ready"
    assert word(f"{url}&options=-c%20default_transaction_read_only%3Don") == "the database takes no writes"


@pytest.mark.faults
def test_a_postgresql_that_hangs_or_is_gone(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data")
    cluster.initialize()
    cluster.start()
    try:
        readiness = Readiness(cluster.url(), lambda _connection: READY)
        assert readiness.say_in_thread()["status"] == "ready"
        cluster.pause()
        started = monotonic()
        # when it says so, the attempt to connect may have been given up or not
        silent = {"the database does not answer", "the database cannot be reached"}
        assert {readiness.say_in_thread()["status"] for _ in range(2)} <= silent
        assert monotonic() - started < 2 * LONGEST
        cluster.go_on()
    finally:
        cluster.kill()
    assert word(cluster.url()) == "the database cannot be reached"


def test_told_to_stop_it_says_so_before_it_closes(file: Path, tmp_path: Path, forks: Forks) -> None:
    port, metrics_port = free_port(), free_port()
    variables = {**environment(f"sqlite:///{file}", port), "DEALWORTHY_DRAIN_SECONDS": "1"}
    arguments = ["serve", "--port", str(port), "--metrics-port", str(metrics_port)]
    server = forks.start(arguments, variables, tmp_path / "log")
    try:
        wait_until(lambda: answers(port))
        ready = f"http://127.0.0.1:{port}/readyz"
        assert httpx2.get(ready, verify=NO_TLS).json() == {"status": "ready"}
        assert "dealworthy_build_info" in httpx2.get(f"http://127.0.0.1:{metrics_port}/metrics", verify=NO_TLS).text
        server.terminate()
        wait_until(lambda: httpx2.get(ready, verify=NO_TLS).status_code == 503)
        assert httpx2.get(f"http://127.0.0.1:{port}/sign-in", verify=NO_TLS).status_code == 200
        assert httpx2.get(f"http://127.0.0.1:{metrics_port}/readyz", verify=NO_TLS).json() == {"status": "stopping"}
        server.wait(20)
        assert not answers(port)
    finally:
        server.kill()
