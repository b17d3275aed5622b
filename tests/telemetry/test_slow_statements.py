"""The log of slow statements: which one, how slow, for whom it was sent and by which line of code; never its values."""

import io
import json

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.config import Settings
from app.database import SessionDep
from app.main import create_app

COUNTING = """
WITH RECURSIVE numbers(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM numbers WHERE x < 60000)
SELECT max(x) FROM numbers WHERE x <> :secret
"""


def _asked(settings: Settings, slow_ms: int) -> None:
    application: FastAPI = create_app(settings.model_copy(update={"slow_statement_ms": slow_ms}))

    @application.get("/counts/{number}")
    def counts(number: int, session: SessionDep) -> int:
        found: int = session.execute(text(COUNTING), {"secret": number}).scalar_one()
        return found

    with TestClient(application) as client:
        assert client.get("/counts/8351", headers={"x-request-id": "slow-1"}).json() == 60000


def _slow(written: io.StringIO) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in lines if line["message"] == "slow statement"]


def test_a_slow_statement(settings: Settings, written: io.StringIO) -> None:
    _asked(settings, 1)
    line = next(each for each in _slow(written) if "RECURSIVE" in str(each["statement"]))
    assert (line["level"], line["route"], line["request_id"]) == ("warning", "/counts/{number}", "slow-1")
    assert isinstance(line["ms"], int)
    assert line["ms"] >= 1
    assert "8351" not in written.getvalue()


def test_none_is_slow_where_it_is_off(settings: Settings, written: io.StringIO) -> None:
    _asked(settings, 0)
    assert _slow(written) == []
