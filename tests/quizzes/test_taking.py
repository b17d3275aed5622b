"""A quiz over HTTP without JavaScript, from its start page to its result."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from factories import NOW, person, published_quiz, quiz_document, single
from taking import Taker

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    session.commit()
    return Taker(sign_in("ana@example.com"))


def publish(session: Session, *items: dict[str, Any], **more: Any) -> None:
    published_quiz(session, quiz_document(items=list(items) or None, **more))
    session.commit()


def test_all_right_is_passed(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    ana.answer_all(attempt)
    result = ana.finish(attempt)
    assert "<h1>100 %, passed</h1>" in result


def test_a_page_shows_the_answer_that_is_stored(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    page = ana.open(attempt, 2)
    choice = next(text for text in page.choices if text.endswith("also wrong"))
    ana.answer(attempt, 2, choice)
    assert ana.open(attempt, 2).kept == [("choice", page.choices[choice])]


def test_a_critical_question_wrong_fails_whatever_the_mark(session: Session, ana: Taker) -> None:
    publish(session, single("one"), single("two", critical=True), single("three"))
    attempt = ana.start()
    ana.answer_all(attempt, wrong=("two",))
    result = ana.finish(attempt)
    assert "<h1>66.6 %, and one critical question wrong</h1>" in result
    assert "The mark was enough." in result
    assert "What about two?" in result


def test_too_few_right_answers_fail(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    ana.answer_all(attempt, wrong=("one", "two"))
    assert "<h1>33.3 %, and 60 % are needed</h1>" in ana.finish(attempt)


EVERY_TYPE: list[dict[str, Any]] = [
    {
        "id": "multiple",
        "type": "multiple",
        "prompt": "Which two?",
        "options": [{"text": "red", "correct": True}, {"text": "blue", "correct": True}, {"text": "grey"}],
    },
    {"id": "true-false", "type": "true_false", "prompt": "Is it so?", "answer": False},
    {"id": "short-text", "type": "short_text", "prompt": "Which word?", "accept": ["loyal*"]},
    {"id": "numeric", "type": "numeric", "prompt": "How much?", "answer": 12.5, "tolerance": 0.5, "unit": "%"},
    {
        "id": "matching",
        "type": "matching",
        "prompt": "What belongs together?",
        "pairs": [{"left": "till", "right": "shop"}, {"left": "bed", "right": "hotel"}],
    },
    {
        "id": "ordering",
        "type": "ordering",
        "prompt": "In which order?",
        "options": [{"text": "ask"}, {"text": "show"}, {"text": "sign"}],
    },
]
RIGHT: dict[str, tuple[list[str], dict[str, str]]] = {
    "Which two?": (["red", "blue"], {}),
    "Is it so?": (["False"], {}),
    "Which word?": ([], {"Your answer": "loyalty"}),
    "How much?": ([], {"Your answer (%)": "12,4"}),
    "What belongs together?": ([], {"till": "shop", "bed": "hotel"}),
    "In which order?": ([], {"ask": "1", "show": "2", "sign": "3"}),
}


def test_every_type_can_be_answered(session: Session, ana: Taker) -> None:
    publish(session, *EVERY_TYPE, pass_percent=100)
    attempt = ana.start()
    for position in range(1, len(EVERY_TYPE) + 1):
        texts, lines = RIGHT[ana.open(attempt, position).prompt]
        assert ana.answer(attempt, position, *texts, **lines).status_code == 303
        kept = ana.open(attempt, position).kept
        assert len(kept) == len(texts) + len(lines)
    assert "<h1>100 %, passed</h1>" in ana.finish(attempt)


def test_an_order_with_a_place_taken_twice_is_kept_and_counts_as_missing(session: Session, ana: Taker) -> None:
    publish(session, EVERY_TYPE[5])
    attempt = ana.start()
    ana.answer(attempt, 1, ask="1", show="1")
    page = ana.open(attempt, 1)
    assert sorted(page.kept) == sorted([(page.selects["ask"], "1"), (page.selects["show"], "1")])
    assert "One question has no whole answer" in ana.client.get(f"{attempt}/finish").text
    assert "<h1>0 %, and 60 % are needed</h1>" in ana.finish(attempt)


def test_buttons_lead_on_back_to_a_place_and_to_the_end(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    went = {
        go: ana.send(attempt, ana.open(attempt, 2).fields, go=go).headers["location"]
        for go in ("next", "back", "3", "finish")
    }
    assert went == {
        "next": f"{attempt}?q=3",
        "back": f"{attempt}?q=1",
        "3": f"{attempt}?q=3",
        "finish": f"{attempt}/finish",
    }


def test_a_flag_is_kept_with_the_answer_beside_it(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    page = ana.open(attempt, 1)
    choice = next(iter(page.choices))
    response = ana.send(attempt, page.filled_in(choice), flag="1")
    assert response.headers["location"] == f"{attempt}?q=1"
    shown = ana.client.get(f"{attempt}?q=1").text
    assert 'value="0" aria-pressed="true"' in shown
    assert ana.open(attempt, 1).kept == [("choice", page.choices[choice])]


def test_the_confirmation_names_what_has_no_answer(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    page = ana.open(attempt, 1)
    ana.send(attempt, page.filled_in(next(iter(page.choices))), go="finish")
    shown = ana.client.get(f"{attempt}/finish").text
    assert "2 questions have no whole answer" in shown
    assert [f'href="{attempt}?q={position}"' in shown for position in (1, 2, 3)] == [False, True, True]


def test_start_goes_to_the_attempt_that_runs(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    assert ana.start() == attempt
    assert f'<a class="btn main" href="{attempt}">Continue</a>' in ana.client.get("/quizzes/keeper-quiz").text


def test_finishing_twice_is_one_finish(session: Session, ana: Taker, clock: time_machine.Traveller) -> None:
    publish(session)
    attempt = ana.start()
    ana.answer_all(attempt)
    first = ana.finish(attempt)
    clock.shift(timedelta(minutes=5))
    assert ana.finish(attempt) == first


def test_after_the_last_question_comes_the_confirmation(session: Session, ana: Taker) -> None:
    publish(session, single("one"))
    attempt = ana.start()
    assert ana.answer(attempt, 1, "one: right").headers["location"] == f"{attempt}/finish"


def test_somebody_elses_attempt_is_not_there(session: Session, ana: Taker, sign_in: SignIn) -> None:
    person(session, "ben@example.com")
    publish(session)
    attempt = ana.start()
    fields = ana.open(attempt, 1).fields
    ben = Taker(sign_in("ben@example.com"))
    answers = [
        ben.client.get(attempt),
        ben.client.get(f"{attempt}/finish"),
        ben.client.post(f"{attempt}/finish"),
        ben.send(attempt, fields),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert "1 of 3" in ana.client.get(attempt).text


@pytest.mark.parametrize("address", ["/quizzes/none", "/attempts/7", "/attempts/abc", "/attempts/99999999999999"])
def test_what_is_not_there(ana: Taker, address: str) -> None:
    assert ana.client.get(address).status_code == 404


def test_a_choice_that_the_page_did_not_offer_changes_nothing(session: Session, ana: Taker) -> None:
    publish(session)
    attempt = ana.start()
    assert ana.send(attempt, ana.open(attempt, 1).fields, choice="7").status_code == 422
    assert ana.open(attempt, 1).kept == []
