"""Traces as a collector gets them: a real one, which reads what comes in over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from threading import enumerate as enumerate_threads
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.config import Settings
from app.main import create_app
from app.outbound.client import Client
from app.telemetry.jobs import watched_job
from forks import Forks
from servers import free_port

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@dataclass
class Collector:
    url: str
    spans: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                sent = ExportTraceServiceRequest.FromString(body)
                found.spans += [s for r in sent.resource_spans for scope in r.scope_spans for s in scope.spans]
            else:
                found.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def test_a_request_with_its_statements_inside_of_the_trace_of_the_caller(
    settings: Settings, collector: Collector
) -> None:
    application = create_app(settings.model_copy(update={"otlp_endpoint": collector.url}))
    with TestClient(application) as client:
        client.get("/certificates/SOMEBODY?q=SECRET", headers={"traceparent": PARENT, "user-agent": "SOMEBODY"})
    request = next(span for span in collector.spans if span.name == "GET /certificates/{code}")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, "b7ad6b7169203331")
    assert attributes(request) == {
        "http.request.method": "GET",
        "http.route": "/certificates/{code}",
        "http.response.status_code": 404,
    }
    statements = [span for span in collector.spans if span.name == "SELECT"]
    assert {span.parent_span_id for span in statements} == {request.span_id}
    texts = [attributes(span)["db.query.text"] for span in statements]
    assert [text for text in texts if not text.lstrip().upper().startswith("SELECT")] == []
    assert [span for span in statements if span.end_time_unix_nano <= span.start_time_unix_nano] == []
    said = "".join(map(str, collector.spans))
    assert "SOMEBODY" not in said
    assert "SECRET" not in said


def test_a_job_passes_its_trace_on_to_other_systems(settings: Settings, collector: Collector) -> None:
    traced = settings.model_copy(update={"otlp_endpoint": collector.url, "outbound_allow": "127.0.0.1"})
    with TestClient(create_app(traced)) as client:
        telemetry = client.app.state.watching.telemetry  # type: ignore[attr-defined]  # our application
        with watched_job(telemetry, "webhooks.send", 1, 1):
            Client(traced).post(f"{collector.url}/hooks/SECRET", b"{}", {})
    job, outbound = (next(s for s in collector.spans if s.name.startswith(name)) for name in ("job", "POST"))
    assert (job.name, attributes(job)["dealworthy.job.outcome"]) == ("job webhooks.send", "done")
    assert (outbound.name, outbound.parent_span_id) == ("POST 127.0.0.1", job.span_id)
    assert attributes(outbound) == {"http.request.method": "POST", "server.address": "127.0.0.1"}
    (headers,) = collector.headers
    assert (
        headers["traceparent"] == f"00-{job.trace_id.hex()}-{outbound.span_id.hex()}-03"
    )  # sampled, and its number is random


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_a_collector_that_is_away_holds_nobody_up(settings: Settings) -> None:
    application = create_app(settings.model_copy(update={"otlp_endpoint": f"http://127.0.0.1:{free_port()}"}))
    before = {*enumerate_threads()}
    started = monotonic()
    with TestClient(application) as client:
        assert [client.get("/sign-in").status_code for _ in range(20)] == [200] * 20
    assert monotonic() - started < 10
    for thread in {*enumerate_threads()} - before:  # what they still say belongs to this test, not to the next
        thread.join()


def test_without_a_collector_nothing_of_it_is_imported(forks: Forks) -> None:
    modules = forks.order({"do": "modules"})
    assert "app.main" in modules
    assert [name for name in modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))] == []
