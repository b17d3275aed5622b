"""Migrations make the tables of the models, and keep the rows that are there."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text
from sqlmodel import Session, col

from app.config import ROOT
from app.database import Database, is_migrated, migrate
from app.people.models import Person, PersonRole, Role
from factories import NOW, person

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
