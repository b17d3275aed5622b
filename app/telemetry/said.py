"""What features say of their work, one call each: it counts for whatever is in hand, and nowhere for commands."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from app.telemetry.records import current


def gate_answered(answers: Iterable[tuple[str, str]]) -> None:
    """Count answers of the gate: the decision, and the code of its first reason or nothing."""
    watched = current()
    if watched is not None:
        for decision, reason in answers:
            watched.metrics.gate_answers.labels(decision, reason).inc()


def gate_unanswered(failure_modes: Iterable[str]) -> None:
    """Count answers that could not be given, each by what its callers do then."""
    watched = current()
    if watched is not None:
        for mode in failure_modes:
            watched.metrics.gate_unanswered.labels(mode).inc()


def redlines_checked(seconds: float, findings: Iterable[tuple[str, str]]) -> None:
    """Count a check of a text, and its findings by severity and state."""
    watched = current()
    if watched is not None:
        watched.metrics.redline_checks.observe(seconds)
        for severity, state in findings:
            watched.metrics.redline_findings.labels(severity, state).inc()


@contextmanager
def outbound(method: str, host: str) -> Iterator[dict[str, str]]:
    """Watch a request to another system; gives the headers that pass the trace on."""
    watched = current()
    if watched is None:
        yield {}
        return
    span, headers = None, dict[str, str]()
    if watched.tracing is not None:
        span, headers = watched.tracing.outbound(watched.span, method, host)
    outcome = "answered"
    try:
        yield headers
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        watched.metrics.outbound.labels(outcome).inc()
        if span is not None and watched.tracing is not None:
            watched.tracing.end_outbound(span, outcome)
