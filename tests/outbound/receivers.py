"""Servers that requests go to in tests: real ones on a port of this machine, each with one way to behave."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic

HOST = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Received:
    """One request as it came in, with names of headers in lower case; `at` counts seconds."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=monotonic)


Behave = Callable[[socket.socket, "Receiver"], None]
"""Answers one connection whose request was read."""


@dataclass
class Receiver:
    """A server and what it got. `answers` are said to each request in turn, and after the last of them `OK`."""

    port: int = 0
    host: str = HOST
    answers: list[bytes] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/hooks"


def say(connection: socket.socket, receiver: Receiver) -> None:
    connection.sendall(receiver.answers.pop(0) if receiver.answers else OK)


def drip(beginning: bytes, drop: bytes, pause: float) -> Behave:
    """Say `beginning`, then `drop` again and again with a pause before each, until the other side goes away."""

    def behave(connection: socket.socket, receiver: Receiver) -> None:
        connection.sendall(beginning)
        while not receiver.stop.wait(pause):
            connection.sendall(drop)

    return behave


def silent(connection: socket.socket, _receiver: Receiver) -> None:
    """Say nothing until the other side goes away."""
    while connection.recv(1024):
        pass


@contextmanager
def receiving(
    receiver: Receiver | None = None, behave: Behave = say, context: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """Run a server that puts what it gets into `receiver`, at the port that it had before, if any."""
    receiver = receiver or Receiver()
    receiver.stop = Event()
    with socket.create_server((receiver.host, receiver.port)) as listening:
        receiver.port = listening.getsockname()[1]
        threads: list[Thread] = []

        def accept() -> None:
            while True:
                try:
                    connection, _peer = listening.accept()
                except OSError:
                    return
                thread = Thread(target=_serve, args=(connection, receiver, behave, context))
                threads.append(thread)
                thread.start()

        accepting = Thread(target=accept)
        accepting.start()
        try:
            yield receiver
        finally:
            receiver.stop.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                thread.join()


def _serve(connection: socket.socket, receiver: Receiver, behave: Behave, context: ssl.SSLContext | None) -> None:
    connection.settimeout(20)
    with suppress(OSError), connection:  # a client may leave when it likes
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        with connection:
            request = _read(connection)
            if request is not None:
                receiver.received.append(request)
                behave(connection, receiver)
                connection.shutdown(socket.SHUT_WR)


def _read(connection: socket.socket) -> Received | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(65536)
        if not piece:
            return None
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return Received(line, headers, body)


def closed_port() -> int:
    """A port at which nobody listens."""
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])
