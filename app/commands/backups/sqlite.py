"""Copying a SQLite database while it is written to, and putting a copy in its place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from sqlalchemy import URL, Connection, create_engine, make_url

from app.commands.backups.contents import Contents, contents_of, holds_anything
from app.commands.backups.files import sync_folder, told
from app.commands.base import CommandError

NAME = "sqlite"
_PATIENCE = 15.0
_ENDINGS = ("-wal", "-shm", "-journal")


def path_of(url: str) -> Path:
    """Return the file of a database."""
    return Path(make_url(url).database or "").absolute()


def _address(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def copy(url: str, target: Path) -> Contents:
    """Write a consistent copy to a new file, as of the moment this begins, and say what is in it.

    One reading transaction, so writers go on beside it; deleted rows and free pages stay behind.
    """
    source = path_of(url)
    if not source.exists():
        raise CommandError(f"The database {source} does not exist.")
    try:
        with closing(sqlite3.connect(source, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        _refuse("The database was not backed up", error)
    target.chmod(0o600)
    with told("The copy was not kept"), target.open("rb") as file:
        os.fsync(file.fileno())
    with opened(target) as copied:
        return contents_of(copied)


def _refuse(what: str, error: sqlite3.Error) -> NoReturn:
    full = getattr(error, "sqlite_errorname", "") in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}
    raise CommandError(f"{what}: {'there is no space left' if full else error}.") from error


@contextmanager
def opened(path: Path) -> Iterator[Connection]:
    """Give a connection to a database in a file, to read it; a damaged one is refused."""
    engine = create_engine(_address(path))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def staged(_url: str, data: Path) -> Iterator[str]:
    """Give the address of the unpacked data, which nobody else knows."""
    yield _address(data)


def is_empty(url: str) -> bool:
    """Say whether the installation has no rows yet."""
    if not path_of(url).exists():
        return True
    with opened(path_of(url)) as connection:
        return not holds_anything(connection)


def put_in_place(url: str, made: str, aside: str) -> str:
    """Put the unpacked data in the place of the database, and return where the old one is now, if there was any."""
    target, data = path_of(url), path_of(made)
    kept = target.with_name(f"{target.name}.{aside}")
    with told(f"{target} was not replaced"):
        if target.exists():
            _close(target)
            owner = target.stat()
            os.chown(data, owner.st_uid, owner.st_gid)  # whoever restores may be root
            target.rename(kept)
        else:
            _set_aside(target, aside)  # SQLite would write what a lost database left here into the new one
        try:
            data.rename(target)
        except OSError:
            if kept.exists():
                kept.rename(target)
            raise
        sync_folder(target.parent)
    return str(kept) if kept.exists() else ""


def _close(target: Path) -> None:
    """Bring a database into its one file, which works only when nobody else has it open."""
    try:
        with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "locked" not in str(error):
            _set_aside(target, "damaged")  # which is why it is replaced
            return
        mode = "wal"
    if mode != "delete":
        raise CommandError(f"{target} is in use; stop the server and the workers first.")


def _set_aside(target: Path, word: str) -> None:
    """Give the files beside a database other names, which end in `word`."""
    for ending in _ENDINGS:
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.rename(beside.with_name(f"{beside.name}.{word}"))
