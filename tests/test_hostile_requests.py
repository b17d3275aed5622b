"""Every route, asked with values that nobody types: whatever comes back, it is no error of ours.

The API turns away who has no token before it reads a word; fuzz/test_bodies.py and api/test_schemathesis.py have one.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import Engine
from sqlmodel import Session

from app.database import Database
from hostileworld import DRILL, furnish
from route_access import ACCESS
from route_table import contexts

DIGITS = "9" * 5000
PLACES = '[[-1, "", "line", 9223372036854775808, "\\u0000", ""]]'
"""Where parts of a text stand in its file, as no file has them."""


@dataclass(frozen=True)
class Values:
    """What is asked with: each database refuses something of its own, and the rest never gets to one."""

    of_databases: list[str]
    others: list[str]

    def on(self, engine: Engine) -> list[str]:
        """Leave the others to one of the databases."""
        return self.of_databases + (self.others if engine.dialect.name == "sqlite" else [])


IN_ADDRESSES = Values(
    ["2147483648", "9223372036854775808", "%00", "%ed%a0%80"],
    ["-1", DIGITS, "a" * 300, "%e4%b8%ad", "%22%0d%0a", "..%2f.."],
)
FOR_NUMBERS = {"-1", "2147483648", "9223372036854775808", DIGITS, "a" * 300}
"""What a place for a whole number is asked with: whatever is none is refused before anything is done with it."""
IN_QUERIES = Values(["-1", "%00", "%ed%a0%80"], [DIGITS])
IN_FIELDS = Values(["9223372036854775808", "\x00", "a" * 30_000], ["", "-1", DIGITS, "1e400", PLACES])
KNOWN = {
    "slug": "keeper-quiz",
    "item": "one",
    "item_id": "one",
    "kind": "quiz",
    "name": "keeper-quiz",
    "red_line": "keeper.return",
    "rule_id": "keeper.return",
    "person_id": "2",
}
SLUGS = {
    "/products/": "keeper",
    "/certifications/": "keeper",
    "/credits/": "keeper",
    "/drills/": "keeper",
    "/gate/": "keeper",
    "/packs/": "house",
}
"""What a slug names below these addresses."""
QUERIES = [
    "q", "part", "locale", "key", "versions", "policy", "seed", "number", "page", "position", "before", "next",
    "team", "since", "until", "version", "product", "email", "show", "stage", "category", "tag", "type", "text",
    "older", "newer", "red_line", "severity", "sort", "verdict", "deadline",
]  # fmt: skip
NUMBERS = {"q", "number", "seed", "page", "before"}
"""Those that are read as numbers, and a page that refuses them may read no further."""
FIELDS = [
    "step", "position", "choice", "text", "gap0", "pair0", "place0", "place1", "number", "comment", "points-asks",
    "kind", "hour", "weekdays", "key", "versions", "policy", "reason", "seen", "email",
    "extra_time_percent", "extra_attempts", "locale", "same", "title", "prompt", "options.0.text", "points",
    "rows", "disposition", "note", "original", "consequence", "product", "verdict", "parts", "packs", "review", "drill",
    "level", "places", "replace", "region", "channel", "speaker", "file", "deadline", "attempt", "severity", "status",
    "category", "match", "phrases.en.0", "advanced.en", "advanced.within", "unless.within", "unless.quoted", "said_by",
    "require.say", "require.within_sentences", "effective.from", "applies.locales", "substantiation.0.claim",
    "substantiation.0.valid_through", "drills.0.rewrite", "drills.0.locale", "drills.0.anchors",
    "examples.must_flag.0", "say_instead.en.0", "day", "time", "timezone", "place", "join_url", "capacity", "host",
    "sequence", "code", "person", "attended",
]  # fmt: skip
CHOSEN = {
    "disposition": "duplicate",
    "consequence": "suspension",
    "verdict": "approved",
    "parts": "rule",
    "drill": DRILL.name,
    "seen": "",
    "attended": "yes",
    "timezone": "Asia/Shanghai",
    "time": "09:00",
}
"""What a page offers, with which forms read on to what is wrong beside it."""
PLAIN = {"go": "", "flag": "", "unknown": "", "decision": "mark", "step": "0", "number": "1", "kind": "missed"}
TWICE = urlencode([(name, value) for name in FIELDS for value in ("-1", "x")])
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
NOT_ASKED = {"/sign-out", "/account/sessions/{session_id}/end", "/attempts/{attempt_id}/finish"}
"""Forms after which there would be nobody, or no running attempt, to go on with."""
ROUTES = [(method, path) for method, path in ACCESS if not path.startswith("/api/v1/")]

REFUSED, NOBODY, NOT_FOUND, BROKEN = 400, 401, 404, 500
Question = dict[str, Any]
"""What `AsyncClient.request` takes."""
Asking = Callable[[Iterable[Question]], list[int]]


@pytest.fixture
def ask(application: FastAPI, session: Session) -> Asking:
    """Ask one question after the other, and give the statuses of the answers.

    Whoever asks has every role and a running attempt at a quiz with every way to answer, and something to review. All
    is asked in one event loop: there are thousands of questions, and each would go to another thread and back.
    """
    cookies = dict(furnish(application, session).cookies)

    async def asking(questions: Iterable[Question]) -> list[int]:
        transport = ASGITransport(application, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://testserver", cookies=cookies) as client:
            return [status(await client.request(**question)) for question in questions]

    return lambda questions: asyncio.run(asking(questions))


def status(answer: Response) -> int:
    """Give its status, or that whoever asks is nobody any more, so that the question reached nothing."""
    return NOBODY if "/sign-in" in answer.headers.get("location", "") else answer.status_code


def broken(asked: Iterable[object], statuses: Iterable[int]) -> list[tuple[object, int]]:
    """Leave what is no fault of ours."""
    return [pair for pair in zip(asked, statuses, strict=True) if pair[1] >= BROKEN or pair[1] == NOBODY]


def filled(path: str, **values: str) -> str:
    slug = next((slug for place, slug in SLUGS.items() if place in path), KNOWN["slug"])
    known = {**KNOWN, "slug": slug, **values}
    return re.sub(r"\{([^}]*)\}", lambda name: known.get(name[1], "1"), path)


def test_no_address_breaks_a_route(ask: Asking, application: FastAPI, database: Database) -> None:
    """Each is asked with one wrong value in one of its places."""
    numbers = {
        (route.path, place.name)
        for route in contexts(application)
        for place in route.dependant.path_params
        if place.field_info.annotation is int
    }
    asked = [
        (method, filled(path, **{name: value}))
        for method, path in ROUTES
        for name in re.findall(r"\{([^}]*)\}", path)
        for value in IN_ADDRESSES.on(database.engine)
        if value in FOR_NUMBERS or (path, name) not in numbers
    ]
    assert broken(asked, ask({"method": method, "url": address} for method, address in asked)) == []


def test_no_query_breaks_a_page(ask: Asking, database: Database) -> None:
    def questions(asked: list[tuple[str, str]], names: list[str]) -> Iterator[Question]:
        for path, value in asked:
            yield {"method": "GET", "url": f"{filled(path)}?" + "&".join(f"{name}={value[:1900]}" for name in names)}

    values = IN_QUERIES.on(database.engine)
    asked = [(path, value) for method, path in ROUTES if method == "GET" for value in values]
    statuses = ask(questions(asked, QUERIES))
    refused = [question for question, status in zip(asked, statuses, strict=True) if status >= REFUSED]
    others = ask(questions(refused, [name for name in QUERIES if name not in NUMBERS]))
    assert broken([*asked, *refused], [*statuses, *others]) == []


@cache
def form(value: str, **right: str) -> str:
    """A form with a value everywhere but where it is right."""
    return urlencode({**dict.fromkeys(FIELDS, value), **right})


def forms(path: str, value: str) -> Iterator[str]:
    """A form with one wrong value everywhere, and with what is plain right; there is an answer for every question."""
    places = range(1, 6) if path == "/attempts/{attempt_id}/answers" else [1]
    yield form(value)
    yield form(value, **CHOSEN)
    yield from (form(value, **PLAIN, position=str(place)) for place in places)


def test_no_field_breaks_a_form(ask: Asking, database: Database) -> None:
    def statuses(asked: list[tuple[str, str]]) -> list[int]:
        return ask(
            {"method": "POST", "url": filled(path), "content": sent, "headers": URLENCODED} for path, sent in asked
        )

    paths = [path for method, path in ROUTES if method == "POST" and path not in NOT_ASKED]
    first, *values = IN_FIELDS.on(database.engine)
    asked = [(path, sent) for path in paths for sent in ("", *forms(path, first))]
    told = statuses(asked)
    # the rest says there is no such thing before it reads on, whatever it is sent
    found = list(dict.fromkeys(path for (path, _), status in zip(asked, told, strict=True) if status != NOT_FOUND))
    assert len(found) > len(paths) / 2
    more = [(path, sent) for path in found for value in values for sent in forms(path, value)]
    more += [(path, TWICE) for path in found]
    assert broken([(path, sent[:2000]) for path, sent in asked + more], told + statuses(more)) == []
