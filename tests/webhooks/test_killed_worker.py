"""A worker that is killed in the middle of sending loses no message; what goes out twice has the same id."""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from app.config import Settings
from app.database import Database
from app.jobs.models import Job
from app.webhooks.models import DeliveryState, WebhookDelivery
from forks import Forks
from outbound.receivers import receiving
from tools.demonstration import environment
from webhooks.listening import endpoint, happen, told, verify

KILLS = 3
MESSAGES = 30


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            pytest.fail("the worker did not send in time")
        Event().wait(0.02)


def waiting(database: Database) -> int:
    with database.read() as session:
        query = select(func.count(col(WebhookDelivery.id)))
        return session.scalar(query.where(col(WebhookDelivery.state) == DeliveryState.WAITING)) or 0


def test_a_worker_that_is_killed_loses_nothing(
    database: Database, session: Session, settings: Settings, forks: Forks, tmp_path: Path
) -> None:
    random = Random(6)  # noqa: S311 (when to kill, not what to keep secret)
    moment = datetime.now(UTC) - timedelta(minutes=2)
    variables = {**environment(settings.database_url), "DEALWORTHY_OUTBOUND_ALLOW": "127.0.0.0/8"}
    with receiving() as receiver:
        made = endpoint(session, settings, receiver.url, at=moment)
        session.commit()
        for number in range(MESSAGES):
            happen(
                database, f"{number % 6}-{number:03}", subject=f"subject-{number % 6}", at=moment + timedelta(minutes=1)
            )
        for kill in range(KILLS + 1):
            working = forks.start(["worker"], variables, tmp_path / f"worker-{kill}.log")
            try:
                enough = len(receiver.received) + random.randrange(1, MESSAGES // (KILLS + 1))
                wait_until(lambda enough=enough: len(receiver.received) >= enough or not waiting(database))  # type: ignore[misc]  # not inferred
                if kill == KILLS:
                    wait_until(lambda: not waiting(database))
            finally:
                working.kill()
                working.wait()
            with database.write() as writing:  # as if the five minutes of a lease had passed
                writing.execute(update(Job).values(leased_until=moment))
        bodies: defaultdict[str, set[bytes]] = defaultdict(set)
        for each in receiver.received:
            verify(made.secret, each)
            bodies[each.headers["webhook-id"]].add(each.body)
    assert len(bodies) == MESSAGES
    assert all(len(each) == 1 for each in bodies.values())
    first_times = list(dict.fromkeys(told(receiver.received)))
    for subject in "012345":
        of_subject = [each for each in first_times if each.startswith(subject)]
        assert of_subject == sorted(of_subject)
