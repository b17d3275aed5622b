"""Questions that are sent by POST only for their length neither wait for somebody who writes nor stop them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.tokens import create_token
from factories import NOW


@pytest.mark.parametrize(
    ("url", "question"),
    [
        ("/api/v1/clearance/batch", {"checks": [{"rep": "ana@example.com", "products": ["keeper"]}]}),
        ("/api/v1/redlines/check", {"text": "We guarantee a return."}),
    ],
)
def test_a_question_is_answered_while_somebody_writes(
    application: FastAPI, client: TestClient, session: Session, url: str, question: dict[str, Any]
) -> None:
    scopes = ["clearance:read", "redlines:check"]
    secret = create_token(session, "crm", scopes, actor="admin@example.com", moment=NOW)
    session.commit()

    def ask() -> int:
        return client.post(url, json=question, headers={"authorization": f"Bearer {secret}"}).status_code

    assert ask() == 200  # the first one takes what the token may spend, which is written down
    with ThreadPoolExecutor(1) as threads, application.state.database.write():
        assert threads.submit(ask).result(timeout=10) == 200
