"""How many people one core serves: a working day of assumptions, priced with what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECONDS = 8 * 3600
"""A working day."""
PEAK = 4
"""The busiest minutes of the day have so many times its average."""
SHARE = 0.7
"""Of the core, in those minutes: the rest is for jobs, mails, backups and for answers that stay quick."""
PASSWORD_MS = 30.0
"""CPU time of checking a password with argon2id, which is meant to be slow."""
TEAM_CELLS = 2_500
"""Cells of a manager's matrix."""


@dataclass(frozen=True)
class Use:
    """What people do in a day, on average over all of them."""

    operation: str
    times: float
    words: str


DAY = (
    Use("sign_in_page", 0.25, "signs in once in four days"),
    Use("home", 4, "opens the first page four times"),
    Use("course_page", 2, "opens two products"),
    Use("lesson_page", 2, "opens two lessons"),
    Use("whole_attempt", 0.2, "takes a quiz of 20 questions once a week"),
    Use("clearance", 5, "is asked about by the CRM five times, with five products each"),
    Use("matrix", 0.1 * 4, "one in ten is a manager, who opens the team's matrix of 2,500 cells four times"),
    Use("team_report", 0.1, "and a report over 1,000 people once"),
)


def milliseconds_a_day(operations: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return the CPU milliseconds that one person's day takes, by operation. Raises KeyError for one not measured."""
    found = {use.operation: use.times * _price(use.operation, operations) for use in DAY}
    found["password"] = DAY[0].times * PASSWORD_MS
    return found


def people_per_core(operations: Mapping[str, Mapping[str, Any]]) -> int:
    """Return how many people one core serves, to two digits: CPU time of a day at its peak, shared by their days."""
    each = sum(milliseconds_a_day(operations).values()) / 1000
    return int(float(f"{SECONDS * SHARE / PEAK / each:.2g}"))


def measured(operations: Mapping[str, Any]) -> bool:
    """Say whether everything that a day is made of was measured."""
    return all(use.operation in operations for use in DAY)


def _price(name: str, operations: Mapping[str, Mapping[str, Any]]) -> float:
    counted = TEAM_CELLS if name == "matrix" else 1
    return 1000 * counted / float(operations[name]["per_core"])
