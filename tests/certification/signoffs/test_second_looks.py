"""Two assessors: a second look that knows nothing of the first, how far they agree, and two who decide at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.actions import award_earned
from app.certification.models import CertificationPeriod, SignOff, SignOffOutcome
from app.certification.queries import waiting
from app.certification.signoffs.actions import Judged, Showing, ask, decide, look_again, start
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.database import Database
from app.errors import AppError
from app.people.models import Person, PersonRole, Role
from factories import NOW, person
from signoffwork import judgement, pitched, trainer
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
MET = {each: {"met": True, "note": ""} for each in ("opens", "limits", "closes")}
JUDGED = Judged(2, SignOffOutcome.PASSED, MET, "Tom")
SHOWING = Showing(DemonstrationForm.DEMONSTRATION)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def judged(session: Session) -> Person:
    """Ana, whom Tom has passed; every pass is drawn for a second look. Uma, who is on compliance too, may look."""
    rep = person(session, "ana@example.com", name="Ana Duarte")
    tom, uma = trainer(session, "Tom"), trainer(session, "Uma")
    session.add(PersonRole(person_id=uma.id or 0, role=Role.COMPLIANCE))
    person(session, "carol@example.com", Role.COMPLIANCE)
    keeper = pitched(session, second_assessor_percent=100)
    request = start(session, _one(tom), rep.id or 0, keeper.id or 0, "pitch", SHOWING, NOW)
    decide(session, _one(tom), request.id or 0, JUDGED, NOW)
    session.commit()
    return rep


def _one(stored: Person) -> "Somebody":
    return Somebody(stored.id or 0, stored.email)


def _texts(address: str, *browsers: TestClient) -> list[str]:
    return [browser.get(address).text for browser in browsers]


class Somebody:
    def __init__(self, identity: int, email: str) -> None:
        self.id = identity
        self.email = email


def test_a_second_look_is_blind_and_decides_nothing(judged: Person, session: Session, sign_in: SignIn) -> None:
    tom, uma, carol = (sign_in(f"{name}@example.com") for name in ("tom", "uma", "carol"))
    for browser in (tom, carol):
        assert "What Tom decided" in browser.get("/sign-offs/1").text
    assert "1 sign-off waits for a second look" in uma.get("/").text
    assert "/sign-offs/1/second" in uma.get("/sign-offs?show=second&product=keeper").text
    assert "/sign-offs/1/second" not in tom.get("/sign-offs?show=second").text
    for address in ("/sign-offs/1", "/sign-offs/1/second"):
        text = uma.get(address).text
        assert ("What Tom decided" in text, "state go" in text) == (False, False)
    assert "Nothing was recorded" in uma.get("/sign-offs/1/second").text
    record = f"/team/people/{judged.id}"
    told = [
        ("Sign-off passed" in text, "told after the second look" in text) for text in _texts(record, tom, uma, carol)
    ]
    assert told == [(True, False), (False, True), (True, False)]
    assert tom.post("/sign-offs/1/second", data=judgement("Tom")).status_code == 403
    assert sign_in("ana@example.com").get("/sign-offs/1/second").status_code == 403

    failed = judgement("Uma", "failed", met_of_limits="no", note="No limit was named.")
    assert uma.post("/sign-offs/1/second", data=failed | {"password": "wrong"}).status_code == 422
    for _ in range(2):  # a double click
        assert uma.post("/sign-offs/1/second", data=failed).status_code == 303
    text = uma.get("/sign-offs/1").text
    assert ("What Tom decided" in text, "Second look of Uma" in text) == (True, True)
    assert "Sign-off passed" in uma.get(record).text
    assert uma.get("/sign-offs/1/second").headers["location"] == "/sign-offs/1"

    stored = session.execute(select(col(SignOff.outcome), col(SignOff.second_of)).order_by(col(SignOff.id))).all()
    assert [tuple(each) for each in stored] == [("passed", None), ("failed", 1)]
    assert [each.person_id for each in session.scalars(select(CertificationPeriod))] == [judged.id]
    session.rollback()
    rep = sign_in("ana@example.com")
    assert "No limit was named." not in rep.get("/products/keeper/sign-offs/pitch").text
    assert "No limit was named." not in tom.get(f"/team/people/{judged.id}").text
    assert "Cleared" in tom.get(f"/team/people/{judged.id}").text

    page = carol.get("/sign-offs/agreement").text
    assert "0 of 1" in page.partition("Equal outcomes")[2].partition("</dd>")[0]
    assert "2 of 3 · 67 %" in page.partition("Equal criteria")[2]
    assert "No limit was named." in page.partition("Where they differ")[2]


def test_who_was_not_asked_for_a_second_look_gives_none(session: Session, sign_in: SignIn) -> None:
    rep, tom = person(session, "ana@example.com"), trainer(session, "Tom")
    trainer(session, "Uma")
    keeper = pitched(session)
    request = ask(session, _one(rep), keeper.id or 0, "pitch", SHOWING, NOW)
    session.commit()
    uma = sign_in("uma@example.com")
    assert uma.get("/sign-offs/1/second").status_code == 409
    decide(session, _one(tom), request.id or 0, JUDGED, NOW)
    session.commit()
    assert uma.get("/sign-offs/1/second").status_code == 409
    assert uma.post("/sign-offs/1/second", data=judgement("Uma")).status_code == 409
    assert "Nothing was judged twice yet" in uma.get("/sign-offs/agreement").text


def test_a_second_assessor_who_would_have_passed_it_certifies_nobody(session: Session) -> None:
    rep, tom, uma = person(session, "ana@example.com"), trainer(session, "Tom"), trainer(session, "Uma")
    keeper = pitched(session, second_assessor_percent=100).id or 0
    request = ask(session, _one(rep), keeper, "pitch", SHOWING, NOW)
    failed = replace(JUDGED, outcome=SignOffOutcome.FAILED, note="Insulted the customer.")
    decide(session, _one(tom), request.id or 0, failed, NOW)
    look_again(session, _one(uma), request.id or 0, replace(JUDGED, signed_name="Uma"), NOW)
    award_earned(session, rep.id or 0, keeper, NOW)
    assert session.scalars(select(CertificationPeriod)).all() == []
    assert waiting(session, [keeper], NOW.date()) == set()


def test_the_page_of_agreement_takes_a_constant_number_of_statements(
    judged: Person, session: Session, sign_in: SignIn, application: FastAPI
) -> None:
    uma = sign_in("uma@example.com")
    tom = session.get_one(Person, 2)
    by = Somebody(3, "uma@example.com")
    look_again(session, by, 1, JUDGED, NOW)
    session.commit()
    found = []
    for more in (0, 3):
        for number in range(more):
            other = person(session, f"p{number}@example.com")
            request = start(session, _one(tom), other.id or 0, 1, "pitch", SHOWING, NOW)
            decide(session, _one(tom), request.id or 0, JUDGED, NOW)
            look_again(session, by, request.id or 0, JUDGED, NOW)
        session.commit()
        uma.get("/sign-offs/agreement")
        with count_statements(application.state.database) as statements:
            page = uma.get("/sign-offs/agreement").text
        found.append(len(statements))
    assert found[0] == found[1]
    assert ("4 of 4 · 100 %" in page, "everybody got the same outcome" in page) == (True, True)


@pytest.mark.parametrize("doing", ["decide", "look again", "start", "ask"])
def test_of_two_in_the_same_moment_one_is_first(database: Database, doing: str) -> None:
    with database.write() as session:
        rep = person(session, "ana@example.com")
        assessors = [_one(trainer(session, name)) for name in ("Tom", "Uma", "Vic")]
        keeper = pitched(session, second_assessor_percent=100).id or 0
        if doing in {"decide", "look again"}:
            request = ask(session, _one(rep), keeper, "pitch", SHOWING, NOW)
        if doing == "look again":
            decide(session, assessors[2], request.id or 0, JUDGED, NOW)
    both_are_here = Barrier(2)

    def act(number: int) -> str:
        both_are_here.wait()
        try:
            with database.write() as session:
                if doing == "decide":
                    decide(session, assessors[number], 1, JUDGED, NOW)
                elif doing == "look again":
                    look_again(session, assessors[number], 1, JUDGED, NOW)
                elif doing == "start":
                    start(session, assessors[number], rep.id or 0, keeper, "pitch", SHOWING, NOW)
                else:
                    showing = Showing(DemonstrationForm.ROLE_PLAY, note=f"Tab {number}")
                    ask(session, _one(rep), keeper, "pitch", showing, NOW)
        except AppError as error:
            return str(error.status)
        return "first"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, range(2))) == ["409", "first"]
    with database.read() as session:
        signed = {"decide": 1, "look again": 2}.get(doing, 0)
        assert len(session.scalars(select(SignOff)).all()) == signed
        assert len(session.scalars(select(SignOffRequest)).all()) == 1
        assert len(session.scalars(select(CertificationPeriod)).all()) == (1 if signed else 0)
