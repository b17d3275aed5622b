"""Somebody closes the page while a form is on its way: that is no error of ours, so nothing may be logged."""

import asyncio
import logging

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope


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
