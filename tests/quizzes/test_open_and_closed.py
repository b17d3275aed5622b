"""When a quiz is open, in the site's time; and how long a question was looked at."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.database import Database
from app.quizzes.models import Attempt, AttemptItem
from factories import NOW, person, published_quiz, quiz_document
from taking import Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
START = NOW + timedelta(hours=1)
SECONDS = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def take(session: Session, sign_in: SignIn) -> Callable[..., Taker]:
    def prepared(**more: Any) -> Taker:
        person(session, "ana@example.com")
        published_quiz(session, quiz_document(**more))
        session.commit()
        return Taker(sign_in("ana@example.com"))

    return prepared


def written(moment: datetime) -> str:
    """As a document has it: in the time of the site, which is UTC here."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def the_attempt(database: Database) -> Attempt:
    with database.read() as session:
        return session.scalars(select(Attempt)).one()


def seconds(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(col(AttemptItem.seconds)).order_by(col(AttemptItem.position))))


@pytest.mark.parametrize(("score", "told"), [("at_once", True), ("never", False)])
def test_the_page_tells_of_a_pass_only_where_the_score_is_open(
    take: Callable[..., Taker], score: str, told: bool
) -> None:
    ana = take(review={"score": score})
    attempt = ana.start()
    ana.answer_all(attempt)
    ana.finish(attempt)
    page = ana.client.get("/quizzes/keeper-quiz").text
    assert ("You have passed this quiz" in page) == told
    assert ("Not shown yet" in page) != told


def test_before_it_opens_nobody_starts(take: Callable[..., Taker], clock: time_machine.Traveller) -> None:
    ana = take(opens=written(START + timedelta(hours=1)))
    page = ana.client.get("/quizzes/keeper-quiz").text
    assert "Opens on " in page
    assert "In one hour." in page
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409
    clock.shift(timedelta(hours=1))
    assert ana.start() == "/attempts/1"


def test_when_it_has_closed_nobody_starts(take: Callable[..., Taker], clock: time_machine.Traveller) -> None:
    ana = take(closes=written(START + timedelta(hours=1)))
    clock.shift(timedelta(hours=1))
    assert "Closed on " in ana.client.get("/quizzes/keeper-quiz").text
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409


def test_what_is_saved_when_it_closes_counts(
    take: Callable[..., Taker], database: Database, clock: time_machine.Traveller
) -> None:
    closes = START + timedelta(minutes=5)
    ana = take(closes=written(closes), time_limit_minutes=20)
    assert "An attempt that you start now ends on " in ana.client.get("/quizzes/keeper-quiz").text
    attempt = ana.start()
    ana.answer_all(attempt)
    page = ana.open(attempt, 1)
    clock.shift(timedelta(minutes=6))
    assert ana.send(attempt, page.filled_in(next(iter(page.choices)))).status_code == 409
    finished = the_attempt(database)
    assert (finished.deadline_at, finished.finished_at, finished.passed) == (closes, closes, True)


def test_an_attempt_that_waits_for_its_mark_keeps_another_from_starting(
    take: Callable[..., Taker], database: Database
) -> None:
    ana = take()
    ana.finish(ana.start())
    with database.write() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.marked_at = attempt.percent = attempt.passed = None
    page = ana.client.get("/quizzes/keeper-quiz").text
    assert "Your last attempt is being marked" in page
    assert "Being marked" in page
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409


def test_the_time_since_the_last_step_goes_to_the_question_that_was_sent(
    take: Callable[..., Taker], database: Database, clock: time_machine.Traveller
) -> None:
    ana = take()
    attempt = ana.start()
    first = ana.open(attempt, 1)
    clock.shift(30 * SECONDS)
    sent = first.filled_in(next(iter(first.choices)))
    ana.send(attempt, sent, go="next")
    clock.shift(5 * SECONDS)
    ana.send(attempt, sent)  # the same once more, as when its reply was lost
    second = ana.open(attempt, 2)
    clock.shift(15 * SECONDS)
    ana.send(attempt, second.fields, go="back")  # looked at, not answered
    clock.shift(timedelta(hours=2))
    again = ana.open(attempt, 1)
    ana.send(attempt, [*again.fields, *again.kept], go="3")
    assert seconds(database) == [630, 20, None]


def test_a_refused_save_counts_no_time(
    take: Callable[..., Taker], database: Database, clock: time_machine.Traveller
) -> None:
    ana = take()
    attempt = ana.start()
    stale = ana.open(attempt, 1)
    stored, typed = list(stale.choices)[:2]
    ana.answer(attempt, 1, stored)
    clock.shift(40 * SECONDS)
    assert ana.send(attempt, stale.filled_in(typed)).status_code == 409
    assert seconds(database) == [0, None, None]


def test_going_on_without_an_answer_costs_as_much_as_with_one(take: Callable[..., Taker], database: Database) -> None:
    ana = take()
    attempt = ana.start()
    page = ana.open(attempt, 1)
    with count_statements(database) as unchanged:
        ana.send(attempt, page.fields, go="next")
    with count_statements(database) as changed:
        ana.send(attempt, page.filled_in(next(iter(page.choices))), go="next")
    assert len(unchanged) == len(changed)


def test_a_page_whose_clock_runs_fast_does_not_end_the_attempt(
    take: Callable[..., Taker], database: Database, clock: time_machine.Traveller
) -> None:
    ana = take(time_limit_minutes=20)
    attempt = ana.start()
    clock.shift(timedelta(minutes=19))
    assert ana.client.post(f"{attempt}/finish", data={"over": "1"}).headers["location"] == attempt
    assert the_attempt(database).finished_at is None
    clock.shift(59 * SECONDS)
    assert ana.client.post(f"{attempt}/finish", data={"over": "1"}).status_code == 303
    assert the_attempt(database).finished_at == START + timedelta(minutes=19, seconds=59)
