"""The result page under each review policy: what is closed is not in the answer at all, nor can it be told from it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.people.models import Role
from essaywork import essay, queued, verdict, write_all
from factories import NOW, course_document, lesson, person, published, published_quiz, quiz_document, sellable, single
from taking import Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
CLOSED = "2026-12-01T00:00"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    session.commit()
    return Taker(sign_in("ana@example.com"))


def questions() -> list[dict[str, Any]]:
    more: dict[str, Any] = {"lesson": "lesson-1", "red_line": ["keeper.return"], "critical": True}
    return [
        single("one", topic="Prices", feedback="one: explained", **more),
        single("two", topic="Guests", feedback="two: explained"),
        single("three", topic="Guests"),
    ]


def result(session: Session, taker: Taker, review: dict[str, str], *, wrong: tuple[str, ...] = ("one",)) -> str:
    """The result of an attempt with one critical question wrong, under a review policy."""
    owner = sellable(session)
    published(session, owner, ContentKind.COURSE, "keeper", course_document([lesson(1)]))
    published_quiz(session, quiz_document(items=questions(), review=review, closes=CLOSED), owner=owner)
    session.commit()
    attempt = taker.start()
    taker.answer_all(attempt, wrong=wrong)
    return taker.finish(attempt)


TELLS = {
    "score": ["66.6 %", "Not passed"],
    "answers": ["one: wrong", "two: right"],
    "marks": ["Touches a red line", "Answered right", "Guests", "Lesson 1", "About keeper.return", "Practise the"],
    "right_answers": ["The right answer</dt>", "one: right", "one: explained", "two: explained"],
    "feedback": ["one: what the wrong option forgets"],
}
"""Words of the page that tell something, by the part of the policy that must be open for them."""


@pytest.mark.parametrize("rule", ["never", "after_close", "when_done"])
@pytest.mark.parametrize("part", list(TELLS))
def test_a_closed_part_is_not_in_the_answer(session: Session, ana: Taker, part: str, rule: str) -> None:
    review = {**dict.fromkeys(TELLS, "at_once"), part: rule}
    shown = result(session, ana, review)
    expected = {word: name != part for name, words in TELLS.items() for word in words}
    if part == "answers":
        expected["one: right"] = True  # it is the right answer here, and that is open
    if part == "right_answers":
        expected["two: right"] = True
    assert {word: word in shown for word in expected} == expected


def test_with_everything_closed_nothing_of_the_questions_is_in_the_answer(session: Session, ana: Taker) -> None:
    shown = result(session, ana, dict.fromkeys(TELLS, "after_close"))
    told = [word for words in TELLS.values() for word in [*words, "What about"] if word in shown]
    assert told == []
    assert "<h1>Your answers are in</h1>" in shown
    assert "Opens on 1 December" in shown


def test_right_and_wrong_look_alike_while_the_marks_are_closed(session: Session, ana: Taker) -> None:
    closed = {**dict.fromkeys(TELLS, "never"), "answers": "at_once"}
    failed = result(session, ana, closed, wrong=("one", "two", "three"))
    again = ana.start()
    ana.answer_all(again)
    passed = ana.finish(again)
    parts = [page.partition("<main")[2].partition("<aside")[0] for page in (failed, passed)]
    assert [part.count("<section") for part in parts] == [4, 4]
    assert [[number for number in range(1, 4) if f'id="q{number}"' in part] for part in parts] == [[1, 2, 3], [1, 2, 3]]


def test_everything_opens_when_the_quiz_has_closed(
    session: Session, ana: Taker, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    result(session, ana, dict.fromkeys(TELLS, "after_close"))
    clock.move_to(NOW + timedelta(days=30))
    later = sign_in("ana@example.com").get("/attempts/1").text
    assert [word for words in TELLS.values() for word in words if word not in later] == []
    assert "Still closed" not in later


def test_the_explanation_waits_for_the_right_answer(session: Session, ana: Taker) -> None:
    shown = result(session, ana, {})
    assert "explained" not in shown
    assert "one: what the wrong option forgets" in shown
    assert "The right answers</dt><dd>Opens when you pass.</dd>" in shown


def test_a_failed_attempt_offers_to_practise_what_was_missed(session: Session, ana: Taker) -> None:
    shown = result(session, ana, {})
    assert 'action="/quizzes/keeper-quiz/practice"' in shown
    assert "Practise the question you missed" in shown


def test_what_comes_from_a_bank_of_another_product_leads_to_that_products_lesson_and_red_line(
    session: Session, ana: Taker
) -> None:
    keeper, harbour = sellable(session), sellable(session, "harbour")
    for owner in (keeper, harbour):
        course = course_document([lesson(1, title=f"All about {owner.slug}")], owner.slug)
        published(session, owner, ContentKind.COURSE, owner.slug, course)
    item = single("b1", lesson="lesson-1", red_line=["harbour.return"])
    bank = quiz_document("bank", [item], product="harbour", bank=True)
    published_quiz(session, bank, owner=harbour)
    rules = [{"count": 1, "from": "bank"}]
    published_quiz(session, quiz_document(items=[single("one")], draw=rules, practice="missed"), owner=keeper)
    session.commit()
    attempt = ana.start()
    ana.answer_all(attempt, right=False)
    shown = ana.finish(attempt)
    assert '<a href="/products/harbour/lessons/lesson-1">All about harbour</a>' in shown
    assert "All about keeper" not in shown
    assert "About harbour.return" in shown


@pytest.fixture
def tom(session: Session, sign_in: SignIn) -> TestClient:
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    return sign_in("tom@example.com")


@pytest.mark.parametrize(
    ("review", "told"),
    [
        ({}, {"4 of 6 points": True, "Say more.": True, "Fewer words.": True}),
        ({"marks": "never"}, {"4 of 6 points": False, "Say more.": True, "Fewer words.": True}),
        ({"feedback": "never"}, {"4 of 6 points": True, "Say more.": False, "Fewer words.": False}),
        (dict.fromkeys(TELLS, "never"), {"4 of 6 points": False, "Say more.": False, "Fewer words.": False}),
    ],
)
def test_what_assessors_say_opens_with_feedback_and_points_with_the_marks(
    session: Session, ana: Taker, tom: TestClient, review: dict[str, str], told: dict[str, bool]
) -> None:
    published_quiz(session, quiz_document(items=[essay()], review=review))
    session.commit()
    attempt = ana.start()
    write_all(ana, attempt)
    ana.finish(attempt)
    address = queued(tom)[0]
    verdict(tom, address, "return", comment="Say more.")
    assert "Say more." in ana.client.get(f"{attempt}/essays/1").text
    ana.client.post(f"{attempt}/essays/1", data={"number": "1", "text": "More words."})
    verdict(tom, address, "mark", asks="4", limits="4", comment="Fewer words.")
    shown = ana.client.get(attempt).text
    assert {word: word in shown for word in told} == told


def test_a_result_costs_the_same_for_three_questions_and_for_thirty(
    session: Session, ana: Taker, application: FastAPI
) -> None:
    counts = []
    for total in (3, 30):
        slug = f"product-{total}"
        items = [single(f"{slug}-{number}", lesson="lesson-1", red_line=[f"{slug}.return"]) for number in range(total)]
        items += [essay(f"{slug}-essay-{number}") for number in range(total // 3)]
        document = quiz_document(f"{slug}-quiz", items, product=slug)
        published_quiz(session, document, owner=sellable(session, slug))
        session.commit()
        attempt = ana.start(f"{slug}-quiz")
        ana.client.post(f"{attempt}/finish")
        with count_statements(application.state.database) as statements:
            assert ana.client.get(attempt).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
