"""What hostile requests have found, each kept as a case of its own."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session
from time_machine import Traveller

from app.people.csvfile import read_people
from app.people.models import Role
from factories import deal, person, published_quiz, sellable


@pytest.fixture
def browser(clock: Traveller, session: Session, sign_in: Callable[[str], TestClient]) -> TestClient:
    somebody = person(session, "all@example.com", *Role)
    owner = sellable(session)
    published_quiz(session, owner=owner)
    deal(session, "D-1", products=[owner], team={"owner": [somebody]})
    session.commit()
    return sign_in("all@example.com")


def test_a_deal_whose_people_have_no_parts_is_shown_again(browser: TestClient) -> None:
    answer = browser.post("/deals/D-1/contacts", data={"step": "0", "contact_name": ["Li"]})
    assert answer.status_code == 422
    assert 'value="Li"' in answer.text


@pytest.mark.parametrize("typed", ["%s", "%(x)d", "<script>alert(1)</script>"])
def test_a_difficulty_that_nobody_offers_is_no_sentence_of_ours(browser: TestClient, typed: str) -> None:
    rules = {"draw": "2", "draw.0.count": "1", "draw.0.difficulty": typed, "draw.1.count": "1"}
    answer = browser.post("/author/quizzes/keeper-quiz", data={"step": "0", "locale": "en", **rules})
    assert answer.status_code < 500
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("cell", ["email", "x", ""])
def test_a_header_of_a_million_columns_is_refused_by_its_first(cell: str) -> None:
    table = read_people(f"{cell},".encode() * 500_000)
    assert 0 < len(table.problems) <= 50
