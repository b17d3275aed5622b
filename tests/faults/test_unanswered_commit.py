"""The database goes away between the order to commit and its answer: nobody is told that nothing was stored."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection
from sqlmodel import Session

from app.database import Database
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
