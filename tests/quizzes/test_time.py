"""The clock of a quiz is the server's: limits, waiting, and attempts that nobody finished."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session

from app.certification.queries import periods, record
from app.database import Database
from app.people.access import CurrentPerson
from app.quizzes.actions import finish_overdue, save
from app.quizzes.holding import hold_place
from app.quizzes.models import Attempt
from app.quizzes.startactions import start
from factories import NOW, person, published_quiz, quiz_document, sellable, signed_in, single
from taking import Taker

START = NOW + timedelta(hours=1)
SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    published_quiz(session, quiz_document(time_limit_minutes=20, attempts=2, cooldown_hours=24))
    session.commit()
    return Taker(sign_in("ana@example.com"))


def stored(database: Database) -> Attempt:
    with database.read() as session:
        return session.scalars(select(Attempt)).one()


def test_the_page_says_how_long_is_left(ana: Taker, clock: time_machine.Traveller) -> None:
    attempt = ana.start()
    clock.shift(timedelta(minutes=8, seconds=30))
    assert re.findall(r'data-seconds="(\d+)"', ana.client.get(attempt).text) == ["690"]


def test_an_answer_within_the_slack_counts(ana: Taker, clock: time_machine.Traveller) -> None:
    attempt = ana.start()
    page = ana.open(attempt, 1)
    clock.shift(timedelta(minutes=20, seconds=4))
    assert ana.send(attempt, page.filled_in(next(iter(page.choices))), go="next").status_code == 303


def test_an_answer_after_the_end_is_refused_and_the_attempt_ends_when_its_time_did(
    ana: Taker, database: Database, clock: time_machine.Traveller
) -> None:
    attempt = ana.start()
    ana.answer_all(attempt)
    page = ana.open(attempt, 1)
    other = next(text for text in page.choices if text.endswith("also wrong"))
    clock.shift(timedelta(minutes=21))

    response = ana.send(attempt, page.filled_in(other), go="next")

    assert response.status_code == 409
    assert other in response.text
    finished = stored(database)
    assert (finished.finished_at, finished.percent, finished.passed) == (
        START + timedelta(minutes=20),
        Decimal(100),
        True,
    )


def test_a_page_after_the_end_shows_that_time_is_up_and_changes_nothing(
    ana: Taker, database: Database, clock: time_machine.Traveller
) -> None:
    attempt = ana.start()
    ana.answer_all(attempt)
    clock.shift(timedelta(hours=3))
    assert "<h1>Time is up</h1>" in ana.client.get(attempt).text
    assert stored(database).finished_at is None
    assert "<h1>100 %, passed</h1>" in ana.finish(attempt)
    assert stored(database).finished_at == START + timedelta(minutes=20)


def test_the_job_finishes_what_is_past_its_end_and_nothing_else(
    ana: Taker, database: Database, clock: time_machine.Traveller
) -> None:
    ana.answer_all(ana.start())
    finished = []
    for minutes in (19, 21, 60):
        with database.write() as writing:
            finished.append(finish_overdue(writing, START + timedelta(minutes=minutes)))
    assert finished == [0, 1, 0]
    assert stored(database).finished_at == START + timedelta(minutes=20)
    assert stored(database).passed


def test_an_attempt_found_late_counts_for_its_day_but_was_not_known_before(session: Session) -> None:
    """Whoever asks about the time in between gets the answer that was given then."""
    ana = person(session, "ana@example.com")
    keeper = sellable(session, requirements=[{"quiz": "keeper-quiz"}])
    published_quiz(session, quiz_document(items=[single("one")], time_limit_minutes=20), owner=keeper)
    me = CurrentPerson(ana.id or 0, ana.email, ana.name, frozenset(), 0)
    attempt = start(session, me, "keeper-quiz", START)
    assert attempt is not None
    save(session, me, hold_place(session, me.id, attempt, 1), step=0, answer=0, flag=None, moment=START)
    finish_overdue(session, START + timedelta(days=3))
    allowed = []
    for days in (2, 3):
        found = record(session, ana.id or 0, keeper.id or 0, START + timedelta(days=days))
        assert found is not None
        allowed.append(found.verdict.allowed)
    assert allowed == [False, True]
    assert [each.done_on for each in periods(session, ana.id or 0)] == [START.date()]


def test_after_a_failed_attempt_one_waits(ana: Taker, application: FastAPI, clock: time_machine.Traveller) -> None:
    attempt = ana.start()
    clock.shift(timedelta(minutes=5))
    ana.finish(attempt)
    refused = ana.client.post("/quizzes/keeper-quiz/attempts")
    assert refused.status_code == 409
    assert "Try again from 24 November 2026, 10:05" in refused.text
    assert "In 24 hours. One attempt left." in refused.text
    clock.shift(timedelta(hours=24))
    assert Taker(signed_in(application, "ana@example.com")).start() == "/attempts/2"


def test_a_forgotten_attempt_locks_nobody_out(ana: Taker, application: FastAPI, clock: time_machine.Traveller) -> None:
    """The wait counts from its theoretical end, although nobody has opened it since."""
    ana.start()
    clock.shift(timedelta(hours=24, minutes=20))
    assert Taker(signed_in(application, "ana@example.com")).start() == "/attempts/2"


def test_after_the_last_attempt_no_other_starts_and_the_right_answers_open(
    ana: Taker, application: FastAPI, clock: time_machine.Traveller
) -> None:
    first = ana.start()
    closed = ana.finish(first)
    clock.shift(timedelta(hours=25))
    again = Taker(signed_in(application, "ana@example.com"))
    opened = again.finish(again.start())
    refused = again.client.post("/quizzes/keeper-quiz/attempts")
    assert refused.status_code == 409
    assert "No attempts are left" in refused.text
    assert ["one: right" in page for page in (closed, opened)] == [False, True]
    assert "one: right" in again.client.get(first).text
