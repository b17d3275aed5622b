"""Who is certified on what, in pages: everybody once, and of what changed the least that keeps a copy right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.api import certifications
from app.certification.models import CertificationEventKind, CertificationPeriod
from app.certification.sanctions.actions import sanction
from app.database import Database, stored_id
from app.people.actions import deactivate
from app.people.models import Role
from app.people.tokens import create_token
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

Read = Callable[..., Any]
DAY = timedelta(days=1)
NEW: dict[str, Any] = {
    "valid_through": None,
    "window_opens_on": None,
    "grace_through": None,
    "recertify_by": None,
    "ends_on": None,
    "period": None,
    "levels": [],
}


@pytest.fixture
def read(client: TestClient, session: Session) -> Read:
    secret = create_token(session, "BI", ["reports:read"], actor="admin@example.com", moment=NOW)
    session.commit()

    def get(at: datetime = NOW + DAY, status: int = 200, **params: Any) -> Any:
        session.commit()
        with time_machine.travel(at, tick=False):
            answer = client.get("/api/v1/certifications", params=params, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == status, answer.text
        return answer.json()

    return get


@pytest.fixture
def team(session: Session) -> None:
    """Ana is certified on Keeper since NOW; Bo has begun nothing; Till is another product."""
    ana = person(session, "ana@example.com")
    person(session, "bo@example.com")
    keeper = sellable(session, "keeper")
    sellable(session, "till")
    attest(session, ana, keeper)
    session.commit()


def pairs(answer: Any) -> list[tuple[str, str, str]]:
    return [(each["rep"].split("@")[0], each["product"], each["standing"]) for each in answer["items"]]


def everything(read: Read, **params: Any) -> list[tuple[str, str, str]]:
    found, page = [], read(**params)
    while True:
        found += pairs(page)
        if page["next"] is None:
            return found
        page = read(**params, cursor=page["next"])


def test_each_standing_has_its_period_and_its_days(read: Read, session: Session, team: None) -> None:
    code = session.scalars(select(col(CertificationPeriod.code))).one()
    held = {
        "rep": "ana@example.com",
        "active": True,
        "product": "keeper",
        "level": "standard",
        "standing": "certified",
        "allowed": True,
        "valid_through": "2027-11-22",
        "window_opens_on": "2027-10-24",
        "grace_through": "2027-12-06",
        "recertify_by": None,
        "ends_on": "2027-11-22",
        "period": {
            "id": 1,
            "number": 1,
            "done_on": "2026-11-23",
            "awarded_at": "2026-11-23T09:00:00+00:00",
            "certificate": code,
            "url": f"http://testserver/certificates/{code}",
        },
        "levels": [],
    }
    new = {"active": True, "level": "standard", "standing": "not_started", "allowed": False, **NEW}
    found = read()
    assert found["items"][0] == held
    assert found == {
        "items": [
            held,
            {"rep": "ana@example.com", "product": "till", **new},
            {"rep": "bo@example.com", "product": "keeper", **new},
            {"rep": "bo@example.com", "product": "till", **new},
        ],
        "next": None,
        "as_of": "2026-11-24T09:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"rep": "BO@example.com"}, [("bo", "keeper"), ("bo", "till")]),
        ({"rep": "nobody@example.com"}, []),
        ({"product": "till"}, [("ana", "till"), ("bo", "till")]),
        ({"product": ["till", "keeper"], "rep": "ana@example.com"}, [("ana", "keeper"), ("ana", "till")]),
        ({"product": "nothing"}, []),
        ({"standing": "certified"}, [("ana", "keeper")]),
        ({"standing": ["certified", "not_started"], "product": "keeper"}, [("ana", "keeper"), ("bo", "keeper")]),
        ({"standing": "revoked"}, []),
    ],
)
@pytest.mark.parametrize("limit", [1, 50])
def test_filters_narrow_the_list(
    read: Read, team: None, params: dict[str, Any], expected: list[tuple[str, str]], limit: int
) -> None:
    assert [each[:2] for each in everything(read, limit=limit, **params)] == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("filters", [{}, {"standing": "not_started"}])
def test_the_pages_together_are_everybody_once(
    read: Read, session: Session, team: None, limit: int, filters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifications, "LOOKED_AT", 3)
    for number in range(5):
        person(session, f"rep{number}@example.com")
    found = everything(read, limit=limit, **filters)
    assert len(found) == len(set(found)) == (13 if filters else 14)


def test_a_run_answers_for_the_moment_it_began(read: Read, session: Session, team: None) -> None:
    first = read(NOW + DAY, limit=1)
    person(session, "cy@example.com", at=NOW + 2 * DAY)
    second = read(NOW + 3 * DAY, limit=50, cursor=first["next"])
    assert second["as_of"] == first["as_of"]
    assert [each[:2] for each in pairs(second)] == [("ana", "till"), ("bo", "keeper"), ("bo", "till")]


def test_what_changed_since_is_listed_whoever_or_whatever_changed_it(read: Read, session: Session, team: None) -> None:
    since = read()["as_of"]

    def changed(at: datetime) -> list[tuple[str, str, str]]:
        return pairs(read(at, updated_since=since))

    assert changed(NOW + 2 * DAY) == []
    assert changed(datetime.fromisoformat("2027-10-23T12:00:00+00:00")) == []
    assert changed(datetime.fromisoformat("2027-10-24T12:00:00+00:00")) == [("ana", "keeper", "renewal_open")]
    assert changed(datetime.fromisoformat("2027-11-23T12:00:00+00:00")) == [("ana", "keeper", "in_grace")]
    person(session, "cy@example.com", at=NOW + 2 * DAY)
    assert changed(NOW + 3 * DAY) == [("cy", "keeper", "not_started"), ("cy", "till", "not_started")]


def test_a_suspension_that_was_lifted_since_is_no_change(read: Read, session: Session, team: None) -> None:
    person(session, "lin@example.com", Role.COMPLIANCE)
    since = read()["as_of"]
    seen = []
    for hours, kind in ((25, CertificationEventKind.SUSPENDED), (26, CertificationEventKind.REINSTATED)):
        moment = NOW + timedelta(hours=hours)
        sanction(session, 1, 1, kind, reason="A customer complained.", by="lin@example.com", moment=moment)
        seen.append(pairs(read(moment + timedelta(minutes=1), updated_since=since)))
    assert seen == [[("ana", "keeper", "suspended")], []]


def test_who_was_deactivated_is_a_change(read: Read, session: Session, team: None) -> None:
    since = read()["as_of"]
    deactivate(session, 2, actor="admin@example.com", moment=NOW + 2 * DAY)
    answer = read(NOW + 3 * DAY, updated_since=since)
    assert [(each["rep"], each["product"], each["active"]) for each in answer["items"]] == [
        ("bo@example.com", "keeper", False),
        ("bo@example.com", "till", False),
    ]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"updated_since": "2026-11-24T09:00:01+00:00"}, "/updated_since"),
        ({"updated_since": "2026-11-24"}, "/updated_since"),
        ({"standing": "sleeping"}, "/standing/0"),
        ({"rep": "nobody"}, "/rep"),
        ({"limit": 0}, "/limit"),
        ({"limit": ["1", "2"]}, "/limit"),
        ({"cursor": "x"}, "/cursor"),
        ({"person": "1"}, "/person"),
        ({"product": "nul\x00"}, "/product/0"),
    ],
)
def test_wrong_questions_are_pointed_at(read: Read, params: dict[str, Any], pointer: str) -> None:
    answer = read(NOW + DAY, 422, **params)
    assert [each["pointer"] for each in answer["errors"]] == [pointer]


def test_a_page_costs_the_same_statements_whatever_its_size(
    application: FastAPI, read: Read, session: Session, team: None
) -> None:
    for number in range(100):
        person(session, f"rep{number}@example.com")
    session.commit()
    database: Database = application.state.database
    read()
    counted: dict[bool, set[int]] = {}
    for limit in (1, 20, 200):
        for since in ({}, {"updated_since": NOW.isoformat()}):
            with count_statements(database) as statements:
                read(limit=limit, **since)
            counted.setdefault(bool(since), set()).add(len(statements))
    assert all(len(each) == 1 for each in counted.values()), counted
    assert stored_id(person(session, "last@example.com")) > 100
