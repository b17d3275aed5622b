"""Every route, asked with values that nobody types: whatever comes back, it is no error of ours."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from sqlmodel import Session

from hostileworld import DRILL, furnish
from route_access import ACCESS

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
PLACES = '[[-1, "", "line", 9223372036854775808, "\\u0000", ""]]'
"""Where parts of a text stand in its file, as no file has them."""
IN_FIELDS = ["", "-1", "9223372036854775808", DIGITS, "1e400", "\x00", "a" * 30_000, PLACES]
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
SLUGS = {"/products/": "keeper", "/drills/": "keeper", "/packs/": "house"}
"""What a slug names below these addresses."""
QUERIES = [
    "q", "part", "locale", "key", "versions", "policy", "seed", "number", "page", "position", "before", "next",
    "team", "since", "until", "version", "product", "email", "show", "stage", "category", "tag", "type", "text",
    "older", "newer", "red_line", "severity", "sort", "verdict", "deadline",
]  # fmt: skip
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
PLAIN = {"go": "", "flag": "", "unknown": "", "decision": "mark", "step": "0", "number": "1", "kind": "missed"}
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
NOT_ASKED = {"/sign-out", "/account/sessions/{session_id}/end", "/attempts/{attempt_id}/finish"}
"""Forms after which there would be nobody, or no running attempt, to go on with."""


Question = tuple[str, dict[str, Any]]
"""What a question is called, and what `AsyncClient.request` takes for it."""
Asking = Callable[[Iterable[Question]], list[str]]


@pytest.fixture
def broken(application: FastAPI, session: Session) -> Asking:
    """Ask one question after the other, and name those whose answer is broken.

    Whoever asks has every role and a running attempt at a quiz with every way to answer, and something to review. All
    is asked in one event loop: there are thousands of questions, and each would go to another thread and back.
    """
    cookies = dict(furnish(application, session).cookies)

    async def asking(questions: Iterable[Question]) -> list[str]:
        transport = ASGITransport(application, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://testserver", cookies=cookies) as client:
            return [name for name, question in questions if is_broken(await client.request(**question))]

    return lambda questions: asyncio.run(asking(questions))


def filled(path: str, **values: str) -> str:
    slug = next((slug for place, slug in SLUGS.items() if place in path), KNOWN["slug"])
    known = {**KNOWN, "slug": slug, **values}
    return re.sub(r"\{([^}]*)\}", lambda name: known.get(name[1], "1"), path)


def is_broken(answer: Response) -> bool:
    """Whether the fault is ours; or whoever asks is nobody any more, so that the question reached nothing."""
    return answer.status_code >= 500 or "/sign-in" in answer.headers.get("location", "")


def addresses() -> Iterator[tuple[str, str]]:
    """Each route, with one wrong value in one of its places."""
    for method, path in ACCESS:
        for name in re.findall(r"\{([^}]*)\}", path):
            yield from ((method, filled(path, **{name: value})) for value in IN_ADDRESSES)


def test_no_address_breaks_a_route(broken: Asking) -> None:
    questions = ((f"{method} {address[:200]}", {"method": method, "url": address}) for method, address in addresses())
    assert broken(questions) == []


def test_no_query_breaks_a_page(broken: Asking) -> None:
    questions = (
        (f"{path} {value[:30]}", {"method": "GET", "url": f"{filled(path)}?{query}"})
        for method, path in ACCESS
        if method == "GET"
        for value in IN_QUERIES
        # all at once, and once without those that are read as numbers, which may hide what is read after them
        for names in (QUERIES, [name for name in QUERIES if name not in {"q", "number", "seed", "page", "before"}])
        for query in ["&".join(f"{name}={value[:1900]}" for name in names)]
    )
    assert broken(questions) == []


def forms() -> Iterator[tuple[str, dict[str, str | list[str]]]]:
    """Each form with one wrong value everywhere, once, twice, and with the plain fields right; and with none at all.

    There is an answer for every question.
    """
    for method, path in ACCESS:
        if method != "POST" or path in NOT_ASKED:
            continue
        places = range(1, 6) if path == "/attempts/{attempt_id}/answers" else [1]
        yield path, {}
        for value in IN_FIELDS:
            wrong: dict[str, str | list[str]] = dict.fromkeys(FIELDS, value)
            yield path, wrong
            yield path, {**wrong, **CHOSEN}
            yield from ((path, {**wrong, **PLAIN, "position": str(place)}) for place in places)
        yield path, {name: ["-1", "x"] for name in FIELDS}


def test_no_field_breaks_a_form(broken: Asking) -> None:
    questions = (
        (
            f"{path} {str(data.get('text'))[:30]!r} {data.get('position')}",
            {"method": "POST", "url": filled(path), "data": data},
        )
        for path, data in forms()
    )
    assert broken(questions) == []
