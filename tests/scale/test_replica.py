"""Reports are read from a streaming replica while it keeps up, and from the database itself when it does not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.clock import now
from app.config import Settings
from app.database import Database, Replica
from app.main import create_app
from app.people.models import Role
from app.schema import migrate
from clusters import Cluster, cluster
from factories import person, published_quiz, signed_in
from servers import wait_until

pytestmark = pytest.mark.faults

RESULTS = "/author/quizzes/keeper-quiz/results"
SECONDS = 2
METRICS = "a token of metrics"
AROUND_A_REPORT = 5
"""More than the database itself is asked for while a report is read from the replica: who asks, and how far it is."""


@pytest.fixture
def primary() -> Iterator[Cluster]:
    with cluster("wal_level = replica", "max_wal_senders = 4") as server:
        migrate(server.url())
        yield server


@pytest.fixture
def standby(primary: Cluster) -> Iterator[Cluster]:
    with TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        folder.chmod(0o777)
        copy = Cluster(folder / "data")
        where = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres")
        copy.run("pg_basebackup", *where, "-R", "-X", "stream", "-c", "fast", "-D", str(folder / "data"))
        copy.start()
        try:
            yield copy
        finally:
            copy.kill()


@pytest.fixture
def application(primary: Cluster, standby: Cluster) -> Iterator[FastAPI]:
    settings = Settings(
        _env_file=None,
        database_url=primary.url(),
        replica_url=standby.url(),
        replica_seconds=SECONDS,
        secret_key="s" * 32,
        metrics_token=METRICS,
        base_url="http://testserver",
    )
    served = create_app(settings)
    yield served
    served.state.replica.dispose()
    served.state.database.dispose()


@pytest.fixture
def trainer(application: FastAPI) -> TestClient:
    with application.state.database.write() as session:
        person(session, "trainer@example.com", Role.TRAINER)
        published_quiz(session, at=now() - timedelta(hours=1))
    return signed_in(application, "trainer@example.com")


@contextmanager
def replay_stopped(standby: Cluster) -> Iterator[None]:
    engine = create_engine(standby.url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_wal_replay_pause()"))
        yield
        connection.execute(text("SELECT pg_wal_replay_resume()"))


def exposed(browser: TestClient) -> dict[str, float]:
    """Give what `/metrics` says, without the label of the process."""
    lines = browser.get("/metrics", headers={"authorization": f"Bearer {METRICS}"}).text.splitlines()
    series = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {re.sub(r',?process="[^"]*"', "", name).replace("{}", ""): float(value) for name, _, value in series}


def late(application: FastAPI, trainer: TestClient) -> bool:
    """Store something, look at a report, and say whether the replica was too old for it."""
    before = application.state.replica.reads["behind"]
    with application.state.database.write() as session:
        session.execute(text("UPDATE person SET name = name"))
    assert trainer.get(RESULTS).status_code == 200
    return bool(application.state.replica.reads["behind"] > before)


def test_a_report_comes_from_the_replica_while_it_keeps_up(
    application: FastAPI, trainer: TestClient, standby: Cluster
) -> None:
    replica: Replica = application.state.replica

    def asked() -> int:
        assert trainer.get(RESULTS).status_code == 200
        return replica.reads["replica"]

    wait_until(lambda: asked() > 0)
    counted = exposed(trainer)
    assert counted['dealworthy_replica_reads_total{outcome="replica"}'] == replica.reads["replica"]
    assert 0 <= counted["dealworthy_replica_lag_seconds"] < SECONDS
    own_alone = exposed(trainer)["dealworthy_database_statements_total"]
    asked()
    with_replica = exposed(trainer)["dealworthy_database_statements_total"]
    assert with_replica - own_alone > AROUND_A_REPORT
    before = replica.reads.copy()
    trainer.cookies.set("flash", "saved")
    assert trainer.get(RESULTS).status_code == 200
    trainer.cookies.delete("flash")
    assert trainer.get("/products").status_code == 200
    assert replica.reads == before

    copy = Database(standby.url())
    with pytest.raises(DBAPIError, match="read-only"), copy.write() as session:
        session.execute(text("DELETE FROM job"))
    copy.dispose()

    with replay_stopped(standby):
        wait_until(lambda: late(application, trainer))
        counted = exposed(trainer)
        assert counted['dealworthy_replica_reads_total{outcome="behind"}'] == replica.reads["behind"]
        assert counted["dealworthy_replica_lag_seconds"] > SECONDS
    wait_until(lambda: asked() > before["replica"] + 1)

    away = replica.reads["away"]
    standby.kill()
    assert [trainer.get(RESULTS).status_code for _ in range(3)] == [200] * 3
    assert replica.reads["away"] == away + 3


def test_an_attempt_is_never_read_from_the_replica(application: FastAPI, trainer: TestClient, standby: Cluster) -> None:
    with application.state.database.write() as session:
        person(session, "ana@example.com", Role.REP)
    rep = signed_in(application, "ana@example.com")
    wait_until(lambda: trainer.get(RESULTS).status_code == 200 and bool(application.state.replica.reads["replica"]))
    with replay_stopped(standby):
        started = rep.post("/quizzes/keeper-quiz/attempts", follow_redirects=False)
        assert started.status_code == 303
        assert rep.get(started.headers["location"]).status_code == 200
