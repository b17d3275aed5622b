"""Lines that come slowly, or never end, take nothing from others; who leaves before the end is no error."""

import logging

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import Session
from starlette.types import Scope

from app.deals.reconciling.models import Reconciliation
from app.people.tokens import create_token
from factories import NOW, person, signed_in
from slowsenders import post, status_beside, statuses_of_who_leaves


@pytest.fixture
def scope(session: Session) -> Scope:
    secret = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=NOW)
    person(session, "ana@example.com")
    session.commit()
    return post(
        "/api/v1/deals/reconcile",
        (b"content-type", b"application/x-ndjson"),
        (b"authorization", f"Bearer {secret}".encode()),
    )


def test_who_sends_slowly_holds_no_connection(application: FastAPI, scope: Scope) -> None:
    browser = signed_in(application, "ana@example.com")
    assert status_beside(application, scope, lambda: browser.get("/deals").status_code) == 200


def test_who_leaves_before_the_last_line_leaves_no_run(
    application: FastAPI, scope: Scope, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert statuses_of_who_leaves(application, scope, b'{"id": "D-1"}\n') == [400]
    assert caplog.records == []
    assert session.scalars(select(Reconciliation)).all() == []
