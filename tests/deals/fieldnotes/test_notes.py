"""From what a customer says to the answer of a trainer, over HTTP."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.database import Database
from app.deals.fieldnotes.actions import take
from app.deals.fieldnotes.models import FieldNote, NoteStatus
from app.errors import ConflictError
from app.notices.due import due
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from factories import NOW, course_document, deal, lesson, person, published_quiz, quiz_document, single, taught
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
DAY = timedelta(days=1)
LESSON = "/products/keeper/lessons/lesson-1"
QUESTION = "/author/quizzes/keeper-quiz/items/one"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Ana and Bea sell Keeper to a bakery, led by Lea; Tom and Tina are trainers, Otto sells elsewhere."""
    keeper = taught(session, [lesson(1)], at=NOW - 30 * DAY)
    published_quiz(session, quiz_document(items=[single("one")]), owner=keeper, at=NOW - 30 * DAY)
    lea = person(session, "lea@example.com", Role.MANAGER)
    ana, bea = (person(session, f"{name}@example.com", manager=lea) for name in ("ana", "bea"))
    for name, role in (("tom", Role.TRAINER), ("tina", Role.TRAINER), ("otto", Role.REP), ("carol", Role.COMPLIANCE)):
        person(session, f"{name}@example.com", role)
    deal(session, products=[keeper], team={"owner": [ana], "specialist": [bea]})
    session.commit()
    assert course_document([lesson(1)])["id"] == keeper.slug
    rows = session.execute(select(col(Person.email), col(Person.id))).all()
    session.rollback()
    return {email.partition("@")[0]: number for email, number in rows if number is not None}


def write(browser: TestClient, **changed: str) -> dict[str, str]:
    key = re.search(r'name="key" value="([^"]+)"', browser.get("/deals/D-1").text)
    assert key is not None
    note = {
        "key": key[1],
        "product": "keeper",
        "kind": "misunderstood",
        "text": "They think that it finds new guests.",
        "root": "material",
        "root_text": "The picture on page two.",
        **changed,
    }
    answer = browser.post("/deals/D-1/field-notes", data=note)
    assert answer.status_code == 303, answer.text
    return note


def state(session: Session) -> tuple[NoteStatus, int | None, str, str]:
    row = session.execute(
        select(col(FieldNote.status), col(FieldNote.taken_by), col(FieldNote.answer), col(FieldNote.led_to))
    ).one()
    session.rollback()
    return row[0], row[1], row[2], row[3]


def test_a_note_goes_to_the_trainers_and_the_answer_comes_back(
    people: dict[str, int], session: Session, sign_in: SignIn
) -> None:
    ana, tom, tina = (sign_in(f"{name}@example.com") for name in ("ana", "tom", "tina"))
    note = write(ana)
    assert ana.post("/deals/D-1/field-notes", data=note).status_code == 303
    assert state(session) == (NoteStatus.NEW, None, "", "")
    assert "They think that it finds new guests." in tom.get("/field-notes").text
    assert "1 field note waits for an answer." in tom.get("/").text

    given = {"answer": "The new picture is on its way.", "led_to": LESSON}
    assert tom.post("/field-notes/1/answer", data=given).status_code == 409
    assert tom.post("/field-notes/1/take").status_code == 303
    late = tina.post("/field-notes/1/take")
    assert (late.status_code, "Another trainer has taken this note." in late.text) == (409, True)
    assert tina.post("/field-notes/1/answer", data=given).status_code == 409
    assert tina.post("/field-notes/1/give-back").status_code == 409
    assert tom.post("/field-notes/1/give-back").status_code == 303
    assert state(session)[:2] == (NoteStatus.NEW, None)
    assert tina.post("/field-notes/1/take").status_code == 303
    assert tina.post("/field-notes/1/answer", data={**given, "led_to": "/somewhere"}).status_code == 422
    assert tina.post("/field-notes/1/answer", data=given).status_code == 303
    assert tina.post("/field-notes/1/answer", data=given).status_code == 303
    assert state(session) == (NoteStatus.ANSWERED, people["tina"], given["answer"], LESSON)

    assert given["answer"] in ana.get("/deals/D-1").text
    assert f'<a href="{LESSON}">Lesson: Lesson 1</a>' in ana.get("/field-notes/1").text
    found = [(each.kind, each.url) for each in due(session, [people["ana"]], NOW) if each.url.startswith("/field")]
    assert found == [("field_note_answered", "/field-notes/1")]
    session.rollback()

    assert tom.post("/field-notes/1/close", data={}).status_code == 409
    assert tina.post("/field-notes/1/close", data={"led_to": QUESTION}).status_code == 303
    assert state(session)[0::3] == (NoteStatus.CLOSED, QUESTION)
    assert "A question of the quiz" in ana.get("/field-notes/1").text
    assert "What about one?" not in ana.get("/field-notes/1").text
    assert f'href="{QUESTION}"' in tom.get("/field-notes/1").text
    recorded = session.execute(
        select(col(AuditEntry.action), col(AuditEntry.actor))
        .where(col(AuditEntry.subject_kind) == "field_note")
        .order_by(col(AuditEntry.id))
    ).all()
    assert [tuple(row) for row in recorded] == [
        ("field_note.written", "ana@example.com"),
        ("field_note.taken", "tom@example.com"),
        ("field_note.given_back", "tom@example.com"),
        ("field_note.taken", "tina@example.com"),
        ("field_note.answered", "tina@example.com"),
        ("field_note.closed", "tina@example.com"),
    ]


