"""Whether a process should be sent requests: its database answers, fits and takes writes, and it is not stopping."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from shutil import disk_usage
from types import FrameType

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from app.telemetry.aside import Aside, beside, soon

READY = "ready"
STOPPING = "stopping"
NO_ANSWER = "the database does not answer"
UNREACHABLE = "the database cannot be reached"
LOCKED = "the database is locked"
READ_ONLY = "the database takes no writes"
FULL = "the disk is full"

_LEAST_FREE = 16 * 1024 * 1024
"""Bytes that must be free on the disk of a SQLite database: a large upload and its journal."""
_OF_SQLITE = {"SQLITE_BUSY": LOCKED, "SQLITE_LOCKED": LOCKED, "SQLITE_FULL": FULL}
_OF_POSTGRESQL = {"57014": NO_ANSWER, "55P03": LOCKED, "53100": FULL, "25006": READ_ONLY}


class Readiness:
    """Says whether a process is ready. `fit` says of a connection how the schema is, `ready` when it will do."""

    def __init__(self, url: str, fit: Callable[[Connection], str], replica_url: str = "") -> None:
        self.stopping = False
        self._fit = fit
        self._database = Aside(self._look)
        self._engine = beside(url)
        self._replica = Aside(self._look_at_replica) if replica_url else None
        self._replica_engine = beside(replica_url or url)

    async def say(self) -> dict[str, str]:
        """Return the answer: `status` is `ready` or what is wrong. A replica that is away is said, and no hindrance."""
        if self.stopping:
            return {"status": STOPPING}
        said = {"status": await _word(self._database)}
        if self._replica is not None:
            said["replica"] = await _word(self._replica)
        return said

    def say_in_thread(self) -> dict[str, str]:
        """Return the answer for the database, to who is in a thread."""
        if self.stopping:
            return {"status": STOPPING}
        try:
            return {"status": self._database.wait()}
        except TimeoutError:
            return {"status": NO_ANSWER}

    def stop_slowly(self, seconds: float) -> None:
        """From the signal to stop on, say so; and hand it on after these seconds to whoever stops the server.

        A second signal is handed on at once. To be called by the main thread, which alone may handle signals.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        stop = signal.getsignal(signal.SIGTERM)
        if not callable(stop):
            return

        def _told(number: int, frame: FrameType | None) -> None:
            again, self.stopping = self.stopping, True
            if again or not seconds:
                stop(number, frame)
            else:
                timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
                timer.daemon = True
                timer.start()

        signal.signal(signal.SIGTERM, _told)

    def _look(self) -> str:
        return _asked(self._engine, self._writable)

    def _look_at_replica(self) -> str:
        return _asked(self._replica_engine, self._readable)

    def _readable(self, connection: Connection) -> str:
        soon(connection)
        return self._fit(connection)

    def _writable(self, connection: Connection) -> str:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return self._fit(connection)
        soon(connection)
        if connection.exec_driver_sql("SELECT current_setting('transaction_read_only')").scalar() != "off":
            return READ_ONLY
        return self._fit(connection)


async def _word(look: Aside[str]) -> str:
    try:
        return await look.result()
    except TimeoutError:
        return NO_ANSWER


def _asked(engine: Engine, question: Callable[[Connection], str]) -> str:
    try:
        if engine.dialect.name == "sqlite" and (wrong := _file(engine.url.database or "")):
            return wrong
        with engine.connect() as connection:
            return question(connection)
    except DBAPIError as error:
        return _reason(error)


def _file(name: str) -> str:
    """Say what is wrong with the file of a SQLite database, which connecting to would make anew."""
    path = Path(name)
    if not path.is_file():
        return UNREACHABLE
    if not os.access(path, os.W_OK):
        return READ_ONLY
    return FULL if disk_usage(path.parent).free < _LEAST_FREE else ""


def _reason(error: DBAPIError) -> str:
    code = str(getattr(error.orig, "sqlite_errorname", ""))
    if code.startswith("SQLITE_READONLY"):
        return READ_ONLY
    return _OF_SQLITE.get(code) or _OF_POSTGRESQL.get(str(getattr(error.orig, "sqlstate", ""))) or UNREACHABLE
