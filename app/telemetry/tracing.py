"""Traces by OpenTelemetry, where an address to send them to is set; without one nothing of it is imported.

Spans name routes, kinds of jobs and hosts, and hold statements without values. They are sent in batches by a thread of
its own: when the collector is away, spans are dropped and nothing waits.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_LONGEST_STATEMENT = 4000
_BROKEN = 500
_SHUTDOWN_SECONDS = 3.0


class Tracing:
    """Makes spans for one process."""

    def __init__(self, provider: "TracerProvider", product_version: str, system: str) -> None:
        from opentelemetry import trace  # noqa: PLC0415 (only where traces are wanted)
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415 (as above)

        self._trace = trace
        self._provider = provider
        self._tracer: Tracer = provider.get_tracer("dealworthy", product_version)
        self._propagator = TraceContextTextMapPropagator()
        self._system = system

    def request(self, scope: Mapping[str, Any]) -> Any:
        """Begin the span of a request, inside of the caller's where it names one (`traceparent`)."""
        carrier = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in {b"traceparent", b"tracestate"}
        }
        parent = self._propagator.extract(carrier) if carrier else None
        return self._tracer.start_span(scope["method"], parent, self._trace.SpanKind.SERVER)

    def end_request(self, span: Any, method: str, route: str, status: int) -> None:
        """End the span of a request."""
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
        if status >= _BROKEN:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def job(self, kind: str) -> Any:
        """Begin the span of a job."""
        attributes = {"dealworthy.job.kind": kind}
        return self._tracer.start_span(f"job {kind}", None, self._trace.SpanKind.CONSUMER, attributes)

    def end_job(self, span: Any, outcome: str) -> None:
        """End the span of a job."""
        span.set_attribute("dealworthy.job.outcome", outcome)
        if outcome != "done":
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def statement(self, parent: Any, statement: str, started: int, ended: int, error: BaseException | None) -> None:
        """Store the span of a statement that is over; times in nanoseconds since 1970."""
        verb = statement.lstrip()[:20].partition(" ")[0].upper()
        attributes = {"db.system.name": self._system, "db.query.text": statement[:_LONGEST_STATEMENT]}
        within = self._trace.set_span_in_context(parent)
        span = self._tracer.start_span(verb, within, self._trace.SpanKind.CLIENT, attributes, start_time=started)
        if error is not None:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(ended)

    def outbound(self, parent: Any, method: str, host: str) -> tuple[Any, dict[str, str]]:
        """Begin the span of a request to another system; return it with the headers that pass the trace on."""
        within = self._trace.set_span_in_context(parent) if parent is not None else None
        attributes = {"http.request.method": method, "server.address": host}
        span = self._tracer.start_span(f"{method} {host}", within, self._trace.SpanKind.CLIENT, attributes)
        headers: dict[str, str] = {}
        self._propagator.inject(headers, self._trace.set_span_in_context(span))
        return span, headers

    def end_outbound(self, span: Any, outcome: str) -> None:
        """End the span of a request to another system."""
        if outcome != "answered":
            span.set_attribute("error.type", outcome)
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def close(self) -> None:
        """Send what is left, if that goes quickly."""
        from threading import Thread  # noqa: PLC0415 (at the end only)

        ending = Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_SHUTDOWN_SECONDS)


def start_tracing(endpoint: str, product_version: str, system: str) -> Tracing:
    """Send traces to a collector by OTLP over HTTP, at `endpoint` (`/v1/traces` is added where it is missing)."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 (as above)
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 (as above)
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 (as above)
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 (as above)

    address = endpoint.rstrip("/")
    address = address if address.endswith("/v1/traces") else f"{address}/v1/traces"
    resource = Resource.create({"service.name": "dealworthy", "service.version": product_version})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=5)))
    return Tracing(provider, product_version, system)
