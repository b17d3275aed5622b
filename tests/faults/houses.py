"""An installation of real processes that can be killed one by one: servers, a worker, the database where it has any."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import update
from sqlmodel import col

from app.clock import now
from app.database import Database
from app.jobs.actions import LEASE
from app.jobs.models import Job
from clusters import Cluster, cluster
from faults.company import Company, found_company
from forks import Forks
from servers import answers, free_port, wait_until
from tools.demonstration import Process, Start, environment


class Victim(Protocol):
    """Something that runs, may be killed at any moment, and is started again."""

    def start(self) -> None:
        """Start it; what it does not finish now, it finishes while it is being used."""

    def kill(self) -> None:
        """End it at once."""


@dataclass
class Command:
    """`dealworthy` with these arguments, as a process."""

    begin: Start
    arguments: list[str]
    variables: dict[str, str]
    log: Path
    port: int | None = None
    process: Process | None = None

    def start(self) -> None:
        """Start it; a server answers a moment later."""
        self.process = self.begin(self.arguments, self.variables, self.log)

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ready(self) -> bool:
        """Say whether a server answers."""
        return self.port is None or answers(self.port)


@dataclass
class House:
    """One installation: where it stores, and what runs."""

    url: str
    database: Database
    forks: Forks
    folder: Path
    cluster: Cluster | None
    commands: list[Command] = field(default_factory=list)

    @property
    def bases(self) -> list[str]:
        """The addresses of its servers."""
        return [f"http://127.0.0.1:{each.port}" for each in self.commands if each.port]

    @property
    def victims(self) -> list[Victim]:
        """Everything that may be killed."""
        return [*self.commands, *([self.cluster] if self.cluster else [])]

    def found(self, reps: int) -> Company:
        """Store a company with so many reps."""
        with self.database.write() as session:
            return found_company(session, reps)

    def serve(self, servers: int, *, workers: int = 1, **settings: str) -> None:
        """Run so many servers, each at a port of its own, and so many workers; wait until they answer."""
        for number in range(servers):
            port = free_port()
            arguments = ["serve", "--port", str(port), "--no-worker"]
            variables = {**environment(self.url, port), **settings}
            self._run(Command(self.forks.start, arguments, variables, self.folder / f"server-{number}.log", port))
        for number in range(workers):
            variables = {**environment(self.url), **settings}
            self._run(Command(self.forks.start, ["worker"], variables, self.folder / f"worker-{number}.log"))
        self.wait_until_ready()

    def _run(self, command: Command) -> None:
        self.commands.append(command)
        command.start()

    def wait_until_ready(self, *commands: Command) -> None:
        """Wait until these servers answer, or all."""
        wait_until(lambda: all(each.ready() for each in commands or self.commands))

    def kill_something(self, chance: Random) -> Victim:
        """Kill one thing at random, and return it."""
        victim = chance.choice(self.victims)
        victim.kill()
        return victim

    def finish_jobs(self) -> None:
        """Let what was asked for be done, as if the leases of the dead had run out."""
        with self.database.write() as session:
            session.execute(update(Job).values(leased_until=now() - LEASE))
            session.execute(update(Job).where(col(Job.tries) > 0).values(due_at=now()))
        log = self.folder / "last-worker.log"
        status = self.forks.start(["worker", "--once"], environment(self.url), log).wait(120)
        assert (status, "error" in log.read_text().lower()) == (0, False), log.read_text()

    def close(self) -> None:
        """End everything."""
        for each in self.commands:
            each.kill()
        self.database.dispose()


@contextmanager
def house(
    kind: str, forks: Forks, folder: Path, migrated: Mapping[str, Path], data: Path | None = None
) -> Iterator[House]:
    """Give an installation with an empty database of this kind, a PostgreSQL of its own where it is one.

    The data are copied from `migrated`, and lie in `data`, where it is given.
    """
    with ExitStack() as stack:
        if kind == "postgresql":
            running = stack.enter_context(cluster(folder=data, copied=migrated[kind]))
            url = running.url()
        else:
            running = None
            path = shutil.copy(migrated[kind], (data or folder) / "house.db")
            url = f"sqlite:///{path}"
        made = House(url, Database(url), forks, folder, running)
        stack.callback(made.close)
        yield made
