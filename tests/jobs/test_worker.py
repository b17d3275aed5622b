"""Jobs are done at least once, each together with its end; what fails comes back, what keeps failing is set aside."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import time_machine
from sqlalchemy import inspect, select, text
from sqlmodel import Session, col

from app.clock import now
from app.database import Database
from app.jobs.actions import LEASE, MOST_TRIES, enqueue, finish, lease
from app.jobs.models import Job
from app.jobs.worker import Prepared, Worker
from app.people.models import Team

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _make_team(session: Session, payload: Mapping[str, Any]) -> None:
    session.add(Team(name=payload["name"]))
    session.flush()


def _fail(session: Session, payload: Mapping[str, Any]) -> None:
    _make_team(session, payload)
    raise RuntimeError("the printer is on fire")


def _ask(database: Database, kind: str, name: str, *, key: str | None = None) -> None:
    with database.write() as session:
        enqueue(session, kind, {"name": name}, moment=NOON, due_at=NOON, key=key)


def _teams(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(col(Team.name)).order_by(col(Team.name))))


def _jobs(database: Database) -> list[Job]:
    with database.read() as session:
        return list(session.scalars(select(Job)))


@time_machine.travel(NOON, tick=False)
def test_a_job_is_done_once_and_is_gone(database: Database) -> None:
    _ask(database, "make", "North")
    _ask(database, "make", "South")
    assert Worker(database, {"make": _make_team}).run_once() == 2
    assert (_teams(database), _jobs(database)) == (["North", "South"], [])


@time_machine.travel(NOON, tick=False)
def test_work_that_fails_leaves_nothing_behind_and_is_tried_again_later(database: Database) -> None:
    _ask(database, "fail", "North")
    Worker(database, {"fail": _fail}).run_once()
    (job,) = _jobs(database)
    assert _teams(database) == []
    assert (job.tries, job.due_at, job.error) == (
        1,
        NOON + timedelta(minutes=2),
        "RuntimeError('the printer is on fire')",
    )


def test_a_job_that_keeps_failing_is_set_aside(database: Database) -> None:
    _ask(database, "fail", "North")
    worker = Worker(database, {"fail": _fail})
    for day in range(MOST_TRIES + 3):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            worker.run_once()
    (job,) = _jobs(database)
    assert (job.tries, job.failed_at) == (MOST_TRIES, NOON + timedelta(days=MOST_TRIES - 1))


@time_machine.travel(NOON, tick=False)
def test_a_kind_that_nobody_knows_fails_like_any_other(database: Database) -> None:
    _ask(database, "unheard of", "North")
    Worker(database, {}).run_once()
    assert [job.error for job in _jobs(database)] == ["KeyError('unheard of')"]


@time_machine.travel(NOON, tick=False)
def test_asking_twice_with_one_key_makes_one_job(database: Database) -> None:
    _ask(database, "make", "North", key="north")
    _ask(database, "make", "North", key="north")
    assert len(_jobs(database)) == 1


def test_a_job_that_was_set_aside_keeps_nobody_from_asking_anew(database: Database) -> None:
    _ask(database, "fail", "North", key="north")
    worker = Worker(database, {"fail": _fail})
    for day in range(MOST_TRIES):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            worker.run_once()
    assert _jobs(database)[0].failed_at is not None
    _ask(database, "fail", "South", key="north")
    with time_machine.travel(NOON + timedelta(days=MOST_TRIES), tick=False):
        assert Worker(database, {"fail": _make_team}).run_once() == 1
    assert (_teams(database), _jobs(database)) == (["South"], [])


def test_the_job_of_a_worker_that_died_is_taken_over_when_its_lease_ends(database: Database) -> None:
    _ask(database, "make", "North")
    with database.write() as session:
        assert lease(session, NOON) is not None
    worker = Worker(database, {"make": _make_team})
    with time_machine.travel(NOON + LEASE, tick=False):
        assert worker.run_once() == 0
    with time_machine.travel(NOON + LEASE + timedelta(seconds=1), tick=False):
        assert worker.run_once() == 1
    assert _teams(database) == ["North"]


def test_a_job_that_every_worker_dies_of_is_set_aside_and_the_others_go_on(database: Database) -> None:
    _ask(database, "deadly", "North")
    for number in range(MOST_TRIES):
        with database.write() as session:  # taken, and never heard of again
            assert lease(session, NOON + number * 2 * LEASE) is not None
    _ask(database, "make", "South")
    with time_machine.travel(NOON + MOST_TRIES * 2 * LEASE, tick=False):
        assert Worker(database, {"deadly": _fail, "make": _make_team}).run_once() == 1
    (job,) = _jobs(database)
    assert (_teams(database), job.kind, job.tries, job.failed_at is not None) == (["South"], "deadly", MOST_TRIES, True)
    assert job.error == "The worker ended in the middle of it, each time it was tried."


def test_a_clock_that_goes_back_delays_no_job(database: Database) -> None:
    worker = Worker(database, {"make": _make_team, "tick": lambda *_: None}, {"tick": timedelta(hours=1)})
    with time_machine.travel(NOON + timedelta(days=400), tick=False):
        worker.plan()
        with database.write() as session:
            enqueue(session, "make", {"name": "North"}, moment=now(), due_at=now())
            enqueue(session, "make", {"name": "South"}, moment=now(), due_at=now())
            assert lease(session, now(), ["make"]) is not None
    with time_machine.travel(NOON, tick=False):
        assert worker.run_once() == 3
    assert _teams(database) == ["North", "South"]


def test_a_clock_that_goes_back_makes_no_failure_hurry(database: Database) -> None:
    with database.write() as session:
        ahead = NOON + timedelta(days=400)
        enqueue(session, "fail", {"name": "North"}, moment=ahead, due_at=ahead)
    with time_machine.travel(NOON, tick=False):
        assert Worker(database, {"fail": _fail}).run_once() == 1
    (job,) = _jobs(database)
    assert (job.tries, job.due_at) == (1, NOON + timedelta(minutes=2))


def test_a_worker_that_was_too_slow_does_not_do_the_work_twice(database: Database) -> None:
    _ask(database, "slow", "North")
    fast = Worker(database, {"slow": _make_team})

    with database.write() as session:
        taken = lease(session, NOON)
    assert taken is not None
    with time_machine.travel(NOON + LEASE + timedelta(seconds=1), tick=False):
        assert fast.run_once() == 1
    with database.write() as session:
        assert finish(session, taken) is False
    assert _teams(database) == ["North"]


def test_periodic_work_is_planned_once_for_each_interval(database: Database) -> None:
    done: list[datetime] = []
    worker = Worker(
        database, {"tick": lambda _session, _payload: done.append(datetime.now(UTC))}, {"tick": timedelta(hours=1)}
    )
    for minutes in (10, 20, 61, 62, 121):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            worker.run_once()
    assert done == [NOON + timedelta(minutes=61), NOON + timedelta(minutes=121)]


class _Restored(Event):
    """Stops the worker once the database has come back and a team was made."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 (the base class names it)
        if "job" in inspect(self._database.engine).get_table_names():
            self.set()
        else:
            with self._database.engine.begin() as connection:
                connection.execute(text("ALTER TABLE away RENAME TO job"))
        return self.is_set()


