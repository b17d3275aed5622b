"""What grows without end is forgotten a little in each transaction, so that nobody waits for it for long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select
from sqlmodel import Session, col

from app.commands.work import handlers
from app.config import Settings
from app.database import Database
from app.deals.ledger import actions as ledger
from app.deals.models import KeptClearance
from app.jobs.actions import enqueue
from app.jobs.worker import Worker

STEP = 10
OLD = 25
"""Two whole steps and a part of one."""


def store_answers(session: Session, moment: datetime) -> None:
    """Old answers, one on which a decision rests, and a new one."""
    row = {"rep": "ana@example.com", "asked_by": "CRM", "as_of": moment, "asked": {}, "facts": {}, "answer": {}}
    ages = [("old", 500, None)] * OLD + [("kept", 500, "a decision"), ("new", 1, None)]
    session.execute(
        insert(KeptClearance),
        [
            {**row, "id": f"{word}-{number:02}", "asked_at": moment - timedelta(days=days), "decision_id": decision}
            for number, (word, days, decision) in enumerate(ages)
        ],
    )


def test_old_answers_go_in_several_transactions_and_the_others_stay(
    session: Session, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime.now(UTC)
    store_answers(session, moment)
    enqueue(session, ledger.FORGET_JOB, {}, moment=moment, due_at=moment)
    session.commit()
    monkeypatch.setattr(ledger, "AT_ONCE", STEP)
    steps: list[str] = []

    @event.listens_for(database.engine, "after_cursor_execute")
    def look(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("DELETE FROM kept_clearance"):
            steps.append("forgotten")

    @event.listens_for(database.engine, "commit")
    def part(_connection: Connection) -> None:
        if steps:
            steps.append("stored")

    assert Worker(database, handlers(settings)).run_once() == 1
    event.remove(database.engine, "after_cursor_execute", look)
    event.remove(database.engine, "commit", part)
    session.rollback()
    assert session.scalars(select(col(KeptClearance.id)).order_by(col(KeptClearance.id))).all() == ["kept-25", "new-26"]
    assert steps[:6] == ["forgotten", "stored"] * 3
