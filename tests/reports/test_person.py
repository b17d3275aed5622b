"""One person's record over HTTP: who may open it, what it says, and what may be done there."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.models import Assignment, CertificationEvent
from app.people.models import Person, Role
from factories import NOW, attest, deal, lesson, person, sellable, taught

SignIn = Callable[[str], TestClient]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(session: Session) -> Person:
    """Ana sells Keeper, which asks for her signature and a demonstration; Miriam leads her, Otto does not."""
    boss = person(session, "miriam@example.com", Role.MANAGER, name="Miriam")
    rep = person(session, "ana@example.com", Role.REP, Role.TRAINER, Role.COMPLIANCE, name="Ana", manager=boss)
    person(session, "otto@example.com", Role.MANAGER)
    person(session, "tom@example.com", Role.TRAINER)
    person(session, "carol@example.com", Role.COMPLIANCE)
    person(session, "adam@example.com", Role.ADMIN)
    person(session, "rep@example.com")
    keeper = sellable(session, requirements=[{"attest": "redlines"}, {"sign_off": "demo"}], at=NOW - timedelta(days=9))
    attest(session, rep, keeper, at=NOW - timedelta(days=1))
    deal(session, products=[keeper], team={"owner": [rep]})
    session.commit()
    return rep


@pytest.mark.parametrize(
    ("viewer", "status", "sees_deals"),
    [
        ("miriam@example.com", 200, True),
        ("otto@example.com", 404, False),
        ("tom@example.com", 200, False),
        ("carol@example.com", 200, True),
        ("adam@example.com", 200, True),
        ("rep@example.com", 403, False),
    ],
)
def test_who_opens_a_record(ana: Person, sign_in: SignIn, viewer: str, status: int, sees_deals: bool) -> None:
    answer = sign_in(viewer).get(f"/team/people/{ana.id}")
    assert answer.status_code == status
    assert ("Harbour Bakery Group" in answer.text) == sees_deals


def test_the_record_says_what_is_done_and_what_is_missing(ana: Person, sign_in: SignIn) -> None:
    text = sign_in("miriam@example.com").get(f"/team/people/{ana.id}").text
    assert "An assessor has not signed off a demonstration." in text
    assert "Red lines signed, version 1 · Ana" in text
    assert "May sell 0 of 1 product alone today." in text


def test_a_lesson_is_named_by_its_title(ana: Person, session: Session, sign_in: SignIn) -> None:
    taught(session, [lesson(1)], "course", at=NOW - timedelta(days=9))
    session.commit()
    sign_in("ana@example.com").post("/products/course/lessons/lesson-1/complete")
    text = sign_in("miriam@example.com").get(f"/team/people/{ana.id}").text
    assert ("Lesson done · Lesson 1" in text, "lesson-1" in text) == (True, False)


def test_a_manager_asks_the_own_people_and_changes_the_day(ana: Person, session: Session, sign_in: SignIn) -> None:
    browser = sign_in("miriam@example.com")
    for day in ("2026-12-24", "2027-01-15"):
        answer = browser.post(f"/team/people/{ana.id}/assignments", data={"product": "keeper", "due_on": day})
        assert answer.status_code == 303
    assert [(each.person_id, each.due_on) for each in session.scalars(select(Assignment))] == [
        (ana.id, date(2026, 12, 24)),
        (ana.id, date(2027, 1, 15)),
    ]
    text = browser.get(f"/team/people/{ana.id}").text
    assert ("15 January 2027" in text, "24 December 2026" in text) == (True, False)


@pytest.mark.parametrize(
    ("viewer", "due_on", "status"),
    [
        ("miriam@example.com", "2026-11-22", 422),
        ("miriam@example.com", "soon", 422),
        ("otto@example.com", "2026-12-24", 404),
        ("tom@example.com", "2026-12-24", 403),
        ("carol@example.com", "2026-12-24", 403),
    ],
)
def test_an_assignment_is_refused(
    ana: Person, session: Session, sign_in: SignIn, viewer: str, due_on: str, status: int
) -> None:
    answer = sign_in(viewer).post(f"/team/people/{ana.id}/assignments", data={"product": "keeper", "due_on": due_on})
    assert answer.status_code == status
    assert session.scalars(select(Assignment)).all() == []


def test_compliance_suspends_and_reinstates_with_a_reason(ana: Person, session: Session, sign_in: SignIn) -> None:
    browser = sign_in("carol@example.com")
    for kind, reason in (("suspended", "Promised a return."), ("reinstated", "Retrained.")):
        data = {"product": "keeper", "kind": kind, "reason": reason, "confirmed": "yes"}
        assert browser.post(f"/team/people/{ana.id}/sanctions", data=data).status_code == 303
    assert "Promised a return." in browser.get(f"/team/people/{ana.id}").text
    assert "Promised a return." not in sign_in("tom@example.com").get(f"/team/people/{ana.id}").text
    events = session.scalars(select(CertificationEvent).order_by(col(CertificationEvent.id)))
    assert [(each.kind.value, each.reason, each.by) for each in events] == [
        ("suspended", "Promised a return.", "carol@example.com"),
        ("reinstated", "Retrained.", "carol@example.com"),
    ]


@pytest.mark.parametrize(
    ("viewer", "changed", "status"),
    [
        ("carol@example.com", {"reason": " "}, 422),
        ("carol@example.com", {"confirmed": ""}, 422),
        ("carol@example.com", {"kind": "reinstated"}, 409),
        ("ana@example.com", {}, 403),
        ("miriam@example.com", {}, 403),
        ("adam@example.com", {}, 403),
    ],
)
def test_a_sanction_is_refused(
    ana: Person, session: Session, sign_in: SignIn, viewer: str, changed: dict[str, str], status: int
) -> None:
    data = {"product": "keeper", "kind": "suspended", "reason": "Why.", "confirmed": "yes", **changed}
    assert sign_in(viewer).post(f"/team/people/{ana.id}/sanctions", data=data).status_code == status
    assert session.scalars(select(CertificationEvent)).all() == []
