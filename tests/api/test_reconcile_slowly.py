"""Lines that come slowly, or never end, take nothing from others; who leaves before the end is no error."""

import asyncio
import logging

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import Session
from starlette.types import Message, Receive, Scope

from app.database import POOL_SIZE
from app.deals.reconciling.models import Reconciliation
from app.people.tokens import create_token
from factories import NOW, person, signed_in


@pytest.fixture
def scope(session: Session) -> Scope:
    secret = create_token(session, "crm", ["deals:write"], actor="admin@example.com", moment=NOW)
    person(session, "ana@example.com")
    session.commit()
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/deals/reconcile",
        "raw_path": b"/api/v1/deals/reconcile",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", b"application/x-ndjson"),
            (b"authorization", f"Bearer {secret}".encode()),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": {},
    }


def test_who_sends_slowly_holds_no_connection(application: FastAPI, scope: Scope) -> None:
    browser = signed_in(application, "ana@example.com")

    async def send(_message: Message) -> None:
        raise AssertionError

    async def ask() -> int:
        begun = [asyncio.Event() for _ in range(2 * POOL_SIZE)]
        slow = [asyncio.create_task(application(dict(scope), _never_ending(each), send)) for each in begun]
        try:
            for each in begun:
                await asyncio.wait_for(each.wait(), 10)
            return (await asyncio.to_thread(browser.get, "/deals")).status_code
        finally:
            for task in slow:
                task.cancel()

    assert asyncio.run(ask()) == 200


def _never_ending(begun: asyncio.Event) -> Receive:
    async def receive() -> Message:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def test_who_leaves_before_the_last_line_leaves_no_run(
    application: FastAPI, scope: Scope, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"id": "D-1"}\n', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    with caplog.at_level(logging.WARNING):
        asyncio.run(application(scope, receive, send))

    assert [each["status"] for each in sent if each["type"] == "http.response.start"] == [400]
    assert caplog.records == []
    assert session.scalars(select(Reconciliation)).all() == []
