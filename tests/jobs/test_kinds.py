"""Several workers share the table of jobs: each takes only its kinds, and leaves alone what it is to avoid."""

from datetime import UTC, datetime
from typing import Any

import time_machine
from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.jobs.actions import enqueue, enqueue_all
from app.jobs.models import Job
from app.jobs.worker import Worker

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def left(database: Database) -> list[str | None]:
    with database.read() as session:
        return list(session.scalars(select(col(Job.key)).order_by(col(Job.id))))


@time_machine.travel(NOON, tick=False)
def test_a_worker_takes_only_its_kinds(database: Database) -> None:
    with database.write() as session:
        for kind in ("mail", "report", "mail"):
            enqueue(session, kind, {}, moment=NOON, due_at=NOON)
    done: list[str] = []
    handlers = {"mail": lambda _session, _payload: done.append("mail")}
    assert Worker(database, handlers, kinds=["mail"]).run_once() == 2
    assert Worker(database, handlers, kinds=[]).run_once() == 0
    assert (done, len(left(database))) == (["mail", "mail"], 1)


@time_machine.travel(NOON, tick=False)
def test_a_worker_leaves_alone_what_it_avoids_and_takes_it_later(database: Database) -> None:
    with database.write() as session:
        asked: list[tuple[str, dict[str, Any]]] = [(key, {}) for key in ("to/1/a", "to/12/a", "to/1/b", "to%1/a")]
        enqueue_all(session, "send", asked, moment=NOON, due_at=NOON)
        enqueue(session, "send", {}, moment=NOON, due_at=NOON)
    avoided = ["to/1/"]
    worker = Worker(database, {"send": lambda _session, _payload: None}, avoiding=lambda: avoided)
    assert worker.run_once() == 3
    assert left(database) == ["to/1/a", "to/1/b"]
    avoided.clear()
    assert worker.run_once() == 2


def test_nothing_asked_for_is_nothing(database: Database) -> None:
    with database.write() as session:
        enqueue_all(session, "send", [], moment=NOON, due_at=NOON)
    assert left(database) == []