def test_a_worker_outlives_a_database_that_does_not_answer(database: Database) -> None:
    _ask(database, "make", "Iberia")
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE job RENAME TO away"))
    with time_machine.travel(NOON, tick=False):
        Worker(database, {"make": _make_team}).run(_Restored(database))
    assert _teams(database) == ["Iberia"]


@time_machine.travel(NOON, tick=False)
def test_long_work_is_done_before_the_transaction_that_keeps_it(database: Database) -> None:
    def prepare(database: Database, payload: Mapping[str, Any]) -> str:
        with database.write() as session:  # another writer, which would wait for ever within the job's transaction
            session.add(Team(name=f"{payload['name']} is read"))
        return str(payload["name"]).upper()

    def store(session: Session, _payload: Mapping[str, Any], name: str) -> None:
        session.add(Team(name=name))

    _ask(database, "read", "iberia")
    assert Worker(database, {"read": Prepared(prepare, store)}).run_once() == 1
    assert _teams(database) == ["IBERIA", "iberia is read"]


@time_machine.travel(NOON, tick=False)
def test_long_work_that_fails_is_tried_again(database: Database) -> None:
    def prepare(_database: Database, _payload: Mapping[str, Any]) -> None:
        raise RuntimeError("the file is torn")

    _ask(database, "read", "iberia")
    Worker(database, {"read": Prepared(prepare, lambda *_: None)}).run_once()
    with database.read() as session:
        job = session.scalars(select(Job)).one()
    assert (job.tries, job.error) == (1, "RuntimeError('the file is torn')")
