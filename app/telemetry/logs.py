"""What is written: one JSON object a line in production, sentences in development, and nobody's data in either.

What the product says itself names kinds and ids. Whatever else comes along may hold what people typed: the words of an
exception, of a database's error (`Key (email)=(…)`), of another library. Where lines are kept, these words are left
out; the type of the exception, its places in the code and what the database calls the violated rule stay.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

from pythonjsonlogger.json import JsonFormatter
from sqlalchemy.exc import StatementError

from app.config import Settings
from app.telemetry.records import current

REQUESTS: Final = "app.telemetry.requests"
KNOWN: Final = ("app", "uvicorn", "alembic", "opentelemetry")
"""Loggers whose sentences are made of code, kinds and ids."""
_LONGEST_CHAIN = 8
_LONGEST_STATEMENT = 2000
_Exception = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to `stream`, else standard error, in the form that is set."""
    whole = not settings.production
    formatter: logging.Formatter = JsonLines(timestamp=False) if settings.json_logs else Sentences(whole=whole)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(_said_once)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in KNOWN:
        logging.getLogger(name).setLevel(settings.log_level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces each look at the schema
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it writes addresses with what was searched for
    logging.captureWarnings(capture=True)
    sys.excepthook = _unexpected
    threading.excepthook = lambda found: _unexpected(found.exc_type, found.exc_value, found.exc_traceback)


def _unexpected(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), where)
        return
    logging.getLogger("app").critical("ended by an error", exc_info=(kind, error or kind(), where))


def _said_once(record: logging.LogRecord) -> bool:
    """Leave out the server's word about an error of which the page of errors has logged everything."""
    watched = current()
    error = record.exc_info[1] if record.exc_info else None
    return not (record.name == "uvicorn.error" and watched is not None and error is not None and watched.error is error)


class JsonLines(JsonFormatter):
    """Writes one JSON object a line, without anybody's data."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a line; that of a request, of which there are most, the short way."""
        if record.name == REQUESTS:
            fields = {"time": _moment(record.created), "level": record.levelname.lower(), "message": "request"}
            return json.dumps({**fields, **record.request})  # type: ignore[attr-defined]  # set by who logs it
        return super().format(record)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Put the fields together."""
        super().add_fields(log_data, record, {})
        for name in ("message", "taskName"):
            log_data.pop(name, None)
        about = {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": sentence(record),
            **_in_hand(),
        }
        if record.exc_info:
            log_data["error"] = kind_of(record.exc_info[1])
            log_data["traceback"] = message_dict["exc_info"]
        own = {**about, **log_data}
        log_data.clear()
        log_data.update(own)

    def formatException(self, ei: _Exception) -> str:  # noqa: N802 (the library's name)
        """Write where an error came from."""
        return "\n".join(places(ei[1])) if ei[1] else ""


class Sentences(logging.Formatter):
    """Writes lines for people. With `whole` also the words of errors, which may hold what somebody typed."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._whole = whole

    def format(self, record: logging.LogRecord) -> str:
        """Write a line, and where an error came from below it."""
        if record.name == REQUESTS:
            request: dict[str, Any] = record.request  # type: ignore[attr-defined]  # set by who logs it
            return (
                f"{self.formatTime(record)} {request['method']} {request['route']} {request['status']} "
                f"{request['ms']} ms, {request['statements']} statements, {request['bytes']} bytes "
                f"[{request['request_id']}]"
            )
        said = record.getMessage() if self._whole else sentence(record)
        facts = "".join(f" {name}={value}" for name, value in {**_extra(record), **_in_hand()}.items())
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {said}{facts}"
        if not record.exc_info or record.exc_info[1] is None:
            return line
        if self._whole:
            return f"{line}\n{self.formatException(record.exc_info)}"
        return "\n".join([line, *places(record.exc_info[1])])


_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in record.__dict__.items() if name not in _STANDARD}


def _in_hand() -> dict[str, Any]:
    watched = current()
    if watched is None:
        return {}
    if watched.job_id is not None:
        job = {"job": watched.name, "job_id": watched.job_id}
        return {**job, "request_id": watched.request_id} if watched.request_id else job
    return {"request_id": watched.request_id, "route": watched.route}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sentence(record: logging.LogRecord) -> str:
    """Return what a record says, if its logger is known to name nobody; else only where it was written."""
    if record.name.partition(".")[0] in KNOWN:
        return record.getMessage()
    return f"left out, as it may name people: see {record.module}.{record.funcName}, line {record.lineno}"


def kind_of(error: BaseException | None) -> str:
    """Name the type of an error."""
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def places(error: BaseException | None) -> list[str]:
    """Say where an error came from, the first cause first: types, facts that are nobody's, files and lines."""
    return [line for each in reversed(list(_chain(error))) for line in _described(each)]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(_LONGEST_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _described(error: BaseException) -> Iterator[str]:
    facts = " ".join(f"{name}={value}" for name, value in _facts(error).items())
    yield f"{kind_of(error)} {facts}".rstrip()
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions[:_LONGEST_CHAIN]:
            yield from (f"  | {line}" for line in places(each))


def _facts(error: BaseException) -> dict[str, Any]:
    """Return what names the cause without a value: the database's code and rule, the system's error number."""
    found: dict[str, Any] = {}
    if isinstance(error, StatementError) and error.statement:
        found["statement"] = json.dumps(error.statement[:_LONGEST_STATEMENT])
    diagnosis = getattr(error, "diag", None)
    for name in ("sqlstate", "constraint_name", "table_name", "column_name"):
        if value := getattr(diagnosis, name, None):
            found[name] = value
    if code := getattr(error, "sqlite_errorname", None):
        found["sqlite"] = code
    if isinstance(error, OSError) and error.errno is not None:
        found["errno"] = error.errno
    return found
