"""Watching jobs: one line, one duration and one span each."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from app.telemetry.records import Watched, begin, end
from app.telemetry.watching import Telemetry

log = logging.getLogger(__name__)


@dataclass(slots=True)
class WatchedJob:
    """A job in hand; whoever does it says how it went, `done` unless told otherwise."""

    outcome: str = "done"


@contextmanager
def watched_job(
    telemetry: Telemetry | None, kind: str, job_id: int | None, tries: int, request_id: str | None = None
) -> Iterator[WatchedJob]:
    """Watch one try of a job, that a request may have asked for.

    Outcomes are done, failed (tried again later), set_aside and lease_lost.
    """
    job = WatchedJob()
    if telemetry is None:
        yield job
        return
    state = {"request_id": request_id} if request_id else {}
    watched = Watched(telemetry.metrics, state=state, name=kind, job_id=job_id or 0, tracing=telemetry.tracing)
    if telemetry.tracing is not None:
        watched.span = telemetry.tracing.job(kind)
    token = begin(watched)
    started = perf_counter()
    try:
        yield job
    finally:
        seconds = perf_counter() - started
        telemetry.metrics.jobs.labels(kind, job.outcome).inc()
        telemetry.metrics.job_seconds.labels(kind).observe(seconds)
        if telemetry.tracing is not None:
            telemetry.tracing.end_job(watched.span, job.outcome)
        facts = {
            "outcome": job.outcome,
            "ms": round(seconds * 1000, 2),
            "tries": tries,
            "statements": watched.statements,
        }
        log.log(logging.INFO if job.outcome == "done" else logging.WARNING, "job", extra=facts)
        end(token)
