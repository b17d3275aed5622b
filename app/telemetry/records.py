"""What is known so far of the request or the job in hand, wherever its code runs."""

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.telemetry.metrics import Metrics
from app.telemetry.tracing import Tracing


@dataclass(slots=True, eq=False)
class Watched:
    """A request or a job while it runs; threads that work for it share this object.

    `state` is that of the request, which holds its id as soon as it has one; a job has the id of the request that asked
    for it. `name` is what it is about: the kind of a job; that of a request is known at its end.
    """

    metrics: Metrics
    state: dict[str, Any] = field(default_factory=dict)
    scope: MutableMapping[str, Any] = field(default_factory=dict)
    name: str = ""
    job_id: int | None = None
    statements: int = 0
    tracing: Tracing | None = None
    span: Any = None
    error: BaseException | None = None

    @property
    def request_id(self) -> str:
        """The id of the request, or of the one that asked for the job; empty for a job that nobody asked for."""
        found: str = self.state.get("request_id", "")
        return found

    @property
    def route(self) -> str:
        """The template of the route that a request found, such as `/deals/{reference}`."""
        return route_of(self.scope)


UNMATCHED = "(none)"
"""What stands for the route where an address has none: the address itself may be anything."""

_current: ContextVar[Watched | None] = ContextVar("watched", default=None)
current = _current.get
"""Return what is in hand, or None outside of requests and jobs."""
begin = _current.set
end = _current.reset


def route_of(scope: MutableMapping[str, Any]) -> str:
    """Return the template of a request's route."""
    route = scope.get("dealworthy.route") or scope.get("route")
    if route is None:
        mounted = scope.get("root_path")  # such as /static
        return f"{mounted}/…" if mounted else UNMATCHED
    return str(getattr(route, "path", UNMATCHED))
