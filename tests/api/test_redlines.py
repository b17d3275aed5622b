"""What an editor, a mail client or an assistant reads when it asks about a text."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.database import Database
from app.people.tokens import create_token
from app.redlines.checking import MOST_CHARACTERS
from factories import NOW, product, published
from tools.statements import count_statements

Ask = Callable[..., Any]

RETURN: dict[str, Any] = {
    "id": "claims.return",
    "status": "active",
    "severity": "block",
    "category": "guarantee_promissory",
    "title": {"en": "No guaranteed return", "zh-Hans": "不承诺收益"},
    "why": {"en": "It cannot be kept.", "zh-Hans": "做不到。"},
    "match": {"en": [{"text": "guarantee a return"}], "zh": [{"text": "保证收益"}]},
    "unless": {"negated": "downgrade"},
    "said_by": ["rep"],
    "say_instead": {"en": ["Others saw a return."], "zh-Hans": ["别的客户有收益。"]},
}
DISCOUNT: dict[str, Any] = {
    **RETURN,
    "id": "price.discount",
    "severity": "warn",
    "title": "No unapproved price",
    "why": "A price said aloud is an offer.",
    "match": {"en": [{"text": "30 % off"}]},
    "applies": {"regions": ["CN"], "channels": ["mail"]},
    "say_instead": {"en": ["The yearly plan saves 15 %."]},
}
FOUND = {
    "start": 3,
    "end": 21,
    "matched": "guarantee a return",
    "red_line": "claims.return",
    "title": "No guaranteed return",
    "severity": "block",
    "why": "It cannot be kept.",
    "say_instead": ["Others saw a return."],
    "products": ["keeper"],
    "state": "active",
    "reason": None,
}
pytestmark = pytest.mark.usefixtures("an_hour_later")


@pytest.fixture
def token(session: Session) -> str:
    keeper, other = product(session), product(session, "other", name="Other")
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [RETURN, DISCOUNT]})
    published(session, other, ContentKind.REDLINES, "other", {"schema": 1, "rules": [{**DISCOUNT, "id": "o.price"}]})
    secret = create_token(session, "mail", ["redlines:check"], actor="admin@example.com", moment=NOW)
    session.commit()
    return secret


@pytest.fixture
def ask(client: TestClient, token: str) -> Ask:
    def post(body: object, expected: int = 200, **headers: str) -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        sent = {"authorization": f"Bearer {token}", "content-type": "application/json", **headers}
        answer = client.post("/api/v1/redlines/check", content=content, headers=sent)
        assert answer.status_code == expected, answer.text
        if expected == 200:
            assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    return post


def test_a_finding_says_what_to_say_instead(ask: Ask) -> None:
    assert ask({"text": "We guarantee a return.", "products": ["keeper"]}) == {
        "findings": [FOUND],
        "rules": 2,
        "more": 0,
    }


def test_the_keys_stand_in_the_documented_order(ask: Ask) -> None:
    answer = ask({"text": "We guarantee a return."})
    assert list(answer) == ["findings", "rules", "more"]
    assert list(answer["findings"][0]) == [
        "start", "end", "matched", "red_line", "title", "severity", "why", "say_instead", "products", "state", "reason",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"text": "Nothing of it."}, []),
        ({"text": ""}, []),
        ({"text": "We do not guarantee a return."}, [("claims.return", "downgraded", "negated")]),
        ({"text": "You get 30 % off.", "products": ["keeper"]}, [("price.discount", "active", None)]),
        ({"text": "You get 30 % off.", "products": ["other"]}, [("o.price", "active", None)]),
        ({"text": "You get 30 % off.", "region": "DE"}, []),
        ({"text": "You get 30 % off.", "channel": "call"}, []),
        ({"text": "Customer: you guarantee a return."}, []),
        ({"text": "Customer: you guarantee a return.", "speaker": "rep"}, [("claims.return", "active", None)]),
        ({"text": "We guarantee a return.", "speaker": "customer"}, []),
        ({"text": "\0We guarantee a return."}, [("claims.return", "active", None)]),
        ({"text": "x", "locale": None, "region": None, "channel": None, "speaker": None}, []),
    ],
)
def test_circumstances_narrow_what_is_found(
    ask: Ask, asked: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    found = ask(asked)["findings"]
    assert sorted((each["red_line"], each["state"], each["reason"]) for each in found) == expected
    assert [asked["text"][each["start"] : each["end"]] for each in found] == [each["matched"] for each in found]


def test_spans_are_code_points_of_a_transcript_as_it_was_sent(ask: Ask) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n🚀 <v Rep>We guarantee a\n\n00:02.000 --> 00:03.000\nreturn, always.\n"
    (found,) = ask({"text": text})["findings"]
    assert found["matched"] == "guarantee a\n\n00:02.000 --> 00:03.000\nreturn"
    assert text[found["start"] : found["end"]] == found["matched"]


@pytest.mark.parametrize(
    ("asked", "header", "title"),
    [
        ({"locale": "zh-CN"}, "en", "不承诺收益"),
        ({"locale": "zh-TW"}, "en", "不承诺收益"),
        ({"locale": "en-GB"}, "zh-Hans", "No guaranteed return"),
        ({}, "zh-Hans", "不承诺收益"),
        ({}, "fr", "No guaranteed return"),
    ],
)
def test_words_come_in_the_language_of_the_text_else_of_the_header(
    ask: Ask, asked: dict[str, str], header: str, title: str
) -> None:
    text = "保证收益" if "zh" in asked.get("locale", header) else "We guarantee a return."
    answer = ask({"text": text, **asked}, **{"accept-language": header})
    assert [each["title"] for each in answer["findings"]] == [title]


def test_sarif_for_those_who_ask_for_it(ask: Ask) -> None:
    answer = ask({"text": "So\nwe guarantee a return."}, accept="application/sarif+json")
    (run,) = answer["runs"]
    assert answer["version"] == "2.1.0"
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("claims.return", "error")
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 2,
        "startColumn": 4,
        "endLine": 2,
        "endColumn": 22,
        "charOffset": 6,
        "charLength": 18,
    }
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["claims.return"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/text"]),
        ({"text": None}, ["/text"]),
        ({"text": 1}, ["/text"]),
        ({"text": "a" * (MOST_CHARACTERS + 1)}, ["/text"]),
        ('{"text": "\\ud83d half a pair"}', ["/text"]),
        ({"text": "a", "product": "keeper"}, ["/product"]),
        ({"text": "a", "products": "keeper"}, ["/products"]),
        ({"text": "a", "products": ["keeper", 1]}, ["/products/1"]),
        ({"text": "a", "products": ["a\0"]}, ["/products/0"]),
        ({"text": "a", "products": ["a"] * 51}, ["/products"]),
        ({"text": "a", "locale": "not a tag"}, ["/locale"]),
        ({"text": "a", "region": ""}, ["/region"]),
        ({"text": "a", "speaker": "x" * 41}, ["/speaker"]),
        ('{"text": "a", "text": "b"}', [""]),
        ("[]", [""]),
        ("no JSON", [""]),
    ],
)
def test_what_is_not_well_formed_is_pointed_at(ask: Ask, body: object, pointers: list[str]) -> None:
    problem = ask(body, 422)
    assert [error["pointer"] for error in problem["errors"]] == pointers


def test_an_unknown_product_is_named(ask: Ask) -> None:
    problem = ask({"text": "a", "products": ["keeper", "gone"]}, 404)
    assert (problem["status"], problem["detail"]) == (404, "There is no product gone.")


def test_the_longest_text_is_read(ask: Ask) -> None:
    text = "长" * (MOST_CHARACTERS - 4) + "保证收益"
    assert [each["start"] for each in ask({"text": text})["findings"]] == [MOST_CHARACTERS - 4]


def test_a_body_that_is_too_large_is_not_read(ask: Ask) -> None:
    problem = ask("x" * (8 * 1024 * 1024 + 1), 413)
    assert problem["detail"] == "What was sent is larger than 8 MiB. Nothing was read."


def test_an_answer_carries_so_many_findings_and_counts_the_others(ask: Ask) -> None:
    answer = ask({"text": "We guarantee a return.\n" * 2_003})
    assert (len(answer["findings"]), answer["more"]) == (2_000, 3)


def test_another_scope_does_not_do(client: TestClient, session: Session, token: str) -> None:
    secret = create_token(session, "crm", ["clearance:read"], actor="admin@example.com", moment=NOW)
    session.commit()
    answer = client.post("/api/v1/redlines/check", json={"text": "a"}, headers={"authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "This token lacks the scope redlines:check.")


def test_a_long_text_takes_no_more_statements_than_a_short_one(
    ask: Ask, client: TestClient, token: str, database: Database
) -> None:
    ask({"text": "a"})
    counts = []
    for text in ("We guarantee a return.", "We guarantee a return.\n" * 50):
        with count_statements(client.app.state.database) as statements:  # type: ignore[attr-defined]  # Starlette's own
            ask({"text": text})
        counts.append(len(statements))
    assert counts == [3, 3]
