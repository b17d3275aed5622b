"""The process behind `Forks`: it has imported the product and has one thread and no connections, so it can be forked.

It reads one order a line, answers each with a line, and takes its children with it when nobody gives orders any more.
"""

import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from typing import NoReturn

# what `serve` imports only when it runs
import uvicorn.lifespan.on
import uvicorn.loops.auto
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401 (imported for the forks)

from app.cli import build_parser, main

build_parser()  # imports every command


class Forked:
    """The process that is forked, and the children it has."""

    def __init__(self) -> None:
        self._statuses: dict[int, int | None] = {}

    def obey(self) -> None:
        """Follow orders until nobody gives any more."""
        try:
            for line in sys.stdin:
                order = json.loads(line)
                answer = getattr(self, f"_{order.pop('do')}")(**order)
                os.write(1, json.dumps(answer).encode() + b"\n")
        finally:
            for pid in self._statuses:
                self._signal(pid, signal.SIGKILL)
                self._wait(pid, None)

    def _modules(self) -> list[str]:
        return sorted(sys.modules)

    def _start(self, arguments: list[str], environment: dict[str, str], log: str, pipes: list[str]) -> int:
        pid = os.fork()
        if pid == 0:
            _become(arguments, environment, log, *pipes)
        self._statuses[pid] = None
        return pid

    def _signal(self, pid: int, number: int) -> None:
        if self._wait(pid, 0) is None:
            os.kill(pid, number)

    def _wait(self, pid: int, seconds: float | None) -> int | None:
        until = None if seconds is None else time.monotonic() + seconds
        while self._statuses[pid] is None:
            found, status = os.waitpid(pid, 0 if until is None else os.WNOHANG)
            if found:
                self._statuses[pid] = os.waitstatus_to_exitcode(status)
            elif until is not None and time.monotonic() >= until:
                break
            else:
                time.sleep(0.01)
        return self._statuses[pid]


def _become(
    arguments: list[str], environment: dict[str, str], log: str, source: str = os.devnull, target: str = ""
) -> NoReturn:
    """Run the command in this process, and end it."""
    status = 1
    try:
        errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(errors, 2)
        os.dup2(os.open(source, os.O_RDONLY), 0)
        os.dup2(os.open(target, os.O_WRONLY) if target else errors, 1)
        os.environ.clear()
        os.environ.update(environment)
        status = main(arguments)
    except BaseException:  # noqa: BLE001 (nothing may get back into the code of the process that was forked)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    for module in sys.argv[1:]:
        importlib.import_module(module)
    gc.freeze()
    Forked().obey()
