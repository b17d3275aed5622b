"""Commands on a test's database, another one to restore into, and the tools of PostgreSQL that go with the server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.cli import main
from app.database import Database
from commandline import Run


@pytest.fixture(scope="session")
def tools_of_postgresql(postgresql_url: str) -> str:
    """The folder of pg_dump and the others that came with the server, as far as it is on this machine."""
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        folder = str(connection.scalar(text("SELECT setting FROM pg_config WHERE name = 'BINDIR'")))
    engine.dispose()
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tools_of_postgresql: str) -> Run:
    """Run a command on a database, and return its exit status and what it wrote."""
    monkeypatch.setenv("PATH", f"{tools_of_postgresql}{os.pathsep}{os.environ['PATH']}")

    def command(url: str, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setenv("DEALWORTHY_DATABASE_URL", url)
        status = main([str(each) for each in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> str:
    """An empty database of the same kind as the test's."""
    return (
        f"sqlite:///{tmp_path / 'elsewhere.db'}" if database.sqlite else request.getfixturevalue("new_postgresql_url")
    )


@pytest.fixture
def drop_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Databases of PostgreSQL that were kept aside are dropped again."""
    yield
    engine = create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT datname FROM pg_database WHERE datname LIKE '%_before_restore_%'")
        ).all()
        for name in names:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    engine.dispose()
