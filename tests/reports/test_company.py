"""The page of the whole company: how many may sell each product."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.certification import summary as summaries
from app.database import Database
from app.people.models import Role
from factories import NOW, attest, person, sellable

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_small_company_is_added_up_as_of_now(session: Session, sign_in: SignIn) -> None:
    keeper = sellable(session)
    attest(session, person(session, "ana@example.com"), keeper, at=NOW)
    person(session, "ben@example.com")
    person(session, "cora@example.com", Role.COMPLIANCE)
    session.commit()
    text = sign_in("cora@example.com").get("/team/company").text
    assert "1 of 2 standings is not cleared today." in text
    assert "As of" not in text


def test_a_large_company_is_shown_with_its_moment(
    session: Session, database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "LARGE", 2)
    keeper = sellable(session)
    attest(session, person(session, "ana@example.com"), keeper, at=NOW)
    person(session, "ben@example.com")
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    browser = sign_in("tom@example.com")
    assert "The numbers are being added up" in browser.get("/team/company").text
    summaries.store(session, {}, summaries.prepare(database, {}))
    session.commit()
    text = browser.get("/team/company").text
    assert "1 of 2 standings is not cleared on this day." in text
    assert "As of " in text
