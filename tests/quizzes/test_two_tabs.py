"""Two tabs, two clicks, two servers: what is stored stays whole."""

import html
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from app.audit.actions import record
from app.config import Settings
from app.database import Database
from app.main import create_app
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import startactions
from app.quizzes.models import Attempt, AttemptItem
from factories import NOW, person, published_quiz, quiz_document
from taking import QuestionPage, Taker

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    published_quiz(session, quiz_document(attempts=1))
    session.commit()
    return Taker(sign_in("ana@example.com"))


def answers_of(database: Database) -> list[object]:
    with database.read() as session:
        return list(session.scalars(select(col(AttemptItem.answer)).order_by(col(AttemptItem.position))))


def test_a_stale_tab_is_refused_and_sees_what_is_stored_and_what_it_gave(ana: Taker, database: Database) -> None:
    attempt = ana.start()
    stale = ana.open(attempt, 1)
    stored, typed = list(stale.choices)[:2]
    ana.answer(attempt, 1, stored)
    before = answers_of(database)

    response = ana.send(attempt, stale.filled_in(typed), go="next")

    assert response.status_code == 409
    assert QuestionPage(response.text).kept == [("choice", stale.choices[stored])]
    assert f"<li>{typed}</li>" in html.unescape(response.text)
    assert answers_of(database) == before


def test_from_a_refusal_one_goes_on_with_either_answer(ana: Taker) -> None:
    attempt = ana.start()
    stale = ana.open(attempt, 1)
    stored, typed = list(stale.choices)[:2]
    ana.answer(attempt, 1, stored)
    refused = QuestionPage(ana.send(attempt, stale.filled_in(typed), go="next").text)
    assert ana.send(attempt, refused.filled_in(typed), go="next").status_code == 303
    assert ana.open(attempt, 1).kept == [("choice", stale.choices[typed])]


def test_the_same_save_twice_is_one_save(ana: Taker) -> None:
    attempt = ana.start()
    page = ana.open(attempt, 1)
    fields = page.filled_in(next(iter(page.choices)))
    headers = {"Accept": "application/json"}
    replies = [ana.client.post(f"{attempt}/answers", data=dict(fields), headers=headers).json() for _ in range(2)]
    assert replies[0]["step"] == 1
    assert replies[1] == replies[0]


def test_fifty_starts_at_once_are_one_attempt(ana: Taker, session: Session) -> None:
    with ThreadPoolExecutor(50) as pool:
        locations = list(pool.map(lambda _: ana.client.post("/quizzes/keeper-quiz/attempts"), range(50)))
    assert {response.headers.get("location") for response in locations} == {"/attempts/1"}
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_of_two_saves_at_once_from_one_step_only_one_is_kept(ana: Taker) -> None:
    attempt = ana.start()
    page = ana.open(attempt, 1)
    sent = [page.filled_in(text) for text in page.choices]
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda fields: ana.send(attempt, fields, go="next").status_code, sent))
    assert sorted(statuses) == [303, 409, 409]
    winner = sent[statuses.index(303)]
    assert [("choice", value) for name, value in winner if name == "choice"] == ana.open(attempt, 1).kept


def test_finishes_at_once_mark_once(ana: Taker) -> None:
    attempt = ana.start()
    ana.answer_all(attempt)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ana.client.post(f"{attempt}/finish"), range(4)))
    history = ana.client.get("/quizzes/keeper-quiz").text
    assert history.count("Passed") == 1


def test_a_start_that_loses_the_race_gets_the_winners_attempt(database: Database, ana: Taker) -> None:
    """Both transactions have seen that nothing runs; PostgreSQL alone lets two writers come so far."""
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    me = CurrentPerson(1, "ana@example.com", "Ana", frozenset(), 0)

    def start(_: int) -> int | None:
        with database.write() as session:
            return startactions.start(session, me, "keeper-quiz", NOW)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(start, range(8))) == {1}


def test_passing_waits_in_no_circle_with_who_writes_about_the_same_person(database: Database, ana: Taker) -> None:
    """Both need the person and the audit trail; whoever took the trail first would wait for ever."""
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    attempt = ana.start()
    ana.answer_all(attempt)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            session.execute(select(col(Person.id)).where(col(Person.id) == 1).with_for_update())
            finishing = pool.submit(ana.client.post, f"{attempt}/finish")
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert not finishing.done()
            record(session, at=NOW, actor="m@example.com", action="test.recorded", subject=("person", "ana"))
        assert finishing.result().status_code == 303


def test_starting_after_time_ran_out_waits_in_no_circle_either(database: Database, ana: Taker) -> None:
    """The attempt that is over is finished first, which writes to the audit trail; another start holds the person."""
    if database.sqlite:
        pytest.skip("SQLite has one writer at a time")
    ana.start()
    with database.write() as session:
        session.execute(update(Attempt).values(deadline_at=NOW))
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            session.execute(select(col(Person.id)).where(col(Person.id) == 1).with_for_update(key_share=True))
            starting = pool.submit(ana.client.post, "/quizzes/keeper-quiz/attempts")
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert not starting.done()
            record(session, at=NOW, actor="m@example.com", action="test.recorded", subject=("person", "ana"))
        assert starting.result().status_code == 409
        assert "No attempts are left" in starting.result().text


def test_answers_survive_a_restart(ana: Taker, settings: Settings) -> None:
    attempt = ana.start()
    ana.answer_all(attempt)
    kept = [ana.open(attempt, position).kept for position in (1, 2, 3)]
    restarted = create_app(settings)
    again = Taker(TestClient(restarted, follow_redirects=False, cookies=ana.client.cookies))
    assert [again.open(attempt, position).kept for position in (1, 2, 3)] == kept
    restarted.state.database.dispose()
