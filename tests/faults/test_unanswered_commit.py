"""The database goes away between the order to commit and its answer: nobody is told that nothing was stored."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Event

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.engine import Connection
from sqlmodel import Session, col

from app.database import Database
from app.jobs.models import Job
from app.jobs.worker import Worker
from faults.company import DEAL, found_company
from installations import Installation

pytestmark = pytest.mark.faults


@pytest.fixture
def installation(postgresql_installation: Installation) -> Installation:
    postgresql_installation.renew()
    return postgresql_installation


@contextmanager
def cutting(database: Database) -> Iterator[None]:
    """End each connection when it is to commit, before the server hears of it."""
    ending = create_engine(database.engine.url, isolation_level="AUTOCOMMIT")

    def cut(connection: Connection) -> None:
        served_by = connection.scalar(text("SELECT pg_backend_pid()"))
        with ending.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": served_by})

    event.listen(database.engine, "commit", cut)
    yield
    event.remove(database.engine, "commit", cut)
    ending.dispose()


def test_who_cannot_be_told_what_became_of_it_is_told_to_look(
    application: FastAPI, client: TestClient, session: Session
) -> None:
    company = found_company(session, 1)
    session.commit()
    client.cookies.update(company.reps[0].cookies)
    with cutting(application.state.database):
        page = client.post("/quizzes/keeper-quiz/attempts")
        reply = client.put(
            "/api/v1/deals/D-1",
            json=DEAL,
            headers={"authorization": f"Bearer {company.token}"},
        )
    sentence = "It may be stored or not: look before you try again."
    assert (page.status_code, page.headers["retry-after"], sentence in page.text) == (503, "5", True)
    assert (reply.status_code, sentence in reply.json()["detail"]) == (503, True)
    assert client.post("/quizzes/keeper-quiz/attempts").status_code == 303


class _Restored(Event):
    """Lets commits be answered again when the worker rests first, and stops it when it rests next."""

    def __init__(self, cut: ExitStack) -> None:
        super().__init__()
        self._cut: ExitStack | None = cut

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 (the base class names it)
        if self._cut is None:
            self.set()
        else:
            self._cut.close()
            self._cut = None
        return self.is_set()


def test_a_worker_outlives_it(database: Database) -> None:
    cut = ExitStack()
    cut.enter_context(cutting(database))
    Worker(database, {}, {"tidy": timedelta(hours=1)}).run(_Restored(cut))
    with database.read() as session:
        assert session.scalars(select(col(Job.kind))).all() == ["tidy"]
