"""Runs migrations on the database that the caller names, or on the configured one."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum
from sqlalchemy.engine import Connection
from sqlmodel import AutoString

from app.config import Settings
from app.database import Database, Moment
from app.schema import leave_stamp, take_turn, wait_long
from app.tables import metadata


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # a migration stands alone: it names the database's types, not today's classes
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum | AutoString):
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=_render,
        compare_type=True,
        compare_server_default=True,
        on_version_apply=leave_stamp,
    )


def _run(connection: Connection) -> None:
    """Do all of it in one transaction, so that a migration that is killed leaves the database as it was."""
    with connection.begin():
        take_turn(connection)
        _configure(connection)
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")


def _run_sqlite(connection: Connection) -> None:
    # a batch migration rebuilds a table; with foreign keys on, dropping the old one deletes its children.
    # The pragma does nothing inside a transaction, so it comes before.
    raw: Any = connection.connection.dbapi_connection
    wait_long(raw)
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        _run(connection)
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def main() -> None:
    url = context.config.attributes.get("url") or Settings().database_url
    database = Database(url)
    try:
        with database.engine.execution_options(writes=True).connect() as connection:
            if database.sqlite:
                _run_sqlite(connection)
            else:
                _run(connection)
    finally:
        database.dispose()


main()
