"""Databases and what runs on them, made once and emptied for each test: making them takes longer than most tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DatabaseError
from starlette.datastructures import State

from app.certification.certificates.issuer import set_issuer
from app.clock import set_zone
from app.config import Settings
from app.database import Database
from app.main import create_app

_TABLES = """
SELECT quote_ident(tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'schema_stamp')
"""
_STRUCTURE = "SELECT concat_ws(' ', (TABLE alembic_version), {})".format(
    ", ".join(
        # how many there are, and which transaction wrote the last of them
        f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {catalogue} WHERE {which} >= 16384)"  # noqa: S608 (names below)
        for catalogue, which in (
            ("pg_attribute", "attrelid"),
            ("pg_constraint", "oid"),
            ("pg_index", "indexrelid"),
            ("pg_proc", "oid"),
            ("pg_trigger", "oid"),
        )
    )
)
"""What changes when anybody changes tables, in a moment; 16384 is the first number that is not PostgreSQL's own."""
_SEQUENCES = "SELECT quote_literal(sequencename) FROM pg_sequences WHERE schemaname = 'public'"


@contextmanager
def postgresql_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Make a database, as a copy of another that nobody uses just now, for as long as the block lasts."""
    name = f"new_{uuid4().hex[:12]}"
    server = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


class Store(Protocol):
    """A place for one database at a time."""

    url: str
    keeps_connections: bool
    """Whether connections may stay open while the database is emptied."""

    def empty(self) -> None:
        """Bring the database to the state of a new one."""

    def replace(self) -> None:
        """Put a new database in its place, whoever uses the old one."""


class SqliteStore:
    """A file; every test finds a fresh copy of the template in its place."""

    keeps_connections = False

    def __init__(self, path: Path, template: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._path = path
        self._template = template

    def empty(self) -> None:
        """Replace the file, which is as quick as anything else."""
        self.replace()

    def replace(self) -> None:
        """Copy the template; who still has the old file open keeps that."""
        for ending in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        shutil.copy(self._template, self._path)


class PostgresqlStore:
    """A copy of the template of which the rows are deleted; a test that changed its tables is followed by a new copy.

    Needs the rights of a superuser, to pass by the trigger that protects the audit and by foreign keys.
    """

    keeps_connections = True

    def __init__(self, server_url: str, template: str) -> None:
        name = f"test_{uuid4().hex[:12]}"
        self.url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        self._name = name
        self._template = template
        self._server = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._inside: Engine = create_engine(
            self.url,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            connect_args={"options": "-c session_replication_role=replica -c lock_timeout=2s"},
        )
        self.replace()
        self._emptying = self._plan()

    def empty(self) -> None:
        """Delete every row and let numbers begin at 1."""
        try:
            with self._inside.connect() as connection:
                connection.exec_driver_sql(self._emptying)
                same = connection.scalar(text(_STRUCTURE)) == self._structure
        except DatabaseError:  # the database is gone, or somebody still holds a lock in it
            same = False
        if not same:
            self.replace()

    def close(self) -> None:
        """Drop the database, whoever uses it."""
        self._inside.dispose()
        with self._server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)"))
        self._server.dispose()

    def replace(self) -> None:
        """Copy the template."""
        self.close()
        with self._server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {self._name} TEMPLATE {self._template}"))
        with self._inside.connect() as connection:
            self._structure = connection.scalar(text(_STRUCTURE))

    def _plan(self) -> str:
        with self._inside.connect() as connection:
            tables = connection.scalars(text(_TABLES)).all()
            filled = [name for name in tables if connection.scalar(text(f"SELECT EXISTS (TABLE {name})"))]
            assert filled == [], "a migration stores rows; they must come back when the database is emptied"
            sequences = connection.scalars(text(_SEQUENCES)).all()
        deleting = [f"DELETE FROM {name};" for name in tables]  # noqa: S608 (from the catalogue)
        counting = [f"PERFORM setval({name}, 1, false);" for name in sequences]
        return f"DO $$ BEGIN {' '.join(deleting + counting)} END $$"


@dataclass
class Installation:
    """A database without rows, and an application on it. Statements and templates stay compiled from test to test."""

    settings: Settings
    store: Store
    database: Database = field(init=False)
    _application: FastAPI | None = None
    _state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database = Database(self.settings.database_url)

    def renew(self) -> None:
        """Make everything as it is after an installation."""
        used = any(each.engine.pool.checkedout() for each in self._databases())  # type: ignore[attr-defined]  # of a queue
        if used or not self.store.keeps_connections:
            self.close()
        if used:
            self.store.replace()
        else:
            self.store.empty()

    def application(self) -> FastAPI:
        """Give the application as it starts, with connections of its own as in another process."""
        if self._application is None:
            self._application = create_app(self.settings)
            state = self._application.state
            self._state = {name: state[name] for name in state}
        self._application.state = State(dict(self._state))
        set_zone(self.settings.zone)
        set_issuer(self.settings)
        return self._application

    def forget_application(self) -> None:
        """Let the next test have a new one."""
        if self._application is not None:
            self._state["database"].dispose()
            self._application = None

    def close(self) -> None:
        """Close every connection."""
        for database in self._databases():
            database.dispose()

    def _databases(self) -> list[Database]:
        return [self.database] + ([self._state["database"]] if self._application else [])
