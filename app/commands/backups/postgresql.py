"""Copying a PostgreSQL database with its own tools, and putting a copy in its place."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.commands.backups.contents import Contents, contents_of, holds_anything
from app.commands.base import CommandError

NAME = "postgresql"
_MAINTENANCE = "postgres"


def copy(url: str, target: Path) -> Contents:
    """Write a dump to a new file, as of the moment this begins, and say what is in it.

    What is counted and what is dumped is one snapshot; writers go on beside it.
    """
    engine = create_engine(url, isolation_level="REPEATABLE READ", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        _require("pg_dump", connection)
        target.touch(0o600, exist_ok=False)
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
        _run("pg_dump", options, make_url(url), "The database was not backed up")
        contents = contents_of(connection)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return contents


@contextmanager
def staged(url: str, data: Path) -> Iterator[str]:
    """Unpack a dump into a database beside the installation's and give its address; it is gone at the end."""
    there = make_url(url)
    name = f"{(there.database or 'dealworthy')[:40]}_restore_{token_hex(4)}"
    with _maintenance(there) as admin:
        _require("pg_restore", admin)
        owner = _create(admin, there.database or "", name)
        made = there.set(database=name)
        try:
            options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--role={owner}"]
            _run("pg_restore", [*options, str(data)], made, "The backup cannot be unpacked")
            yield made.render_as_string(hide_password=False)
        finally:
            admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def _create(admin: Connection, like: str, name: str) -> str:
    """Create a database with the owner and the language of another, and return that owner."""
    owner, collate, ctype = admin.execute(
        text("SELECT pg_get_userbyid(datdba), datcollate, datctype FROM pg_database WHERE datname = :name"),
        {"name": like},
    ).one()
    language = f"LC_COLLATE {_literal(collate)} LC_CTYPE {_literal(ctype)}"
    try:
        admin.exec_driver_sql(
            f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(owner)} TEMPLATE template0 ENCODING 'UTF8' {language}"
        )
    except DBAPIError as error:
        raise CommandError(
            "A backup is unpacked into a database of its own, which could not be made: "
            f"{str(error.orig).strip().splitlines()[0]}. The user in DEALWORTHY_DATABASE_URL needs the right CREATEDB."
        ) from error
    return str(owner)


@contextmanager
def _maintenance(url: URL) -> Iterator[Connection]:
    engine = create_engine(url.set(database=_MAINTENANCE), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def is_empty(url: str) -> bool:
    """Say whether the installation has no rows yet."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return not holds_anything(connection)


def put_in_place(url: str, made: str, aside: str) -> str:
    """Swap the names of the two databases at once; return the name that the old one has now."""
    name, new = make_url(url).database or "", make_url(made).database or ""
    kept = f"{name[:30]}_{re.sub(r'[^a-z0-9]+', '_', aside.lower())}"
    engine = create_engine(make_url(url).set(database=_MAINTENANCE), poolclass=NullPool)
    try:
        with engine.begin() as admin:
            admin.exec_driver_sql(f"ALTER DATABASE {_quoted(name)} RENAME TO {_quoted(kept)}")
            admin.exec_driver_sql(f"ALTER DATABASE {_quoted(new)} RENAME TO {_quoted(name)}")
    except OperationalError as error:
        raise CommandError(
            f"The database {name} is in use; stop the servers and the workers first. Nothing was changed."
        ) from error
    return kept


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''").replace("%", "%%") + "'"


def _require(tool: str, connection: Connection) -> None:
    """Refuse to go on without a tool that knows this server."""
    found = shutil.which(tool)
    server = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    if found is None:
        raise CommandError(f"{tool} is not on the PATH; install the client tools of PostgreSQL {server}.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 (a tool by its path)
    version = re.search(r"\d+", said)
    if version is None or int(version[0]) < server:
        raise CommandError(f"{found} is older than the server; install the client tools of PostgreSQL {server}.")


def _run(tool: str, options: Sequence[str], url: URL, what: str) -> None:
    """Run a tool; the password goes by the environment, which other users of the machine cannot read."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [shutil.which(tool) or tool, f"--dbname={address}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (as above)
    if done.returncode:
        raise CommandError(f"{what}: {_why(tool, done)}.")


def _why(tool: str, done: subprocess.CompletedProcess[str]) -> str:
    if "No space left" in done.stderr or done.returncode == -signal.SIGXFSZ:
        return "there is no space left"
    lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()
    if not lines:
        return f"{tool} ended with {done.returncode}"
    return lines[0].removeprefix(f"{tool}: ").removeprefix("error: ").strip().rstrip(".")
