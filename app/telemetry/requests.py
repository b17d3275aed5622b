"""Watching requests: plain ASGI, a few microseconds each."""

import logging
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry.metrics import Metrics
from app.telemetry.records import Watched, begin, route_of
from app.telemetry.tracing import Tracing

log = logging.getLogger(__name__)

_METHODS = {method: method for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
_BROKEN = 500


class WatchRequests:
    """Counts each request, says so in the log, and begins its trace.

    It stands inside of what gives requests their ids and answers HEAD as GET.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None) -> None:
        self.app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        requests = self._metrics.requests
        requests.in_flight += 1
        watched = Watched(self._metrics, scope.setdefault("state", {}), scope, tracing=self._tracing)
        # not taken back: what is logged when the page of errors answers still belongs to the request
        begin(watched)
        if self._tracing is not None:
            watched.span = self._tracing.request(scope)
        status, sent = 0, 0

        async def count(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, count)
        except BaseException as error:
            status, watched.error = status or _BROKEN, error
            raise
        finally:
            requests.in_flight -= 1
            self._over(watched, status, perf_counter() - started, sent)

    def _over(self, watched: Watched, status: int, seconds: float, sent: int) -> None:
        scope = watched.scope
        method, route = _METHODS.get(scope["method"], "other"), route_of(scope)
        self._metrics.requests.add(method, route, status, seconds, watched.statements, sent)
        if self._tracing is not None:
            self._tracing.end_request(watched.span, method, route, status)
        level = _level(route, status)
        if log.isEnabledFor(level):
            request: dict[str, Any] = {
                "request_id": watched.request_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 2),
                "statements": watched.statements,
                "bytes": sent,
            }
            # as log.log() would, without looking for the line of code that calls it, which is always this one
            log.handle(
                logging.makeLogRecord(
                    {"name": __name__, "levelno": level, "levelname": _LEVELS[level], "request": request}
                )
            )


def _level(route: str, status: int) -> int:
    if status >= _BROKEN:
        return logging.WARNING  # what went wrong has a line of its own
    return logging.DEBUG if route in _ASKED_BY_PROGRAMS else logging.INFO


_ASKED_BY_PROGRAMS = {"/healthz", "/readyz", "/metrics"}
"""Addresses that are asked every few seconds; their lines would hide the others."""
_LEVELS = {logging.DEBUG: "DEBUG", logging.INFO: "INFO", logging.WARNING: "WARNING"}
