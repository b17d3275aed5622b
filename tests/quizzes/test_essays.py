"""Essays from the finish of an attempt to its mark: blind, returned, mended, two assessors at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.actions import assign
from app.people.models import Role
from app.quizzes.models import Attempt, Essay, EssayMark, EssayState
from essaywork import WROTE, essay, number_of, queued, send_verdict, verdict, write, write_all
from factories import NOW, lesson, person, published_quiz, quiz_document, single, taught
from taking import Taker
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn) -> Taker:
    person(session, "ana@example.com", name="Ana Duarte")
    session.commit()
    return Taker(sign_in("ana@example.com"))


@pytest.fixture
def tom(session: Session, sign_in: SignIn) -> TestClient:
    person(session, "tom@example.com", Role.TRAINER)
    session.commit()
    return sign_in("tom@example.com")


def publish(session: Session, *items: dict[str, Any], **more: Any) -> None:
    published_quiz(session, quiz_document(items=list(items) or [essay()], **more))
    session.commit()


def written(session: Session, taker: Taker, *items: dict[str, Any], **more: Any) -> str:
    """An attempt of which every question is an essay, written and finished."""
    publish(session, *items, **more)
    attempt = taker.start()
    write_all(taker, attempt)
    taker.finish(attempt)
    return attempt


@pytest.mark.parametrize(("items", "later", "at_once"), [([essay()], True, False), ([single("one")], False, True)])
def test_before_an_essay_nobody_is_promised_a_mark_at_once(
    session: Session, ana: Taker, items: list[dict[str, Any]], *, later: bool, at_once: bool
) -> None:
    publish(session, *items)
    html = ana.client.get("/quizzes/keeper-quiz").text
    assert ("The mark comes when it is read, not at once." in html) is later
    assert ("You see at once what was right." in html) is at_once


def stored(session: Session) -> Attempt:
    found = session.scalars(select(Attempt).execution_options(populate_existing=True)).one()
    session.expunge(found)
    session.rollback()
    return found


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(col(AuditEntry.action)).order_by(col(AuditEntry.id))))


def test_a_finished_attempt_with_an_essay_waits_for_an_assessor(session: Session, ana: Taker) -> None:
    written(session, ana)
    attempt = stored(session)
    assert (attempt.finished_at, attempt.marked_at, attempt.percent, attempt.passed) == (
        NOW + timedelta(hours=1),
        None,
        None,
        None,
    )
    waiting = session.scalars(select(Essay)).one()
    assert (waiting.state, waiting.submitted_at) == (EssayState.WAITING, NOW + timedelta(hours=1))
    shown = ana.client.get(f"/attempts/{attempt.id}").text
    assert "<h1>Your answers are in</h1>" in shown
    assert "An assessor still reads one of them." in shown
    assert "Being marked" in ana.client.get("/quizzes/keeper-quiz").text


def test_an_essay_that_was_not_written_needs_nobody(session: Session, ana: Taker) -> None:
    publish(session, essay(), single("one"))
    attempt = ana.start()
    assert "50 %" not in ana.finish(attempt)
    assert (stored(session).percent, stored(session).passed) == (Decimal(0), False)
    assert session.scalars(select(Essay)).all() == []


def test_what_is_not_an_essay_is_marked_at_once(session: Session, ana: Taker) -> None:
    publish(session, essay(), single("one"))
    attempt = ana.start()
    for position in (1, 2):
        opened = ana.open(attempt, position)
        if opened.choices:
            ana.answer(attempt, position, "one: right")
        else:
            write(ana, attempt, position)
    shown = ana.finish(attempt)
    assert "Waits for an assessor" in shown
    assert "Answered right</summary>" in shown.replace(" (1)", "")
    assert "%" not in shown.partition("<h1>")[2].partition("</h1>")[0]


def test_marking_the_last_essay_marks_the_attempt(session: Session, ana: Taker, tom: TestClient) -> None:
    attempt = written(session, ana, essay("first"), essay("second"))
    first, second = queued(tom)
    assert verdict(tom, first, "mark", asks="6", limits="4").headers["location"] == "/author/essays"
    assert stored(session).marked_at is None
    assert verdict(tom, second, "mark", asks="4,5", limits="0", comment="Name one limit.").status_code == 303
    done = stored(session)
    assert (done.percent, done.passed, done.points, done.max_points) == (
        Decimal("72.50"),
        True,
        Decimal("1.4500"),
        Decimal("2.0000"),
    )
    assert done.marked_at == NOW + timedelta(hours=1)
    assert queued(tom) == []
    shown = ana.client.get(attempt).text
    assert "<h1>72.5 %, passed</h1>" in shown
    assert "Name one limit." in shown
    assert "4.5 of 6 points" in shown
    assert "Tom" not in shown
    assert "tom@example.com" not in shown
    assert actions(session)[-3:] == ["essay.marked", "attempt.marked", "essay.marked"]


@pytest.mark.parametrize(
    ("points", "percent", "passed"),
    [
        ({"asks": "6", "limits": "4"}, "100.00", True),
        ({"asks": "6", "limits": "0"}, "60.00", True),
        ({"asks": "5", "limits": "0.5"}, "55.00", False),
        ({"asks": "3.5", "limits": "4"}, "0.00", False),
    ],
)
def test_points_make_the_mark(
    session: Session, ana: Taker, tom: TestClient, points: dict[str, str], percent: str, passed: bool
) -> None:
    written(session, ana)
    verdict(tom, queued(tom)[0], "mark", **points)
    assert (stored(session).percent, stored(session).passed) == (Decimal(percent), passed)


def test_a_critical_essay_that_is_not_right_fails_the_attempt(session: Session, ana: Taker, tom: TestClient) -> None:
    written(session, ana, essay(critical=True), pass_percent=10)
    verdict(tom, queued(tom)[0], "mark", asks="5", limits="0")
    assert (stored(session).percent, stored(session).passed) == (Decimal("50.00"), False)


def test_returned_mended_and_marked(
    session: Session, ana: Taker, tom: TestClient, clock: time_machine.Traveller
) -> None:
    attempt = written(session, ana, essay(min_words=3, max_words=20))
    address = queued(tom)[0]
    assert verdict(tom, address, "return", comment="Name one limit.").status_code == 303
    assert queued(tom) == []
    assert "Mend your answer in Keeper quiz" in ana.client.get("/").text
    shown = ana.client.get(attempt).text
    assert "One answer came back to be mended" in shown
    assert f'href="{attempt}/essays/1"' in shown
    mending = ana.client.get(f"{attempt}/essays/1").text
    assert "Name one limit." in mending
    assert WROTE in mending
    clock.shift(timedelta(hours=5))
    mended = {"number": number_of(mending), "text": "It cannot find new guests."}
    assert ana.client.post(f"{attempt}/essays/1", data=mended).headers["location"] == attempt
    assert ana.client.post(f"{attempt}/essays/1", data=mended).headers["location"] == attempt
    assert ana.client.get(f"{attempt}/essays/1").headers["location"] == f"{attempt}#q1"
    assert "Mend your answer in" not in ana.client.get("/").text
    assert queued(tom) == [address]
    page = tom.get(address).text
    assert "It cannot find new guests." in page
    assert "Name one limit." in page
    verdict(tom, address, "mark", asks="6", limits="4", comment="Now it does.")
    done = stored(session)
    assert (done.passed, done.finished_at, done.marked_at) == (
        True,
        NOW + timedelta(hours=1),
        NOW + timedelta(hours=6),
    )
    history = ana.client.get(attempt).text
    assert history.index("Name one limit.") < history.index("Now it does.")
    assert [
        (each.number, each.returned, each.answer) for each in session.scalars(select(EssayMark).order_by("number"))
    ] == [(1, True, WROTE), (2, False, "It cannot find new guests.")]
    assert actions(session)[-4:] == ["essay.returned", "essay.sent_again", "attempt.marked", "essay.marked"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("  ", "Fill this in."),
        ("Too short", "Write at least 3 words. There are 2 now."),
        ("a b c d e f", "Write at most 5 words. There are 6 now."),
    ],
)
def test_a_mended_essay_keeps_to_its_length(
    session: Session, ana: Taker, tom: TestClient, text: str, sentence: str
) -> None:
    attempt = written(session, ana, essay(min_words=3, max_words=5))
    verdict(tom, queued(tom)[0], "return", comment="Shorter.")
    answer = ana.client.post(f"{attempt}/essays/1", data={"number": "1", "text": text})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f"\n{text.strip()}</textarea>" in answer.text or text.strip() == ""
    assert queued(tom) == []


def test_what_was_sent_already_is_not_sent_over_it(session: Session, ana: Taker, tom: TestClient) -> None:
    attempt = written(session, ana)
    verdict(tom, queued(tom)[0], "return", comment="Again.")
    first = ana.client.post(f"{attempt}/essays/1", data={"number": "1", "text": "The first tab."})
    second = ana.client.post(f"{attempt}/essays/1", data={"number": "1", "text": "The second tab."})
    assert (first.status_code, second.status_code) == (303, 409)
    assert "The first tab." in second.text
    assert "The second tab.</textarea>" in second.text
    assert "The first tab." in tom.get(queued(tom)[0]).text


def test_the_assessor_is_not_told_whose_it_is(session: Session, ana: Taker, tom: TestClient) -> None:
    written(session, ana)
    address = queued(tom)[0]
    pages = [tom.get("/author/essays").text, tom.get(address).text, tom.get("/").text]
    told = [word for page in pages for word in ("Ana", "Duarte", "ana@example.com") if word in page]
    assert told == []
    assert f"Essay {address.rpartition('/')[2]}" in pages[0]
    assert "Look for a question before any claim." in pages[1]


def test_nobody_marks_their_own(session: Session, sign_in: SignIn, tom: TestClient) -> None:
    person(session, "both@example.com", Role.REP, Role.TRAINER)
    session.commit()
    both = Taker(sign_in("both@example.com"))
    written(session, both)
    address = queued(tom)[0]
    assert queued(both.client) == []
    assert both.client.get(address).status_code == 403
    assert send_verdict(both.client, address, "1", "mark", asks="6", limits="4").status_code == 403
    assert stored(session).passed is None
    assert "waits to be marked" not in both.client.get("/").text


def test_of_two_assessors_the_second_sees_what_the_first_stored(
    session: Session, ana: Taker, tom: TestClient, sign_in: SignIn
) -> None:
    person(session, "cleo@example.com", Role.COMPLIANCE)
    session.commit()
    cleo = sign_in("cleo@example.com")
    written(session, ana)
    address = queued(tom)[0]
    number = number_of(cleo.get(address).text)
    verdict(tom, address, "mark", asks="6", limits="4", comment="Fine.")
    late = send_verdict(cleo, address, number, "mark", asks="0", limits="0", comment="Not at all.")
    assert late.status_code == 409
    assert "Another assessor was faster." in late.text
    assert "Fine." in late.text
    assert "Not at all.</textarea>" in late.text
    assert (stored(session).passed, len(session.scalars(select(EssayMark)).all())) == (True, 1)


def test_many_assessors_at_once_mark_each_essay_and_the_attempt_once(
    session: Session, ana: Taker, tom: TestClient, sign_in: SignIn
) -> None:
    emails = [f"assessor-{number}@example.com" for number in range(4)]
    for email in emails:
        person(session, email, Role.TRAINER)
    session.commit()
    written(session, ana, essay("first"), essay("second"))
    verdicts = [(sign_in(email), address) for email in emails for address in queued(tom)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda each: send_verdict(each[0], each[1], "1", "mark", asks="6", limits="4"), verdicts)
    assert sorted(answer.status_code for answer in answers) == [303] * 2 + [409] * 6
    assert stored(session).percent == Decimal(100)
    assert len(session.scalars(select(EssayMark)).all()) == 2
    assert actions(session).count("attempt.marked") == 1


def test_a_verdict_sent_twice_is_stored_once(session: Session, ana: Taker, tom: TestClient) -> None:
    written(session, ana)
    address = queued(tom)[0]
    answers = [send_verdict(tom, address, "1", "mark", asks="6", limits="4") for _time in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(session.scalars(select(EssayMark)).all()) == 1


@pytest.mark.parametrize(
    ("decision", "fields", "sentence"),
    [
        ("mark", {"asks": "7", "limits": "4"}, "Give points from 0 to 6."),
        ("mark", {"asks": "-1", "limits": "4"}, "Give points from 0 to 6."),
        ("mark", {"asks": "six", "limits": "4"}, "Give points from 0 to 6."),
        ("mark", {"asks": "NaN", "limits": "4"}, "Give points from 0 to 6."),
        ("mark", {"asks": "6"}, "Give points from 0 to 4."),
        ("return", {}, "Say what to mend."),
        ("forget", {}, "Choose one of the list."),
    ],
)
def test_a_verdict_that_cannot_be_stored_is_kept_on_the_page(
    session: Session, ana: Taker, tom: TestClient, decision: str, fields: dict[str, str], sentence: str
) -> None:
    written(session, ana)
    answer = verdict(tom, queued(tom)[0], decision, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(f'value="{value}"' in answer.text for value in fields.values())
    assert stored(session).marked_at is None


def test_the_queue_and_the_first_page_say_how_long_the_oldest_waits(
    session: Session, ana: Taker, tom: TestClient, clock: time_machine.Traveller
) -> None:
    written(session, ana)
    clock.shift(timedelta(hours=5))
    assert "5 hours" in tom.get("/author/essays").text
    home = tom.get("/").text
    assert "1 essay waits to be marked" in home
    assert "the oldest for 5 hours" in home


def test_limits_and_the_wait_between_attempts_hold_while_an_essay_waits(session: Session, ana: Taker) -> None:
    written(session, ana, attempts=1)
    assert ana.client.post("/quizzes/keeper-quiz/attempts").status_code == 409


def test_somebody_elses_essay_is_not_there(session: Session, ana: Taker, tom: TestClient, sign_in: SignIn) -> None:
    person(session, "ben@example.com")
    session.commit()
    attempt = written(session, ana)
    verdict(tom, queued(tom)[0], "return", comment="Again.")
    ben = sign_in("ben@example.com")
    data = {"number": "1", "text": "Mine."}
    answers = [ben.get(f"{attempt}/essays/1"), ben.post(f"{attempt}/essays/1", data=data)]
    answers += [ana.client.get(f"{attempt}/essays/2"), ana.client.post(f"{attempt}/essays/2", data=data)]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_the_queue_costs_the_same_for_one_essay_and_for_many(
    session: Session, ana: Taker, tom: TestClient, application: FastAPI
) -> None:
    written(session, ana, *(essay(f"essay-{number}") for number in range(6)))
    counts = []
    for _time in range(2):
        with count_statements(application.state.database) as statements:
            waiting = queued(tom)
        counts.append((len(waiting), len(statements)))
        for address in waiting[1:]:
            verdict(tom, address, "mark", asks="6", limits="4")
    assert counts == [(6, 3), (1, 3)]


def test_pages_know_that_a_quiz_waits_and_do_not_ask_for_it_again(
    session: Session, ana: Taker, tom: TestClient
) -> None:
    owner = taught(session, [lesson(1)], requirements=[{"quiz": "keeper-quiz"}])
    published_quiz(session, quiz_document(items=[essay()]), owner=owner)
    assign(session, 1, owner.id or 0, due_on=None, by="m@example.com", moment=NOW)
    session.commit()
    assert "Take the quiz of Keeper" in ana.client.get("/").text
    attempt = ana.start()
    write_all(ana, attempt)
    ana.finish(attempt)
    pages = {address: ana.client.get(address).text for address in ("/", "/products", "/products/keeper")}
    assert "Take the quiz" not in pages["/"] + pages["/products"] + pages["/products/keeper"]
    assert "Waits for an assessor" in pages["/products/keeper"]
    managed = tom.get("/team/people/1").text
    assert "Quiz: waits for an assessor" in managed
    assert "<small>Waits for an assessor</small>" in managed
