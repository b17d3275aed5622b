"""PostgreSQL goes back to a moment: what the product acknowledged before it is there, and nothing after it.

As docs/backup.md says: a base copy, an archive of changes, a server that is destroyed, and one that replays them.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session, col, select

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.audit.queries import verify
from app.database import Database
from app.schema import migrate
from factories import person
from servers import free_port, wait_until

pytestmark = pytest.mark.faults
PATIENCE = 120


class Server:
    """A PostgreSQL of its own. It does not run as root, so what root starts is given to another user."""

    def __init__(self, bin_folder: Path, folder: Path) -> None:
        self._bin = bin_folder
        self._user = pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None
        self.folder, self.archive, self.port = folder, folder / "archive", free_port()
        self.archive.mkdir()
        self.own(folder)
        self.url = f"postgresql+psycopg://dealworthy@127.0.0.1:{self.port}/postgres"

    def own(self, path: Path) -> None:
        if self._user:
            for each in (path, *path.rglob("*")):
                shutil.chown(each, self._user)

    def run(self, tool: str, *options: str) -> None:
        subprocess.run(  # noqa: S603 (tools that came with the server)
            [self._bin / tool, *options],
            user=self._user,
            cwd=self.folder,
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )

    def make(self, data: Path) -> None:
        self.run("initdb", f"--pgdata={data}", "--username=dealworthy", "--auth=trust", "--encoding=UTF8", "--no-sync")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(
                f"port = {self.port}\nunix_socket_directories = ''\nwal_level = replica\narchive_mode = on\n"
                f"archive_command = 'test ! -f {self.archive}/%f && cp %p {self.archive}/%f.part "
                f"&& mv {self.archive}/%f.part {self.archive}/%f'\n"
            )

    @contextmanager
    def running(self, data: Path) -> Iterator[None]:
        control = (f"--pgdata={data}", "--wait", f"--log={self.folder / 'log'}")
        self.run("pg_ctl", "start", *control)
        try:
            yield
        finally:
            self.run("pg_ctl", "stop", "--mode=immediate", *control[:2])


@pytest.fixture
def server(postgresql_url: str) -> Iterator[Server]:
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        folder = Path(str(connection.scalar(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'"))))
    engine.dispose()
    if not (folder / "pg_basebackup").exists():
        pytest.skip("the server of the tests is on another machine; this one makes its own")
    with TemporaryDirectory(prefix="pitr") as made:
        Path(made).chmod(0o755)
        yield Server(folder, Path(made))


def tell(session: Session, tale: str) -> None:
    record(session, at=datetime.now(UTC), actor="ana@example.com", action="tale.told", subject=("tale", tale))


def told(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(col(AuditEntry.subject)).order_by(col(AuditEntry.id))))


def test_exactly_what_was_before_a_moment_comes_back(server: Server) -> None:
    first, base, second = (server.folder / name for name in ("first", "base", "second"))
    server.make(first)
    with server.running(first):
        migrate(server.url)
        database = Database(server.url)
        with database.write() as session:
            person(session, "ana@example.com")
            tell(session, "before the copy")
        address = f"--dbname=host=127.0.0.1 port={server.port} user=dealworthy"
        server.run("pg_basebackup", address, f"--pgdata={base}", "--checkpoint=fast", "--wal-method=none")
        for number in range(20):
            with database.write() as session:
                tell(session, f"before {number}")
        with database.engine.connect() as connection:
            moment = connection.scalar(text("SELECT clock_timestamp()"))
        for number in range(20):
            with database.write() as session:
                tell(session, f"after {number}")
        assert len(told(database)) == 41
        with database.engine.connect() as connection:
            last = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
        wait_until((server.archive / str(last)).exists)
        database.dispose()
    shutil.rmtree(first)
    base.rename(second)
    with (second / "postgresql.conf").open("a") as settings:
        settings.write(
            f"restore_command = 'cp {server.archive}/%f %p'\nrecovery_target_time = '{moment}'\n"
            "recovery_target_action = promote\n"
        )
    (second / "recovery.signal").touch()
    server.own(second)
    with server.running(second):
        database = Database(server.url)
        wait_until(lambda: _recovered(database))
        assert told(database) == ["before the copy", *(f"before {number}" for number in range(20))]
        with database.write() as session:
            proof = verify(session)
            tell(session, "and on it goes")
        assert (proof.entries, proof.why) == (21, None)
        database.dispose()


def _recovered(database: Database) -> bool:
    with database.engine.connect() as connection:
        return not connection.scalar(text("SELECT pg_is_in_recovery()"))
