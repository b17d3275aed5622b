"""What a CRM has: an installation beside it, the client that strangers copy, and a network that fails on order."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
from sqlmodel import Session

from app.database import stored_id
from app.deals.policies.models import GatePolicy
from app.deals.waivers.models import Waiver
from app.people.models import Role
from app.people.tokens import Scope, create_token
from docs.client.dealworthy_client import Client
from factories import attest, deal, person, product, sellable
from tools.demonstration import Demonstration

MOMENT = datetime.now(UTC) - timedelta(minutes=1)


@dataclass
class Crm:
    """What a CRM has: where Dealworthy is, and its token."""

    server: Demonstration
    token: str

    def client(self, url: str = "", **options: Any) -> Client:
        """A client that does not wait long between its tries."""
        return Client(url or self.server.url, self.token, **{"backoff": 0.01, **options})

    def kill(self) -> None:
        """End the server as a power cut would."""
        self.server.process.kill()
        self.server.process.wait()


def harbour(session: Session) -> str:
    """Store people and products, and return a token for everything.

    Ana is certified for both products. Ben is for none; Eve neither, but has an exception for keeper on D-1. Keeper
    blocks from negotiation on in DE, warns owners anywhere and fails open; pilot blocks and fails closed.
    """
    ana, ben, eve = (person(session, f"{name}@example.com", at=MOMENT) for name in ("ana", "ben", "eve"))
    compliance = person(session, "compliance@example.com", Role.COMPLIANCE, at=MOMENT)
    keeper, pilot = sellable(session, "keeper", at=MOMENT), sellable(session, "pilot", at=MOMENT)
    for sold in (keeper, pilot):
        attest(session, ana, sold, at=MOMENT)
    product(session, "draft", at=MOMENT)
    asks: list[dict[str, Any]] = [
        {"enforcement": "block", "from_stage": "negotiation", "regions": ["DE"]},
        {"enforcement": "warn", "roles": ["owner"], "coverage": "owner"},
    ]
    today = MOMENT.date()
    session.add(
        GatePolicy(
            product_id=stored_id(keeper),
            starts_on=today - timedelta(days=9),
            document={"requirements": asks, "failure_mode": "open"},
            reason="r",
            made_at=MOMENT,
            made_by=compliance.email,
        )
    )
    stored = deal(session, "D-1", products=[keeper], team={"owner": [ana], "specialist": [ben]}, at=MOMENT)
    session.add(
        Waiver(
            key="eve",
            deal_id=stored_id(stored),
            person_id=stored_id(eve),
            product_id=stored_id(keeper),
            reason="r",
            codes=[],
            through=today + timedelta(days=3),
            asked_by=stored_id(ana),
            asked_at=MOMENT,
            approved=True,
            decided_by=stored_id(compliance),
            decided_at=MOMENT,
        )
    )
    token = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=MOMENT)
    session.commit()
    return token


@dataclass
class Proxy:
    """Stands between a client and the server, and does to each request what was ordered: else it passes it on.

    `lose` passes it on and hangs up without the answer; `cut` hangs up in the middle of the answer; a number is a
    status that the proxy answers itself; `429` asks to wait for a second as Dealworthy does.
    """

    target: str
    orders: deque[str | int] = field(default_factory=deque)
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)
    replayed: list[str | None] = field(default_factory=list)
    url: str = ""

    def pass_on(self, handler: BaseHTTPRequestHandler) -> None:
        """Handle one request."""
        length = int(handler.headers.get("Content-Length", "0"))
        content = _unchunked(handler) if "chunked" in handler.headers.get("Transfer-Encoding", "") else b""
        content = content or handler.rfile.read(length)
        self.seen.append((handler.command, handler.path, handler.headers.get("Idempotency-Key")))
        order = self.orders.popleft() if self.orders else "pass"
        if isinstance(order, int):
            kind = "application/problem+json" if order in {429, 302} else "text/html"
            answer(handler, order, b"{}", {"Content-Type": kind, "Retry-After": "1", "Location": self.target + "/"})
            return
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in _HOP}
        reply = httpx2.request(handler.command, self.target + handler.path, headers=headers, content=content)
        self.replayed.append(reply.headers.get("Idempotent-Replayed"))
        if order == "pass":
            answer(handler, reply.status_code, reply.content, {"Content-Type": reply.headers["Content-Type"]})
        elif order == "cut":
            handler.send_response(reply.status_code)
            handler.send_header("Content-Length", str(len(reply.content)))
            handler.end_headers()
            handler.wfile.write(reply.content[: reply.content.index(b"\n") + 1])
        handler.close_connection = True


_HOP = {"host", "connection", "transfer-encoding", "content-length"}


def _unchunked(handler: BaseHTTPRequestHandler) -> bytes:
    content = b""
    while size := int(handler.rfile.readline(), 16):
        content += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return content


def answer(handler: BaseHTTPRequestHandler, status: int, content: bytes, headers: dict[str, str]) -> None:
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


@contextmanager
def listening(proxy: Proxy) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            proxy.pass_on(self)

        do_POST = do_GET  # noqa: N815 (names of http.server)
        do_PUT = do_GET  # noqa: N815 (as above)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
