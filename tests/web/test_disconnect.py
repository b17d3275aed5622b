"""A form is on its way: somebody closes the page, which is no error of ours, or sends it slowly."""

import asyncio
import logging

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.types import Message, Receive, Scope

from app.database import POOL_SIZE
from factories import person, signed_in


def _post(path: str) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"sec-fetch-site", b"same-origin"),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": {},
    }


def test_a_sender_who_leaves_in_the_middle_is_no_error(application: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    coming: list[Message] = [
        {"type": "http.request", "body": b"email=rep%40exam", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    with caplog.at_level(logging.WARNING):
        asyncio.run(application(_post("/sign-in"), receive, send))

    assert [each["status"] for each in sent if each["type"] == "http.response.start"] == [400]
    assert caplog.records == []


def test_who_sends_slowly_keeps_nobody_else_waiting(application: FastAPI, session: Session) -> None:
    person(session, "ana@example.com")
    session.commit()
    client = signed_in(application, "ana@example.com")
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items()).encode()
    scope = _post("/check")
    scope["headers"].append((b"cookie", cookie))

    async def send(_message: Message) -> None:
        raise AssertionError

    async def ask() -> int:
        begun = [asyncio.Event() for _ in range(2 * POOL_SIZE)]
        slow = [asyncio.create_task(application(dict(scope), _never_ending(each), send)) for each in begun]
        try:
            for each in begun:
                await asyncio.wait_for(each.wait(), 5)
            return (await asyncio.to_thread(client.get, "/check")).status_code
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
