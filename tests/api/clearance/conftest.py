"""Who asks about whom: a CRM with a token, Ana, and Keeper, whose red lines are to be signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.people.models import Person
from app.people.tokens import create_token
from factories import NOW, person, sellable

Ask = Callable[..., Any]
AS_OF = (NOW + timedelta(minutes=5)).isoformat()


@pytest.fixture
def token(session: Session) -> str:
    secret = create_token(session, "crm", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()
    return secret


@pytest.fixture
def ask(client: TestClient, token: str) -> Ask:
    def get(expected: int = 200, /, **params: Any) -> Any:
        params = {"as_of": AS_OF, **params}
        answer = client.get("/api/v1/clearance", params=params, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == expected, answer.text
        return answer.json()

    return get


@pytest.fixture
def keeper(session: Session) -> Product:
    stored = sellable(session)
    session.commit()
    return stored


@pytest.fixture
def ana(session: Session) -> Person:
    stored = person(session, "ana@example.com")
    session.commit()
    return stored
