"""What is fuzzed: a small world that is made at once, or, in a long run, the whole demonstration."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlmodel import Session

from app.cli import main
from app.main import create_app
from fuzz.examples import EXAMPLES
from fuzz.worlds import World
from hostileworld import SOMEBODY, furnish
from installations import Installation

_DEMO_PEOPLE = ["rep", "se", "manager", "trainer", "compliance", "admin"]


@pytest.fixture
def world(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An installation with something behind every address."""
    if EXAMPLES == 1:
        application: FastAPI = installation.application()
        with Session(installation.database.engine.execution_options(writes=True), expire_on_commit=False) as session:
            furnish(application, session)
        yield World(application, [SOMEBODY])
        return
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", installation.settings.database_url)
    assert [main(["import"]), main(["seed"])] == [0, 0]
    application = create_app(installation.settings)
    yield World(application, [*(f"{name}@example.com" for name in _DEMO_PEOPLE), SOMEBODY])
    application.state.database.dispose()
