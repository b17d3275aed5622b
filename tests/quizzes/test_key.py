"""The key stays on the server until the review policy opens it, whatever a browser asks for."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session

from app.quizzes.itemcontent import ITEM_TYPES
from factories import NOW, person, product, published_quiz, quiz_document, single
from taking import Fields, QuestionPage, Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
CLOSED = (
    "correct",
    "accept",
    "tolerance",
    "feedback",
    "weight",
    "critical",
    "red_line",
    "criteria",
    "guidance",
    "factor",
)
MARKERS = ("SECRET", "secret", "31337", "0.125", "4242", "0.3125", "1852")

DIGITS = "0123456789abcdef"
SECRET: dict[str, Any] = {"feedback": "SECRET words of the author"}
PICTURE = {"file": f"SECRET.{DIGITS}.png", "alt": "A chart"}
ITEMS: list[dict[str, Any]] = [
    {
        "type": "single",
        "options": [
            {"text": "right", "correct": True, "media": PICTURE, **SECRET},
            {"text": "wrong"},
            {"text": "half right", "weight": 0.3125, **SECRET},
        ],
        "critical": True,
        "media": [PICTURE],
        "category": "SECRET/category",
        "tags": ["SECRET"],
        "difficulty": "hard",
    },
    {
        "type": "multiple",
        "options": [
            {"text": "right", "correct": True, "weight": 1, **SECRET},
            {"text": "also wrong", "weight": -0.3125, **SECRET},
            {"text": "wrong"},
        ],
    },
    {"type": "true_false", "answer": True, "feedback_true": "SECRET"},
    {"type": "short_text", "accept": ["SECRET*", {"text": "SECRETLY", "weight": 0.3125, **SECRET}]},
    {
        "type": "numeric",
        "answers": [{"answer": 31337.25, "tolerance": 0.125, **SECRET}, {"min": 4242, "max": 4242.5, "weight": 0.3125}],
        "unit": "m",
        "units": [{"unit": "SECRET", "factor": 1852}],
    },
    {"type": "matching", "pairs": [{"left": "A", "right": "one"}, {"left": "B", "right": "two"}], "extra": ["none"]},
    {"type": "ordering", "options": [{"text": "begin", "media": PICTURE}, {"text": "go on"}, {"text": "end"}]},
    {
        "type": "cloze",
        "prompt": "[[secret-choice]], [[secret-word]] and [[secret-number]].",
        "gaps": [
            {
                "id": "secret-choice",
                "type": "choice",
                "options": [{"text": "right", "correct": True, **SECRET}, {"text": "wrong"}],
            },
            {"id": "secret-word", "type": "short_text", "accept": ["SECRET"]},
            {"id": "secret-number", "type": "numeric", "answer": 31337, "points": 3},
        ],
    },
    {
        "type": "essay",
        "criteria": [{"id": "secret", "title": "SECRET", "points": 3, "needed": 1}],
        "guidance": "SECRET",
        "min_words": 2,
        "needed_percent": 31.25,
    },
]
ONE_OF_EACH = [{"prompt": "Say it.", **item, **SECRET, "id": item["type"].replace("_", "-")} for item in ITEMS]
GAPS = {"Gap 1": "wrong", "Gap 2": "7", "Gap 3": "7"}
STEPS = {"begin": "3", "go on": "2", "end": "1"}
LINES: dict[str, str] = {"Your answer": "7", "Your answer (m)": "7", "A": "two", "B": "none", **GAPS, **STEPS}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    session.commit()
    return Taker(sign_in("ana@example.com"))


def wrong_fields(page: QuestionPage) -> Fields:
    """A wrong answer to any of these questions, none of which has a feedback of its own."""
    ticked = [choice for choice in page.choices if choice in {"wrong", "False"}]
    return page.filled_in(*ticked, **{label: value for label, value in LINES.items() if label in page.selects})


def leaks(responses: list[Response], words: tuple[str, ...]) -> list[tuple[str, str]]:
    found = [(str(response.request.url), word) for response in responses for word in words if word in response.text]
    return sorted(set(found))


def finished(taker: Taker, attempt: str) -> Response:
    assert taker.client.post(f"{attempt}/finish").status_code == 303
    return taker.client.get(attempt)


def test_there_is_a_question_of_every_type() -> None:
    assert [item["type"] for item in ITEMS] == list(ITEM_TYPES)


def test_no_page_and_no_error_of_an_attempt_holds_the_key(
    session: Session, ana: Taker, clock: time_machine.Traveller
) -> None:
    published_quiz(session, quiz_document(items=ONE_OF_EACH, time_limit_minutes=20))
    session.commit()
    start = ana.client.get("/quizzes/keeper-quiz")
    attempt = ana.start()
    stale = ana.open(attempt, 1)
    seen = []
    for position in range(1, len(ITEMS) + 1):
        fields = wrong_fields(ana.open(attempt, position))
        seen.append(ana.client.get(attempt, params={"q": position}))
        seen.append(ana.client.post(f"{attempt}/answers", data=dict(fields), headers={"Accept": "application/json"}))
        seen.append(ana.send(attempt, [*stale.fields[:1], ("position", str(position)), ("choice", "1"), ("text", "9")]))
        seen.append(
            ana.send(attempt, [*fields, ("choice", "99"), ("gap-0", "99"), ("pair-0", "99"), ("place-0", "99")])
        )
    saved = [response for response in seen if response.headers.get("content-type") == "application/json"]
    assert [response.json()["answered"] for response in saved] == list(range(1, len(ITEMS) + 1))
    seen += [
        ana.send(attempt, stale.fields, go="next"),
        ana.send(attempt, [("step", "x"), ("position", "1")]),
        ana.send(attempt, [("step", "0"), ("position", "99")]),
        ana.client.get(f"{attempt}?q=99"),
        ana.client.get(f"{attempt}/finish"),
    ]
    clock.shift(timedelta(minutes=25))
    seen += [ana.client.get(attempt), ana.client.get(f"{attempt}/finish")]
    assert [response.status_code for response in seen[-7:]] == [409, 422, 404, 404, 200, 200, 200]
    assert leaks(seen, (*CLOSED, *MARKERS)) == []
    result = finished(ana, attempt)
    assert leaks([start, result], MARKERS) == []


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
    assert "Closed while another attempt at this quiz runs." in closed
    ana.finish(again)
    assert "one: right" in ana.client.get(passed).text


def test_the_right_answers_are_closed_while_another_quiz_asks_the_same_questions(session: Session, ana: Taker) -> None:
    keeper = product(session)
    published_quiz(session, quiz_document("bank", bank=True), owner=keeper)
    for slug in ("keeper-quiz", "other-quiz"):
        drawn = quiz_document(slug, draw=[{"count": 3, "from": "bank"}])
        published_quiz(session, {**drawn, "items": []}, owner=keeper)
    session.commit()
    running, passed = ana.start("other-quiz"), ana.start()
    ana.answer_all(passed, wrong=("one",))
    closed = ana.finish(passed)
    assert "one: right" not in closed
    assert "Closed while an attempt at another quiz asks the same questions." in closed
    ana.finish(running)
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
        # a process reads each quiz and each wording once
        ana.client.get(f"/quizzes/{slug}")
        with count_statements(application.state.database) as statements:
            attempt = ana.start(slug)
        cost = [len(statements)]
        for position in range(1, total + 1):
            page = ana.open(attempt, position)
        requests = [
            ("GET", f"/quizzes/{slug}", {}),
            ("GET", f"{attempt}?q=2", {}),
            ("POST", f"{attempt}/answers", dict(page.filled_in(next(iter(page.choices))))),
            ("GET", f"{attempt}/finish", {}),
            ("POST", f"{attempt}/finish", {}),
            ("GET", attempt, {}),
        ]
        for method, address, fields in requests:
            with count_statements(application.state.database) as statements:
                assert ana.client.request(method, address, data=fields or None).status_code in {200, 303}
            cost.append(len(statements))
        counts.append(cost)
    assert counts[0] == counts[1]
    start, quiz, question, save, asked, finish, _result = counts[0]
    assert (quiz, question, save, asked) == (6, 3, 5, 3)
    # SQLite has one writer; on PostgreSQL a start waits for its turn and looks again, and both wait for the audit trail
    assert (start, finish) == ((9, 8) if application.state.database.sqlite else (12, 9))
