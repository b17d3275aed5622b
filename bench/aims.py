"""What the figures should be, and whether they are.

The aims in operations a second are for a machine whose one core answers about 1,200 pages a second with the bare stack.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Aim:
    """One figure of a section, which is to be at least or at most a limit."""

    figure: str
    limit: float
    least: bool
    words: str
    """How the aim reads in a table."""

    def holds(self, figures: Figures) -> bool:
        """Say whether the aim is held."""
        found = float(figures[self.figure])
        return found >= self.limit if self.least else found <= self.limit


def per_core(limit: int) -> Aim:
    """Ask for so many a second on one core."""
    return Aim("per_core", limit, True, f"≥ {limit:,}")


def of_bare(limit: float) -> Aim:
    """Ask for a part of what the bare stack does."""
    return Aim("ratio", limit, True, f"≥ {limit:g} × bare")


def p99(limit: int) -> Aim:
    """Ask that 99 of 100 answers are within so many milliseconds."""
    return Aim("p99_ms", limit, False, f"p99 ≤ {limit} ms")


def p99_of_bare(limit: float) -> Aim:
    """Ask that the slowest of a hundred takes at most so many times the bare stack's."""
    return Aim("p99_ratio", limit, False, f"p99 ≤ {limit:g} × bare")


def grows(limit: float) -> Aim:
    """Ask that the CPU time grows by no more than a factor."""
    return Aim("ratio", limit, False, f"≤ {limit:g} ×")


def at_most(figure: str, limit: float, unit: str) -> Aim:
    """Ask for a figure below a limit."""
    return Aim(figure, limit, False, f"≤ {limit:g} {unit}")


OPERATIONS: Mapping[str, Mapping[str, tuple[Aim, ...]]] = {
    "sign_in_page": {"": (per_core(690),)},
    "home": {"": (per_core(300),)},
    "course_page": {"sqlite": (per_core(370), of_bare(0.35)), "postgresql": (of_bare(0.4),)},
    "attempt_page": {"": (per_core(310),)},
    "save_answer": {"": (per_core(345), p99(160))},
    "whole_attempt": {"": (per_core(46),)},
    "matrix": {"": (per_core(145_000), of_bare(0.35))},
    "team_report": {"": (per_core(20),)},
    "clearance": {"": (of_bare(0.5), p99_of_bare(3))},
    "history_growth": {"": (grows(1.2),)},
}
"""By operation, and by database where they differ."""

GROWTH: Mapping[str, Aim] = {
    "clearance": grows(1.2),
    "matrix": grows(1.2),
    "company_summary": at_most("cpu_ms", 25, "ms"),
    "people_csv": at_most("seconds", 10, "s"),
}
SIZE: Mapping[str, Aim] = {
    "first_answer_s": at_most("first_answer_s", 2, "s"),
    "memory_mb": at_most("memory_mb", 150, "MB"),
    "page_kb": at_most("page_kb", 60, "kB"),
}
RED_LINES = at_most("check_L", 7, "L")


def of_operation(name: str, database: str) -> tuple[Aim, ...]:
    """Return the aims of an operation on a database."""
    aims = OPERATIONS.get(name, {})
    return aims.get(database, aims.get("", ()))


def said(aims: tuple[Aim, ...], figures: Figures) -> str:
    """Write aims with whether they are held, as a cell of a table."""
    return "; ".join(f"{aim.words} {'held' if aim.holds(figures) else 'missed'}" for aim in aims) or "–"


def missed(report: Figures) -> Iterator[str]:
    """Name each aim of a report that is missed, with the figure that was found."""
    database = report["machine"]["database"]
    for name, figures in report.get("operations", {}).items():
        for aim in of_operation(name, database):
            if not aim.holds(figures):
                yield f"{name}: {aim.figure} is {figures[aim.figure]:g}, asked is {aim.words}"
    for name, aim in GROWTH.items():
        figures = report.get("growth", {}).get(name)
        if figures and not aim.holds(figures):
            yield f"growth of {name}: {aim.figure} is {figures[aim.figure]:g}, asked is {aim.words}"
    for name, aim in SIZE.items():
        if name in report.get("size", {}) and not aim.holds(report["size"]):
            yield f"{name} is {report['size'][name]:g}, asked is {aim.words}"
    if "redlines" in report and not RED_LINES.holds(report["redlines"]):
        yield f"redlines: check_L is {report['redlines']['check_L']:g}, asked is {RED_LINES.words}"
