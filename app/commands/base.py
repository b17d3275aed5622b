"""What every command shares: how it is registered, how it fails, and its database."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel import Session

from app.config import Settings
from app.database import Database
from app.errors import InvalidError
from app.schema import schema_of

Parsers = Any
"""What `ArgumentParser.add_subparsers` returns; argparse keeps its type private."""


class CommandError(Exception):
    """Something the operator can mend; the sentence goes to standard error and the exit status is `status`."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def sentence_of(error: InvalidError) -> str:
    """Say what is wrong, and below it where."""
    places = [f"{each['pointer'].removeprefix('/')}: {each['detail']}" for each in error.errors]
    return "\n".join([error.message, *places])


@contextmanager
def migrated(settings: Settings, *, read_only: bool = False) -> Iterator[Database]:
    """Give the database, or tell how to mend one that this version must not run on."""
    database = Database(settings.database_url, read_only=read_only)
    try:
        with database.engine.connect() as connection:
            found = schema_of(connection)
        if not found.runs:
            raise CommandError(found.sentence)
        yield database
    finally:
        database.dispose()


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    """Give a session on a migrated database, committed at the end."""
    with migrated(settings) as database, database.write() as session:
        yield session


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    """Give a session that changes nothing."""
    with migrated(settings) as database, database.read() as session:
        yield session


def subcommands(parsers: Parsers, name: str, help_text: str) -> Parsers:
    """Add a command that has commands of its own, such as `people import`."""
    parser: argparse.ArgumentParser = parsers.add_parser(name, help=help_text)
    return parser.add_subparsers(required=True, metavar="COMMAND")
