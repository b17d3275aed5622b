"""A real server with the demonstration's data and a real Chromium; a browser of its own for each test."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import make_url

from app.clock import now
from app.database import Database
from app.web.i18n import LOCALE_COOKIE
from browsing import DESKTOP, Faults
from factories import open_session, person
from forks import Forks
from installations import postgresql_database
from tools.demonstration import CHROMIUM_ARGUMENTS, Demonstration, chromium, fill, serve

PATIENCE = 10_000
"""Milliseconds that a page has to show what is expected of it, on a machine that runs other tests beside."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of one run have in common."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def demo_template(shared: Path, forks: Forks) -> Path:
    """The demonstration's database, made by the commands once for all workers."""
    path = shared / "demonstration.db"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            growing = path.with_suffix(".growing")
            fill(f"sqlite:///{growing}", forks.start)
            growing.rename(path)
    return path


@pytest.fixture(scope="session")
def postgresql_demo(postgresql_url: str, forks: Forks) -> Iterator[str]:
    """The name of a PostgreSQL database with the demonstration's data."""
    with postgresql_database(postgresql_url) as url:
        fill(url, forks.start)
        yield str(make_url(url).database)


@pytest.fixture
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the demonstration's data, of this test's own; on SQLite unless the test asks for both."""
    if getattr(request, "param", "sqlite") == "postgresql":
        template = request.getfixturevalue("postgresql_demo")
        with postgresql_database(request.getfixturevalue("postgresql_url"), template) as url:
            yield url
        return
    shutil.copy(request.getfixturevalue("demo_template"), tmp_path / "demo.db")
    yield f"sqlite:///{tmp_path / 'demo.db'}"


@pytest.fixture
def server(demo_url: str, tmp_path: Path, forks: Forks) -> Iterator[Demonstration]:
    """A server process of this test's own; what it logs is an error, so the test fails."""
    with serve(demo_url, tmp_path / "server.log", start=forks.start) as demonstration:
        yield demonstration
    assert demonstration.log.read_text() == ""


@pytest.fixture(scope="module")
def shared_server(
    demo_template: Path, tmp_path_factory: pytest.TempPathFactory, forks: Forks
) -> Iterator[Demonstration]:
    """A server process for all tests of a module that leave nothing behind which another of them looks at."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(demo_template, folder / "demo.db")
    with serve(f"sqlite:///{folder / 'demo.db'}", folder / "server.log", start=forks.start) as demonstration:
        yield demonstration
    assert demonstration.log.read_text() == ""


@pytest.fixture
def stored(demo_url: str) -> Iterator[Database]:
    """The server's database, to look behind the pages."""
    database = Database(demo_url)
    yield database
    database.dispose()


@pytest.fixture
def newcomer(stored: Database) -> str:
    """The e-mail address of a rep whom no other test knows."""
    with stored.write() as session:
        return person(session, f"{uuid4().hex}@example.com", at=now()).email


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        reason = "There is no Chromium on this machine, so NO JOURNEY WAS TESTED. Try: apt install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What must not happen in any browser of this test, and fails it at the end."""
    faults = Faults()
    yield faults
    assert faults.found == []


@pytest.fixture
def browse(server: Demonstration, browser: Browser, faults: Faults) -> Iterator[Callable[..., Page]]:
    """Open a browser in which nobody is signed in: `browse()`, `browse(java_script_enabled=False)`."""
    contexts = []

    def opened(**options: object) -> Page:
        settings = {"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", "color_scheme": "light"}
        context = browser.new_context(base_url=server.url, **{**settings, **options})  # type: ignore[arg-type]  # options by name
        context.set_default_timeout(PATIENCE)
        faults.watch(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(browse: Callable[..., Page]) -> Page:
    return browse()


@pytest.fixture
def sign_in_as(server: Demonstration, stored: Database, browse: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser in which somebody is signed in and speaks a language, at a page.

    `sign_in_as("rep@example.com")`, `sign_in_as("rep@example.com", at="/check", speaking="zh-Hans")`
    """

    def signed_in(email: str, *, at: str = "/", speaking: str = "en", **options: object) -> Page:
        with stored.write() as session:
            cookies = {"session": open_session(session, email), LOCALE_COOKIE: speaking}
        page = browse(**options)
        page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])
        page.goto(at)
        return page

    return signed_in
