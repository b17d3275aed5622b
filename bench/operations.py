"""What is measured, in rounds: so many people do it, and the server's CPU time is read before and after."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TypeVar

from bench.clients import Caller, Client, Sitting
from bench.servers import Server

SITTING = ("start_attempt", "attempt_page", "save_answer", "submit_attempt", "whole_attempt")
NAMES = (*SITTING, "item_analysis", "clearance")
TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds that the kernel's count of CPU time moves by."""
ANALYSES = 5
"""How often a round opens the analysis, which takes much longer than the other pages."""
QUESTIONS = 300
"""How often a round asks the gate."""

C = TypeVar("C", bound=Client)


@dataclass
class Measured:
    """What an operation cost on one server: CPU milliseconds for one of it in each round, and each answer's seconds."""

    cpu_ms: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    size: int = 0
    statements: int = 0

    @property
    def per_core(self) -> float:
        """How many one processor does in a second: 1,000 ÷ the median of CPU milliseconds."""
        return 1000 / median(self.cpu_ms)

    @property
    def p50_ms(self) -> float:
        """The median answer, in milliseconds."""
        return 1000 * median(self.latencies)

    @property
    def p99_ms(self) -> float:
        """The answer that one in a hundred is slower than, in milliseconds."""
        return 1000 * quantiles(self.latencies, n=100, method="inclusive")[98]


Measurements = dict[str, Measured]


@dataclass(frozen=True)
class Crew:
    """Everybody who asks one server in a round."""

    people: Sequence[Sitting]
    trainer: Sitting
    caller: Caller


def one_round(
    server: Server, crew: Crew, wanted: Sequence[str], found: Measurements, *, number: int = 0
) -> dict[str, int]:
    """Let everybody sit the quiz once, step by step together, and the gate be asked; return the sizes of the pages.

    `number` is the round's, so that the gate is never asked the same question again.
    """
    sizes: dict[str, int] = {}
    if not set(wanted).isdisjoint(SITTING):
        sizes["attempt_page"] = _sit(server, crew.people, found)
    if "item_analysis" in wanted:
        with_sizes = _measure(
            server, "item_analysis", [crew.trainer] * ANALYSES, _each(lambda person: person.analyse()), found
        )
        sizes["item_analysis"] = max(with_sizes)
    if "clearance" in wanted:
        _measure(server, "clearance", [crew.caller], lambda caller: _questions(caller, number), found)
    return sizes


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
) -> list[int]:
    """Take the steps of each person in turn, and share the CPU time between all of them."""
    measured = found.setdefault(name, Measured())
    before = server.cpu_seconds()
    taken = 0
    results: list[int] = []
    for person in people:
        already = len(person.latencies)
        for result in steps(person):
            taken += 1
            if result is not None:
                results.append(result)
        measured.latencies += person.latencies[already:]
        measured.size = max(measured.size, person.bytes)
        person.bytes = 0
    measured.cpu_ms.append(1000 * max(server.cpu_seconds() - before, TICK) / taken)
    return results
