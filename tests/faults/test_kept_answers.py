"""A server that is killed while it answers a client has kept every answer that it gave."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from app.people.tokens import create_token
from callers import NO_ANSWER, Caller
from factories import sellable
from forks import Forks
from servers import free_port, running_server, wait_until

pytestmark = pytest.mark.faults

CLIENTS = 4


def ask_until_the_server_dies(base: str, headers: dict[str, str], number: int, given: list[str]) -> None:
    """Ask one question after another; `given` holds the ids of the answers that were given."""
    with closing(Caller(base, headers)) as client:
        try:
            while True:
                query = {"rep": f"rep{number}@example.com", "product": "keeper", "region": str(len(given))}
                reply = client.get("/api/v1/clearance", query)
                assert reply.status_code == 200, reply.text
                given.append(reply.json()["decision_id"])
        except NO_ANSWER:
            return


def test_every_answer_of_the_gate_that_was_given_opens_again(
    database_url: str, session: Session, forks: Forks, tmp_path: Path
) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    sellable(session, at=moment)
    token = create_token(session, "CRM", ["clearance:read"], actor="admin@example.com", moment=moment)
    session.commit()
    headers = {"authorization": f"Bearer {token}"}
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    given: list[list[str]] = [[] for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool, running_server(forks.start, database_url, port, tmp_path / "1") as server:
        for number, own in enumerate(given):
            pool.submit(ask_until_the_server_dies, base, headers, number, own)
        wait_until(lambda: all(len(own) >= 5 for own in given))
        server.kill()
    with (
        running_server(forks.start, database_url, port, tmp_path / "2"),
        closing(Caller(base, headers)) as client,
    ):
        for decision_id in [each for own in given for each in own[-5:]]:
            reply = client.get(f"/api/v1/decisions/{decision_id}")
            assert (reply.status_code, reply.json()["asked_again"]["same"]) == (200, True), reply.text
