"""The demonstration as a process of its own, and the Chromium to look at it: for journeys and for pictures."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Demonstration:
    """A running server: its address, its database, the file that holds what it said, and its process."""

    url: str
    database_url: str
    log: Path
    process: subprocess.Popen[bytes]


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
    }


def fill(database_url: str) -> None:
    """Bring an empty database to the state that `make run` shows."""
    for command in ("migrate", "import", "seed"):
        subprocess.run(  # noqa: S603 (this interpreter, on the product itself)
            [sys.executable, "-m", "app", command],
            cwd=ROOT,
            env=environment(database_url),
            stdout=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def serve(database_url: str, log: Path, port: int = 0) -> Iterator[Demonstration]:
    """Run `dealworthy serve` on a port until the block ends; 0 is a free one. Raises RuntimeError when it is silent."""
    port = port or _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (this interpreter, on the product itself)
            [sys.executable, "-m", "app", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment(database_url, port),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
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


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The server does not answer:\n{log.read_text()}")
