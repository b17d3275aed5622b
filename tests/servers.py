"""Real servers for tests: each a process of its own, which a test may kill."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest

from tools.demonstration import Process, Start, environment

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""`verify` of clients that speak plain HTTP: each of them would read the machine's certificates, for 20 ms."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(start: Start, database_url: str, port: int, log: Path) -> Iterator[Process]:
    process = start(["serve", "--port", str(port)], environment(database_url, port), log)
    try:
        wait_until(lambda: answers(port))
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=1, verify=NO_TLS).status_code == 200
    except httpx2.TransportError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            pytest.fail("the server did not answer in time")
        Event().wait(0.05)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
