"""What watches one process: a server with its addresses for operators, or a worker."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing import parent_process
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from sqlalchemy import QueuePool
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

import app.jobs.gauges
import app.mails.gauges
import app.webhooks.gauges
from app.config import Settings
from app.database import POOL_SIZE, Database, Replica, SessionDep
from app.people.access import anybody
from app.schema import schema_of
from app.telemetry.access import may_read_metrics
from app.telemetry.exposition import CONTENT_TYPE, Exposition
from app.telemetry.metrics import Connections, ReplicaReads
from app.telemetry.ports import MetricsPort
from app.telemetry.readiness import READY, Readiness
from app.telemetry.siblings import Siblings, together
from app.telemetry.watching import Telemetry

STORED: Final = (app.jobs.gauges.gauges, app.mails.gauges.gauges, app.webhooks.gauges.gauges)
"""What reads the state of the database for metrics."""


class Watching:
    """Watches one process and its database.

    Of several processes, `siblings` are those that are asked for metrics together.
    """

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry,
        database: Database,
        siblings: Siblings,
        replica: Replica | None = None,
    ) -> None:
        self.telemetry = telemetry
        self._settings = settings
        self._database = database
        self._siblings = siblings
        self._replica = replica
        self._waiting: Any = None
        telemetry.watch(database.engine)
        if replica is not None:
            telemetry.watch(replica.engine)
        database.telemetry = telemetry
        telemetry.metrics.watch_connections(self._connections)
        telemetry.metrics.watch_replica(self._replica_reads)
        registry = telemetry.metrics.registry
        self.exposition = Exposition(settings.database_url, registry, STORED, siblings)
        self.readiness = Readiness(settings.database_url, _fit, settings.replica_url)

    def begin(self) -> None:
        """Be there for those who ask for metrics of all processes."""
        self._siblings.listen(self.telemetry.metrics.registry)

    @contextmanager
    def running(self, port: int | None, host: str = "127.0.0.1") -> Iterator[None]:
        """Watch a process that serves no pages, with a port for metrics where one is wanted."""
        self.begin()
        opened = self.port(host, port) if port else None
        try:
            yield
        finally:
            if opened is not None:
                opened.shutdown()
                opened.server_close()
            self.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Watch a server while it serves; told to stop, it says so before it does."""
        self.begin()
        self._waiting = SessionDep.__metadata__[0]._concurrency.get_semaphore()  # type: ignore[attr-defined]  # noqa: SLF001 (it has no public name, and a test holds it)
        self.readiness.stop_slowly(self._settings.drain_seconds)
        try:
            yield
        finally:
            self.close()

    def port(self, host: str, port: int) -> MetricsPort:
        """Open a port of its own for metrics and health."""
        opened = MetricsPort((host, port), self.exposition, self.readiness, self._settings.metrics_token)
        opened.start()
        return opened

    def close(self) -> None:
        """Send what is left, and be asked no more."""
        self._siblings.leave()
        self.telemetry.close()

    def _replica_reads(self) -> ReplicaReads:
        counted = self._replica.reads.copy() if self._replica is not None else {}
        outcomes = {each: counted.get(each, 0) for each in ("replica", "behind", "away")}
        return ReplicaReads(outcomes, self._replica.lag if self._replica is not None else None)

    def _connections(self) -> Connections:
        pool = self._database.engine.pool
        in_use = pool.checkedout() if isinstance(pool, QueuePool) else 0
        waiting = self._waiting.statistics().tasks_waiting if self._waiting is not None else 0
        return Connections(in_use, POOL_SIZE, waiting)


def _fit(connection: Connection) -> str:
    found = schema_of(connection)
    return READY if found.runs else str(found.fit)


def own(name: str) -> Siblings:
    """Return the siblings of a process that has none; of one that another has started, those."""
    if parent_process() is None:
        return Siblings(name)
    return Siblings(str(os.getpid()), together(os.getppid()))


def starting(name: str) -> Siblings:
    """Return the siblings of a process that starts others to serve with it."""
    return Siblings(name, together(os.getpid()))


def add_addresses(application: FastAPI, watching: Watching, settings: Settings) -> None:
    """Add what operators and their programs ask: is it alive, is it ready, how does it do."""

    @application.get("/healthz", dependencies=[Depends(anybody)])
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @application.get("/readyz", dependencies=[Depends(anybody)])
    async def readyz() -> JSONResponse:
        said = await watching.readiness.say()
        return JSONResponse(said, status_code=200 if said["status"] == READY else 503)

    @application.get("/metrics", dependencies=[Depends(anybody)])
    async def metrics(request: Request) -> Response:
        client = request.client.host if request.client else ""
        token, near = settings.metrics_token, not settings.production
        if not may_read_metrics(request.headers, client, token=token, trust_loopback=near):
            raise HTTPException(404)
        return Response(await watching.exposition.text(), media_type=CONTENT_TYPE)
