"""Commands that run the installation: `serve`, `migrate`."""

import argparse
from threading import Event, Thread

import uvicorn

from app.commands.base import CommandError, Parsers, migrated
from app.commands.work import start_lanes, wait_for, worker_beside_lanes
from app.config import Settings
from app.main import create_app
from app.schema import migrate


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    serve = parsers.add_parser("serve", help="run the server")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port)
    serve.add_argument("--no-worker", action="store_true", help="leave jobs to `dealworthy worker`")
    serve.set_defaults(run=_serve)
    parsers.add_parser("migrate", help="bring the database to the newest revision").set_defaults(run=_migrate)


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else 0
    if not 1 <= port <= 65535:  # noqa: PLR2004 (what TCP has)
        raise argparse.ArgumentTypeError("write a number from 1 to 65535")
    return port


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    problems = settings.problems()
    if problems:
        raise CommandError(" ".join(problems))
    with migrated(settings):
        pass
    port = arguments.port or settings.port
    application = create_app(settings.model_copy(update={"port": port}))
    stop = Event()
    sending: list[Thread] = []
    if not arguments.no_worker:
        database, running = application.state.database, application.state.settings
        Thread(target=worker_beside_lanes(database, running).run, args=(stop,), name="worker", daemon=True).start()
        sending = start_lanes(database, running, stop)
    uvicorn.run(application, host=arguments.host, port=port, log_level="warning", server_header=False)
    stop.set()
    wait_for(sending)
    return 0


def _migrate(_arguments: argparse.Namespace, settings: Settings) -> int:
    migrate(settings.database_url)
    print("The database is at the newest revision.")
    return 0
