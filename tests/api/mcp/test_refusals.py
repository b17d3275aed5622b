"""What an assistant may not ask, what it asks wrongly, and what its program types wrongly."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from sqlalchemy import select, text
from sqlmodel import Session, col

from app.api.mcp.calls import MOST_CALLS, Calls
from app.api.mcp.tools import TOOLS
from app.errors import TooManyRequestsError
from app.people.limits import WINDOW
from app.people.models import ApiToken
from app.people.tokens import Scope, revoke_token
from app.redlines.checking import MOST_CHARACTERS
from assistants import ADMIN, CALLS, ON_SQLITE, Command, Token, words
from factories import NOW


@ON_SQLITE
@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([Scope.REDLINES_CHECK], ["check_red_lines", "talk_tracks", "products"]),
        ([Scope.CLEARANCE_READ], ["products", "clearance"]),
        ([Scope.REDLINES_CHECK, Scope.CLEARANCE_READ], list(CALLS)),
        ([Scope.DEALS_WRITE, Scope.PEOPLE_WRITE, Scope.REPORTS_READ], []),
    ],
)
def test_tools_are_those_of_the_scopes(
    command: Command, token: Token, scopes: list[Scope], expected: list[str]
) -> None:
    async def ask(assistant: Client) -> tuple[list[Any], list[str]]:
        listed = (await assistant.list_tools()).tools
        results = {name: await assistant.call_tool(name, call) for name, call in CALLS.items()}
        refused = {name: words(result) for name, result in results.items() if result.is_error}
        needed = {name: " / ".join(TOOLS[name].scopes) for name in refused}
        assert refused == {name: f"This token lacks the scope {scope}." for name, scope in needed.items()}
        return listed, [name for name in CALLS if name not in refused]

    listed, answered = command.talk(token(*scopes), ask)
    assert [tool.name for tool in listed] == expected == answered
    for tool in listed:
        hints = tool.annotations.model_dump(exclude={"title"})
        assert hints == {
            "read_only_hint": True,
            "destructive_hint": False,
            "idempotent_hint": True,
            "open_world_hint": False,
        }
        assert tool.input_schema["additionalProperties"] is False
        assert tool.output_schema["type"] == "object"
        assert tool.description


def test_a_token_that_is_revoked_stops_working_at_once(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.REDLINES_CHECK)

    async def ask(assistant: Client) -> tuple[bool, str, str]:
        before = await assistant.call_tool("products")
        number = session.scalars(select(col(ApiToken.id))).one()
        assert number is not None
        revoke_token(session, number, actor=ADMIN, moment=datetime.now(UTC))
        session.commit()
        after = await assistant.call_tool("products")
        with pytest.raises(MCPError) as refused:
            await assistant.list_tools()
        return before.is_error, words(after), refused.value.message

    sentence = "The token is unknown, revoked or over. Ask an administrator for another one."
    assert command.talk(secret, ask) == (False, sentence, sentence)


FORM = "The arguments are not of the form that this tool takes.\n"


@ON_SQLITE
def test_wrong_calls_are_told_what_to_mend(command: Command, token: Token) -> None:
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("check_red_lines", {}, FORM + "/text: Field required"),
        ("check_red_lines", {"text": 1}, FORM + "/text: Input should be a valid string"),
        (
            "check_red_lines",
            {"text": "secret" + "a" * MOST_CHARACTERS},
            FORM + "/text: String should have at most 1000000 characters",
        ),
        ("check_red_lines", {"text": "a", "product": "b"}, FORM + "/product: Extra inputs are not permitted"),
        ("check_red_lines", {"text": "a", "products": "b"}, FORM + "/products: Input should be a valid list"),
        ("check_red_lines", {"text": "a", "products": ["gone"]}, "There is no product gone."),
        ("talk_tracks", {"product": "gone"}, "There is no product gone."),
        (
            "talk_tracks",
            {"product": "keeper", "stage": "soon"},
            FORM
            + "/stage: Input should be 'discovery', 'proposal', 'negotiation', 'contract', 'delivery' or 'renewal'",
        ),
        ("products", {"all": True}, FORM + "/all: Extra inputs are not permitted"),
        (
            "clearance",
            {"rep": "ana@example.com"},
            "The request is not of the form that this address takes.\n/products: Name a product, or a deal.",
        ),
    ]

    async def ask(assistant: Client) -> list[tuple[bool, str]]:
        results = [await assistant.call_tool(name, arguments) for name, arguments, _expected in cases]
        with pytest.raises(MCPError, match=r"^There is no tool of this name; the tools are check_red_lines, "):
            await assistant.call_tool("send_mail", {"text": "a"})
        return [(result.is_error, words(result)) for result in results]

    told = command.talk(token(*Scope), ask)
    assert told == [(True, expected) for _name, _arguments, expected in cases]
    assert command.log.read_text() == ""


def call(number: int, said: str) -> bytes:
    """A check, with the text as JSON writes it."""
    params = f'{{"name": "check_red_lines", "arguments": {{"text": {said}}}}}'
    return f'{{"jsonrpc": "2.0", "id": {number}, "method": "tools/call", "params": {params}}}'.encode()


@ON_SQLITE
def test_every_line_is_answered_by_a_line_of_the_protocol_and_none_is_logged(command: Command, token: Token) -> None:
    lines = [
        call(1, r'"A private word, cut within an emoji: \ud83d"'),
        call(2, r'"A private word \u0000"'),
        call(3, json.dumps("A private word" * 100_000)),
        call(4, '"A private word \xff"').replace("\xff".encode(), b"\xff"),
        b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": ["A private word"]}',
        b'{"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "A private word"}}',
        b'{"jsonrpc": "2.0", "id": 7, "method": "A private word"}',
        b'{"a":' * 10_000,
        b"A private word",
        b"[1]",
        b"",
        call(8, '"A private word"'),
    ]
    answers = command.typed(token(*Scope), lines)
    numbers = ["hello", 1, 2, 3, 4, 5, 6, 7, None, None, None, None, 8]
    assert [each["id"] for each in answers] == numbers
    codes = [each.get("error", {}).get("code", 0) for each in answers]
    assert codes == [0, -32700, 0, 0, 0, -32600, -32602, -32601, -32700, -32700, -32600, -32700, 0]
    assert [each["id"] for each in answers if each.get("result", {}).get("isError")] == [3]
    assert command.log.read_text() == ""


@ON_SQLITE
def test_a_failure_is_logged_without_the_text(command: Command, session: Session, token: Token) -> None:
    secret = token(Scope.REDLINES_CHECK)
    session.execute(text("ALTER TABLE content_version RENAME TO elsewhere"))
    session.commit()

    async def ask(assistant: Client) -> str:
        return words(await assistant.call_tool("check_red_lines", {"text": "A private word", "products": ["keeper"]}))

    told = command.talk(secret, ask)
    assert told == "Something went wrong here; the log of this server says where."
    logged = command.log.read_text()
    assert logged.startswith("check_red_lines failed: OperationalError\n")
    assert "in_force" in logged
    assert "private" not in logged
    assert "keeper" not in logged


def test_a_window_has_so_many_calls() -> None:
    calls = Calls()
    for _call in range(MOST_CALLS):
        calls.count(NOW)
    with pytest.raises(TooManyRequestsError) as refused:
        calls.count(NOW + WINDOW - timedelta(seconds=90))
    assert (refused.value.message, refused.value.retry_after) == (
        "There were too many calls. Wait 2 minutes, then try again.",
        90,
    )
    calls.count(NOW + WINDOW)
