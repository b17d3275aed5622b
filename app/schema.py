"""The schema of the database: which revision it has, which code may run on it, and how it gets to the newest.

Each migration leaves a stamp: by which version of the product it ran, and the oldest revision whose code still runs
beside it. So the old version goes on while a new one is rolled out (expand), until a migration takes away what it
needs (contract). See docs/upgrading.md.
"""

import re
import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, column, insert, inspect, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Field, SQLModel, col

from app.clock import now
from app.config import ROOT
from app.database import Moment
from app.errors import ConflictError

if TYPE_CHECKING:  # a server asks only which revision there is, and does without the library and what it brings along
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext, MigrationInfo
    from alembic.script.revision import Revision

MOST_TRIES = 30
"""How often a migration asks for locks that others hold before it gives up."""
_TURN = 0x6D696772
"""Any constant of our own; it names migrating to PostgreSQL."""
_SECONDS_FOR_A_LOCK = 1
"""Whoever comes after a migration that waits for a lock waits too, so it does not wait for long."""
_SECONDS_BETWEEN = 2.0
_SECONDS_FOR_SQLITE = 120
_HELD_BY_OTHERS = {"55P03", "40P01"}  # lock_not_available, deadlock_detected
_IN_A_MIGRATION = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
_CURRENT: Select[tuple[str]] = select(column("version_num")).select_from(table("alembic_version"))


class SchemaStamp(SQLModel, table=True):
    """Which migration ran when and by which version; older code reads it, so its columns stay for ever.

    `oldest_code` is the oldest revision whose code may run on this one.
    """

    __tablename__ = "schema_stamp"

    revision: str = Field(primary_key=True, max_length=32)
    product_version: str = Field(max_length=32)
    oldest_code: str = Field(max_length=32)
    migrated_at: datetime = Field(sa_type=Moment)


class Fit(StrEnum):
    """How a database fits this code; the values are what `/readyz` says."""

    READY = "ready"
    OLDER = "not migrated"
    TOO_NEW = "too new for this version"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database has. `revision` is empty where nothing has been migrated; `stamp` may be missing."""

    revision: str
    fit: Fit
    newer: bool = False
    stamp: SchemaStamp | None = None

    @property
    def runs(self) -> bool:
        """Whether this code may run on the database."""
        return self.fit is Fit.READY

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do about it; empty where nothing is."""
        if self.fit is Fit.OLDER:
            return "The database is not at the newest revision; run `dealworthy migrate` first."
        if self.fit is Fit.TOO_NEW:
            oldest = self.stamp.oldest_code if self.stamp else self.revision
            return f"{self._whose} and code older than its revision {oldest} must not run on it. Start that version."
        return ""

    @property
    def _whose(self) -> str:
        by = f"Dealworthy {self.stamp.product_version}" if self.stamp else "another version of Dealworthy"
        ours = f"Dealworthy {product_version()} (revision {newest_revision()})"
        return f"This is {ours}; the database was migrated to revision {self.revision} by {by},"

    @property
    def refusal(self) -> str:
        """Why this code does not migrate a newer database, and what to do."""
        return (
            f"{self._whose} and there is no way down. Nothing was changed. Run `migrate` of that version; to go back "
            f"to {product_version()}, restore a backup that was made before with `dealworthy restore`."
        )


class SchemaError(ConflictError):
    """The schema of the database does not allow what was asked."""


def product_version() -> str:
    """Return the version of this code."""
    return version("dealworthy")


@cache
def _revisions() -> tuple[str, ...]:
    """Return the revisions, the newest first, as the migrations themselves say that they follow one another."""
    before: dict[str, str] = {}
    for file in (ROOT / "alembic" / "versions").glob("*.py"):
        said = dict(_IN_A_MIGRATION.findall(file.read_text("utf-8")))
        before[said["revision"]] = said.get("down_revision", "")
    (revision,) = before.keys() - before.values()
    found = []
    while revision:
        found.append(revision)
        revision = before[revision]
    return tuple(found)


def newest_revision() -> str:
    """Return the revision that this code was written for."""
    return _revisions()[0]


def known_revisions() -> list[str]:
    """Return every revision that this code knows, the first one first."""
    return list(reversed(_revisions()))


def _alembic() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 (see above)

    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config


def schema_of(connection: Connection) -> Schema:
    """Say which schema the database has, and whether this code may run on it."""
    revision = _current(connection)
    if revision == newest_revision():
        return Schema(revision, Fit.READY)
    if not revision or revision in _revisions():
        return Schema(revision, Fit.OLDER)
    stamp = _stamp(connection, revision)
    # every revision that we know lies before ours, so a database that admits one of them admits us
    admitted = stamp is not None and stamp.oldest_code in _revisions()
    return Schema(revision, Fit.READY if admitted else Fit.TOO_NEW, newer=True, stamp=stamp)


def _current(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(_CURRENT) or ""


def _stamp(connection: Connection, revision: str) -> SchemaStamp | None:
    if not inspect(connection).has_table(SchemaStamp.__tablename__):
        return None
    columns = [col(getattr(SchemaStamp, name)) for name in SchemaStamp.model_fields]
    row = connection.execute(select(*columns).where(col(SchemaStamp.revision) == revision)).mappings().first()
    return SchemaStamp(**row) if row else None


def migrate(url: str, *, to: str = "head", tries: int = MOST_TRIES) -> None:
    """Bring the database to the newest revision, or up to the one named: all of the way, or not at all.

    SchemaError: the database is newer, or somebody holds a table for too long.
    Several at once wait for one another. On PostgreSQL it waits for locks of others briefly and tries again, because
    everybody else would queue behind it.
    """
    from alembic import command  # noqa: PLC0415 (see above)

    config = _alembic()
    config.attributes["url"] = url
    for attempt in range(1, tries + 1):
        try:
            command.upgrade(config, to)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _HELD_BY_OTHERS:
                raise
            if attempt == tries:
                raise SchemaError(
                    "The database was not migrated, and nothing was changed: another transaction holds a table for "
                    "long. `dealworthy doctor` names such transactions; end it, or try again later."
                ) from error
            time.sleep(_SECONDS_BETWEEN)
        else:
            return


def take_turn(connection: Connection) -> None:
    """Wait, in the transaction of a migration, until no other one runs; SQLite's transaction has waited already.

    SchemaError: the database is newer than this code.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_SECONDS_FOR_A_LOCK}s'")
    found = schema_of(connection)
    if found.newer:
        raise SchemaError(found.refusal)


def wait_long(raw: Any) -> None:
    """Let a connection of SQLite's driver wait for another migration, which may take longer than any request."""
    raw.execute(f"PRAGMA busy_timeout={_SECONDS_FOR_SQLITE * 1000}")


def oldest_code(script: "Revision") -> str:
    """Return the oldest revision whose code runs on a migration's schema; it admits no older code unless it says so."""
    return str(getattr(getattr(script, "module", None), "oldest_code", script.revision))


def leave_stamp(
    ctx: "MigrationContext",
    step: "MigrationInfo",
    heads: Any,  # noqa: ARG001 (Alembic names it)
    run_args: Any,  # noqa: ARG001 (as above)
) -> None:
    """Store the stamp of a migration, in its transaction. Alembic calls it after each."""
    connection, script = ctx.connection, step.up_revision
    if connection is None or script is None or not inspect(connection).has_table(SchemaStamp.__tablename__):
        return
    connection.execute(
        insert(SchemaStamp).values(
            revision=script.revision,
            product_version=product_version(),
            oldest_code=oldest_code(script),
            migrated_at=now(),
        )
    )
