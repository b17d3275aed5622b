"""What is measured, in rounds: so many people do it, and the server's CPU time is read before and after."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from bench.clients import Sitting
from bench.servers import Server

NAMES = ("start_attempt", "attempt_page", "save_answer", "submit_attempt", "whole_attempt", "item_analysis")
TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds that the kernel's count of CPU time moves by."""
ANALYSES = 5
"""How often a round opens the analysis, which takes much longer than the other pages."""


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


def one_round(
    server: Server, people: Sequence[Sitting], trainer: Sitting, wanted: Sequence[str], found: Measurements
) -> dict[str, int]:
    """Let everybody sit the quiz once, step by step together; return the sizes of the pages."""
    sizes: dict[str, int] = {}
    if set(wanted) - {"item_analysis"}:
        sizes["attempt_page"] = _sit(server, people, found)
    if "item_analysis" in wanted:
        with_sizes = _measure(
            server, "item_analysis", [trainer] * ANALYSES, _each(lambda person: person.analyse()), found
        )
        sizes["item_analysis"] = max(with_sizes)
    return sizes


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
    people: Sequence[Sitting],
    steps: Callable[[Sitting], Iterator[int | None]],
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
