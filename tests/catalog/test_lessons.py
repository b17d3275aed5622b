"""What a person does in a lesson, as a browser does it: open, watch, complete."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind, ContentVersion, LessonProgress
from app.people.models import Role
from factories import NOW, course_document, film, lesson, person, published, taught

SignIn = Callable[[str], TestClient]
LATER = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)
"""When these people learn: after everything was published and before no session has ended."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana(session: Session, sign_in: SignIn, clock: time_machine.Traveller) -> TestClient:
    """Ana, with a film and a page to learn."""
    person(session, "ana@example.com")
    taught(session, [film(1), lesson(2)])
    session.commit()
    return sign_in("ana@example.com")


def beat(browser: TestClient, start: float, end: float, position: float | None = None) -> dict[str, Any]:
    body = {"from": start, "to": end, "position": end if position is None else position}
    response = browser.post("/products/keeper/lessons/lesson-1/watched", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def progress(session: Session, lesson_id: str = "lesson-1") -> LessonProgress | None:
    session.rollback()
    return session.scalar(select(LessonProgress).where(col(LessonProgress.lesson) == lesson_id))


def test_opening_twice_keeps_the_first_time(ana: TestClient, session: Session, clock: time_machine.Traveller) -> None:
    assert ana.post("/products/keeper/lessons/lesson-1/opened").status_code == 204
    clock.shift(60)
    assert ana.post("/products/keeper/lessons/lesson-1/opened").status_code == 204
    stored = progress(session)
    assert stored is not None
    assert stored.opened_at == LATER


def test_what_was_played_is_counted(ana: TestClient, session: Session, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(5)
    assert beat(ana, 0, 5) == {
        "seconds": 5.0,
        "enough": False,
        "sentence": "Watched 0:05 of 0:20. Skipping ahead does not count.",
        "left": "0:15 of the video left",
    }
    clock.shift(5)
    assert beat(ana, 5, 10)["seconds"] == 10
    stored = progress(session)
    assert stored is not None
    assert (stored.watched, stored.watched_seconds, stored.position_seconds) == ([[0, 10]], 10, 10)


def test_the_end_alone_is_not_the_film(ana: TestClient, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(5)
    assert beat(ana, 15, 20)["seconds"] == 5
    clock.shift(5)
    assert beat(ana, 15, 20)["seconds"] == 5


def test_two_tabs_share_one_clock(ana: TestClient, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(10)
    assert beat(ana, 0, 10)["seconds"] == 10
    assert beat(ana, 10, 20)["seconds"] == 10


def test_two_films_at_once_share_one_clock(session: Session, sign_in: SignIn, clock: time_machine.Traveller) -> None:
    person(session, "ana@example.com")
    taught(session, [film(1), film(2)])
    session.commit()
    browser = sign_in("ana@example.com")
    for number in (1, 2):
        browser.post(f"/products/keeper/lessons/lesson-{number}/opened")
    clock.shift(10)
    answers = [
        browser.post(f"/products/keeper/lessons/lesson-{number}/watched", json={"from": 0, "to": 10, "position": 10})
        for number in (1, 2)
    ]
    assert [answer.json()["seconds"] for answer in answers] == [10, 0]


def test_reports_at_the_same_moment_share_one_clock(
    session: Session, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    person(session, "ana@example.com")
    taught(session, [film(1)])
    session.commit()
    tabs = [sign_in("ana@example.com") for _ in range(4)]
    tabs[0].post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(4)
    starts = [0, 5, 10, 15]
    with ThreadPoolExecutor(len(tabs)) as pool:
        answers = list(pool.map(lambda tab, start: beat(tab, start, start + 4)["seconds"], tabs, starts))
    assert answers == [4, 4, 4, 4]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"from": 0, "to": 5}',
        b'{"from": 5, "to": 0, "position": 0}',
        b'{"from": -1, "to": 5, "position": 5}',
        b'{"from": NaN, "to": 5, "position": 5}',
        b'{"from": 0, "to": 1e999, "position": 5}',
        b'{"from": 0, "to": 5, "position": true}',
        b'{"from": 0, "to": 5, "position": 90000}',
        b'{"from": 0, "to": 5, "position": 5, "more": "' + b"x" * 5000 + b'"}',
    ],
)
def test_a_report_that_makes_no_sense_is_refused(ana: TestClient, session: Session, body: bytes) -> None:
    response = ana.post(
        "/products/keeper/lessons/lesson-1/watched", content=body, headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    assert progress(session) is None


def test_a_report_may_be_a_form(ana: TestClient, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(5)
    response = ana.post("/products/keeper/lessons/lesson-1/watched", data={"from": "0", "to": "4", "position": "4"})
    assert response.json()["seconds"] == 4
    bad = ana.post("/products/keeper/lessons/lesson-1/watched", data={"from": "zero", "to": "4", "position": "4"})
    assert bad.status_code == 422


def test_a_film_is_done_when_it_was_watched(ana: TestClient, session: Session, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    early = ana.post("/products/keeper/lessons/lesson-1/complete")
    assert early.status_code == 409
    assert "has not been watched to its end" in early.text
    clock.shift(19)
    assert beat(ana, 0, 19)["enough"] is True
    done = ana.post("/products/keeper/lessons/lesson-1/complete")
    assert (done.status_code, done.headers["location"]) == (303, "/products/keeper/lessons/lesson-2")
    stored = progress(session)
    assert stored is not None
    assert (stored.completed_at, stored.confirmed) == (LATER + timedelta(seconds=19), False)
    version = session.get(ContentVersion, stored.content_version_id)
    assert version is not None
    assert version.number == 1


def test_a_confirmed_film_is_recorded_as_confirmed(
    ana: TestClient, session: Session, clock: time_machine.Traveller
) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(19)
    done = ana.post("/products/keeper/lessons/lesson-1/complete", data={"confirmed": "true"})
    assert (done.status_code, done.headers["location"]) == (303, "/products/keeper/lessons/lesson-2")
    stored = progress(session)
    assert stored is not None
    assert stored.confirmed
    entry = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "lesson.completed")).one()
    assert (entry.actor, entry.subject, entry.details) == (
        "ana@example.com",
        "keeper/lesson-1",
        {"version": 1, "confirmed": True},
    )


@pytest.mark.parametrize("url", ["/static/demo/intro.mp4", "https://www.bilibili.com/video/BV1xx411c7mD"])
def test_nobody_confirms_a_film_before_its_length_has_passed(
    session: Session, sign_in: SignIn, clock: time_machine.Traveller, url: str
) -> None:
    person(session, "ana@example.com")
    taught(session, [film(1, url), lesson(2)])
    session.commit()
    ana = sign_in("ana@example.com")
    here = "/products/keeper/lessons/lesson-1"
    for seconds in (0, 18):
        clock.move_to(LATER + timedelta(seconds=seconds))
        early = ana.post(f"{here}/complete", data={"confirmed": "true"})
        assert (early.status_code, early.headers["location"]) == (303, here)
        assert "You can confirm the video from 09:00:19 on" in ana.get(here).text
    clock.shift(1)
    assert ana.post(f"{here}/complete", data={"confirmed": "true"}).headers["location"].endswith("lesson-2")
    stored = progress(session)
    assert stored is not None
    assert (stored.opened_at, stored.completed_at) == (LATER, LATER + timedelta(seconds=19))


def test_without_javascript_a_button_opens_the_lesson(ana: TestClient, session: Session) -> None:
    here = "/products/keeper/lessons/lesson-1"
    assert 'formaction="/products/keeper/lessons/lesson-1/opened"' in ana.get(here).text
    opened = ana.post(f"{here}/opened", headers={"accept": "text/html"})
    assert (opened.status_code, opened.headers["location"]) == (303, here)
    after = ana.get(here).text
    assert "You can confirm the video from 09:00:19 on" in after
    assert "/opened" not in after
    stored = progress(session)
    assert stored is not None
    assert stored.opened_at == LATER


def test_a_script_that_says_the_lesson_is_open_gets_no_page(ana: TestClient) -> None:
    headers = {"accept": "text/html", "hx-request": "true"}
    assert ana.post("/products/keeper/lessons/lesson-1/opened", headers=headers).status_code == 204


def test_a_page_is_done_by_a_click_and_only_once(
    ana: TestClient, session: Session, clock: time_machine.Traveller
) -> None:
    first = ana.post("/products/keeper/lessons/lesson-2/complete")
    assert first.headers["location"] == "/products/keeper/lessons/lesson-1"
    clock.shift(3600)
    again = ana.post("/products/keeper/lessons/lesson-2/complete")
    assert again.headers["location"] == first.headers["location"]
    stored = progress(session, "lesson-2")
    assert stored is not None
    assert (stored.completed_at, stored.confirmed) == (LATER, False)
    assert len(session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "lesson.completed")).all()) == 1


def test_after_the_last_lesson_come_the_red_lines(ana: TestClient, clock: time_machine.Traveller) -> None:
    ana.post("/products/keeper/lessons/lesson-1/opened")
    clock.shift(20)
    ana.post("/products/keeper/lessons/lesson-1/complete", data={"confirmed": "true"})
    last = ana.post("/products/keeper/lessons/lesson-2/complete")
    assert last.headers["location"] == "/products/keeper/red-lines"


def test_a_completion_cites_the_version_that_was_read(
    session: Session, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    person(session, "ana@example.com")
    owner = taught(session, [lesson(1)])
    newer = published(session, owner, ContentKind.COURSE, "keeper", course_document([lesson(1), lesson(2)]))
    session.commit()
    sign_in("ana@example.com").post("/products/keeper/lessons/lesson-1/complete")
    stored = progress(session)
    assert stored is not None
    assert stored.content_version_id == newer.id


@pytest.mark.parametrize("what", ["opened", "watched", "complete"])
def test_what_is_not_there_is_not_found(ana: TestClient, what: str) -> None:
    body = {"from": 0, "to": 1, "position": 1}
    assert ana.post(f"/products/keeper/lessons/nothing/{what}", json=body).status_code == 404
    assert ana.post(f"/products/nothing/lessons/lesson-1/{what}", json=body).status_code == 404


@pytest.mark.parametrize("what", ["opened", "watched", "complete"])
def test_nobody_learns_without_signing_in(client: TestClient, what: str) -> None:
    response = client.post(f"/products/keeper/lessons/lesson-1/{what}", json={"from": 0, "to": 1, "position": 1})
    assert response.status_code == 303
    assert response.headers["location"].startswith("/sign-in")


def test_everybody_may_learn(session: Session, sign_in: SignIn) -> None:
    person(session, "manager@example.com", Role.MANAGER)
    taught(session, [lesson(1)], at=NOW)
    session.commit()
    with time_machine.travel(LATER):
        response = sign_in("manager@example.com").post("/products/keeper/lessons/lesson-1/complete")
    assert response.status_code == 303
