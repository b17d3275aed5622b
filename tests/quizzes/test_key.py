"""The key stays on the server until the review policy opens it, whatever a browser asks for."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from factories import NOW, count_statements, person, product, published_quiz, quiz_document, single
from taking import Taker

SignIn = Callable[[str], TestClient]
CLOSED = ("SECRET", "correct", "accept", "tolerance", "feedback", "weight", "critical", "red_line")

ITEMS: list[dict[str, Any]] = [
    {**single("one", critical=True, feedback="SECRET words of the author"), "points": 2},
    {"id": "two", "type": "short_text", "prompt": "Say two.", "accept": ["SECRET*"], "feedback": "SECRET"},
    {"id": "three", "type": "numeric", "prompt": "Say three.", "answer": 31337.25, "tolerance": 0.125},
    {
        "id": "four",
        "type": "multiple",
        "prompt": "Say four.",
        "options": [
            {"text": "a", "correct": True, "weight": 1, "feedback": "SECRET a"},
            {"text": "b", "feedback": "SECRET b"},
        ],
    },
]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    session.commit()
    return Taker(sign_in("ana@example.com"))


def test_no_page_and_no_error_of_a_running_attempt_holds_the_key(
    session: Session, ana: Taker, clock: time_machine.Traveller
) -> None:
    published_quiz(session, quiz_document(items=ITEMS, time_limit_minutes=20))
    session.commit()
    attempt = ana.start()
    stale = ana.open(attempt, 1)
    seen = [ana.client.get("/quizzes/keeper-quiz")]
    for position in range(1, 5):
        page = ana.open(attempt, position)
        fields = page.filled_in(*list(page.choices)[:1], **dict.fromkeys(page.selects, "mine"))
        seen.append(ana.client.get(attempt, params={"q": position}))
        seen.append(ana.client.post(f"{attempt}/answers", data=dict(fields), headers={"Accept": "application/json"}))
    seen += [
        ana.send(attempt, stale.fields, go="next"),
        ana.send(attempt, [("step", "x"), ("position", "1")]),
        ana.send(attempt, [("step", "0"), ("position", "9")]),
        ana.client.get(f"{attempt}?q=99"),
        ana.client.get(f"{attempt}/finish"),
    ]
    clock.shift(timedelta(minutes=25))
    seen += [ana.client.get(attempt), ana.client.get(f"{attempt}/finish")]
    assert [response.status_code for response in seen[-7:]] == [409, 422, 404, 404, 200, 200, 200]
    leaks = [
        (response.request.url, word)
        for response in seen[1:]
        for word in (*CLOSED, "31337", "0.125", "words of the author")
        if word in response.text
    ]
    assert leaks == []


def test_what_a_browser_sends_for_a_choice_says_nothing_about_the_document(session: Session, ana: Taker) -> None:
    """The right option is the first of every document; on the page it stands anywhere."""
    published_quiz(session, quiz_document(items=[single(f"item{number}") for number in range(40)]))
    session.commit()
    attempt = ana.start()
    pages = [ana.open(attempt, position) for position in range(1, 41)]
    values = {value for page in pages for text, value in page.choices.items() if text.endswith(": right")}
    assert values == {"0", "1", "2"}


def test_a_failed_attempt_shows_own_answers_and_feedback_but_no_right_answer(session: Session, ana: Taker) -> None:
    published_quiz(session)
    session.commit()
    attempt = ana.start()
    ana.answer_all(attempt, right=False)
    result = ana.finish(attempt)
    assert "one: what the wrong option forgets" in result
    assert "one: wrong" in result
    assert "one: right" not in result


def test_once_passed_the_right_answers_are_open_in_every_attempt(session: Session, ana: Taker) -> None:
    published_quiz(session)
    session.commit()
    failed = ana.start()
    ana.answer_all(failed, right=False)
    ana.finish(failed)
    passed = ana.start()
    ana.answer_all(passed, wrong=("one",))
    assert "one: right" in ana.finish(passed)
    assert "one: right" in ana.client.get(failed).text


def test_the_right_answers_of_a_passed_attempt_are_closed_while_another_runs(session: Session, ana: Taker) -> None:
    published_quiz(session)
    session.commit()
    passed = ana.start()
    ana.answer_all(passed, wrong=("one",))
    assert "one: right" in ana.finish(passed)
    again = ana.start()
    closed = ana.client.get(passed).text
    assert "one: right" not in closed
    assert "closed while another attempt at this quiz runs" in closed
    ana.finish(again)
    assert "one: right" in ana.client.get(passed).text


def test_who_was_given_more_attempts_does_not_see_the_right_answers_first(session: Session, ana: Taker) -> None:
    keeper = product(session)
    published_quiz(session, quiz_document(attempts=1), owner=keeper)
    session.commit()
    failed = ana.start()
    ana.answer_all(failed, right=False)
    assert "one: right" in ana.finish(failed)
    published_quiz(session, quiz_document(attempts=2), owner=keeper, at=NOW + timedelta(minutes=1))
    session.commit()
    assert "one: right" not in ana.client.get(failed).text
    assert ana.start() != failed


def test_pages_cost_the_same_for_three_questions_and_for_fifteen(
    session: Session, ana: Taker, application: FastAPI
) -> None:
    counts = []
    for total in (3, 15):
        slug = f"quiz-{total}"
        items = [single(f"{slug}-{number}", lesson=f"lesson-{number}") for number in range(total)]
        published_quiz(session, quiz_document(slug, items), owner=product(session, slug))
        session.commit()
        attempt = ana.start(slug)
        page = ana.open(attempt, 1)
        requests = [
            ("GET", f"/quizzes/{slug}", {}),
            ("GET", f"{attempt}?q=2", {}),
            ("POST", f"{attempt}/answers", dict(page.filled_in(next(iter(page.choices))))),
            ("GET", f"{attempt}/finish", {}),
            ("POST", f"{attempt}/finish", {}),
            ("GET", attempt, {}),
        ]
        cost = []
        for method, address, fields in requests:
            with count_statements(application.state.database) as statements:
                assert ana.client.request(method, address, data=fields or None).status_code in {200, 303}
            cost.append(len(statements))
        counts.append(cost)
    assert counts[0] == counts[1]
    assert counts[0][1] == 4
