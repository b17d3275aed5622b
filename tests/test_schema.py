"""Which code may run on which database: the stamp that migrations leave, and what is refused with which sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from fastapi.testclient import TestClient
from sqlalchemy import Engine, create_engine, text

from app.cli import main
from app.config import ROOT
from app.schema import SchemaError, known_revisions, migrate, newest_revision, product_version, schema_of
from forks import Forks
from olddatabases import fill, old_database, rows_of
from tools.demonstration import environment

HEAD = newest_revision()
OURS = f"This is Dealworthy {product_version()} (revision {HEAD}); the database was migrated to revision 9000 by"
SHUT_OUT = f"{OURS} Dealworthy 9.0, and code older than its revision 8000 must not run on it. Start that version."
UNKNOWN = SHUT_OUT.replace("Dealworthy 9.0", "another version of Dealworthy").replace("8000", "9000")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def renewed(engine: Engine) -> Iterator[None]:
    """The stamp is put back for the next test."""
    yield
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
        connection.execute(text("DELETE FROM schema_stamp WHERE revision = '9000'"))


def migrated_by_a_newer_version(engine: Engine, oldest_code: str | None) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9000'"))
        if oldest_code is not None:
            connection.execute(
                text("INSERT INTO schema_stamp VALUES ('9000', '9.0', :oldest, '2027-01-01 00:00:00')"),
                {"oldest": oldest_code},
            )


def test_revisions_are_known_without_the_library_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    walked = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    assert known_revisions() == walked[::-1]


def test_each_migration_leaves_a_stamp(engine: Engine) -> None:
    with engine.connect() as connection:
        stamps = connection.execute(text("SELECT revision, product_version FROM schema_stamp ORDER BY revision")).all()
    assert [tuple(stamp) for stamp in stamps] == [
        (revision, product_version()) for revision in known_revisions() if revision >= "0006"
    ]


@pytest.mark.parametrize(
    ("oldest_code", "said"),
    [(HEAD, ""), ("0005", ""), ("8000", SHUT_OUT), (None, UNKNOWN)],
)
def test_older_code_runs_as_long_as_the_stamp_admits_it(
    oldest_code: str | None, said: str, engine: Engine, renewed: None
) -> None:
    migrated_by_a_newer_version(engine, oldest_code)
    with engine.connect() as connection:
        found = schema_of(connection)
    assert (found.runs, found.sentence) == (not said, said)


@pytest.mark.parametrize(
    ("oldest_code", "expected"), [("0005", (200, "ready")), ("8000", (503, "too new for this version"))]
)
def test_a_server_is_ready_as_long_as_the_stamp_admits_its_code(
    oldest_code: str, expected: tuple[int, str], engine: Engine, client: TestClient, renewed: None
) -> None:
    migrated_by_a_newer_version(engine, oldest_code)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == expected


@pytest.mark.parametrize(
    "arguments",
    [["serve"], ["worker", "--once"], ["audit", "verify"], ["seed"], ["import", "--dry-run"]],
)
def test_commands_of_code_that_is_shut_out_say_so(
    arguments: list[str],
    engine: Engine,
    renewed: None,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    migrated_by_a_newer_version(engine, "8000")
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)
    assert main(arguments) == 1
    assert capsys.readouterr().err == SHUT_OUT + "\n"


@pytest.mark.parametrize("oldest_code", ["0005", "8000"])
def test_there_is_no_way_down(
    oldest_code: str,
    engine: Engine,
    renewed: None,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    migrated_by_a_newer_version(engine, oldest_code)
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", database_url)
    assert main(["migrate"]) == 1
    assert capsys.readouterr().err == (
        f"{OURS} Dealworthy 9.0, and there is no way down. Nothing was changed. Run `migrate` of that version; to go "
        f"back to {product_version()}, restore a backup that was made before with `dealworthy restore`.\n"
    )
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9000"


def test_migrations_at_once_wait_for_one_another(new_url: str, forks: Forks, tmp_path: Path) -> None:
    old_database(new_url, "0001")
    engine = create_engine(new_url)
    before = fill(engine)
    logs = [tmp_path / f"{number}.log" for number in range(3)]
    running = [forks.start(["migrate"], environment(new_url, 8341), log) for log in logs]
    assert [each.wait(60) for each in running] == [0, 0, 0], [log.read_text() for log in logs]
    assert rows_of(engine, like=before) == before
    with engine.connect() as connection:
        assert schema_of(connection).revision == HEAD
    engine.dispose()


def test_a_migration_gives_way_to_a_long_transaction(new_postgresql_url: str) -> None:
    old_database(new_postgresql_url, "0005")
    engine = create_engine(new_postgresql_url)
    with engine.begin() as holder:
        holder.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        with pytest.raises(SchemaError, match="another transaction holds a table"):
            migrate(new_postgresql_url, tries=1)
    with engine.connect() as connection:
        assert schema_of(connection).revision == "0005"
    migrate(new_postgresql_url, tries=1)
    with engine.connect() as connection:
        assert schema_of(connection).revision == HEAD
    engine.dispose()
