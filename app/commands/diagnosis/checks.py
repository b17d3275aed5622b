"""The registry of checks, and what each of them is given to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path

from sqlalchemy import Connection

from app.config import ROOT, Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is wrong."""

    free_bytes: int = 1 << 30
    overdue: timedelta = timedelta(minutes=15)
    transaction: timedelta = timedelta(minutes=5)
    clock: timedelta = timedelta(seconds=30)
    failing: timedelta = timedelta(hours=24)
    spare_connections: int = 20
    postgresql: int = 14


class Needs(IntEnum):
    """What a check cannot do without; what is missing is said by another check."""

    NOTHING = 0
    DATABASE = 1
    """A connection to a database of any revision, or none."""
    SCHEMA = 2
    """Tables on which this code may run."""


@dataclass(frozen=True)
class Patient:
    """An installation, as checks see it. `connection` is there only for those that need it."""

    settings: Settings
    moment: datetime
    limits: Limits = field(default_factory=Limits)
    root: Path = ROOT
    mounts: Path = Path("/proc/self/mounts")
    connection: Connection | None = None

    @property
    def database(self) -> Connection:
        """The connection, for a check that said it needs one."""
        if self.connection is None:
            raise RuntimeError("this check did not say that it needs the database")
        return self.connection


Look = Callable[[Patient], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which an installation can be broken: what it is called, how to mend it, and how to find it."""

    name: str
    mend: str
    look: Look
    needs: Needs
    only: str


CHECKS: list[Check] = []


def check(name: str, mend: str, needs: Needs = Needs.NOTHING, only: str = "") -> Callable[[Look], Look]:
    """Register a check; `only` names the kind of database that it is about. Used as a decorator."""

    def register(look: Look) -> Look:
        CHECKS.append(Check(name, mend, look, needs, only))
        return look

    return register
