"""Watching what is sent to the database: how many statements, how long each takes, and which are slow."""

import logging
import sys
from pathlib import Path
from time import perf_counter, time_ns
from types import FrameType
from typing import Any, Final

from sqlalchemy import Engine, event

from app.telemetry.records import Watched, current

log = logging.getLogger(__name__)

_APP: Final = str(Path(__file__).resolve().parent.parent)
_FLOORS_BELOW: Final = (str(Path(__file__).resolve().parent), str(Path(_APP) / "database.py"))
_CONTROL: Final = frozenset({"BEGIN", "BEGIN IMMEDIATE"})
_LONGEST = 2000


def watch_statements(engine: Engine, slow_ms: int) -> None:
    """Count the statements of an engine, and log those that take `slow_ms` milliseconds or more (0: none).

    A statement is over when its first row is there; on SQLite the rest is worked out while rows are read.
    """
    dialect = engine.dialect
    slow = slow_ms / 1000 if slow_ms else float("inf")

    @event.listens_for(engine, "do_execute")
    def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        if statement in _CONTROL:
            return False
        return timed(dialect.do_execute, cursor, statement, parameters, context)

    @event.listens_for(engine, "do_executemany")
    def _execute_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return timed(dialect.do_executemany, cursor, statement, parameters, context)

    def timed(send: Any, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        watched = current()
        started = perf_counter()
        error: BaseException | None = None
        try:
            send(cursor, statement, parameters, context)
        except Exception as raised:
            error = raised
            raise
        finally:
            seconds = perf_counter() - started
            if watched is not None:
                _count(watched, statement, seconds, error)
            if seconds >= slow:
                _complain(watched, statement, seconds)
        return True


def _count(watched: Watched, statement: str, seconds: float, error: BaseException | None) -> None:
    watched.statements += 1
    metrics = watched.metrics
    metrics.statements.inc()
    metrics.database_seconds.inc(seconds)
    if error is not None:
        metrics.database_errors.labels(type(error).__name__).inc()
    if watched.span is not None and watched.tracing is not None:
        ended = time_ns()
        watched.tracing.statement(watched.span, statement, ended - int(seconds * 1e9), ended, error)


def _complain(watched: Watched | None, statement: str, seconds: float) -> None:
    if watched is not None:
        watched.metrics.slow_statements.inc()
    said = {"statement": statement[:_LONGEST], "ms": round(seconds * 1000), "where": _where()}
    log.warning("slow statement", extra=said)


def _where() -> str:
    """Name the place in the product's code that sent the statement."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (documented for CPython, and what `inspect` calls)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_APP) and not name.startswith(_FLOORS_BELOW):
            return f"app{name.removeprefix(_APP)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
