"""The command that finds what is wrong with an installation: `doctor`."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from app.clock import now
from app.commands.base import Parsers
from app.commands.diagnosis import places, records, schemas, servers, sqlitefiles  # noqa: F401 (they register checks)
from app.commands.diagnosis.checks import CHECKS, Check, Needs, Patient
from app.commands.diagnosis.places import sqlite_file
from app.config import Settings
from app.schema import schema_of

REACHABLE = Check(
    "database",
    "Compare DEALWORTHY_DATABASE_URL with the server: host, port, user, password, name; then run `dealworthy migrate`.",
    lambda _patient: iter(()),
    Needs.NOTHING,
    "",
)
"""Found by asking for a connection, before the checks that need one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, and how to mend it."""

    check: str
    wrong: str
    mend: str


def register(parsers: Parsers) -> None:
    """Add the parser."""
    doctor = parsers.add_parser(
        "doctor",
        help="find what is wrong with the installation; exit 1 when something is",
        description="Looks at settings, files, database, jobs and records, says what is wrong and how to mend it. "
        "Changes nothing, and shows no secret.",
    )
    doctor.add_argument("--json", action="store_true", help="write JSON")
    doctor.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    found = list(examine(Patient(settings, now())))
    if arguments.json:
        rows = [{"check": each.check, "wrong": each.wrong, "mend": each.mend} for each in found]
        print(json.dumps({"healthy": not found, "findings": rows}, ensure_ascii=False, indent=2))
    else:
        for each in found:
            print(f"{each.check}: {each.wrong}\n    {each.mend}")
        number = len(CHECKS) + 1
        print(f"{number} checks, {len(found)} findings." if found else f"{number} checks, nothing is wrong.")
    return 1 if found else 0


def examine(patient: Patient) -> Iterator[Finding]:
    """Make every check that can be made."""
    kind = make_url(patient.settings.database_url).get_backend_name()
    checks = [each for each in CHECKS if each.only in {"", kind}]
    for each in checks:
        if each.needs is Needs.NOTHING:
            yield from _look(each, patient)
    try:
        with _connected(patient) as connection:
            inside = replace(patient, connection=connection)
            reached = Needs.SCHEMA if schema_of(connection).runs else Needs.DATABASE
            for each in checks:
                if Needs.NOTHING < each.needs <= reached:
                    yield from _look(each, inside)
    except (SQLAlchemyError, OSError) as error:
        yield Finding(REACHABLE.name, f"The database does not answer: {_reason(error)}.", REACHABLE.mend)


def _look(check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        for wrong in check.look(patient):
            yield Finding(check.name, wrong, check.mend)
    except (SQLAlchemyError, OSError) as error:
        if patient.connection is not None:
            patient.connection.rollback()
        yield Finding(check.name, f"It could not be looked at: {_reason(error)}.", check.mend)


@contextmanager
def _connected(patient: Patient) -> Iterator[Connection]:
    """Give a connection that cannot change anything, and that makes no file."""
    url = make_url(patient.settings.database_url)
    if url.get_backend_name() == "sqlite":
        if not sqlite_file(patient).exists():
            raise FileNotFoundError(f"{sqlite_file(patient)} does not exist")
        file = f"file:{quote(str(sqlite_file(patient)))}"
        engine = create_engine(
            URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}), poolclass=NullPool
        )
    else:
        options = {"connect_timeout": 10, "client_encoding": "utf8", "options": "-c statement_timeout=60s"}
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=options)
        engine = engine.execution_options(postgresql_readonly=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _reason(error: Exception) -> str:
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0].rstrip(".") if text else type(error).__name__
