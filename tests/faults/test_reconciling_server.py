"""A real server compares the CRM's deals: findings come while it works, and it bears who goes away and its own end."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.database import Database
from app.deals.reconciling.models import Reconciliation
from app.people.tokens import create_token
from factories import person, sellable
from forks import Forks
from servers import NO_TLS, free_port, running_server, wait_until
from tools.demonstration import Process

ROWS = 6_000
BODY = b"".join(
    b'{"id": "X-%d", "products": ["keeper"], "team": [{"rep": "ana@example.com", "role": "owner"}]}\n' % number
    for number in range(ROWS)
)


@pytest.fixture
def secret(session: Session) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    person(session, "ana@example.com", at=moment)
    sellable(session, at=moment)
    found = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=moment)
    session.commit()
    return found


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(forks: Forks, database_url: str, port: int, tmp_path: Path, secret: str) -> Iterator[Process]:
    assert secret  # stored before the server opens the database
    with running_server(forks.start, database_url, port, tmp_path / "server.log") as process:
        yield process


def answered(port: int, secret: str, seen: Callable[[int], bool]) -> int:
    """Read lines of an answer as long as `seen` says so, and say how many rows were done by the last progress."""
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/x-ndjson", "accept-encoding": "gzip"}
    url, rows = f"http://127.0.0.1:{port}/api/v1/deals/reconcile", -1
    with httpx2.stream("POST", url, content=BODY, headers=headers, timeout=120, verify=NO_TLS) as response:
        assert response.status_code == 200
        for line in response.iter_lines():
            (kind,), (content,) = zip(*json.loads(line).items(), strict=True)
            if kind in {"progress", "summary"}:
                rows = content["rows"]
                if not seen(rows):
                    break
    return rows


def newest(database: Database) -> Reconciliation:
    with database.read() as session:
        return session.scalars(select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(1)).one()


@pytest.mark.usefixtures("server")
def test_progress_comes_while_the_server_works_and_who_hangs_up_ends_it(
    database: Database, port: int, secret: str
) -> None:
    stored: list[bool] = []

    def note(rows: int) -> bool:
        if rows == 1_000:
            stored.append(newest(database).finished_at is None)
        return True

    assert answered(port, secret, note) == ROWS
    assert stored == [True]  # a thousand rows were told while the others waited
    assert newest(database).finished_at is not None

    assert answered(port, secret, lambda rows: rows < 1_000) == 1_000
    wait_until(lambda: newest(database).error == "hung_up")
    assert newest(database).rows < ROWS


def test_a_server_that_is_killed_in_the_middle_leaves_a_run_that_did_not_end(
    database: Database, port: int, secret: str, server: Process
) -> None:
    def kill(rows: int) -> bool:
        if rows == 1_000:
            server.kill()
        return True

    with pytest.raises(httpx2.TransportError):
        answered(port, secret, kill)
    run = newest(database)
    assert (run.finished_at, run.error, 1_000 <= run.rows < ROWS) == (None, "", True)
