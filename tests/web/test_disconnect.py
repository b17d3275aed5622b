"""A form is on its way: somebody closes the page, which is no error of ours, or sends it slowly."""

import logging

import pytest
from fastapi import FastAPI
from sqlmodel import Session
from starlette.types import Scope

from factories import person, signed_in
from slowsenders import post, status_beside, statuses_of_who_leaves


def _form(path: str, *headers: tuple[bytes, bytes]) -> Scope:
    kind = (b"content-type", b"application/x-www-form-urlencoded")
    return post(path, kind, (b"sec-fetch-site", b"same-origin"), *headers)


def test_a_sender_who_leaves_in_the_middle_is_no_error(application: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert statuses_of_who_leaves(application, _form("/sign-in"), b"email=rep%40exam") == [400]
    assert caplog.records == []


def test_who_sends_slowly_keeps_nobody_else_waiting(application: FastAPI, session: Session) -> None:
    person(session, "ana@example.com")
    session.commit()
    client = signed_in(application, "ana@example.com")
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items()).encode()
    scope = _form("/check", (b"cookie", cookie))
    assert status_beside(application, scope, lambda: client.get("/check").status_code) == 200
