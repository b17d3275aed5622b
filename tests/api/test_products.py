"""What is sold, and what the gate asks for it today."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.database import Database, stored_id
from app.deals.policies.models import GatePolicy
from app.people.tokens import Scope, create_token
from factories import NOW, product, published, sellable
from tools.statements import count_statements

Read = Callable[..., Any]
POSITIONING = {
    "scene": {"en": "A shop.", "zh-Hans": "一家店。"},
    "audience": "Owners.",
    "difference": "One day.",
}
ASKED = {
    "level": "",
    "regions": [],
    "from_stage": "discovery",
    "roles": [],
    "coverage": "every",
    "enforcement": "block",
}


@pytest.fixture
def read(client: TestClient, session: Session) -> Read:
    secret = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=NOW)
    session.commit()

    def get(at: Any = NOW, *, language: str = "en", **params: Any) -> Any:
        headers = {"authorization": f"Bearer {secret}", "accept-language": language}
        with time_machine.travel(at, tick=False):
            answer = client.get("/api/v1/products", params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return get


def test_a_product_says_what_is_asked_for_it(read: Read, session: Session) -> None:
    keeper = sellable(session, "keeper")
    course = {"id": "keeper", "name": "Keeper", "positioning": POSITIONING, "lessons": []}
    published(session, keeper, ContentKind.COURSE, "keeper", course)
    session.commit()
    expected = {
        "slug": "keeper",
        "name": "Keeper",
        "positioning": {"scene": "A shop.", "audience": "Owners.", "difference": "One day."},
        "enforcement": "block",
        "failure_mode": "closed",
        "policy": None,
        "requirements": [ASKED],
        "versions": {"course": 1, "redlines": 1, "program": 1},
    }
    assert read() == {"items": [expected], "next": None}
    assert read(language="zh-Hans")["items"][0]["positioning"]["scene"] == "一家店。"


def test_a_policy_of_these_days_comes_before_the_program(read: Read, session: Session) -> None:
    keeper = sellable(session, "keeper")
    strict = {"from_stage": "contract", "regions": ["US", "EU"], "roles": ["owner"], "enforcement": "require_approval"}
    document = {"requirements": [{"enforcement": "warn"}, strict], "failure_mode": "open"}
    session.add(
        GatePolicy(
            product_id=stored_id(keeper),
            document=document,
            starts_on=date(2026, 11, 24),
            ends_on=date(2026, 11, 24),
            reason="A pilot.",
            made_at=NOW,
            made_by="lin@example.com",
        )
    )
    session.commit()
    before, during, after = (read(NOW + timedelta(days=days))["items"][0] for days in range(3))
    assert (before["policy"], before["enforcement"], before["failure_mode"]) == (None, "block", "closed")
    assert (during["policy"], during["enforcement"], during["failure_mode"]) == (1, "require_approval", "open")
    assert during["requirements"] == [
        {**ASKED, "enforcement": "warn"},
        {**ASKED, **strict, "regions": ["EU", "US"], "roles": ["owner"]},
    ]
    assert after == before


def test_a_product_without_anything_published_is_listed(read: Read, session: Session) -> None:
    product(session, "bare", name="Bare")
    session.commit()
    assert read()["items"] == [
        {
            "slug": "bare",
            "name": "Bare",
            "positioning": None,
            "enforcement": None,
            "failure_mode": "closed",
            "policy": None,
            "requirements": [],
            "versions": {"course": None, "redlines": None, "program": None},
        }
    ]


def test_products_that_are_sold_come_in_pages_by_slug(read: Read, session: Session) -> None:
    for slug in ("delta", "alpha", "gone", "charlie", "bravo"):
        product(session, slug).retired_at = NOW if slug == "gone" else None
    session.commit()
    found, page = [], read(limit=2)
    while page["next"]:
        found += page["items"]
        page = read(limit=2, cursor=page["next"])
    assert [each["slug"] for each in found + page["items"]] == ["alpha", "bravo", "charlie", "delta"]


def test_a_page_costs_the_same_statements_whatever_its_size(application: FastAPI, read: Read, session: Session) -> None:
    for number in range(12):
        sellable(session, f"product-{number}")
    session.commit()
    database: Database = application.state.database
    read()
    counted = set()
    for limit in (1, 12):
        with count_statements(database) as statements:
            read(limit=limit)
        counted.add(len(statements))
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (Scope.CLEARANCE_READ, 200),
        (Scope.REPORTS_READ, 200),
        (Scope.DEALS_WRITE, 200),
        (Scope.REDLINES_CHECK, 403),
        (Scope.PEOPLE_WRITE, 403),
    ],
)
def test_who_asks_about_people_or_deals_may_know_the_products(
    client: TestClient, session: Session, scope: Scope, status: int
) -> None:
    secret = create_token(session, "x", [scope], actor="admin@example.com", moment=NOW)
    session.commit()
    assert client.get("/api/v1/products", headers={"authorization": f"Bearer {secret}"}).status_code == status
