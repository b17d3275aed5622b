"""Databases as older versions left them: at any revision, with rows in every table."""

from datetime import date
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from app.config import ROOT
from factories import NOW

Rows = dict[str, list[dict[str, Any]]]
"""Rows by table."""

OURS = {"alembic_version", "schema_stamp"}
"""Tables that migrations themselves write."""
_VALUES: dict[type[TypeEngine[Any]], Any] = {
    JSON: {},
    Boolean: False,
    DateTime: NOW.replace(tzinfo=None),
    Date: date(2026, 11, 23),
    String: "x",
    LargeBinary: b"x",
}
_NUMBERS = """
SELECT format('SELECT setval(%L, (SELECT coalesce(max(id), 0) + 1 FROM %I), false)', seq.relname, tab.relname)
FROM pg_class seq JOIN pg_depend d ON d.objid = seq.oid AND d.deptype = 'a' JOIN pg_class tab ON tab.oid = d.refobjid
WHERE seq.relkind = 'S'
"""


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def old_database(url: str, revision: str) -> None:
    """Make an empty database of a revision."""
    command.upgrade(alembic_config(url), revision)


def tables_of(engine: Engine) -> list[Table]:
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name not in OURS]


def rows_of(engine: Engine, like: Rows | None = None) -> Rows:
    """Return every row as it is stored, in a steady order; of the tables and columns in `like` alone, where given."""
    there = set(inspect(engine).get_table_names()) - OURS
    with engine.connect() as connection:
        everything = {
            name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]  # noqa: S608 (of ours)
            for name in there
            if like is None or name in like
        }
    if like is not None:
        everything = {
            name: [{key: value for key, value in row.items() if not like[name] or key in like[name][0]} for row in rows]
            for name, rows in everything.items()
        }
    return {name: sorted(rows, key=repr) for name, rows in everything.items()}


def everything_in(url: str) -> Rows:
    """Return every row of the database at an address."""
    engine = create_engine(url)
    try:
        return rows_of(engine)
    finally:
        engine.dispose()


def fill(engine: Engine) -> Rows:
    """Put one row into each table, whose every reference leads to the one row of the other, and return the rows."""
    with engine.begin() as connection:
        for table in tables_of(engine):
            connection.execute(table.insert().values({each.name: _value(each) for each in table.columns}))
    return rows_of(engine)


def _value(column: Column[Any]) -> Any:
    """Return something that fits; what may be empty and refers to rows is empty, as those may come later."""
    if column.foreign_keys and column.nullable:
        return None
    for kind, value in _VALUES.items():
        if isinstance(column.type, kind):
            return value
    return 1


def copy_rows(source: Engine, target: Engine) -> Rows:
    """Store the rows of `source` in `target` as far as it has tables and columns for them, and return them."""
    with source.connect() as reading, target.begin() as writing:
        there = {table.name: table for table in tables_of(source)}
        for table in tables_of(target):
            columns = [column for column in there[table.name].columns if column.name in table.columns]
            rows = [dict(row) for row in reading.execute(select(*columns)).mappings()]
            if rows:
                writing.execute(table.insert(), rows)
        if target.dialect.name == "postgresql":
            for statement in writing.scalars(text(_NUMBERS)).all():
                writing.exec_driver_sql(statement)
    return rows_of(target)
