"""Commands of the product in processes that need not import it first: each is a fork of one that has.

The process that is forked is tests/forked.py; it ends, with all its forks, when the process of the tests does.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Forks:
    """A process that has imported the product, and `modules` that few commands need, to be forked for every command."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own)
            [sys.executable, "-m", "tests.forked", *modules],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests, which then close this
        )

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path, pipes: Sequence[Path] = ()
    ) -> "Fork":
        """Run `dealworthy ARGUMENTS` in this environment alone; what it writes goes to the log.

        With two named pipes it reads from the first and writes to the second, and only its errors go to the log.
        """
        order = {"do": "start", "arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        return Fork(self, int(self.order(order | {"pipes": [str(each) for each in pipes]})))

    def order(self, order: Mapping[str, Any]) -> Any:
        """Have something done, and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process, and every fork that still runs."""
        self._process.communicate()


@dataclass(frozen=True)
class Fork:
    """A running command; the methods are those of `subprocess.Popen`."""

    forks: Forks
    pid: int

    def poll(self) -> int | None:
        status: int | None = self.forks.order({"do": "wait", "pid": self.pid, "seconds": 0})
        return status

    def wait(self, timeout: float | None = None) -> int:
        status: int | None = self.forks.order({"do": "wait", "pid": self.pid, "seconds": timeout})
        if status is None:
            raise subprocess.TimeoutExpired(f"fork {self.pid}", timeout or 0)
        return status

    def terminate(self) -> None:
        self.forks.order({"do": "signal", "pid": self.pid, "number": signal.SIGTERM})

    def kill(self) -> None:
        self.forks.order({"do": "signal", "pid": self.pid, "number": signal.SIGKILL})
