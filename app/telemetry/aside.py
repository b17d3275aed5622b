"""Looking at the database from beside: over connections of its own, and never for longer than somebody waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy import Engine, NullPool, create_engine, make_url
from sqlalchemy.engine import Connection

Result = TypeVar("Result")

SECONDS = 2.0
"""How long anybody waits for what is looked up."""
_GIVEN_UP = 30.0
"""Seconds after which a look that never came back is left to itself, and another one is begun."""
_MILLISECONDS = 1500


def beside(url: str) -> Engine:
    """Return an engine that takes nothing from the pool of the server and soon gives up."""
    if make_url(url).get_backend_name() == "sqlite":
        patience: dict[str, float] = {"timeout": _MILLISECONDS / 1000}
    else:
        patience = {"connect_timeout": 2, "tcp_user_timeout": 5000}
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=patience)


def soon(connection: Connection) -> None:
    """Let the database end what takes too long in this transaction; SQLite is bound by its connection."""
    if connection.dialect.name == "postgresql":
        # not at connecting: a pooler before the database may refuse such options
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_MILLISECONDS}")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_MILLISECONDS}")


class Aside(Generic[Result]):
    """Work in a thread of its own, one run at a time: all who ask meanwhile get the result of that run.

    A run that hangs costs one thread, and each who asks the time that they wait.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._lock = Lock()
        self._run: Future[Result] | None = None
        self._begun = 0.0

    def begin(self) -> "Future[Result]":
        """Return the run in hand, or a new one."""
        with self._lock:
            if self._run is None or self._run.done() or monotonic() - self._begun > _GIVEN_UP:
                self._run, self._begun = Future(), monotonic()
                Thread(target=self._do, args=(self._run,), name="aside", daemon=True).start()
            return self._run

    async def result(self) -> Result:
        """Return the result. Raises TimeoutError when it takes too long."""
        run = asyncio.wrap_future(self.begin())
        run.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be left to see it
        return await asyncio.wait_for(asyncio.shield(run), SECONDS)

    def wait(self) -> Result:
        """Return the result, to who is in a thread. Raises TimeoutError when it takes too long."""
        return self.begin().result(SECONDS)

    def _do(self, run: "Future[Result]") -> None:
        try:
            run.set_result(self._work())
        except Exception as error:  # noqa: BLE001 (whoever waits is told)
            run.set_exception(error)
