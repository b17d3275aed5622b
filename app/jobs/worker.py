"""Doing jobs: each in a transaction of its own, together with the end of the job, so that it is never half done."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app.clock import now
from app.database import Database
from app.jobs import actions
from app.jobs.models import Job
from app.telemetry.jobs import watched_job

log = logging.getLogger(__name__)

Handler = Callable[[Session, Mapping[str, Any]], None]
"""Does the work of one kind of job; may be called twice for one job, and must bear it."""


def _nothing_more(_session: Session, _payload: Mapping[str, Any], _prepared: Any) -> None:
    """Store nothing: what was to be stored has been."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A kind of job with work that takes long and must not hold a transaction, such as reading a large file.

    `prepare` is called first and may use transactions of its own; `store` gets what it returns, in the transaction
    that ends the job, and may be left out where `prepare` has stored everything. Both may be called twice for one job,
    and must bear it. `rest` is called when there is nothing more to do for now, to give back what is kept from one job
    to the next.
    """

    prepare: Callable[[Database, Mapping[str, Any]], Any]
    store: Callable[[Session, Mapping[str, Any], Any], None] = _nothing_more
    rest: Callable[[], None] | None = None


class _LeaseLostError(Exception):
    """The job took longer than its lease, and another worker has it now; our work is rolled back."""


class Worker:
    """Takes jobs from the table and does them, one at a time.

    `periodic` names kinds that are asked for again and again, each with its interval. With `kinds` it takes only these,
    so that several workers can share the table, some of them free for what must not wait. Jobs whose key begins like
    one of what `avoiding` returns are left for later.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler | Prepared],
        periodic: Mapping[str, timedelta] | None = None,
        *,
        kinds: Collection[str] | None = None,
        avoiding: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._periodic = periodic or {}
        self._kinds = kinds
        self._avoiding = avoiding

    def run(self, stop: Event, idle: float = 5.0) -> None:
        """Work until `stop` is set; look for new jobs every `idle` seconds when there is nothing to do.

        A database that does not answer for a while is asked again: nobody would notice a worker that gave up.
        """
        while not stop.is_set():
            try:
                self.plan()
                worked = self.work_one()
            except SQLAlchemyError as error:
                log.error("the worker cannot reach the database: %s", type(error).__name__)  # noqa: TRY400 (the trace says no more)
                worked = False
            if not worked:
                self._rest()
                stop.wait(idle)
        self._rest()

    def run_once(self) -> int:
        """Do everything that is due now, and return how many jobs that was."""
        self.plan()
        done = 0
        while self.work_one():
            done += 1
        self._rest()
        return done

    def plan(self) -> None:
        """Ask for the periodic work of the present interval, unless somebody already has."""
        moment = now()
        with self._database.write() as session:
            if self._periodic:
                actions.recall(session, self._periodic.keys(), moment=moment, interval=max(self._periodic.values()))
            for kind, interval in self._periodic.items():
                slot = int(moment.timestamp() // interval.total_seconds()) + 1
                due_at = moment.fromtimestamp(slot * interval.total_seconds(), tz=moment.tzinfo)
                actions.enqueue(session, kind, {}, moment=moment, due_at=due_at, key=kind)

    def work_one(self) -> bool:
        """Do the next job that is due; False when there is none."""
        with self._database.write() as session:
            job = actions.lease(session, now(), self._kinds, self._avoiding())
        if job is None:
            return False
        with watched_job(self._database.telemetry, job.kind, job.id, job.tries, job.request_id) as watched:
            try:
                self._do(job)
            except _LeaseLostError:
                watched.outcome = "lease_lost"
                log.warning("job %s (%s) took longer than its lease", job.id, job.kind)
            except Exception as error:  # noqa: BLE001 (a job may fail in any way; the worker goes on)
                watched.outcome = "failed" if job.tries < actions.MOST_TRIES else "set_aside"
                self._fail(job, error)
        return True

    def _rest(self) -> None:
        for handler in self._handlers.values():
            if isinstance(handler, Prepared) and handler.rest is not None:
                handler.rest()

    def _do(self, job: Job) -> None:
        handler = self._handlers[job.kind]
        prepared = handler.prepare(self._database, job.payload) if isinstance(handler, Prepared) else None
        with self._database.write() as session:
            if isinstance(handler, Prepared):
                handler.store(session, job.payload, prepared)
            else:
                handler(session, job.payload)
            if not actions.finish(session, job):
                raise _LeaseLostError

    def _fail(self, job: Job, error: Exception) -> None:
        log.error("job %s (%s) failed", job.id, job.kind, exc_info=error)
        with self._database.write() as session:
            actions.fail(session, job, repr(error), now())
