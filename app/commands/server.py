"""Commands that run the installation: `serve`, `migrate`."""

import argparse
import ctypes
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import parent_process
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from app.commands.base import CommandError, Parsers, migrated
from app.commands.work import start_lanes, wait_for, worker_beside_lanes
from app.config import Settings
from app.database import Database
from app.main import create_app
from app.schema import migrate
from app.telemetry import logs
from app.telemetry.watching import Telemetry
from app.watching import Watching, starting

_GRACE = 30
"""Seconds that requests may still take after the server was told to stop."""
_SILENCE = 30
"""Seconds without a sign of life after which one of several processes is ended and started again."""
_MOST_PROCESSES = 64
_M_ARENA_MAX = -8  # as malloc.h of glibc has it


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    serve = parsers.add_parser("serve", help="run the server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port)
    serve.add_argument("--processes", type=_processes, default=1, help="how many answer (PostgreSQL); 1 unless given")
    serve.add_argument("--metrics-port", type=_port, help="a port of its own for metrics, on this machine alone")
    serve.add_argument("--no-worker", action="store_true", help="leave jobs to `dealworthy worker`")
    serve.set_defaults(run=_serve)
    parsers.add_parser("migrate", help="bring the database to the newest revision").set_defaults(run=_migrate)


def _port(text: str) -> int:
    return _whole_number(text, 65535)


def _processes(text: str) -> int:
    return _whole_number(text, _MOST_PROCESSES)


def _whole_number(text: str, most: int) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"write a number from 1 to {most}")
    return number


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    problems = settings.problems()
    if arguments.processes > 1:
        problems += _alone(settings)
    if problems:
        raise CommandError(" ".join(problems))
    port = arguments.port or settings.port
    running = settings.model_copy(update={"port": port})
    logs.configure(running)
    _share_one_heap()
    if arguments.processes > 1:
        os.environ["DEALWORTHY_PORT"] = str(port)  # each process reads its settings anew
        config = _configured("app.commands.server:application", running, arguments)
        with (
            migrated(running) as database,
            Watching(running, Telemetry(running), database, starting("jobs")).running(arguments.metrics_port),
            _working(database, running, wanted=not arguments.no_worker),
        ):
            Multiprocess(config, sockets=[config.bind_socket()]).run()
        return 0
    with migrated(running):
        pass
    served = create_app(running)
    watching: Watching = served.state.watching
    if arguments.metrics_port:
        watching.port("127.0.0.1", arguments.metrics_port)
    with _working(served.state.database, running, wanted=not arguments.no_worker):
        uvicorn.Server(_configured(served, running, arguments)).run()
    return 0


def _share_one_heap() -> None:
    """Let threads take memory from one heap, where the C library is glibc.

    It would give each thread one of its own, which keeps what its largest request needed: 12 MB more with eight at
    once. Threads wait for the interpreter before they ask for memory, so they hardly ever wait for the heap.
    """
    with suppress(AttributeError, OSError, TypeError):  # there is no such call, or no such library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _alone(settings: Settings) -> list[str]:
    """Say why these settings are for one process only; empty when they are not."""
    found = []
    if settings.database_url.startswith("sqlite"):
        found.append("SQLite is for one process; set DEALWORTHY_DATABASE_URL to a PostgreSQL to run several.")
    if "secret_key" not in settings.model_fields_set:
        found.append("Several processes must share a DEALWORTHY_SECRET_KEY; set it to at least 32 random characters.")
    return found


def _configured(served: FastAPI | str, settings: Settings, arguments: argparse.Namespace) -> uvicorn.Config:
    return uvicorn.Config(
        served,
        factory=isinstance(served, str),
        host=arguments.host,
        port=settings.port,
        workers=arguments.processes,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_GRACE,
        timeout_worker_healthcheck=_SILENCE,
    )


def application() -> FastAPI:
    """Return the application of one of several processes, which ends when the process that started it does."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.join,), name="parent", daemon=True).start()
    settings = Settings()
    logs.configure(settings)
    _share_one_heap()
    return create_app(settings)


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _working(database: Database, settings: Settings, *, wanted: bool) -> Iterator[None]:
    """Do jobs beside the server, if that is wanted; at the end, let them finish what they are at."""
    stop = Event()
    # the server repeats the signal that ended it, which by itself would end this process before its jobs
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    threads: list[Thread] = []
    if wanted:
        worker = Thread(target=worker_beside_lanes(database, settings).run, args=(stop,), name="worker", daemon=True)
        worker.start()
        threads = [worker, *start_lanes(database, settings, stop)]
    try:
        yield
    finally:
        stop.set()
        wait_for(threads)


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    migrate(settings.database_url)
    print("The database is at the newest revision.")
    return 0
