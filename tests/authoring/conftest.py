from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.authoring.importing import apply, plan
from app.clock import now
from app.database import Database
from app.people.models import Role
from factories import person
from writing import keeper


@pytest.fixture
def trainer(database: Database, sign_in: Callable[[str], TestClient]) -> TestClient:
    """A trainer's browser; Keeper CRM has been read from files."""
    with database.write() as session:
        person(session, "trainer@example.com", Role.TRAINER)
        person(session, "other@example.com", Role.TRAINER)
        person(session, "rep@example.com", Role.REP)
        person(session, "compliance@example.com", Role.COMPLIANCE)
        apply(session, plan(session, keeper()), now())
    return sign_in("trainer@example.com")


@pytest.fixture
def compliance(trainer: TestClient, sign_in: Callable[[str], TestClient]) -> TestClient:
    """The browser of a compliance officer, who wrote nothing."""
    return sign_in("compliance@example.com")
