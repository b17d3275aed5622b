"""What people see of what they were told, how they ask for fewer mails, and what administrators see of those."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.database import Database, stored_id
from app.jobs.models import Job
from app.mails.actions import post
from app.mails.models import Mail
from app.mails.sending import NO_SERVER
from app.notices.models import Notice, NoticeWish, Rhythm
from app.people.models import Person, Role
from factories import NOW, person
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]


def notice(session: Session, who: Person, key: str, **facts: object) -> Notice:
    usual: dict[str, object] = {
        "kind": "suspended",
        "params": {"reason": f"Because of {key}.", "day": None},
        "url": f"/certifications/appeals/{key}",
        "urgent": True,
        "created_at": NOW,
    }
    stored = Notice(person_id=stored_id(who), key=key, **{**usual, **facts})  # type: ignore[arg-type]  # as named
    session.add(stored)
    session.flush()
    return stored


def test_opening_a_notice_leads_there_and_marks_it_as_seen(session: Session, sign_in: SignIn) -> None:
    ana = person(session, "ana@example.com")
    first, over = notice(session, ana, "1"), notice(session, ana, "2", ended_at=NOW)
    session.commit()
    browser = sign_in("ana@example.com")
    new, _, earlier = browser.get("/notices").text.partition('id="earlier"')
    assert ("Because of 1." in new, "Because of 2." in new, "Because of 2." in earlier) == (True, False, True)
    assert ">1<span" in new  # the bell
    answer = browser.post(f"/notices/{first.id}/open")
    assert (answer.status_code, answer.headers["location"]) == (303, "/certifications/appeals/1")
    page = browser.get("/notices").text
    assert ("Nothing new" in page, '<span class="vh"> new</span>' in page) == (True, False)
    assert browser.post(f"/notices/{over.id}/open").headers["location"] == "/certifications/appeals/2"


def test_all_can_be_marked_as_seen(session: Session, sign_in: SignIn) -> None:
    ana, bo = person(session, "ana@example.com"), person(session, "bo@example.com")
    for who in (ana, bo):
        notice(session, who, "1")
    session.commit()
    sign_in("ana@example.com").post("/notices/seen")
    assert "Nothing new" in sign_in("ana@example.com").get("/notices").text
    assert "Because of 1." in sign_in("bo@example.com").get("/notices").text.partition('id="earlier"')[0]


def test_nobody_sees_or_opens_what_another_was_told(session: Session, sign_in: SignIn, database: Database) -> None:
    theirs = notice(session, person(session, "bo@example.com"), "1")
    person(session, "ana@example.com")
    session.commit()
    browser = sign_in("ana@example.com")
    assert "Because of 1." not in browser.get("/notices").text
    assert browser.post(f"/notices/{theirs.id}/open").status_code == 404
    with database.read() as reading:
        assert reading.get_one(Notice, theirs.id).seen_at is None


@pytest.mark.parametrize("kind", ["suspended", "of a later version"])
def test_many_notices_cost_as_many_statements_as_one(
    session: Session, sign_in: SignIn, application: FastAPI, kind: str
) -> None:
    ana = person(session, "ana@example.com")
    browser = sign_in_after(session, sign_in)

    def statements() -> int:
        session.commit()
        with count_statements(application.state.database) as sent:
            assert browser.get("/notices").status_code == 200
        return len(sent)

    notice(session, ana, "1", kind=kind)
    few = statements()
    for number in range(2, 9):
        notice(session, ana, str(number), kind=kind, seen_at=NOW if number % 2 else None)
    assert (few, statements()) == (3, 3)


def sign_in_after(session: Session, sign_in: SignIn) -> TestClient:
    session.commit()
    return sign_in("ana@example.com")


def test_people_choose_how_often_they_are_written_to(session: Session, sign_in: SignIn, database: Database) -> None:
    ana = person(session, "ana@example.com")
    browser = sign_in_after(session, sign_in)
    assert 'value="daily" checked' in browser.get("/notices/wish").text
    assert browser.post("/notices/wish", data={"rhythm": "never"}).status_code == 422
    assert browser.post("/notices/wish", data={"rhythm": "weekly"}).status_code == 303
    assert 'value="weekly" checked' in browser.get("/notices/wish").text
    assert "/notices/wish" in browser.get("/account").text
    with database.read() as reading:
        assert reading.get_one(NoticeWish, ana.id).rhythm is Rhythm.WEEKLY
        assert "notice_wish.changed" in reading.scalars(select(col(AuditEntry.action))).all()


def test_administrators_see_what_was_not_sent_and_try_again(
    session: Session, sign_in: SignIn, application: FastAPI, database: Database
) -> None:
    person(session, "root@example.com", Role.ADMIN)
    texts = {"sent_at": "Sent words", "failed_at": "Refused words", "": "Waiting words"}
    stored = {}
    for field, text in texts.items():
        mail = post(session, to=f"{text[:4]}@example.com", subject=text, text=text, kind="digest", moment=NOW)
        if field:
            setattr(mail, field, NOW + timedelta(minutes=1))
        stored[text] = mail
    stored["Refused words"].error = "550 5.1.1 No such user"
    post(session, to="kept@example.com", subject="Kept", text="Kept", kind="digest", moment=NOW).error = NO_SERVER
    session.commit()
    browser = sign_in("root@example.com")
    with count_statements(application.state.database) as sent:
        page = browser.get("/admin/mails").text
    assert len(sent) == 3
    assert [each in page for each in ("Sent@", "Refu@", "Wait@", "550 5.1.1 No such user", "words")] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert "No mail server is set" in page
    assert "/admin/mails" in browser.get("/admin").text
    refused = stored["Refused words"]
    assert browser.post(f"/admin/mails/{refused.id}/again").status_code == 303
    assert browser.post(f"/admin/mails/{refused.id}/again").status_code == 404
    with database.read() as reading:
        assert reading.get_one(Mail, refused.id).failed_at is None
        asked = [job.payload["mail"] for job in reading.scalars(select(Job))]
    assert asked.count(refused.id) == 2  # when it was posted, and now
