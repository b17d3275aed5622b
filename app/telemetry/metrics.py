"""What is counted: of requests, statements, jobs, the gate and red lines. No label names a person, product or path."""

import platform
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes into which durations are sorted."""
STATEMENTS = (1, 2, 5, 10, 15, 20, 30, 50, 100)
"""Upper bounds of the classes into which requests are sorted by their statements."""
_JOB_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0)
_CHECK_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)


@dataclass(slots=True)
class _Route:
    """What was counted of one method of one route."""

    seconds: float = 0.0
    statements: int = 0
    sent: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    by_seconds: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    by_statements: list[int] = field(default_factory=lambda: [0] * (len(STATEMENTS) + 1))


class Requests(Collector):
    """Counts requests by route. Only the thread that serves may add, so nothing is locked."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._routes: dict[tuple[str, str], _Route] = {}

    def add(self, method: str, route: str, status: int, seconds: float, statements: int, sent: int) -> None:
        """Count one request that is over; `sent` are the bytes of its body."""
        found = self._routes.get((method, route))
        if found is None:
            found = self._routes[method, route] = _Route()
        status_class = _STATUS_CLASSES[status // 100]
        found.by_status[status_class] = found.by_status.get(status_class, 0) + 1
        found.seconds += seconds
        found.statements += statements
        found.sent += sent
        found.by_seconds[bisect_left(SECONDS, seconds)] += 1
        found.by_statements[bisect_left(STATEMENTS, statements)] += 1

    def collect(self) -> Iterator[Metric]:
        """Give what was counted."""
        labels = ["method", "route"]
        counts = CounterMetricFamily("dealworthy_http_requests", "Requests answered.", labels=[*labels, "status"])
        seconds = HistogramMetricFamily("dealworthy_http_request_seconds", "Time of requests.", labels=labels)
        statements = HistogramMetricFamily("dealworthy_http_request_statements", "SQL statements.", labels=labels)
        sent = CounterMetricFamily(
            "dealworthy_http_response_bytes", "Bytes of bodies, as they were sent.", labels=labels
        )
        for key, found in list(self._routes.items()):
            for status_class, count in list(found.by_status.items()):
                counts.add_metric([*key, status_class], count)
            seconds.add_metric(list(key), _buckets(SECONDS, found.by_seconds), found.seconds)
            statements.add_metric(list(key), _buckets(STATEMENTS, found.by_statements), found.statements)
            sent.add_metric(list(key), found.sent)
        yield counts
        yield seconds
        yield statements
        yield sent
        yield GaugeMetricFamily("dealworthy_http_requests_in_flight", "Requests in hand.", value=self.in_flight)


_STATUS_CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx", "other", "other", "other", "other")


def _buckets(bounds: Iterable[float], counts: Iterable[int]) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    total = 0
    for bound, count in zip([*map(str, map(float, bounds)), "+Inf"], counts, strict=True):
        total += count
        found.append((bound, total))
    return found


@dataclass(frozen=True, slots=True)
class Connections:
    """How the connections of a process to its database are used."""

    in_use: int
    limit: int
    waiting: int


class _Pool(Collector):
    def __init__(self, connections: Callable[[], Connections]) -> None:
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        found = self._connections()
        name = "dealworthy_database_connections"
        yield GaugeMetricFamily(f"{name}_in_use", "Connections to the database in use.", value=found.in_use)
        yield GaugeMetricFamily(f"{name}_limit", "Connections that a process may have.", value=found.limit)
        yield GaugeMetricFamily(f"{name}_waiting", "Requests that wait for a connection.", value=found.waiting)


@dataclass(frozen=True, slots=True)
class ReplicaReads:
    """Reports by where they were read, and how many seconds the replica is behind at most, once that is known."""

    by_outcome: Mapping[str, int]
    lag: float | None


class _Replica(Collector):
    def __init__(self, reads: Callable[[], ReplicaReads]) -> None:
        self._reads = reads

    def collect(self) -> Iterator[Metric]:
        found = self._reads()
        counts = CounterMetricFamily(
            "dealworthy_replica_reads", "Reports, by where they were read.", labels=["outcome"]
        )
        for outcome, count in found.by_outcome.items():
            counts.add_metric([outcome], count)
        yield counts
        said = "How old what the replica shows is at most, as last seen."
        yield GaugeMetricFamily("dealworthy_replica_lag_seconds", said, value=found.lag)


class Metrics:
    """The registry of one application: whoever counts adds to one of these."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=False)
        self.requests = Requests()
        registry.register(self.requests)
        self.statements = Counter("dealworthy_database_statements", "SQL statements sent.", registry=registry)
        self.slow_statements = Counter(
            "dealworthy_database_slow_statements", "SQL statements slower than the limit.", registry=registry
        )
        self.database_seconds = Counter(
            "dealworthy_database_seconds", "Time until statements began to answer.", registry=registry
        )
        self.database_errors = Counter(
            "dealworthy_database_errors", "Statements that failed.", ["error"], registry=registry
        )
        self.jobs = Counter("dealworthy_jobs", "Tries of jobs.", ["kind", "outcome"], registry=registry)
        self.job_seconds = Histogram(
            "dealworthy_job_seconds", "Time of jobs.", ["kind"], buckets=_JOB_SECONDS, registry=registry
        )
        self.gate_answers = Counter(
            "dealworthy_gate_answers",
            "Answers of the gate for one person and product.",
            ["decision", "reason"],
            registry=registry,
        )
        self.gate_unanswered = Counter(
            "dealworthy_gate_unanswered",
            "Answers that could not be given, so that callers do what the failure mode says.",
            ["failure_mode"],
            registry=registry,
        )
        self.redline_checks = Histogram(
            "dealworthy_redline_check_seconds",
            "Time of checks of a text against red lines.",
            buckets=_CHECK_SECONDS,
            registry=registry,
        )
        self.redline_findings = Counter(
            "dealworthy_redline_findings", "What checks found.", ["severity", "state"], registry=registry
        )
        self.outbound = Counter(
            "dealworthy_outbound_requests", "Requests to other systems.", ["outcome"], registry=registry
        )
        ProcessCollector(registry=registry)

    def watch_connections(self, connections: Callable[[], Connections]) -> None:
        """Ask at each scrape how the connections are used."""
        self.registry.register(_Pool(connections))

    def watch_replica(self, reads: Callable[[], ReplicaReads]) -> None:
        """Ask at each scrape what was read from the replica."""
        self.registry.register(_Replica(reads))


@cache
def build_info() -> dict[str, str]:
    """Say which version runs on what."""
    return {"version": version("dealworthy"), "python": platform.python_version()}
