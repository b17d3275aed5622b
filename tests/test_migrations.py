"""Migrations make the tables of the models, and keep the rows that are there."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
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
    create_engine,
    make_url,
    select,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Session, col

from app.config import ROOT
from app.database import Database
from app.people.models import Person, PersonRole, Role
from app.schema import is_migrated, migrate
from factories import NOW, person

VALUES: dict[type[TypeEngine[Any]], Any] = {
    JSON: {},
    Boolean: False,
    DateTime: NOW.replace(tzinfo=None),
    Date: date(2026, 11, 23),
    String: "x",
    LargeBinary: b"x",
}
LATER = '''
"""A table that others point at is rebuilt."""

import sqlalchemy as sa
from alembic import op

revision = "later"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("person", recreate="{recreate}") as table:
        table.add_column(sa.Column("nickname", sa.String(40), nullable=True))
'''


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.attributes["url"] = url
    return config


def test_models_and_migrations_agree(database_url: str) -> None:
    command.check(_config(database_url))


def test_migrating_twice_changes_nothing(database: Database, database_url: str) -> None:
    with database.write() as session:
        person(session, "ana@example.com")
    migrate(database_url)
    with database.read() as session:
        assert is_migrated(session.connection())
        assert list(session.scalars(select(col(Person.email)))) == ["ana@example.com"]


def test_rebuilding_a_table_keeps_the_rows_that_point_at_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.write() as session:
        boss = person(session, "boss@example.com", Role.MANAGER)
        person(session, "ana@example.com", manager=boss)
        head = session.scalar(text("SELECT version_num FROM alembic_version"))
    recreate = "always" if database.sqlite else "auto"
    (tmp_path / "later.py").write_text(LATER.format(head=head, recreate=recreate))
    config = _config(database_url)
    config.set_main_option("version_locations", f"{ROOT / 'alembic' / 'versions'};{tmp_path}")
    config.set_main_option("path_separator", ";")
    command.upgrade(config, "head")
    with database.read() as session:
        people = session.execute(select(col(Person.email), col(Person.created_at)).order_by(col(Person.email))).all()
        assert [tuple(row) for row in people] == [("ana@example.com", NOW), ("boss@example.com", NOW)]
        assert len(list(session.scalars(select(PersonRole)))) == 2
        assert session.scalar(text("SELECT count(*) FROM person WHERE nickname IS NULL")) == 2


def test_a_row_without_its_parent_is_refused(session: Session) -> None:
    session.add(PersonRole(person_id=4711, role=Role.REP))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        session.flush()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server, name = request.getfixturevalue("postgresql_url"), f"new_{uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.mark.parametrize("revision", ["0004"])
def test_a_row_in_each_table_of_the_version_before_is_kept(new_url: str, revision: str) -> None:
    command.upgrade(_config(new_url), revision)
    engine = create_engine(new_url)
    before = _filled(engine)
    command.upgrade(_config(new_url), "head")
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        after = {
            name: [
                {column: value for column, value in row.items() if column in before[name][0]}
                for row in connection.execute(select(found.tables[name])).mappings()
            ]
            for name in before
        }
    engine.dispose()
    assert after == before


def _filled(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Put one row into each table, whose every reference leads to the one row of the other, and return the rows."""
    found = MetaData()
    found.reflect(engine)
    rows: dict[str, list[dict[str, Any]]] = {}
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert().values({each.name: _value(each) for each in table.columns}))
                rows[table.name] = [dict(each) for each in connection.execute(select(table)).mappings()]
    return rows


def _value(column: Column[Any]) -> Any:
    """Return something that fits; what may be empty and refers to rows is empty, as those may come later."""
    if column.foreign_keys and column.nullable:
        return None
    for kind, value in VALUES.items():
        if isinstance(column.type, kind):
            return value
    return 1