def test_who_reads_a_note(people: dict[str, int], sign_in: SignIn) -> None:
    write(sign_in("ana@example.com"))
    statuses = {name: sign_in(f"{name}@example.com").get("/field-notes/1").status_code for name in people}
    assert statuses == dict.fromkeys(people, 200) | {"otto": 404}
    assert sign_in("tom@example.com").get("/field-notes/2").status_code == 404


def test_only_the_team_writes_notes(people: dict[str, int], session: Session, sign_in: SignIn) -> None:
    note = write(sign_in("bea@example.com"))
    answers = {
        name: sign_in(f"{name}@example.com").post("/deals/D-1/field-notes", data=note).status_code
        for name in ("ana", "lea", "otto", "carol")
    }
    assert answers == {"ana": 409, "lea": 403, "otto": 404, "carol": 403}
    assert session.scalars(select(col(FieldNote.person_id))).all() == [people["bea"]]


@pytest.mark.parametrize("changed", [{"product": "till"}, {"kind": "sang"}, {"text": " "}, {"root": ""}, {"key": "x"}])
def test_what_is_wrong_with_a_note_is_said(
    people: dict[str, int], session: Session, sign_in: SignIn, changed: dict[str, str]
) -> None:
    ana = sign_in("ana@example.com")
    note = write(ana)
    wrong = ana.post("/deals/D-1/field-notes", data={**note, **changed})
    assert (wrong.status_code, "Write a field note" in wrong.text) == (422, True)
    assert session.scalars(select(col(FieldNote.person_id))).all() == [people["ana"]]


def test_trainers_hear_once_a_week_how_many_wait(people: dict[str, int], session: Session, sign_in: SignIn) -> None:
    for _each in range(2):
        write(sign_in("ana@example.com"))
    found = [
        (each.person_id, each.key, each.params["count"])
        for each in due(session, list(people.values()), NOW + DAY)
        if each.kind == "field_notes_waiting"
    ]
    assert sorted(found) == sorted((people[name], "2026-11-23", 2) for name in ("tom", "tina"))


def test_many_notes_cost_what_one_costs(people: dict[str, int], database: Database, sign_in: SignIn) -> None:
    assert people
    ana, tom = sign_in("ana@example.com"), sign_in("tom@example.com")
    pages = ((ana, "/deals/D-1"), (tom, "/field-notes?status=all"), (tom, "/field-notes/1"), (tom, "/"))
    counts: list[list[int]] = []
    for _round in range(2):
        for _more in range(1 + 4 * len(counts)):
            write(ana)
        sent = []
        for browser, address in pages:
            browser.get(address)
            with count_statements(database) as statements:
                assert browser.get(address).status_code == 200
            sent.append(len(statements))
        counts.append(sent)
    assert counts[0] == counts[1]


def test_the_queue_narrows_and_counts_roots(people: dict[str, int], sign_in: SignIn) -> None:
    assert people
    ana, tom = sign_in("ana@example.com"), sign_in("tom@example.com")
    write(ana)
    write(ana, text="Is it cheaper next year?", kind="asked", root="price")
    write(ana, text="Why so dear?", kind="asked", root="price")
    shown = tom.get("/field-notes?root=price&kind=asked").text
    assert [text in shown for text in ("cheaper next year", "Why so dear", "finds new guests")] == [True, True, False]
    assert '/field-notes?status=all&amp;product=keeper&amp;root=price">2</a>' in shown


def test_of_two_trainers_at_once_one_takes_the_note(
    people: dict[str, int], session: Session, database: Database, sign_in: SignIn
) -> None:
    write(sign_in("ana@example.com"))
    both = Barrier(2)

    def try_to_take(name: str) -> str:
        both.wait()
        trainer = CurrentPerson(people[name], f"{name}@example.com", name, frozenset({Role.TRAINER}), 0)
        try:
            with database.write() as writing:
                take(writing, 1, trainer, NOW)
        except ConflictError:
            return ""
        return name

    with ThreadPoolExecutor(2) as pool:
        winners = [name for name in pool.map(try_to_take, ("tom", "tina")) if name]
    assert len(winners) == 1
    assert state(session)[:2] == (NoteStatus.TAKEN, people[winners[0]])
