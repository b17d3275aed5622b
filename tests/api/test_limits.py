"""How often a client may ask, over all processes; and what is noted of who asks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.api import security
from app.config import Settings
from app.database import Database
from app.main import create_app
from app.people.limits import WINDOW
from app.people.models import ApiToken
from app.people.tokens import create_token
from factories import NOW
from tools.statements import count_statements

QUESTION = "/api/v1/products"
BATCH = "/api/v1/clearance/batch"
WRITE = "/api/v1/people"


@pytest.fixture
def processes(application: FastAPI, settings: Settings) -> Iterator[list[TestClient]]:
    """Two servers on one database."""
    other = create_app(settings)
    yield [TestClient(application), TestClient(other)]
    other.state.database.dispose()


def secret_of(session: Session, name: str) -> dict[str, str]:
    secret = create_token(session, name, ["clearance:read", "people:write"], actor="admin@example.com", moment=NOW)
    session.commit()
    return {"authorization": f"Bearer {secret}"}


def statuses(clients: list[TestClient], number: int, headers: dict[str, str]) -> list[int]:
    return [clients[each % len(clients)].get(QUESTION, headers=headers).status_code for each in range(number)]


def test_processes_share_the_allowance_of_a_token(
    processes: list[TestClient], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "REQUESTS_A_WINDOW", 12)
    monkeypatch.setattr(security, "LEASE", 3)
    crm, other = secret_of(session, "crm"), secret_of(session, "other")
    with time_machine.travel(NOW, tick=False):
        assert statuses(processes, 14, crm) == [200] * 12 + [429] * 2
        assert statuses(processes, 2, other) == [200, 200]
        refused = processes[0].get(QUESTION, headers=crm)
        assert (refused.headers["retry-after"], refused.headers["content-type"]) == ("900", "application/problem+json")
        assert refused.json()["detail"] == "There were too many tries. Wait 15 minutes, then try again."
        assert processes[0].post(WRITE, headers=crm, json={}).status_code == 429
    with time_machine.travel(NOW + WINDOW, tick=False):
        assert statuses(processes, 2, crm) == [200, 200]


def test_requests_that_fail_count_too(
    processes: list[TestClient], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "REQUESTS_A_WINDOW", 4)
    monkeypatch.setattr(security, "LEASE", 2)
    crm = secret_of(session, "crm")
    with time_machine.travel(NOW, tick=False):
        answers = [processes[each % 2].post(WRITE, headers=crm, json={}).status_code for each in range(6)]
    assert answers == [422] * 4 + [429] * 2


def test_wrong_tokens_are_limited_by_address_and_good_ones_go_on(
    processes: list[TestClient], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "WRONG_A_WINDOW", 8)
    monkeypatch.setattr(security, "WRONG_LEASE", 2)
    crm, wrong = secret_of(session, "crm"), {"authorization": "Bearer dw_" + "x" * 43}
    with time_machine.travel(NOW, tick=False):
        assert statuses(processes, 10, wrong) == [401] * 8 + [429] * 2
        assert processes[0].post(WRITE, headers=wrong, json={}).status_code == 429
        assert statuses(processes, 2, crm) == [200, 200]
        assert statuses(processes, 2, {}) == [401, 401]
        elsewhere = TestClient(processes[0].app, client=("203.0.113.9", 4711))
        assert elsewhere.get(QUESTION, headers=wrong).status_code == 401
    with time_machine.travel(NOW + WINDOW, tick=False):
        assert statuses(processes, 2, wrong) == [401, 401]


def last_use(session: Session) -> datetime | None:
    used: datetime | None = session.scalar(select(col(ApiToken.last_used_at)))
    session.rollback()
    return used


def test_the_last_use_is_noted_when_a_lease_is_taken(client: TestClient, session: Session) -> None:
    crm = secret_of(session, "crm")
    assert last_use(session) is None
    seen = []
    for minutes in (0, 5, 15, 20):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get(QUESTION, headers=crm)
        seen.append(last_use(session))
    assert seen == [NOW, NOW, NOW + WINDOW, NOW + WINDOW]


@pytest.mark.parametrize("path", [WRITE, BATCH])
def test_a_request_that_fails_is_a_use_too(client: TestClient, session: Session, path: str) -> None:
    crm = secret_of(session, "crm")
    with time_machine.travel(NOW, tick=False):
        assert client.post(path, headers=crm, json={}).status_code == 422
    assert last_use(session) == NOW


def test_asking_again_writes_nothing(application: FastAPI, client: TestClient, session: Session) -> None:
    crm = secret_of(session, "crm")
    client.get(QUESTION, headers=crm)
    database: Database = application.state.database
    with count_statements(database) as statements:
        client.get(QUESTION, headers=crm)
    assert [each for each in statements if not each.lstrip().startswith(("SELECT", "WITH"))] == []
