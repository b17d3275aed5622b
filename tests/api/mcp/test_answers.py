"""What an assistant is told over the Model Context Protocol: the same as the API tells, and nothing is stored."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client
from sqlmodel import Session, SQLModel

from app.catalog.models import ContentKind
from app.catalog.queries import product_by_slug
from app.database import Database
from app.people.tokens import Scope
from app.redlines.checking import MOST_CHARACTERS
from assistants import BEFORE, ON_SQLITE, Command, Era, Token, answer, words
from factories import product, published, redline


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_answers_are_those_of_the_api_and_no_table_changes(
    command: Command, client: TestClient, database: Database, token: Token, era: Era
) -> None:
    secret = token(*Scope)
    header = {"authorization": f"Bearer {secret}"}
    texts: list[dict[str, Any]] = [
        {"text": "We surely give keeper.return. We do not give keeper.price. 🚀 keeper.return"},
        {"text": "keeper.return", "products": ["keeper"], "locale": "zh-CN", "region": "CN", "channel": "mail"},
        {"text": "Customer: keeper.return?\nRep: \0 keeper.price", "speaker": None},
        {"text": ""},
        {"text": "长" * (MOST_CHARACTERS - 13) + "keeper.return"},
    ]
    questions: list[dict[str, Any]] = [
        {"rep": "ANA@example.com", "products": ["keeper"]},
        {"rep": "ana@example.com", "deal": "D-1"},
        {"rep": "ana@example.com", "products": ["keeper", "gone"], "deal": "D-2"},
        {"rep": "nobody@example.com", "products": ["keeper"], "locale": "zh-CN"},
        {"rep": "nobody@example.com", "products": ["keeper"], "deal": None},
    ]

    async def ask(assistant: Client) -> tuple[list[Any], list[Any]]:
        return (
            [answer(await assistant.call_tool("check_red_lines", each)) for each in texts],
            [answer(await assistant.call_tool("clearance", each)) for each in questions],
        )

    before = rows(database)
    checked, cleared = command.talk(secret, ask, era)
    assert rows(database) == before
    assert command.log.read_text() == ""
    assert checked == [client.post("/api/v1/redlines/check", json=each, headers=header).json() for each in texts]
    for question, told in zip(questions, cleared, strict=True):
        check = {**question, "as_of": told["as_of"]}
        language = {"accept-language": check.pop("locale", "en")}
        reply = client.post("/api/v1/clearance/batch", json={"checks": [check]}, headers=header | language)
        assert reply.json() == {"results": [told]}
    assert [len(each["findings"]) for each in checked] == [3, 1, 1, 0, 1]
    assert [each["decision"] for each in cleared] == ["cleared", "cleared", "unknown", "unknown", "unknown"]


def wording(name: str, severity: str) -> dict[str, Any]:
    return {
        "red_line": name,
        "title": f"About {name}",
        "severity": severity,
        "never_say": f"We guarantee {name}.",
        "say_instead": [f"Others saw {name}."],
        "why": f"Nobody can promise {name}.",
    }


def track(number: int, said: str, title: str, **fits: Any) -> dict[str, Any]:
    return {
        "id": f"lesson-{number}",
        "title": title,
        "fits": {"industry": [], "customer_role": [], "stage": []} | fits,
        "text": said,
        "url": f"http://testserver/products/keeper/lessons/lesson-{number}",
    }


BAKERY = track(
    2,
    "What lesson 2 says.",
    "Lesson 2",
    industry=["bakery"],
    customer_role=["owner"],
    stage=["discovery", "proposal"],
)
EVERYBODY = track(3, "What lesson 3 says.", "Lesson 3")


def test_only_what_customers_may_see_is_told(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.REDLINES_CHECK)
    wanted: list[dict[str, Any]] = [
        {},
        {"industry": "bakery", "customer_role": "owner", "stage": "proposal"},
        {"industry": "finance"},
        {"customer_role": "it"},
        {"stage": "renewal"},
        {"stage": "renewal", "locale": "zh-TW"},
    ]

    async def ask(assistant: Client) -> list[Any]:
        return [answer(await assistant.call_tool("talk_tracks", {"product": "keeper", **each})) for each in wanted]

    wordings = [wording("keeper.price", "warn"), wording("keeper.return", "block")]
    expected = [[BAKERY, EVERYBODY], [BAKERY, EVERYBODY], [EVERYBODY], [EVERYBODY], [EVERYBODY]]
    expected.append([track(3, "第 3 课的内容。", "第 3 课")])
    assert command.talk(secret, ask) == [
        {"product": "keeper", "talk_tracks": tracks, "wordings": wordings} for tracks in expected
    ]


@ON_SQLITE
def test_only_red_lines_in_force_have_wordings(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.REDLINES_CHECK)
    keeper = product_by_slug(session, "keeper")
    assert keeper is not None
    rules = [
        redline("in-force"),
        redline("draft") | {"status": "draft"},
        redline("shadow") | {"status": "shadow"},
        redline("retired") | {"status": "retired"},
        redline("over") | {"effective": {"until": "2020-01-01"}},
        redline("elsewhere") | {"applies": {"products": ["other"]}},
    ]
    published(session, keeper, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": rules}, at=BEFORE)
    session.commit()

    async def ask(assistant: Client) -> Any:
        return answer(await assistant.call_tool("talk_tracks", {"product": "keeper"}))["wordings"]

    assert command.talk(secret, ask) == [wording("in-force", "block")]


def test_products_are_told_as_published(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.CLEARANCE_READ)
    product(session, "till", name="Till", at=BEFORE)
    product(session, "gone", name="Gone", at=BEFORE).retired_at = BEFORE
    session.commit()

    async def ask(assistant: Client) -> Any:
        return answer(await assistant.call_tool("products"))

    positioning = {"scene": "At the till.", "audience": "Local shops.", "difference": "Nothing to install."}
    assert command.talk(secret, ask) == {
        "products": [
            {
                "slug": "keeper",
                "name": "Keeper",
                "positioning": positioning,
                "can": ["Keep a list."],
                "cannot": ["Find new guests."],
            },
            {"slug": "till", "name": "Till", "positioning": None, "can": [], "cannot": []},
        ]
    }


@ON_SQLITE
def test_nothing_is_published_is_said(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.REDLINES_CHECK)
    product(session, "till", at=BEFORE)
    session.commit()

    async def ask(assistant: Client) -> str:
        return words(await assistant.call_tool("talk_tracks", {"product": "till"}))

    assert command.talk(secret, ask) == "Nothing has been published about this product yet."
