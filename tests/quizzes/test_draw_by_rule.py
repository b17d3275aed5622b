"""Attempts that draw by rule, from the quiz itself, from a bank and from a version of another quiz."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import Product
from app.errors import ConflictError
from app.people.access import CurrentPerson
from app.quizzes import actions, itemqueries
from app.quizzes.startactions import start
from factories import NOW, person, product, published_quiz, quiz_document, single
from taking import Taker

SignIn = Callable[[str], TestClient]
LATER = NOW + timedelta(hours=1)
ANA = CurrentPerson(1, "ana@example.com", "Ana", frozenset(), 0)


@pytest.fixture
def keeper(session: Session) -> Product:
    person(session, "ana@example.com")
    return product(session)


def bank(session: Session, owner: Product, *items: dict[str, Any], hours: int = 0) -> None:
    document = quiz_document("bank", list(items), bank=True)
    del document["pass_percent"]
    published_quiz(session, document, owner=owner, at=NOW + timedelta(hours=hours))


def sit(session: Session, hours: int, slug: str = "keeper-quiz") -> list[str]:
    """Start an attempt and finish it at once; return the prompts that it asked, in their order."""
    moment = LATER + timedelta(hours=hours)
    attempt_id = start(session, ANA, slug, moment)
    assert attempt_id is not None
    actions.finish(session, ANA, attempt_id, moment)
    return [each.document["prompt"] for each in itemqueries.drawn_items(session, attempt_id)]


def test_rules_draw_in_their_order_from_the_quiz_and_from_a_bank(session: Session, keeper: Product) -> None:
    bank(session, keeper, single("b1", category="pricing/discounts"), single("b2", category="legal"))
    rules = [{"count": 1, "from": "bank", "category": "pricing"}, {"items": ["two"]}, {"count": 9, "critical": True}]
    items = [single("one"), single("two"), single("three", critical=True)]
    published_quiz(session, quiz_document(items=items, draw=rules), owner=keeper)
    assert sit(session, 0) == ["What about b1?", "What about two?", "What about three?"]


def test_an_item_is_seen_wherever_it_was_asked(session: Session, keeper: Product) -> None:
    bank(session, keeper, *(single(f"b{number}") for number in range(4)))
    rule = [{"count": 2, "from": "bank"}]
    for slug in ("first", "second"):
        published_quiz(session, quiz_document(slug, [single("b0")], draw=rule), owner=keeper)
    asked = sit(session, 0, "first") + sit(session, 0, "second")
    assert sorted(asked) == [f"What about b{number}?" for number in range(4)]


def test_items_of_the_same_name_in_two_quizzes_are_two_items(session: Session, keeper: Product) -> None:
    bank(session, keeper, single("one", prompt="Of the bank?"))
    rules = [{"count": 1}, {"count": 1, "from": "bank"}]
    published_quiz(session, quiz_document(items=[single("one")], draw=rules), owner=keeper)
    assert sit(session, 0) == ["What about one?", "Of the bank?"]


def test_the_newest_version_is_drawn_from_unless_one_is_pinned(session: Session, keeper: Product) -> None:
    bank(session, keeper, single("b1", prompt="Old?"))
    pinned = quiz_document("pinned", [single("one")], draw=[{"count": 1, "from": "bank", "version": 1}])
    newest = quiz_document("newest", [single("one")], draw=[{"count": 1, "from": "bank"}])
    published_quiz(session, pinned, owner=keeper)
    published_quiz(session, newest, owner=keeper)
    assert sit(session, 0, "newest") == ["Old?"]
    bank(session, keeper, single("b1", prompt="New?"), hours=2)
    assert sit(session, 3, "newest") == ["New?"]
    assert sit(session, 3, "pinned") == ["Old?"]


def test_the_same_item_in_two_versions_comes_once(session: Session, keeper: Product) -> None:
    bank(session, keeper, single("b1", prompt="Old?"))
    bank(session, keeper, single("b1", prompt="New?"))
    rules = [{"count": 1, "from": "bank", "version": 1}, {"count": 1, "from": "bank"}]
    published_quiz(session, quiz_document(items=[single("one")], draw=rules), owner=keeper)
    assert sit(session, 0) == ["Old?"]


def test_each_rule_asks_its_own_version_of_what_it_takes(session: Session, keeper: Product) -> None:
    bank(session, keeper, single("b1", prompt="Old 1?"), single("b2", prompt="Old 2?"))
    bank(session, keeper, single("b1", prompt="New 1?"), single("b2", prompt="New 2?"))
    rules = [{"count": 1, "from": "bank", "version": 1}, {"count": 1, "from": "bank"}]
    published_quiz(session, quiz_document(items=[single("one")], draw=rules), owner=keeper)
    assert sit(session, 0) in (["Old 1?", "New 2?"], ["Old 2?", "New 1?"])


def test_a_quiz_that_finds_nothing_to_ask_does_not_start(session: Session, keeper: Product) -> None:
    rules = [{"count": 1, "from": "nowhere"}]
    published_quiz(session, quiz_document(items=[single("one")], draw=rules), owner=keeper)
    with pytest.raises(ConflictError, match="nothing to offer"):
        start(session, ANA, "keeper-quiz", LATER)


@pytest.fixture
def ana(session: Session, keeper: Product, sign_in: SignIn) -> Iterator[Taker]:
    with time_machine.travel(LATER, tick=False):
        bank(session, keeper, single("b1", critical=True))
        rules = [{"count": 1, "from": "bank"}, {"items": ["one", "two"]}]
        published_quiz(session, quiz_document(draw=rules), owner=keeper)
        session.commit()
        yield Taker(sign_in("ana@example.com"))


def test_nobody_can_look_at_a_bank_or_take_it(ana: Taker) -> None:
    assert ana.client.get("/quizzes/bank").status_code == 404
    assert ana.client.post("/quizzes/bank/attempts").status_code == 404


def test_the_page_counts_what_the_rules_ask_for_and_knows_what_is_critical(ana: Taker) -> None:
    page = ana.client.get("/quizzes/keeper-quiz").text
    assert re.findall(r"(\d+) questions", page) == ["3"]
    assert "Some questions are critical" in page
    attempt = ana.start()
    ana.answer_all(attempt, wrong=("b1",))
    assert "Not passed" in ana.finish(attempt)
