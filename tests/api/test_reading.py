"""A text that is sent by POST only for its length neither waits for somebody who writes nor stops them.

Answers of the gate are another matter: they are put on record first, and wait for their turn (test_decisions.py).
"""

from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.tokens import create_token
from factories import NOW


def test_a_text_is_checked_while_somebody_writes(application: FastAPI, client: TestClient, session: Session) -> None:
    secret = create_token(session, "mail", ["redlines:check"], actor="admin@example.com", moment=NOW)
    session.commit()
    headers = {"authorization": f"Bearer {secret}"}

    def ask() -> int:
        return client.post("/api/v1/redlines/check", json={"text": "We guarantee it."}, headers=headers).status_code

    assert ask() == 200  # the first one takes what the token may spend, which is written down
    with ThreadPoolExecutor(1) as threads, application.state.database.write():
        assert threads.submit(ask).result(timeout=10) == 200
