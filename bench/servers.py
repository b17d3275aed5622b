"""Servers under measurement: a process tree on one processor, its CPU time, and a port to ask."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tools.demonstration import environment

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0


@dataclass(frozen=True)
class Server:
    """A running server. Its CPU time counts all of its processes, and those of the database where it has any."""

    url: str
    process: psutil.Process
    database: list[psutil.Process] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """Return the processor seconds that the whole tree has used so far."""
        tree = [self.process, *self.process.children(recursive=True)]
        for postmaster in self.database:
            tree += [postmaster, *postmaster.children(recursive=True)]
        return sum(map(_cpu_seconds, tree))

    def memory_mb(self) -> float:
        """Return the resident memory of the server's largest process, in MB."""
        tree = [self.process, *self.process.children(recursive=True)]
        return max(float(each.memory_info().rss) for each in tree) / 1_000_000


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # what ended children used is added to their parent: a connection's process may go between two looks
    ended = float(times.children_user + times.children_system)
    try:
        return time.clock_gettime(_clock_of(process.pid)) + ended
    except OSError:
        return float(times.user + times.system) + ended


def _clock_of(pid: int) -> int:
    """Return the clock of another process's CPU time, exact to nanoseconds (Linux, clock_getcpuclockid(3))."""
    return (~pid << 3) | 2


@contextmanager
def product(database_url: str, processor: int, log: Path, postmasters: list[psutil.Process]) -> Iterator[Server]:
    """Run the product, as `make run` does, without its worker."""
    port = free_port()
    command = [sys.executable, "-m", "app", "serve", "--no-worker", "--port", str(port)]
    with _running(command, database_url, port, processor, log) as process:
        yield Server(f"http://127.0.0.1:{port}", process, postmasters)


@contextmanager
def ceiling(database_url: str, processor: int, log: Path, postmasters: list[psutil.Process]) -> Iterator[Server]:
    """Run the bare stack on the same database."""
    port = free_port()
    command = [sys.executable, "-m", "bench.ceiling", database_url, str(port)]
    with _running(command, database_url, port, processor, log) as process:
        yield Server(f"http://127.0.0.1:{port}", process, postmasters)


@contextmanager
def _running(command: list[str], database_url: str, port: int, processor: int, log: Path) -> Iterator[psutil.Process]:
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 (this interpreter, on our own modules)
            command, cwd=ROOT, env=_environment(database_url, port), stdout=output, stderr=output
        )
    try:
        _wait(port, process, log)
        os.sched_setaffinity(process.pid, {processor})
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _environment(database_url: str, port: int) -> dict[str, str]:
    """Give the environment of a demonstration, but log each request, as an installation does."""
    return {**environment(database_url, port), "DEALWORTHY_LOG_LEVEL": "info"}


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    message = f"The server did not start:\n{log.read_text()[-2000:]}"
    raise RuntimeError(message)


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
