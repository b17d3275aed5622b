"""Reporting a question, from the result page to the trainer who settles it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.people.models import Role
from app.quizzes.models import ItemReport
from app.quizzes.reporting.queries import how_many_open
from factories import NOW, person, published_quiz, quiz_document, single
from taking import Taker

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com", name="Ana Duarte")
    published_quiz(session, quiz_document(items=[single("one")]))
    session.commit()
    return Taker(sign_in("ana@example.com"))


@pytest.fixture
def tom(session: Session, sign_in: SignIn) -> TestClient:
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    return sign_in("tom@example.com")


def finished(taker: Taker) -> str:
    attempt = taker.start()
    taker.answer_all(attempt, right=False)
    taker.finish(attempt)
    return attempt


def report(taker: Taker, attempt: str, text: str, position: int = 1) -> int:
    return taker.client.post(f"{attempt}/questions/{position}/report", data={"text": text}).status_code


def stored(session: Session) -> list[tuple[str, bool]]:
    rows = session.execute(select(col(ItemReport.text), col(ItemReport.settled_at)).order_by(col(ItemReport.id)))
    found = [(row[0], row[1] is not None) for row in rows]
    session.rollback()
    return found


def test_a_report_reaches_the_trainer_and_is_settled(session: Session, ana: Taker, tom: TestClient) -> None:
    attempt = finished(ana)
    assert "Nothing is reported" in tom.get("/author/reports").text
    answer = ana.client.post(f"{attempt}/questions/1/report", data={"text": "Two answers\nare right."})
    assert answer.headers["location"] == f"{attempt}#q1"
    shown = ana.client.get(attempt).text
    assert "You reported this question" in shown
    assert "Two answers\nare right.</textarea>" in shown
    assert "1 reported question" in tom.get("/").text
    page = tom.get("/author/reports").text
    assert "Two answers\nare right." in page
    assert 'href="/author/quizzes/keeper-quiz/items/one"' in page
    assert "Ana" not in page
    for _time in range(2):
        assert tom.post("/author/reports/1/settle").headers["location"] == "/author/reports"
    assert "Nothing is reported" in tom.get("/author/reports").text
    assert "A trainer settled your report" in ana.client.get(attempt).text
    entries = session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id)))
    assert list(entries)[-2:] == ["question.reported", "question_report.settled"]


def test_a_person_has_one_open_report_of_a_question(session: Session, ana: Taker, tom: TestClient) -> None:
    first, second = finished(ana), finished(ana)
    for attempt, text in ((first, "Wrong."), (first, "Wrong."), (second, "Wrong, and here is why.")):
        assert report(ana, attempt, text) == 303
    assert stored(session) == [("Wrong, and here is why.", False)]
    assert "Wrong, and here is why.</textarea>" in ana.client.get(first).text
    tom.post("/author/reports/1/settle")
    assert report(ana, second, "Still wrong.") == 303
    assert stored(session) == [("Wrong, and here is why.", True), ("Still wrong.", False)]


def test_open_reports_are_counted(session: Session, ana: Taker, sign_in: SignIn) -> None:
    person(session, "ben@example.com")
    session.commit()
    for taker in (ana, Taker(sign_in("ben@example.com"))):
        report(taker, finished(taker), "Wrong.")
    assert how_many_open(session) == 2


@pytest.mark.parametrize(("text", "sentence"), [("  ", "Fill this in."), ("x" * 2001, "Use at most 2000 characters.")])
def test_what_was_typed_is_kept_when_it_cannot_be_stored(
    session: Session, ana: Taker, text: str, sentence: str
) -> None:
    attempt = finished(ana)
    answer = ana.client.post(f"{attempt}/questions/1/report", data={"text": text})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f"\n{text}</textarea>" in answer.text
    assert stored(session) == []


def test_only_a_question_of_ones_own_finished_attempt_can_be_reported(
    session: Session, ana: Taker, sign_in: SignIn
) -> None:
    person(session, "ben@example.com")
    session.commit()
    attempt = finished(ana)
    running = ana.start()
    ben = Taker(sign_in("ben@example.com"))
    assert [
        report(ben, attempt, "Mine?"),
        report(ana, attempt, "Which?", position=2),
        report(ana, running, "Now?"),
        report(ana, "/attempts/99", "None?"),
    ] == [404, 404, 409, 404]
    assert stored(session) == []
