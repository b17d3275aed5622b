"""More time or more attempts for one person: given by a trainer, holding at once, told to nobody else."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.database import Database
from app.people.access import CurrentPerson
from app.people.models import Role
from app.quizzes import startactions
from app.quizzes.actions import finish
from app.quizzes.models import Accommodation, Attempt
from factories import NOW, person, published_quiz, quiz_document
from taking import Taker

SignIn = Callable[[str], TestClient]
START = NOW + timedelta(hours=1)
PAGE = "/author/quizzes/keeper-quiz/accommodations"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com")
    person(session, "tom@example.com", Role.TRAINER)
    published_quiz(session, quiz_document(time_limit_minutes=20, attempts=1))
    session.commit()
    return Taker(sign_in("ana@example.com"))


@pytest.fixture
def trainer(ana: Taker, sign_in: SignIn) -> TestClient:
    return sign_in("tom@example.com")


def give(trainer: TestClient, **more: str) -> None:
    form = {"email": "ana@example.com", "reason": "Reads with a screen reader", **more}
    assert trainer.post(PAGE, data=form).status_code == 303


def deadlines(database: Database) -> list[timedelta]:
    with database.read() as session:
        found = session.scalars(select(Attempt).order_by(col(Attempt.id)))
        return [each.deadline_at - each.started_at for each in found if each.deadline_at]


def test_extra_time_holds_for_the_next_attempt(ana: Taker, trainer: TestClient, database: Database) -> None:
    give(trainer, extra_time_percent="25")
    give(trainer, extra_time_percent="10")
    page = ana.client.get("/quizzes/keeper-quiz").text
    assert "25 minutes" in page
    assert "You have 25 % more time." in page
    assert "screen reader" not in page
    ana.start()
    assert deadlines(database) == [timedelta(minutes=25)]


def test_an_attempt_that_runs_gets_its_time_at_once_and_keeps_it(
    ana: Taker, trainer: TestClient, database: Database, clock: time_machine.Traveller
) -> None:
    ana.start()
    clock.shift(timedelta(minutes=10))
    give(trainer, extra_time_percent="50")
    assert deadlines(database) == [timedelta(minutes=30)]
    give(trainer, extra_time_percent="5")
    assert trainer.post(f"{PAGE}/1/withdraw").status_code == 303
    assert deadlines(database) == [timedelta(minutes=30)]


def test_time_that_is_over_does_not_come_back(
    ana: Taker, trainer: TestClient, database: Database, clock: time_machine.Traveller
) -> None:
    ana.start()
    clock.shift(timedelta(minutes=21))
    give(trainer, extra_time_percent="100")
    assert deadlines(database) == [timedelta(minutes=20)]


def test_extra_attempts_add_up_until_they_are_withdrawn(ana: Taker, trainer: TestClient) -> None:
    ana.finish(ana.start())
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409
    give(trainer, extra_attempts="1")
    give(trainer, extra_attempts="2")
    assert "3 of 4 left" in ana.client.get("/quizzes/keeper-quiz").text
    ana.finish(ana.start())
    for number in (1, 2, 2):
        assert trainer.post(f"{PAGE}/{number}/withdraw").status_code == 303
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409


def test_extra_attempts_are_used_up_by_a_pass(ana: Taker, trainer: TestClient, clock: time_machine.Traveller) -> None:
    give(trainer, extra_attempts="3")
    attempt = ana.start()
    ana.answer_all(attempt)
    ana.finish(attempt)
    clock.shift(timedelta(hours=3))
    assert "1 of 1 left" in ana.client.get("/quizzes/keeper-quiz").text
    give(trainer, extra_attempts="1")
    assert "2 of 2 left" in ana.client.get("/quizzes/keeper-quiz").text


def test_what_is_given_and_withdrawn_is_on_record_without_the_reason(
    ana: Taker, trainer: TestClient, database: Database
) -> None:
    give(trainer, extra_time_percent="25", extra_attempts="1")
    trainer.post(f"{PAGE}/1/withdraw")
    with database.read() as session:
        rows = session.execute(
            select(col(AuditEntry.action), col(AuditEntry.actor), col(AuditEntry.subject), col(AuditEntry.details))
            .where(col(AuditEntry.action).startswith("accommodation."))
            .order_by(col(AuditEntry.id))
        )
        assert [tuple(row) for row in rows] == [
            (
                "accommodation.given",
                "tom@example.com",
                "keeper-quiz",
                {"person": "ana@example.com", "extra_time_percent": 25, "extra_attempts": 1},
            ),
            (
                "accommodation.withdrawn",
                "tom@example.com",
                "keeper-quiz",
                {"person": "ana@example.com", "given_at": START.isoformat()},
            ),
        ]
    page = trainer.get(PAGE).text
    assert "Reads with a screen reader" in page
    assert "Withdrawn" in page


def test_only_who_may_take_the_quiz_is_suggested(ana: Taker, trainer: TestClient, session: Session) -> None:
    person(session, "ben@example.com")
    session.commit()
    assert re.findall(r'<option value="(.*?)">', trainer.get(PAGE).text) == []
    ana.start()
    assert re.findall(r'<option value="(.*?)">', trainer.get(PAGE).text) == ["ana@example.com"]


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"email": "nobody@example.com"}, "email", "Nobody with an account has this address."),
        ({"extra_time_percent": ""}, "extra_time_percent", "Give more time, more attempts, or both."),
        ({"extra_time_percent": "301"}, "extra_time_percent", "Use 300 or less."),
        ({"extra_attempts": "-1"}, "extra_attempts", "Use 0 or more."),
        ({"reason": " "}, "reason", "Fill this in."),
    ],
)
def test_what_cannot_be_given_is_said_beside_its_field(
    trainer: TestClient, database: Database, form: dict[str, str], field: str, sentence: str
) -> None:
    whole = {"email": "ana@example.com", "extra_time_percent": "25", "reason": "Because", **form}
    response = trainer.post(PAGE, data=whole)
    assert response.status_code == 422
    assert f'id="f-{field}-wrong">{sentence}' in response.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Accommodation)) == 0


def test_fifty_starts_at_once_keep_within_the_limit_and_what_was_given(
    ana: Taker, trainer: TestClient, database: Database
) -> None:
    """Each thread starts and finishes as fast as it can, in transactions of its own that are committed."""
    give(trainer, extra_attempts="2")
    me = CurrentPerson(1, "ana@example.com", "Ana", frozenset(), 0)

    def sit(_: int) -> int | None:
        with database.write() as session:
            started = startactions.start(session, me, "keeper-quiz", START)
        if started is not None:
            with database.write() as session:
                finish(session, me, started, START)
        return started

    with ThreadPoolExecutor(50) as pool:
        attempts = set(pool.map(sit, range(50)))
    assert attempts == {1, 2, 3, None}
    with database.read() as session:
        numbers = session.execute(select(col(Attempt.number), col(Attempt.finished_at)).order_by(col(Attempt.number)))
        assert [tuple(row) for row in numbers] == [(1, START), (2, START), (3, START)]


def test_nobody_gives_themselves_more(database: Database, ana: Taker, session: Session, sign_in: SignIn) -> None:
    person(session, "tess@example.com", Role.TRAINER, Role.REP)
    session.commit()
    form = {"email": "Tess@example.com", "reason": "I would like to", "extra_attempts": "5"}
    answer = sign_in("tess@example.com").post(PAGE, data=form)
    assert answer.status_code == 422
    assert "This is your own account. Another trainer gives it to you." in answer.text
    with database.read() as reading:
        assert reading.scalar(select(func.count()).select_from(Accommodation)) == 0
