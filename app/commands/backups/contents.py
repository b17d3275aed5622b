"""What a database holds, counted; and the proof that a copy holds just that."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, create_engine, func, inspect, literal, select, text
from sqlmodel import Session

from app.audit.queries import verify
from app.audit.rules import FIRST_DIGEST
from app.commands.backups.files import Manifest
from app.schema import migrate

WRITTEN_BY_MIGRATIONS = {"alembic_version", "schema_stamp"}


@dataclass(frozen=True, slots=True)
class Contents:
    """The revision of a database, its rows by table, and where the audit chain ends."""

    revision: str
    rows: dict[str, int]
    audit_entries: int
    audit_digest: str


def contents_of(connection: Connection) -> Contents:
    """Count everything, in the transaction of this connection."""
    revision = MigrationContext.configure(connection).get_current_revision() or ""
    names = sorted(inspect(connection).get_table_names())
    count = {name: connection.scalar(select(func.count()).select_from(Table(name, MetaData()))) for name in names}
    last = None
    if "audit_entry" in count:
        last = connection.execute(text("SELECT id, digest FROM audit_entry ORDER BY id DESC LIMIT 1")).first()
    entries, digest = last or (0, FIRST_DIGEST)
    return Contents(revision, {name: int(rows or 0) for name, rows in count.items()}, int(entries), str(digest))


def holds_anything(connection: Connection) -> bool:
    """Say whether a database has tables with rows, apart from what migrations write."""
    names = [name for name in inspect(connection).get_table_names() if name not in WRITTEN_BY_MIGRATIONS]
    return any(
        connection.execute(select(literal(1)).select_from(Table(name, MetaData())).limit(1)).first() for name in names
    )


def differences(connection: Connection, manifest: Manifest) -> Iterator[str]:
    """Say what a restored copy has otherwise than its manifest: a sentence each."""
    if connection.dialect.name == "sqlite":
        yield from _faults_of_sqlite(connection, manifest.revision)
    found = contents_of(connection)
    if found.revision != manifest.revision:
        yield f"It is of revision {found.revision or '(none)'}, and its manifest says {manifest.revision}."
    for name in sorted(found.rows.keys() | manifest.rows.keys()):
        here, noted = found.rows.get(name, 0), manifest.rows.get(name, 0)
        if here != noted:
            yield f"The table {name} has {here} rows, and its manifest says {noted}."
    if found.rows.get("audit_entry"):
        with Session(connection) as session:
            proof = verify(session)
        if proof.why:
            yield f"The audit trail is broken at entry {proof.broken}."
        elif (proof.entries, proof.last_digest) != (manifest.audit_entries, manifest.audit_digest):
            yield "The audit trail does not end where its manifest says."


def _faults_of_sqlite(connection: Connection, revision: str) -> Iterator[str]:
    faults = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
    if faults != ["ok"]:
        yield f"The file is damaged: {'; '.join(faults)}."
    lost = len(connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall())
    if lost:
        yield f"{lost} rows refer to rows that are not there."
    foreign = _programs(connection) ^ _expected_programs(revision)
    if foreign:
        yield f"Triggers or views differ from those of revision {revision}: {', '.join(sorted(foreign))}."


def _programs(connection: Connection) -> set[str]:
    """Return what the database itself would do or show beside its tables: it must be our own."""
    found = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return {f"{kind} {name}: {sql}" for kind, name, sql in found}


def _expected_programs(revision: str) -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'expected.db'}"
        migrate(url, to=revision)
        engine = create_engine(url)
        with engine.connect() as connection:
            programs = _programs(connection)
        engine.dispose()
        return programs
