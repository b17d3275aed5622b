"""A port of its own for metrics and health: for a worker, which serves nothing else, and beside a server."""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from app.telemetry.access import may_read_metrics
from app.telemetry.exposition import CONTENT_TYPE, Exposition
from app.telemetry.readiness import READY, Readiness


class MetricsPort(ThreadingHTTPServer):
    """Answers `/metrics`, `/healthz` and `/readyz` in threads of its own.

    At a loopback address whoever reaches it may read; elsewhere the token is asked for.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int], exposition: Exposition, readiness: Readiness, token: str) -> None:
        super().__init__(address, _Handler)
        self.exposition = exposition
        self.readiness = readiness
        self.token = token

    def start(self) -> None:
        """Answer until `shutdown`."""
        Thread(target=self.serve_forever, name="metrics-port", daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: MetricsPort
    timeout = 10
    server_version = "Dealworthy"
    sys_version = ""

    def do_GET(self) -> None:
        if self.path == "/metrics" and self._may_read():
            self._answer(HTTPStatus.OK, CONTENT_TYPE, self.server.exposition.text_in_thread())
        elif self.path == "/healthz":
            self._answer(HTTPStatus.OK, "application/json", b'{"status":"alive"}')
        elif self.path == "/readyz":
            said = self.server.readiness.say_in_thread()
            status = HTTPStatus.OK if said["status"] == READY else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, "application/json", json.dumps(said).encode())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the library)
        """Say nothing: scrapes are many and all alike."""

    def _may_read(self) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return may_read_metrics(headers, self.client_address[0], token=self.server.token, trust_loopback=True)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
