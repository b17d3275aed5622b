"""Administrators make endpoints, see how they do, and send again; secrets are shown once, and addresses checked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.config import Settings
from app.database import Database
from app.people.models import Role
from app.webhooks.actions import enable
from app.webhooks.models import WebhookEndpoint
from app.webhooks.rules import MOST_TRIES
from factories import NOW, person
from outbound.receivers import Receiver, receiving, silent
from tools.statements import count_statements
from webhooks.listening import DAY, MINUTE, SHORT, at, courier, deliveries, endpoint, happen, told, verify, worker

SignIn = Callable[[str], TestClient]
SECRET = re.compile(r"<code>(whsec_[^<]+)</code>")
NO = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def admin(application: FastAPI, session: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """An administrator of an installation that may send to this machine."""
    allowing = application.state.settings.model_copy(update={"outbound_allow": "127.0.0.0/8"})
    monkeypatch.setattr(application.state, "settings", allowing)
    person(session, "adam@example.com", Role.ADMIN)
    session.commit()
    return sign_in("adam@example.com")


def make(admin: TestClient, url: str, **more: Any) -> Any:
    return admin.post("/admin/webhooks", data={"name": "CRM", "url": url, "events": ["deal.at_risk"], **more})


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(col(AuditEntry.action)).where(col(AuditEntry.action).startswith("webhook.")).order_by("id")
            )
        )


def test_an_endpoint_is_made_and_its_secret_shown_once(
    admin: TestClient, database: Database, settings: Settings
) -> None:
    answer = make(admin, "http://127.0.0.1:8160/hooks")
    found = SECRET.search(answer.text)
    assert answer.status_code == 200
    assert found is not None
    shown = admin.get("/admin/webhooks/1").text
    assert "http://127.0.0.1:8160/hooks" in shown
    assert "whsec_" not in shown
    with database.read() as session:
        stored = session.scalar(select(col(WebhookEndpoint.sealed_secret)))
        details = session.scalar(select(col(AuditEntry.details)).where(col(AuditEntry.action) == "webhook.created"))
    assert found[1] not in (stored or "")
    assert settings.secret_key not in (stored or "")
    assert details == {"endpoint": 1, "url": "http://127.0.0.1:8160/hooks", "events": ["deal.at_risk"]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"url": "https://10.0.0.1/"}, "This address leads into a private network."),
        ({"url": "https://[::1]/"}, "This address leads into a private network."),
        ({"url": "http://1.1.1.1/"}, "The address must begin with https://."),
        ({"url": "ftp://example.com/"}, "This is not an address that requests can go to."),
        ({"url": ""}, "Fill this in."),
        ({"name": ""}, "Fill this in."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"events": ["deal.exploded"]}, "Choose one of the list."),
        ({"events": []}, 'id="f-events-wrong"'),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    admin: TestClient, database: Database, data: dict[str, Any], said: str
) -> None:
    answer = make(admin, **{"url": "https://127.0.0.1/", **data})
    assert answer.status_code == 422
    assert said in answer.text
    assert actions(database) == []


def test_the_test_button_sends_a_signed_message_now_and_shows_the_answer(admin: TestClient, database: Database) -> None:
    said = b"HTTP/1.1 422 No\r\nContent-Length: 20\r\n\r\n<script>bad</script>"
    with receiving(Receiver(answers=[said])) as receiver:
        found = SECRET.search(make(admin, receiver.url).text)
        assert found is not None
        refused = admin.post("/admin/webhooks/1/test").text
        accepted = admin.post("/admin/webhooks/1/test").text
    body = verify(found[1], receiver.received[0])
    assert (body["type"], body["data"]) == ("webhook.test", {"endpoint": "CRM"})
    assert "The test was not accepted" in refused
    assert "Status 422" in refused
    assert "&lt;script&gt;bad&lt;/script&gt;" in refused
    assert "The test was accepted" in accepted
    assert actions(database) == ["webhook.created", "webhook.tested", "webhook.tested"]


def test_a_silent_receiver_is_said_to_be_silent(admin: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.webhooks.routes.PATIENCE", SHORT)
    with receiving(behave=silent) as receiver:
        make(admin, receiver.url)
        answer = admin.post("/admin/webhooks/1/test")
    assert "The server did not answer in time." in answer.text


def test_a_new_secret_and_stopping_and_removing(admin: TestClient, database: Database) -> None:
    first = SECRET.search(make(admin, "https://127.0.0.1/").text)
    second = SECRET.search(admin.post("/admin/webhooks/1/rotate").text)
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    assert "The secret before signs too until" in admin.get("/admin/webhooks/1").text
    for step in ("disable", "disable", "enable", "enable"):
        assert admin.post(f"/admin/webhooks/1/{step}").headers["location"] == "/admin/webhooks/1"
    assert admin.post("/admin/webhooks/1/remove").headers["location"] == "/admin/webhooks"
    gone = [admin.post(f"/admin/webhooks/1/{step}").status_code for step in ("remove", "test", "rotate", "enable")]
    assert gone == [404] * 4
    assert actions(database) == [
        f"webhook.{each}" for each in ("created", "secret_rotated", "disabled", "enabled", "removed")
    ]


def test_what_was_given_up_is_listed_shown_and_sent_again(
    admin: TestClient, database: Database, session: Session, settings: Settings
) -> None:
    with receiving(Receiver(answers=[NO] * 2 * MOST_TRIES)) as receiver:
        endpoint(session, settings, receiver.url)
        session.commit()
        happen(database, "ana")
        happen(database, "ben")
        sending = courier(settings)
        for number in range(MOST_TRIES + 2):
            with at(NOW + 2 * MINUTE + 2 * number * DAY):
                admin_enables(database)
                worker(database, sending).run_once()
        assert deliveries(database) == [("dead", MOST_TRIES, 500)] * 2
        page = admin.get("/admin/webhooks/dead").text
        assert page.count("Given up") >= 2
        assert "status 500" in page
        event = admin.get("/admin/webhooks/events/1").text
        assert "ana@example.com" in event
        assert "10 tries" in event
        receiver.answers.clear()
        receiver.received.clear()
        assert admin.post("/admin/webhooks/deliveries/1/again").status_code == 303
        assert admin.post("/admin/webhooks/deliveries/1/again").status_code == 303
        assert admin.post("/admin/webhooks/1/again").status_code == 303
        admin_enables(database)
        with at(NOW + 50 * DAY):
            worker(database, sending).run_once()
    assert told(receiver.received) == ["ana", "ben"]
    assert "Nothing was given up" in admin.get("/admin/webhooks/dead").text
    assert admin.post("/admin/webhooks/deliveries/99/again").status_code == 404
    assert actions(database).count("webhook.sent_again") == 2


def admin_enables(database: Database) -> None:
    with database.write() as session:
        enable(session, 1, actor="adam@example.com", moment=NOW)


def test_deliveries_are_filtered_and_turned_over(
    admin: TestClient, database: Database, session: Session, settings: Settings
) -> None:
    for name in ("One", "Two"):
        endpoint(session, settings, name=name)
    session.commit()
    for number in range(60):
        happen(database, f"rep-{number}")
    newest = admin.get("/admin/webhooks/deliveries?endpoint=2&state=waiting&type=certification.suspended").text
    older = re.search(r'href="(/admin/webhooks/deliveries\?[^"]*before=[^"]*)"', newest)
    assert older is not None
    assert newest.count("/admin/webhooks/events/") == 50
    assert admin.get(older[1].replace("&amp;", "&")).text.count("/admin/webhooks/events/") == 10
    nothing = admin.get("/admin/webhooks/deliveries?endpoint=2&state=dead").text
    assert "No deliveries" in nothing
    odd = admin.get("/admin/webhooks/deliveries?endpoint=x&state=y&type=z").text
    assert odd.count("/admin/webhooks/events/") == 50


def test_pages_cost_the_same_for_one_and_for_many(
    admin: TestClient, database: Database, session: Session, settings: Settings
) -> None:
    counts = []
    for size in (1, 12):
        for number in range(size):
            endpoint(session, settings, name=f"{size}-{number}")
            session.commit()
            happen(database, f"rep-{size}-{number}")
        with count_statements(database) as statements:
            for path in ("", "/1", "/dead", "/deliveries", "/events/1"):
                assert admin.get(f"/admin/webhooks{path}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_there_is_an_end_to_endpoints(admin: TestClient, session: Session, settings: Settings) -> None:
    for number in range(20):
        endpoint(session, settings, name=f"{number}")
    session.commit()
    answer = make(admin, "https://127.0.0.1/")
    assert (answer.status_code, "There are 20 endpoints, and no more can be made." in answer.text) == (409, True)


def test_the_way_there_is_on_the_page_of_administrators(admin: TestClient) -> None:
    assert 'href="/admin/webhooks"' in admin.get("/admin").text
