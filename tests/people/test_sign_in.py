"""Signing in, staying signed in, and what a stranger can learn from trying."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.people.actions import create_password_link, deactivate
from app.people.demo import DEMO_PASSWORD
from app.people.models import Person, Role, SignInSession
from app.people.passwords import hash_password
from factories import person

PASSWORD = "a good long password"
WRONG_PAIR = "That e-mail and password do not belong together."


@pytest.fixture
def ana(session: Session) -> Person:
    stored = person(session, "ana@example.com", password_hash=hash_password(PASSWORD))
    session.commit()
    return stored


def try_to_sign_in(client: TestClient, email: str, password: str, target: str = "/account") -> tuple[int, str]:
    response = client.post("/sign-in", data={"email": email, "password": password, "next": target})
    return response.status_code, response.headers.get("location", response.text)


@pytest.mark.usefixtures("ana")
def test_a_person_signs_in_works_and_signs_out(client: TestClient) -> None:
    assert client.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    assert 'name="next" value="/account"' in client.get("/sign-in?next=%2Faccount").text
    assert try_to_sign_in(client, " Ana@Example.com ", PASSWORD) == (303, "/account")
    assert "Ana" in client.get("/account").text
    assert client.get("/sign-in").headers["location"] == "/"
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    assert client.get("/account").status_code == 303


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(client: TestClient, ana: Person) -> None:
    response = client.post("/sign-in", data={"email": ana.email, "password": PASSWORD})
    (cookie,) = [each for each in response.headers.get_list("set-cookie") if each.startswith("session=")]
    assert cookie.partition("; ")[2] == "HttpOnly; Max-Age=1209600; Path=/; SameSite=lax"


def test_every_wrong_pair_is_answered_alike(client: TestClient, session: Session, ana: Person) -> None:
    person(session, "new@example.com")
    gone = person(session, "gone@example.com", password_hash=hash_password(PASSWORD))
    gone.deactivated_at = datetime.now(UTC)
    session.commit()
    tries = [
        (ana.email, "a wrong password"),
        ("nobody@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("x" * 5000, PASSWORD),
    ]
    pages = []
    for email, password in tries:
        status, page = try_to_sign_in(client, email, password)
        pages.append((status, page.replace(email, "E-MAIL")))
    assert {status for status, _page in pages} == {422}
    assert len(set(pages)) == 1
    assert WRONG_PAIR in pages[0][1]


@pytest.mark.parametrize("email", ["ana@example.com", "nobody@example.com"])
@pytest.mark.usefixtures("ana")
def test_ten_wrong_passwords_close_an_account_for_a_while(client: TestClient, email: str) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as clock:
        assert [try_to_sign_in(client, email, "wrong")[0] for _ in range(10)] == [422] * 10
        refused = client.post("/sign-in", data={"email": email.upper(), "password": PASSWORD})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
        assert "There were too many tries. Wait 15 minutes, then try again." in refused.text
        clock.shift(timedelta(minutes=14, seconds=59))
        assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).headers["retry-after"] == "1"
        clock.shift(timedelta(seconds=1))
        assert try_to_sign_in(client, email, "wrong")[0] == 422


@pytest.mark.usefixtures("ana")
def test_fifty_wrong_tries_close_an_address(client: TestClient) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False):
        answers = [try_to_sign_in(client, f"p{number}@example.com", "wrong")[0] for number in range(51)]
        assert answers == [422] * 50 + [429]
        assert try_to_sign_in(client, "ana@example.com", PASSWORD)[0] == 429


@pytest.mark.usefixtures("ana")
def test_right_passwords_do_not_count_against_an_account_or_an_address(client: TestClient) -> None:
    for _ in range(8):
        assert [try_to_sign_in(client, "ana@example.com", "wrong")[0] for _ in range(2)] == [422] * 2
        assert try_to_sign_in(client, "ana@example.com", PASSWORD)[0] == 303


def test_signing_in_again_replaces_the_session(client: TestClient, session: Session, ana: Person) -> None:
    try_to_sign_in(client, ana.email, PASSWORD)
    first = client.cookies["session"]
    try_to_sign_in(client, ana.email, PASSWORD)
    second = client.cookies["session"]
    assert first != second
    assert len(list(session.scalars(select(SignInSession)))) == 1
    client.cookies.clear()
    client.cookies.set("session", first)
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/deals/7?tab=brief", "/deals/7?tab=brief"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("deals", "/"),
        ("", "/"),
    ],
)
@pytest.mark.usefixtures("ana")
def test_next_leads_to_own_pages_only(client: TestClient, target: str, location: str) -> None:
    assert client.post("/language", data={"locale": "en", "next": target}).headers["location"] == location


def test_the_language_follows_the_person(client: TestClient, session: Session, ana: Person) -> None:
    try_to_sign_in(client, ana.email, PASSWORD)
    client.post("/language", data={"locale": "zh-Hant", "next": "/account"})
    assert '<html lang="zh-Hant">' in client.get("/account").text
    client.cookies.clear()
    try_to_sign_in(client, ana.email, PASSWORD)
    assert client.cookies["locale"] == "zh-Hant"
    assert '<html lang="zh-Hant">' in client.get("/account").text


def test_an_unknown_language_changes_nothing(client: TestClient) -> None:
    response = client.post("/language", data={"locale": "tlh", "next": "/sign-in"})
    assert (response.headers["location"], "set-cookie" in response.headers) == ("/sign-in", False)


def test_deactivating_somebody_ends_the_session_at_once(
    session: Session, sign_in: Callable[[str], TestClient], ana: Person
) -> None:
    browser = sign_in(ana.email)
    assert browser.get("/account").status_code == 200
    assert ana.id is not None
    deactivate(session, ana.id, actor="admin@example.com", moment=datetime.now(UTC))
    session.commit()
    assert browser.get("/account").headers["location"] == "/sign-in?next=%2Faccount"
    assert try_to_sign_in(browser, ana.email, PASSWORD)[0] == 422


def test_demo_people_are_shown_when_there_are_some(client: TestClient, session: Session) -> None:
    assert DEMO_PASSWORD not in client.get("/sign-in").text
    person(session, "rep@example.com")
    session.commit()
    page = client.get("/sign-in").text
    assert DEMO_PASSWORD in page
    assert "rep@example.com" in page
    assert "admin@example.com" not in page


def test_a_password_link_works_once_and_ends_every_session(
    application: FastAPI, client: TestClient, session: Session, sign_in: Callable[[str], TestClient], ana: Person
) -> None:
    browser = sign_in(ana.email)
    assert ana.id is not None
    path = create_password_link(session, ana.id, actor="admin@example.com", moment=datetime.now(UTC))
    session.commit()
    assert "ana@example.com" in client.get(path).text
    short = client.post(path, data={"password": "short"})
    assert (short.status_code, "Use at least 10 characters." in short.text) == (422, True)
    assert client.post(path, data={"password": "  spaces count  "}).headers["location"] == "/sign-in"
    assert browser.get("/account").status_code == 303
    assert client.post(path, data={"password": "another long one"}).status_code == 404
    assert client.get(path).status_code == 404
    assert try_to_sign_in(client, ana.email, "spaces count")[0] == 422
    assert try_to_sign_in(client, ana.email, "  spaces count  ")[0] == 303


def test_a_password_link_ends_after_three_days_and_when_a_newer_one_is_made(
    client: TestClient, session: Session, ana: Person
) -> None:
    assert ana.id is not None
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as clock:
        first = create_password_link(session, ana.id, actor="admin@example.com", moment=datetime.now(UTC))
        second = create_password_link(session, ana.id, actor="admin@example.com", moment=datetime.now(UTC))
        session.commit()
        assert client.get(first).status_code == 404
        clock.shift(timedelta(days=3, seconds=-1))
        assert client.get(second).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert client.get(second).status_code == 404


def test_a_changed_password_signs_out_every_other_browser(
    application: FastAPI, sign_in: Callable[[str], TestClient], session: Session, ana: Person
) -> None:
    here, elsewhere = sign_in(ana.email), sign_in(ana.email)
    wrong = here.post("/account/password", data={"old_password": "wrong", "password": "a new long password"})
    assert (wrong.status_code, "This is not your present password." in wrong.text) == (422, True)
    assert elsewhere.get("/account").status_code == 200
    right = here.post("/account/password", data={"old_password": PASSWORD, "password": "a new long password"})
    assert right.headers["location"] == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_a_person_signs_out_elsewhere_and_nobody_else(
    sign_in: Callable[[str], TestClient], session: Session, ana: Person
) -> None:
    person(session, "bo@example.com", Role.ADMIN)
    session.commit()
    here, there, bo = sign_in(ana.email), sign_in(ana.email), sign_in("bo@example.com")
    _first, second, third = session.scalars(select(col(SignInSession.id)).order_by(col(SignInSession.id))).all()
    session.rollback()
    assert here.post(f"/account/sessions/{third}/end").status_code == 404
    assert bo.get("/account").status_code == 200
    assert here.post(f"/account/sessions/{second}/end").headers["location"] == "/account"
    assert there.get("/account").status_code == 303
    assert here.post("/account/sessions/others/end").headers["location"] == "/account"
    ended = select(col(AuditEntry.actor), col(AuditEntry.details)).where(col(AuditEntry.action) == "person.signed_out")
    assert [tuple(row) for row in session.execute(ended.order_by(col(AuditEntry.id)))] == [
        (ana.email, {"browsers": "one"}),
        (ana.email, {"browsers": "others"}),
    ]
    assert here.get("/account").status_code == 200
