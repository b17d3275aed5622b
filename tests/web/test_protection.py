"""What every answer has and every request meets: headers, the origin check, HEAD, and values no column can hold."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.models import Role
from factories import person, signed_in


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"origin": "http://testserver"}, 303),
        ({"origin": "https://testserver"}, 303),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "http://testserver:8001"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "http://evil@testserver"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
    ],
)
def test_a_write_comes_from_our_own_pages(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/language", data={"locale": "en"}, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/account", "/nowhere", "/static/app.css"])
def test_head_is_answered_as_get(client: TestClient, path: str) -> None:
    asked, got = client.head(path), client.get(path)
    names = ("location", "content-type", "content-security-policy")
    assert asked.status_code == got.status_code
    assert {name: asked.headers.get(name) for name in names} == {name: got.headers.get(name) for name in names}


def test_an_unexpected_error_is_a_page_with_every_header(application: FastAPI) -> None:
    def broken() -> None:
        raise RuntimeError("a secret of the house")

    application.add_api_route("/broken", broken)
    answer = TestClient(application, raise_server_exceptions=False).get("/broken", headers={"x-request-id": "abc"})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "a secret of the house" not in answer.text
    expected = TestClient(application).get("/sign-in", headers={"x-request-id": "abc"}).headers
    ours = {
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "permissions-policy",
        "x-request-id",
    }
    assert {name: answer.headers[name] for name in ours} == {name: expected[name] for name in ours}


@pytest.mark.parametrize("path", ["/certificates/%00", "/products/%00/red-lines", "/team/people/99999999999999999999"])
def test_an_address_that_no_column_can_hold_leads_nowhere(application: FastAPI, session: Session, path: str) -> None:
    person(session, "cleo@example.com", Role.COMPLIANCE)
    session.commit()
    assert signed_in(application, "cleo@example.com").get(path).status_code in {400, 404}


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "utf-7", "utf-16", "no-such"])
def test_a_form_is_read_as_utf_8_alone(client: TestClient, charset: str) -> None:
    # Python's decoder of Punycode takes quadratic time; others yield halves of characters
    field = b'--x\r\nContent-Disposition: form-data; name="locale"\r\n\r\nzh-Hans\r\n--x--\r\n'
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert client.post("/language", content=field, headers={"content-type": kind}).status_code == 400
    plain = "multipart/form-data; boundary=x; charset=UTF-8"
    assert client.post("/language", content=field, headers={"content-type": plain}).status_code == 303


def test_an_address_with_a_slash_too_many_leads_to_no_other_host(client: TestClient) -> None:
    answer = client.get("/sign-in/", headers={"host": "evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_of_several_who_store_one_name_at_once_one_succeeds(application: FastAPI, session: Session) -> None:
    person(session, "ada@example.com", Role.ADMIN)
    session.commit()
    browsers = [signed_in(application, "ada@example.com") for _each in range(6)]
    with ThreadPoolExecutor(len(browsers)) as threads:
        answers = list(threads.map(lambda each: each.post("/admin/teams", data={"name": "Iberia"}), browsers))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 303
    assert set(statuses[1:]) <= {409, 422}
