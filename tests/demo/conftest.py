"""Installations that were just filled with the demonstration, once for all of its tests."""

from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI
from sqlmodel import Session

from app.cli import main
from app.config import Settings
from app.database import Database
from app.main import create_app
from installations import PostgresqlStore, SqliteStore
from telling import A_SUNDAY_NIGHT


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an installation that was just filled with the demonstration."""
    store: SqliteStore | PostgresqlStore
    if request.param == "sqlite":
        store = SqliteStore(tmp_path_factory.mktemp("told") / "demo.db", request.getfixturevalue("sqlite_template"))
        store.replace()
    else:
        names = (request.getfixturevalue(name) for name in ("postgresql_url", "postgresql_template"))
        store = PostgresqlStore(*names)
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(A_SUNDAY_NIGHT, tick=False):
        patch.setenv("DEALWORTHY_DATABASE_URL", store.url)
        assert [main(["import"]), main(["seed"])] == [0, 0]
    yield store.url
    if isinstance(store, PostgresqlStore):
        store.close()


@pytest.fixture(scope="session")
def told(filled: str) -> Iterator[Session]:
    """What it stored; nobody writes to it."""
    database = Database(filled)
    with database.read() as session:
        yield session
    database.dispose()


@pytest.fixture(scope="session")
def shown(filled: str) -> Iterator[FastAPI]:
    application = create_app(Settings(_env_file=None, database_url=filled, base_url="http://testserver"))
    yield application
    application.state.database.dispose()
