"""Migrations make the tables of the models, and keep the rows that are there."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from alembic import command
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlmodel import Session, col

from app.audit.actions import record
from app.audit.queries import verify
from app.config import ROOT
from app.database import Database
from app.deals.ledger.actions import Ledger
from app.people.models import Person, PersonRole, Role
from app.people.passwords import hash_password
from app.people.tokens import Scope, create_token
from app.schema import known_revisions, migrate, schema_of
from factories import NOW, attest, deal, person, sellable
from installations import Installation, postgresql_database
from olddatabases import alembic_config, copy_rows, fill, old_database, rows_of
from tools.check_migrations import RAISE, undeclared

OLD_REVISIONS = known_revisions()[:-1]
PASSWORD = "a password of an older version"

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


def test_models_and_migrations_agree(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_migrating_twice_changes_nothing(database: Database, database_url: str) -> None:
    with database.write() as session:
        person(session, "ana@example.com")
    migrate(database_url)
    with database.read() as session:
        assert schema_of(session.connection()).runs
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
    config = alembic_config(database_url)
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


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of SQLite at each older revision, made on the way from the first to the last."""
    growing = tmp_path_factory.mktemp("old") / "growing.db"
    found = {}
    for revision in OLD_REVISIONS:
        old_database(f"sqlite:///{growing}", revision)
        found[revision] = Path(shutil.copy(growing, growing.with_name(f"{revision}.db")))
    return found


@pytest.fixture(scope="module")
def old_templates(postgresql_url: str) -> Iterator[dict[str, str]]:
    """The name of a PostgreSQL database at each older revision, made on the way from the first to the last."""
    with postgresql_database(postgresql_url) as growing, ExitStack() as kept:
        found = {}
        for revision in OLD_REVISIONS:
            old_database(growing, revision)
            copy = kept.enter_context(postgresql_database(postgresql_url, str(make_url(growing).database)))
            found[revision] = str(make_url(copy).database)
        yield found


@pytest.fixture(params=OLD_REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, revision: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of an older version."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('old_files')[revision], tmp_path / 'old.db')}"
    else:
        template = request.getfixturevalue("old_templates")[revision]
        with postgresql_database(request.getfixturevalue("postgresql_url"), template) as url:
            yield url


@pytest.fixture
def engine(old_url: str) -> Iterator[Engine]:
    engine = create_engine(old_url)
    yield engine
    engine.dispose()


def test_a_row_in_each_table_of_any_older_version_is_kept(old_url: str, engine: Engine) -> None:
    before = fill(engine)
    migrate(old_url)
    assert rows_of(engine, like=before) == before


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    """An installation in which Ana has signed and is certified, and the secret of a CRM's token."""
    url = f"sqlite:///{tmp_path_factory.mktemp('story') / 'story.db'}"
    migrate(url)
    database = Database(url)
    with database.write() as session:
        boss = person(session, "boss@example.com", Role.MANAGER)
        ana = person(session, "ana@example.com", manager=boss, password_hash=hash_password(PASSWORD))
        keeper = sellable(session)
        attest(session, ana, keeper)
        deal(session, products=[keeper], team={"owner": [ana]})
        secret = create_token(session, "CRM", [Scope.CLEARANCE_READ], actor="admin@example.com", moment=NOW)
        for number in range(5):
            record(session, at=NOW, actor="ana@example.com", action="tale.told", subject=("tale", str(number)))
    yield database.engine, secret
    database.dispose()


def test_the_product_answers_on_what_any_older_version_stored(
    old_url: str, engine: Engine, story: tuple[Engine, str], sqlite_installation: Installation
) -> None:
    source, secret = story
    before = copy_rows(source, engine)
    migrate(old_url)
    assert rows_of(engine, like=before) == before
    database = Database(old_url)
    with database.read() as session:
        proof = verify(session)
    assert (proof.entries, proof.why) == (len(before["audit_entry"]), None)
    application = sqlite_installation.application()  # made once; it is led to the other database
    application.state.database, application.state.ledger = database, Ledger(database)
    client = TestClient(application, follow_redirects=False)
    with time_machine.travel(NOW + timedelta(hours=1)):
        entered = client.post("/sign-in", data={"email": "ana@example.com", "password": PASSWORD})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        assert "Keeper" in client.get("/").text
        asked = {"rep": "ana@example.com", "product": "keeper"}
        answer = client.get("/api/v1/clearance", params=asked, headers={"authorization": f"Bearer {secret}"}).json()
        assert (answer["allowed"], answer["products"][0]["valid_through"]) == (True, "2027-11-22")
    database.dispose()


EXPANDING = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{after}"
{declared}


def upgrade() -> None:
    {upgrade}
"""


@pytest.mark.parametrize(
    ("declared", "upgrade", "said"),
    [
        ("oldest_code = '0005'", "op.add_column('person', sa.Column('nickname', sa.String(40)))", []),
        ("oldest_code = '0006'", "op.drop_column('person', 'name')", []),
        (
            "oldest_code = '0005'",
            "op.drop_column('person', 'name')",
            [f"person.name is gone; {RAISE}"],
        ),
        (
            "oldest_code = '0005'",
            "op.execute('ALTER TABLE person RENAME name TO full_name')",
            [f"person.name is gone, person.full_name is new and must be given; {RAISE}"],
        ),
        (
            "oldest_code = '0005'",
            "op.rename_table('job', 'work')",
            [f"the table job is gone; {RAISE}"],
        ),
        ("", "pass", ["say `oldest_code = '0005'`: the oldest revision whose code may run on it"]),
        ("oldest_code = '9000'", "pass", ["its oldest_code '9000' is no revision up to its own"]),
        (
            "oldest_code = '0004'",
            "pass",
            ["its oldest_code '0004' admits code that an earlier migration shut out: there it is '0005'"],
        ),
    ],
)
def test_a_migration_that_takes_something_away_shuts_out_the_code_that_needs_it(
    declared: str, upgrade: str, said: list[str], sqlite_template: Path, tmp_path: Path
) -> None:
    after = known_revisions()[-1]
    shutil.copy(sqlite_template, tmp_path / "trial.db")
    module = EXPANDING.format(revision="later", after=after, declared=declared, upgrade=upgrade)
    (tmp_path / "later.py").write_text(module)
    config = alembic_config(f"sqlite:///{tmp_path / 'trial.db'}")
    config.set_main_option("version_locations", f"{ROOT / 'alembic' / 'versions'};{tmp_path}")
    config.set_main_option("path_separator", ";")
    assert list(undeclared(config, since=after)) == [f"later.py: {each}" for each in said]
