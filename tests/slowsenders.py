"""Senders whose body comes slowly, or ends in the middle, spoken to an application without a server between."""

import asyncio
from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope

from apart import run_apart
from app.database import POOL_SIZE

_PATIENCE: Final = 10
"""Seconds that an application may take to begin."""


def post(path: str, *headers: tuple[bytes, bytes]) -> Scope:
    """What a server hands over when a POST begins."""
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
        "headers": [(b"host", b"testserver"), *headers],
        "client": ("127.0.0.1", 50000),
        "server": ("testserver", 80),
        "state": {},
    }


def status_beside(application: FastAPI, scope: Scope, ask: Callable[[], int]) -> int:
    """What somebody is answered while more than there are connections begin to send, and never end."""

    async def send(_message: Message) -> None:
        raise AssertionError

    async def asked() -> int:
        begun = [asyncio.Event() for _ in range(2 * POOL_SIZE)]
        slow = [asyncio.create_task(application(dict(scope), _never_ending(each), send)) for each in begun]
        try:
            for each in begun:
                await asyncio.wait_for(each.wait(), _PATIENCE)
            return await asyncio.to_thread(ask)
        finally:
            for task in slow:
                task.cancel()

    return run_apart(asked)


def _never_ending(begun: asyncio.Event) -> Receive:
    async def receive() -> Message:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def statuses_of_who_leaves(application: FastAPI, scope: Scope, first: bytes) -> list[int]:
    """What is answered to a sender who is gone after the first part of the body."""
    coming: list[Message] = [
        {"type": "http.request", "body": first, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def leave() -> None:
        await application(scope, receive, send)

    run_apart(leave)
    return [each["status"] for each in sent if each["type"] == "http.response.start"]
