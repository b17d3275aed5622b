"""What is measured, in rounds: so many people do it, and the server's CPU time is read before and after."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import median, quantiles
from typing import TypeVar

from bench.clients import BareVisitor, Caller, Client, Sitting, Visitor
from bench.fixture import Visit
from bench.servers import Server

SITTING = ("start_attempt", "attempt_page", "save_answer", "submit_attempt", "whole_attempt")
PAGES = ("sign_in_page", "home", "course_page", "lesson_page", "history_growth")
OF_COMPANY = ("matrix", "team_report")
NAMES = (
    "sign_in_page",
    "home",
    "course_page",
    "lesson_page",
    *SITTING,
    "item_analysis",
    *OF_COMPANY,
    "clearance",
    "history_growth",
)
ANALYSES = 5
"""How often a round opens the analysis, which takes much longer than the other pages."""
QUESTIONS = 300
"""How often a round asks the gate."""
PATIENCE = 5.0
"""Seconds of a round after which pages that take long are not opened again."""

C = TypeVar("C", bound=Client)


@dataclass
class Measured:
    """What an operation cost on one server: CPU milliseconds for one of it in each round, and each answer's seconds."""

    cpu_ms: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    size: int = 0
    unpacked: int = 0
    statements: int = 0
    units: int = 1

    @property
    def per_core(self) -> float:
        """How many one processor does in a second: 1,000 ÷ the median of CPU milliseconds, times what is counted."""
        return 1000 * self.units / median(self.cpu_ms)

    @property
    def p50_ms(self) -> float:
        """The median answer, in milliseconds."""
        return 1000 * median(self.latencies)

    @property
    def p99_ms(self) -> float:
        """The answer that one in a hundred is slower than, in milliseconds."""
        return 1000 * quantiles(self.latencies * 2, n=100, method="inclusive")[98]


Measurements = dict[str, Measured]
Sizes = dict[str, int]
"""The product's pages in bytes, unpacked, by operation."""


@dataclass(frozen=True)
class Crew:
    """Everybody who asks one server in a round; `visitors` by the token of their session."""

    people: Sequence[Sitting]
    trainer: Sitting | None
    caller: Caller
    visitors: Mapping[str, Visitor]
    visits: Sequence[Visit]


def one_round(
    server: Server, crew: Crew, wanted: Sequence[str], found: Measurements, *, sizes: Sizes, number: int = 0
) -> Measurements:
    """Let everybody do what is wanted once, each step together, and note the sizes of the product's pages.

    `number` is the round's, so that the gate is never asked the same question again. Return what is compared within
    the product itself.
    """
    beside: Measurements = {}
    for visit in crew.visits:
        if visit.operation in wanted:
            _visit(server, crew, visit, found, beside, sizes)
    if crew.people and not set(wanted).isdisjoint(SITTING):
        sizes["attempt_page"] = _sit(server, crew.people, found)
    if crew.trainer and "item_analysis" in wanted:
        trainers = [crew.trainer] * ANALYSES
        sizes["item_analysis"] = max(
            _measure(server, "item_analysis", trainers, _each(lambda person: person.analyse()), found)
        )
    if crew.people and "clearance" in wanted:
        _measure(server, "clearance", [crew.caller], lambda caller: _questions(caller, number), found)
    return beside


def _visit(server: Server, crew: Crew, visit: Visit, found: Measurements, beside: Measurements, sizes: Sizes) -> None:
    """Let everybody open the pages of a visit, and those beside whom it is compared, each in turn."""
    name = visit.operation
    people = [crew.visitors[token] for token in visit.tokens] * visit.turns
    places = [place % len(visit.tokens) for place in range(len(people))]
    if isinstance(people[0], BareVisitor):
        if visit.bare:
            steps = [_bare_pages(visit, place, sizes[name]) for place in places]
            _measure_each(server, name, people, steps, found).units = visit.units
        return
    steps = [_pages(visit, place) for place in places]
    others = [crew.visitors[token] for token in visit.beside] * visit.turns
    if others:
        _measure_each(server, name, others, steps, beside)
    measured = _measure_each(server, name, people, steps, found)
    measured.units = visit.units
    sizes[name] = measured.unpacked


def _pages(visit: Visit, place: int) -> Callable[[Visitor], int]:
    def opened(visitor: Visitor) -> int:
        pages = zip(visit.paths[place], visit.pieces[place], strict=True)
        return max(visitor.open(path, piece) for path, piece in pages)

    return opened


def _bare_pages(visit: Visit, place: int, size: int) -> Callable[[Visitor], int]:
    def opened(visitor: Visitor) -> int:
        assert isinstance(visitor, BareVisitor)
        return max(visitor.read(visit.bare, path, size) for path in visit.paths[place])

    return opened


def _measure_each(
    server: Server,
    name: str,
    people: Sequence[Visitor],
    steps: Sequence[Callable[[Visitor], int]],
    found: Measurements,
) -> Measured:
    waiting = iter(steps)
    sizes = _measure(server, name, people, lambda person: iter([next(waiting)(person)]), found, PATIENCE)
    found[name].unpacked = max(sizes)
    return found[name]


def _questions(caller: Caller, number: int) -> Iterator[None]:
    for each in range(number * QUESTIONS, (number + 1) * QUESTIONS):
        caller.ask(each)
        yield None


def _sit(server: Server, people: Sequence[Sitting], found: Measurements) -> int:
    items = people[0].items
    _measure(server, "start_attempt", people, _each(lambda person: person.start()), found)
    size = max(_measure(server, "attempt_page", people, _each(lambda person: person.show()), found))
    _measure(server, "save_answer", people, lambda person: person.answer(), found)
    _measure(server, "submit_attempt", people, _each(lambda person: person.finish()), found)
    whole = found.setdefault("whole_attempt", Measured())
    parts = [("start_attempt", 1), ("attempt_page", 1), ("save_answer", items), ("submit_attempt", 1)]
    whole.cpu_ms.append(sum(count * found[name].cpu_ms[-1] for name, count in parts))
    whole.latencies += [sum(person.latencies) for person in people]
    for person in people:
        person.latencies.clear()
    return size


def _each(step: Callable[[Sitting], int | None]) -> Callable[[Sitting], Iterator[int | None]]:
    return lambda person: iter([step(person)])


def _measure(
    server: Server,
    name: str,
    people: Sequence[C],
    steps: Callable[[C], Iterator[int | None]],
    found: Measurements,
    patience: float = inf,
) -> list[int]:
    """Take the steps of each person in turn, and share the CPU time between all of them.

    After `patience`, in seconds, nobody else begins.
    """
    measured = found.setdefault(name, Measured())
    before, until = server.cpu_seconds(), time.monotonic() + patience
    taken = 0
    results: list[int] = []
    for person in people:
        if taken and time.monotonic() > until:
            break
        already = len(person.latencies)
        for result in steps(person):
            taken += 1
            if result is not None:
                results.append(result)
        measured.latencies += person.latencies[already:]
        measured.size = max(measured.size, person.bytes)
        person.bytes = 0
    measured.cpu_ms.append(1000 * (server.cpu_seconds() - before) / taken)
    return results
