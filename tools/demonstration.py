"""The demonstration as a process of its own, and the Chromium to look at it: for journeys and for pictures."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
"""The last one keeps the browser inside: no name but the server's own address is found."""

_PATIENCE = 30.0


class Process(Protocol):
    """A running command, such as a `subprocess.Popen`."""

    def poll(self) -> int | None:
        """Give the exit status, or None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit status. Raises subprocess.TimeoutExpired."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""


Start = Callable[[Sequence[str], Mapping[str, str], Path], Process]
"""Starts `dealworthy ARGUMENTS` in an environment; what it writes goes to a file."""


@dataclass(frozen=True)
class Demonstration:
    """A running server: its address, its database, the file that holds what it said, and its process."""

    url: str
    database_url: str
    log: Path
    process: Process


def chromium() -> str | None:
    """Find a Chromium on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def environment(database_url: str, port: int = 8000) -> dict[str, str]:
    """Give the environment of a demonstration, in which no setting of the machine has a part."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEALWORTHY_")}
    return {
        **kept,
        "DEALWORTHY_DATABASE_URL": database_url,
        "DEALWORTHY_BASE_URL": f"http://127.0.0.1:{port}",
        "DEALWORTHY_SECRET_KEY": "a secret of at least thirty-two characters",
        "DEALWORTHY_ENV": "development",
        "DEALWORTHY_TIMEZONE": "UTC",
        "DEALWORTHY_LOG_LEVEL": "warning",  # what is written is wrong
    }


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path = ROOT) -> Process:
    """Run the product by its command, from the folder where its code lies."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 (this interpreter, on the product itself)
            [sys.executable, "-m", "app", *arguments],
            cwd=cwd,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def fill(database_url: str, start: Start = start) -> None:
    """Bring an empty database to the state that `make run` shows. Raises RuntimeError with what a command says."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        for command in ("migrate", "import", "seed"):
            if start([command], environment(database_url), log).wait():
                raise RuntimeError(log.read_text())


@contextmanager
def serve(database_url: str, log: Path, port: int = 0, start: Start = start) -> Iterator[Demonstration]:
    """Run `dealworthy serve` on a port until the block ends; 0 is a free one. Raises RuntimeError when it is silent."""
    port = port or _free_port()
    process = start(["serve", "--port", str(port)], environment(database_url, port), log)
    try:
        _wait_for(process, port, log)
        yield Demonstration(f"http://127.0.0.1:{port}", database_url, log, process)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: Process, port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The server does not answer:\n{log.read_text()}")
