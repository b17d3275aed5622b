"""The pages of administrators and of one's own account."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.audit.models import AuditEntry
from app.config import Environment, Settings
from app.main import create_app
from app.people.models import ApiToken, Person, Role
from app.people.teams import create_team
from app.people.tokens import create_token
from factories import NOW, person
from tools.statements import count_statements


@pytest.fixture
def admin(session: Session, sign_in: Callable[[str], TestClient]) -> TestClient:
    person(session, "ada@example.com", Role.ADMIN)
    session.commit()
    return sign_in("ada@example.com")


def new_person(**more: str) -> dict[str, str]:
    return {"email": "Ana@Example.com", "name": "Ana Duarte", "roles": "rep", "locale": "en", **more}


def test_a_person_is_added_handed_a_link_and_signs_in(admin: TestClient, client: TestClient) -> None:
    where = admin.post("/admin/people/new", data=new_person(region="EU", hired_on="2026-01-05")).headers["location"]
    assert "Ana Duarte has an account." in admin.get(where).text
    made = admin.post(where + "/password-link").text
    found = re.search(r"http://testserver(/password/[\w-]+)", made)
    assert found is not None
    assert found[1] not in admin.get(where).text
    client.post(found[1], data={"password": "a good long password"})
    answer = client.post("/sign-in", data={"email": "ana@example.com", "password": "a good long password"})
    assert answer.headers["location"] == "/"


def test_a_bad_form_comes_back_as_typed(admin: TestClient) -> None:
    answer = admin.post("/admin/people/new", data=new_person(email="ada@example.com", name="<b>", manager="x@y.z"))
    assert answer.status_code == 422
    assert "There is an account with this address already." in answer.text
    assert "Nobody has this address." in answer.text
    assert 'value="&lt;b&gt;"' in answer.text


def test_people_are_searched_and_filtered(admin: TestClient, session: Session) -> None:
    team = create_team(session, "Iberia", None, actor="system", moment=NOW)
    person(session, "ana@example.com", name="Ana 100%").team_id = team.id
    person(session, "bo@example.com", Role.MANAGER, name="Bo")
    person(session, "gone@example.com", name="Gone").deactivated_at = NOW
    session.commit()

    def names(query: str) -> list[str]:
        page = admin.get(f"/admin/people?{query}", headers={"HX-Request": "true"}).text
        return re.findall(r'<a class="plain" href="/admin/people/\d+">([^<]*)</a>', page)

    assert names("") == ["Ada", "Ana 100%", "Bo"]
    assert names("q=0%25") == ["Ana 100%"]
    assert names("q=BO%40") == ["Bo"]
    assert names("role=manager") == ["Bo"]
    assert names(f"team={team.id}") == ["Ana 100%"]
    assert names("active=no") == ["Gone"]
    assert names("active=all&page=2") == []
    assert names("role=boss&team=x&active=perhaps") == ["Ada", "Ana 100%", "Bo"]


def test_a_file_is_looked_at_first_and_then_stored(admin: TestClient, session: Session) -> None:
    content = b"email,name,role\nana@example.com,Ana,rep\n"
    preview = admin.post("/admin/people/import", files={"file": ("people.csv", content)})
    assert preview.status_code == 200
    assert session.scalar(select(col(Person.id)).where(col(Person.email) == "ana@example.com")) is None
    session.rollback()
    found = re.search('name="carried" value="([^"]+)"', preview.text)
    assert found is not None
    done = admin.post("/admin/people/import/apply", files={"carried": (None, found[1])})
    assert "Stored: 1 new, 0 changed, 0 unchanged." in admin.get(done.headers["location"]).text
    again = admin.post("/admin/people/import", files={"file": ("people.csv", content)})
    assert "Everything is stored already" in again.text


def test_a_wrong_file_is_refused_with_its_rows(admin: TestClient) -> None:
    answer = admin.post("/admin/people/import", files={"file": ("people.csv", b"email,name,role\nana,<i>,\n")})
    assert answer.status_code == 422
    assert re.findall(r'<td class="num">(\d+)</td><td>(\w+)</td>', answer.text) == [("2", "email"), ("2", "role")]
    assert "carried" not in answer.text


def test_a_token_is_shown_once(admin: TestClient, session: Session) -> None:
    made = admin.post("/admin/tokens", data={"name": "CRM", "scopes": "deals:write", "expires_on": "2999-12-31"})
    found = re.search(r"<code>(dw_[\w-]+)</code>", made.text)
    assert found is not None
    assert found[1] not in admin.get("/admin/tokens").text
    token_id = session.scalars(select(col(ApiToken.id))).one()
    session.rollback()
    assert "CRM cannot reach the API any more." in follow(admin, f"/admin/tokens/{token_id}/revoke")
    refused = admin.post("/admin/tokens", data={"name": "CRM", "expires_on": "2020-01-01"})
    assert (refused.status_code, "Choose at least one scope." in refused.text) == (422, True)


def follow(browser: TestClient, path: str) -> str:
    return browser.get(browser.post(path).headers["location"]).text


def test_deactivating_and_reactivating(admin: TestClient, session: Session) -> None:
    ana = person(session, "ana@example.com")
    session.commit()
    assert "Ana is signed out everywhere" in follow(admin, f"/admin/people/{ana.id}/deactivate")
    assert admin.post(f"/admin/people/{ana.id}/password-link").status_code == 409
    assert "Ana can sign in again." in follow(admin, f"/admin/people/{ana.id}/reactivate")
    assert admin.post("/admin/people/1/deactivate").status_code == 409


def test_several_clicks_at_once_deactivate_once(application: FastAPI, admin: TestClient, session: Session) -> None:
    ana = person(session, "ana@example.com")
    session.commit()
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _click: admin.post(f"/admin/people/{ana.id}/deactivate"), range(6)))
    assert {answer.status_code for answer in answers} == {303}
    recorded = select(col(AuditEntry.id)).where(col(AuditEntry.action) == "person.deactivated")
    assert len(session.execute(recorded).all()) == 1


def test_teams_are_added_and_moved(admin: TestClient) -> None:
    for name, parent in (("Europe", ""), ("Iberia", "1"), ("Asia", "")):
        assert admin.post("/admin/teams", data={"name": name, "parent": parent}).status_code == 303
    assert re.findall(r'href="/admin/teams/(\d)"', admin.get("/admin/teams").text) == ["3", "1", "2"]
    refused = admin.post("/admin/teams/1", data={"name": "Europe", "parent": "2"})
    assert (refused.status_code, "A team cannot stand below itself." in refused.text) == (422, True)
    assert admin.post("/admin/teams/2", data={"name": "Iberia", "parent": "3"}).status_code == 303
    assert re.findall(r'href="/admin/teams/(\d)"', admin.get("/admin/teams").text) == ["3", "2", "1"]


def test_the_audit_page_filters_pages_and_proves(admin: TestClient, session: Session) -> None:
    for number in range(60):
        create_team(session, f"Team {number}", None, actor="system", moment=NOW)
    session.commit()

    def numbers(query: str) -> list[int]:
        page = admin.get(f"/admin/audit{query}", headers={"HX-Request": "true"}).text
        return [int(each) for each in re.findall(r'<td class="num">(\d+)</td>', page)]

    assert numbers("") == list(range(60, 10, -1))
    assert numbers("?before=11") == list(range(10, 0, -1))
    assert numbers("?subject=Team+59") == [60]
    assert numbers("?action=person.") == []
    assert len(numbers("?actor=SYS&since=2026-11-23&until=2026-11-23")) == 50
    assert numbers("?until=2026-11-22") == []
    assert numbers("?actor=" + "%25" * 10_000) == []
    assert "60 entries, unbroken" in admin.get("/admin/audit?verify=1").text


def test_the_trail_tells_nobody_who_reported_an_incident_nor_reviewers_who_sent_a_text(
    sign_in: Callable[[str], TestClient], session: Session
) -> None:
    roles = {"ada@example.com": [Role.ADMIN], "cora@example.com": [Role.COMPLIANCE]}
    for email, held in {**roles, "both@example.com": [Role.ADMIN, Role.COMPLIANCE]}.items():
        person(session, email, *held)
    for action in ("text.sent", "incident.opened", "deal.opened"):
        record(session, at=NOW, actor="ana@example.com", action=action, subject=("thing", "one"))
    session.commit()

    def seen(email: str) -> list[str]:
        return re.findall(r"<b>([^<]+)</b>", sign_in(email).get("/admin/audit?actor=ana").text)

    assert seen("ada@example.com") == ["deal.opened", "text.sent"]
    assert seen("cora@example.com") == ["deal.opened"]
    assert seen("both@example.com") == ["deal.opened"]


def test_a_person_reads_only_what_is_about_them(sign_in: Callable[[str], TestClient], session: Session) -> None:
    person(session, "ana@example.com")
    create_token(session, "hers", ["deals:write"], actor="ana@example.com", moment=NOW)
    create_token(session, "foreign", ["deals:write"], actor="bo@example.com", moment=NOW)
    for holder in ("ana@example.com", "ana@example.computer"):
        subject = ("certification", f"{holder} keeper-crm")
        record(session, at=NOW, actor="cleo@example.com", action="certification.suspended", subject=subject)
    session.commit()
    page = sign_in("ana@example.com").get("/account/record").text
    assert "hers" in page
    assert "foreign" not in page
    assert "ana@example.com keeper-crm" in page
    assert "ana@example.computer keeper-crm" not in page


def test_the_components_are_for_development_only(
    settings: Settings, session: Session, admin: TestClient, application: FastAPI
) -> None:
    assert "Every part that pages are made of" in admin.get("/admin/components").text
    secret = admin.cookies["session"]
    live = create_app(settings.model_copy(update={"env": Environment.PRODUCTION}))
    with TestClient(live, cookies={"session": secret}) as browser:
        assert browser.get("/admin/components").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/record",
        "/admin",
        "/admin/people",
        "/admin/people/1",
        "/admin/teams",
        "/admin/tokens",
        "/admin/audit",
    ],
)
def test_a_page_asks_the_database_as_often_for_three_as_for_one(
    admin: TestClient, application: FastAPI, session: Session, path: str
) -> None:
    def fill(number: int) -> None:
        team = create_team(session, f"Team {number}", None, actor="ada@example.com", moment=NOW)
        person(session, f"p{number}@example.com", Role.REP, Role.MANAGER).team_id = team.id
        create_token(session, f"Token {number}", ["deals:write"], actor="ada@example.com", moment=NOW)
        session.commit()

    def statements() -> int:
        with count_statements(application.state.database) as found:
            assert admin.get(path).status_code == 200
        return len(found)

    fill(1)
    with_one = statements()
    fill(2)
    fill(3)
    assert statements() == with_one
    assert with_one <= 7
