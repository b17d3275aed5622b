"""Every route, asked with values that nobody types: whatever comes back, it is no error of ours."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.people.models import Role
from essaywork import essay
from factories import deal, person, published_quiz, quiz_document, sellable, signed_in, single
from route_access import ACCESS
from taking import Taker

EARLIER = datetime(2026, 1, 5, tzinfo=UTC)
DIGITS = "9" * 5000
IN_ADDRESSES = [
    "-1",
    "2147483648",
    "9223372036854775808",
    DIGITS,
    "a" * 300,
    "%00",
    "%ed%a0%80",
    "%e4%b8%ad",
    "%22%0d%0a",
    "..%2f..",
]
IN_QUERIES = ["-1", DIGITS, "%00", "%ed%a0%80"]
IN_FIELDS = ["", "-1", "9223372036854775808", DIGITS, "1e400", "\x00", "a" * 30_000]
KNOWN = {"slug": "keeper-quiz", "item": "one", "item_id": "one", "kind": "quiz", "name": "keeper-quiz"}
QUERIES = [
    "q", "part", "locale", "key", "versions", "policy", "seed", "number", "page", "position", "before", "next",
    "team", "since", "until", "version", "product", "email", "show", "stage", "category", "tag", "type", "text",
    "older", "newer",
]  # fmt: skip
FIELDS = [
    "step", "position", "choice", "text", "gap0", "pair0", "place0", "place1", "number", "comment", "points-asks",
    "kind", "hour", "weekdays", "key", "versions", "policy", "reason", "seen", "email",
    "extra_time_percent", "extra_attempts", "locale", "same", "title", "prompt", "options.0.text", "points",
    "rows",
]  # fmt: skip
PLAIN = {"go": "", "flag": "", "unknown": "", "decision": "mark", "step": "0", "number": "1", "kind": "missed"}
NOT_ASKED = {"/sign-out", "/attempts/{attempt_id}/finish"}
"""Forms after which there would be nobody, or no running attempt, to go on with."""


@pytest.fixture
def everybody(application: FastAPI, session: Session) -> TestClient:
    """Somebody with every role and a running attempt at a quiz with every way to answer."""
    owner = sellable(session, at=EARLIER)
    somebody = person(session, "all@example.com", *Role)
    pairs = [{"left": "a", "right": "b"}, {"left": "c", "right": "d"}]
    items = [
        single("one"),
        essay(),
        {"id": "order", "type": "ordering", "prompt": "Order", "options": [{"text": "a"}, {"text": "b"}]},
        {"id": "match", "type": "matching", "prompt": "Match", "pairs": pairs},
        {"id": "count", "type": "numeric", "prompt": "Count", "answer": 1},
    ]
    published_quiz(session, quiz_document(items=items), owner=owner, at=EARLIER)
    deal(session, "1", products=[owner], team={"owner": [somebody]})
    session.commit()
    browser = signed_in(application, "all@example.com")
    assert Taker(browser).start() == "/attempts/1"
    return TestClient(application, follow_redirects=False, cookies=dict(browser.cookies), raise_server_exceptions=False)


def filled(path: str, **values: str) -> str:
    return re.sub(r"\{([^}]*)\}", lambda name: values.get(name[1], KNOWN.get(name[1], "1")), path)


def addresses() -> Iterator[tuple[str, str]]:
    """Each route, with one wrong value in one of its places."""
    for method, path in ACCESS:
        for name in re.findall(r"\{([^}]*)\}", path):
            yield from ((method, filled(path, **{name: value})) for value in IN_ADDRESSES)


def test_no_address_breaks_a_route(everybody: TestClient) -> None:
    broken = [
        f"{method} {address[:200]}"
        for method, address in addresses()
        if everybody.request(method, address).status_code >= 500
    ]
    assert broken == []


def test_no_query_breaks_a_page(everybody: TestClient) -> None:
    broken = [
        f"{path} {value[:30]}"
        for method, path in ACCESS
        if method == "GET"
        for value in IN_QUERIES
        # all at once, and once without those that are read as numbers, which may hide what is read after them
        for names in (QUERIES, [name for name in QUERIES if name not in {"q", "number", "seed", "page", "before"}])
        for query in ["&".join(f"{name}={value[:1900]}" for name in names)]
        if everybody.get(f"{filled(path)}?{query}").status_code >= 500
    ]
    assert broken == []


def forms() -> Iterator[tuple[str, dict[str, str]]]:
    """Each form with one wrong value everywhere, and with the plain fields right; an answer for every question."""
    for method, path in ACCESS:
        if method != "POST" or path in NOT_ASKED:
            continue
        places = range(1, 6) if path == "/attempts/{attempt_id}/answers" else [1]
        for value in IN_FIELDS:
            wrong = dict.fromkeys(FIELDS, value)
            yield path, wrong
            yield from ((path, {**wrong, **PLAIN, "position": str(place)}) for place in places)


def test_no_field_breaks_a_form(everybody: TestClient) -> None:
    broken = [
        f"{path} {data['text'][:30]!r} {data['position']}"
        for path, data in forms()
        if everybody.post(filled(path), data=data).status_code >= 500
    ]
    assert broken == []
