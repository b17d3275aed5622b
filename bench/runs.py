"""A run: the product and the bare stack on one core, driven in turn from the other, until the machine stood still."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import httpx2

from bench.clients import BareSitting, BareVisitor, Caller, Sitting, Visitor
from bench.data import ITEMS
from bench.fixture import Fixture
from bench.operations import Crew, Measurements, Sizes, one_round
from bench.servers import Server, ceiling, product
from bench.stores import Store

S = TypeVar("S", bound=Sitting)
V = TypeVar("V", bound=Visitor)

PEOPLE = 30
"""Reps in a round, enough for the kernel's clock; each round takes others, so that no history grows."""
TIMEOUT = 120.0
STEADY = 1.25
"""A run in which the calibration loop's slowest turn took so many times its fastest is thrown away."""


@dataclass(frozen=True)
class Plan:
    """How much is measured: what, in how many rounds, in how many runs at most; and where a profile goes."""

    operations: Sequence[str]
    rounds: int
    tries: int
    profile: Path | None = None


@dataclass
class Result:
    """What one database's operations cost, and the memory of the product's server after them, in MB."""

    mine: Measurements
    bare: Measurements
    memory_mb: float
    moved: float
    """The slowest turn of the calibration loop by its fastest."""


def measure(url: str, fixture: Fixture, store: Store, plan: Plan) -> Result:
    """Measure until the machine stood still, or tries are used up."""
    for turn in range(1, plan.tries + 1):
        result = _run(url, fixture, store, plan, turn)
        if result.moved <= STEADY:
            return result
        print(f"The machine moved by a factor of {result.moved:.2f}; the run is thrown away.", flush=True)
    print("The machine never stood still; these figures are no more than a hint.", file=sys.stderr)
    return result


def _run(url: str, fixture: Fixture, store: Store, plan: Plan, turn: int) -> Result:
    mine: Measurements = {}
    bare: Measurements = {}
    sizes: Sizes = {}
    turns: list[float] = []
    log = store.folder / "servers.log"
    with telling(log), two_processors() as (served, _driven), ExitStack() as stack:
        server = stack.enter_context(product(url, served, log, store.processes))
        other = stack.enter_context(ceiling(url, served, log, store.processes))
        with _crews(server, other, fixture, 0, sizes) as (crew, bare_crew):
            # what happens only the first time is not measured
            one_round(server, crew, plan.operations, {}, sizes=sizes)
            one_round(other, bare_crew, plan.operations, {}, sizes=sizes)
        if plan.profile:
            stack.enter_context(profiled(server, plan.profile))
        for number in range(plan.rounds):
            turns.append(_calibration())
            place = (turn - 1) * plan.rounds + number + 1
            with _crews(server, other, fixture, place, sizes) as (crew, bare_crew):
                beside = one_round(server, crew, plan.operations, mine, sizes=sizes, number=place)
                for name, measured in beside.items():
                    kept = bare.setdefault(name, replace(measured, cpu_ms=[], latencies=[]))
                    kept.cpu_ms += measured.cpu_ms
                    kept.latencies += measured.latencies
                one_round(other, bare_crew, plan.operations, bare, sizes=sizes, number=place)
            print(f"Round {number + 1} of {plan.rounds} is done.", flush=True)
        memory_mb = server.memory_mb()
    return Result(mine, bare, memory_mb, max(turns) / min(turns))


@contextmanager
def telling(log: Path) -> Iterator[None]:
    """Print the end of what the servers said when something else was answered than should be."""
    try:
        yield
    except Exception:
        print(log.read_text()[-4000:], file=sys.stderr)
        raise


@contextmanager
def two_processors() -> Iterator[tuple[int, int]]:
    """Give the processor for servers and the one for who drives them: nobody waits for who measures."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[-1]})
    try:
        yield processors[0], processors[-1]
    finally:
        os.sched_setaffinity(0, set(processors))


@contextmanager
def _crews(server: Server, other: Server, fixture: Fixture, number: int, sizes: Sizes) -> Iterator[tuple[Crew, Crew]]:
    """Connect everybody who takes part in a round to both servers; each round takes other reps."""
    with ExitStack() as stack:
        bare = _crew(stack, other, fixture, number, "session", BareSitting, BareVisitor)
        for each in (*bare.people, bare.trainer):
            if isinstance(each, BareSitting):
                each.sizes = sizes
        yield _crew(stack, server, fixture, number, fixture.cookie, Sitting, Visitor), bare


def _crew(
    stack: ExitStack, server: Server, fixture: Fixture, number: int, cookie: str, sitting: type[S], visitor: type[V]
) -> Crew:
    def client(token: str) -> httpx2.Client:
        return stack.enter_context(
            httpx2.Client(base_url=server.url, cookies={cookie: token} if token else {}, timeout=TIMEOUT)
        )

    start = number * PEOPLE % max(len(fixture.reps) - PEOPLE, 1)
    tokens = dict.fromkeys(token for visit in fixture.visits for token in (*visit.tokens, *visit.beside))
    key = {"Authorization": f"Bearer {fixture.gate.token}"}
    caller = stack.enter_context(httpx2.Client(base_url=server.url, headers=key))
    return Crew(
        people=[sitting(client(token), items=ITEMS) for token in fixture.reps[start : start + PEOPLE]],
        trainer=sitting(client(fixture.trainer), items=ITEMS) if fixture.trainer else None,
        caller=Caller(caller, gate=fixture.gate),
        visitors={token: visitor(client(token)) for token in tokens},
        visits=fixture.visits,
    )


@contextmanager
def profiled(server: Server, output: Path) -> Iterator[None]:
    """Write a profile of a server to a file, for https://www.speedscope.app, until the block ends."""
    spy = str(Path(sys.executable).with_name("py-spy"))
    command = [spy, "record", "--pid", str(server.process.pid), "--output", str(output), "--format", "speedscope"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 (a fixed command)
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)  # at which it writes the file
            process.wait()


def _calibration() -> float:
    """Take a fixed amount of work, and return the CPU seconds that it took."""
    began = time.process_time()
    sum(number * number for number in range(2_000_000))
    return time.process_time() - began
