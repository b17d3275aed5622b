"""What an assistant is told over the Model Context Protocol: the same as the API tells, and nothing is stored."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client
from mcp.shared.exceptions import MCPError
from sqlalchemy import select, text
from sqlmodel import Session, SQLModel, col

from app.api.mcp.calls import MOST_CALLS, Calls
from app.api.mcp.tools import TOOLS
from app.catalog.models import ContentKind
from app.catalog.queries import product_by_slug
from app.cli import main
from app.config import ROOT, Settings
from app.database import Database
from app.errors import TooManyRequestsError
from app.people.limits import WINDOW
from app.people.models import ApiToken
from app.people.tokens import Scope, create_token, revoke_token
from app.redlines.checking import MOST_CHARACTERS
from assistants import Era, answer, talk, typed, words
from factories import NOW, attest, deal, lesson, person, product, published, redline, taught

ADMIN = "admin@example.com"
BEFORE = datetime.now(UTC) - timedelta(hours=1)
"""The command looks at the real clock."""

ON_SQLITE = pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
TRACK = {"kind": "talk_track", "topic": "talk_track", "audience": "external"}
BAKERS = {"industry": ["bakery"], "role": ["owner"], "stage": ["discovery", "proposal"]}

Token = Callable[..., str]


@pytest.fixture
def token(session: Session) -> Token:
    """Make a token for one product, whose course has a page and three talk tracks."""
    lessons = [
        lesson(1, audience="external"),
        lesson(2, talk_track=BAKERS, **TRACK),
        lesson(3, talk_track={}, **TRACK),
        lesson(4, talk_track={}, **(TRACK | {"audience": "internal"})),
    ]
    keeper = taught(session, lessons, requirements=[{"attest": "redlines"}], at=BEFORE)
    ana = person(session, "ana@example.com", name="Ana Duarte", at=BEFORE)
    attest(session, ana, keeper, at=BEFORE)
    deal(session, "D-1", products=[keeper], team={"owner": [ana]}, at=BEFORE)
    session.commit()

    def make(*scopes: Scope, **more: Any) -> str:
        secret = create_token(session, "assistant", scopes, actor=ADMIN, moment=BEFORE, **more)
        session.commit()
        return secret

    return make


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "errors.log"


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_answers_are_those_of_the_api_and_no_table_changes(
    settings: Settings, client: TestClient, database: Database, token: Token, log: Path, era: Era
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
        {"rep": "nobody@example.com", "products": ["keeper"], "deal": None},
    ]

    async def ask(assistant: Client) -> tuple[list[Any], list[Any]]:
        return (
            [answer(await assistant.call_tool("check_red_lines", each)) for each in texts],
            [answer(await assistant.call_tool("clearance", each)) for each in questions],
        )

    before = rows(database)
    checked, cleared = talk(settings, secret, ask, log, era)
    assert rows(database) == before
    assert log.read_text() == ""
    assert checked == [client.post("/api/v1/redlines/check", json=each, headers=header).json() for each in texts]
    for question, told in zip(questions, cleared, strict=True):
        check = {**question, "as_of": told["as_of"]}
        asked = client.post("/api/v1/clearance/batch", json={"checks": [check]}, headers=header).json()
        assert asked == {"results": [told]}
    assert [len(each["findings"]) for each in checked] == [3, 1, 1, 0, 1]
    assert [each["decision"] for each in cleared] == ["cleared", "cleared", "unknown", "unknown"]


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


def test_only_what_customers_may_see_is_told(settings: Settings, session: Session, token: Token, log: Path) -> None:
    secret = token(Scope.REDLINES_CHECK)
    asked: list[dict[str, Any]] = [
        {},
        {"industry": "bakery", "customer_role": "owner", "stage": "proposal"},
        {"industry": "finance"},
        {"customer_role": "it"},
        {"stage": "renewal"},
        {"stage": "renewal", "locale": "zh-TW"},
    ]

    async def ask(assistant: Client) -> list[Any]:
        return [answer(await assistant.call_tool("talk_tracks", {"product": "keeper", **each})) for each in asked]

    wordings = [wording("keeper.price", "warn"), wording("keeper.return", "block")]
    expected = [[BAKERY, EVERYBODY], [BAKERY, EVERYBODY], [EVERYBODY], [EVERYBODY], [EVERYBODY]]
    expected.append([track(3, "第 3 课的内容。", "第 3 课")])
    assert talk(settings, secret, ask, log) == [
        {"product": "keeper", "talk_tracks": tracks, "wordings": wordings} for tracks in expected
    ]


@ON_SQLITE
def test_only_red_lines_in_force_have_wordings(settings: Settings, session: Session, token: Token, log: Path) -> None:
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

    assert talk(settings, secret, ask, log) == [wording("in-force", "block")]


def test_products_are_told_as_published(settings: Settings, session: Session, token: Token, log: Path) -> None:
    secret = token(Scope.CLEARANCE_READ)
    product(session, "till", name="Till", at=BEFORE)
    product(session, "gone", name="Gone", at=BEFORE).retired_at = BEFORE
    session.commit()

    async def ask(assistant: Client) -> Any:
        return answer(await assistant.call_tool("products"))

    positioning = {"scene": "At the till.", "audience": "Local shops.", "difference": "Nothing to install."}
    assert talk(settings, secret, ask, log) == {
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


CALLS: dict[str, dict[str, Any]] = {
    "check_red_lines": {"text": "a"},
    "talk_tracks": {"product": "keeper"},
    "products": {},
    "clearance": {"rep": "ana@example.com", "products": ["keeper"]},
}


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
    settings: Settings, token: Token, log: Path, scopes: list[Scope], expected: list[str]
) -> None:
    async def ask(assistant: Client) -> tuple[list[Any], list[str]]:
        listed = (await assistant.list_tools()).tools
        results = {name: await assistant.call_tool(name, call) for name, call in CALLS.items()}
        refused = {name: words(result) for name, result in results.items() if result.is_error}
        needed = {name: " / ".join(TOOLS[name].scopes) for name in refused}
        assert refused == {name: f"This token lacks the scope {scope}." for name, scope in needed.items()}
        return listed, [name for name in CALLS if name not in refused]

    listed, answered = talk(settings, token(*scopes), ask, log)
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


def test_a_token_that_is_revoked_stops_working_at_once(
    settings: Settings, session: Session, token: Token, log: Path
) -> None:
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
    assert talk(settings, secret, ask, log) == (False, sentence, sentence)


FORM = "The arguments are not of the form that this tool takes.\n"


@ON_SQLITE
def test_wrong_calls_are_told_what_to_mend(settings: Settings, token: Token, log: Path) -> None:
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

    told = talk(settings, token(*Scope), ask, log)
    assert told == [(True, expected) for _name, _arguments, expected in cases]
    assert log.read_text() == ""


@ON_SQLITE
def test_nothing_is_published_is_said(settings: Settings, session: Session, token: Token, log: Path) -> None:
    secret = token(Scope.REDLINES_CHECK)
    product(session, "till", at=BEFORE)
    session.commit()

    async def ask(assistant: Client) -> str:
        return words(await assistant.call_tool("talk_tracks", {"product": "till"}))

    assert talk(settings, secret, ask, log) == "Nothing has been published about this product yet."


def call(number: int, said: str) -> bytes:
    """A check, with the text as JSON writes it."""
    params = f'{{"name": "check_red_lines", "arguments": {{"text": {said}}}}}'
    return f'{{"jsonrpc": "2.0", "id": {number}, "method": "tools/call", "params": {params}}}'.encode()


@ON_SQLITE
def test_every_line_is_answered_by_a_line_of_the_protocol_and_none_is_logged(settings: Settings, token: Token) -> None:
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
    answers, errors = typed(settings, token(*Scope), lines)
    numbers = ["hello", 1, 2, 3, 4, 5, 6, 7, None, None, None, None, 8]
    assert [each["id"] for each in answers] == numbers
    codes = [each.get("error", {}).get("code", 0) for each in answers]
    assert codes == [0, -32700, 0, 0, 0, -32600, -32602, -32601, -32700, -32700, -32600, -32700, 0]
    assert [each["id"] for each in answers if each.get("result", {}).get("isError")] == [3]
    assert errors == ""


@ON_SQLITE
def test_a_failure_is_logged_without_the_text(settings: Settings, session: Session, token: Token, log: Path) -> None:
    secret = token(Scope.REDLINES_CHECK)
    session.execute(text("ALTER TABLE content_version RENAME TO elsewhere"))
    session.commit()

    async def ask(assistant: Client) -> str:
        return words(await assistant.call_tool("check_red_lines", {"text": "A private word", "products": ["keeper"]}))

    told = talk(settings, secret, ask, log)
    assert told == "Something went wrong here; the log of this server says where."
    logged = log.read_text()
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


@pytest.mark.parametrize(
    ("secret", "status", "expected"),
    [
        (None, 2, "Set DEALWORTHY_TOKEN to a token from `dealworthy token create NAME --scope SCOPE`.\n"),
        (" ", 2, "Set DEALWORTHY_TOKEN to a token from `dealworthy token create NAME --scope SCOPE`.\n"),
        ("dw_nobody", 1, "The token in DEALWORTHY_TOKEN is unknown, revoked or over.\n"),
    ],
)
def test_without_a_good_token_it_does_not_start(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    secret: str | None,
    status: int,
    expected: str,
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", settings.database_url)
    monkeypatch.delenv("DEALWORTHY_TOKEN", raising=False)
    if secret is not None:
        monkeypatch.setenv("DEALWORTHY_TOKEN", secret)
    assert main(["mcp"]) == status
    assert capsys.readouterr() == ("", expected)


def test_a_token_that_is_over_does_not_start_it(
    settings: Settings, token: Token, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DEALWORTHY_TOKEN", token(*Scope, expires_at=BEFORE + timedelta(minutes=1)))
    assert main(["mcp"]) == 1
    assert capsys.readouterr() == ("", "The token in DEALWORTHY_TOKEN is unknown, revoked or over.\n")


def test_a_database_that_is_not_migrated_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("DEALWORTHY_TOKEN", "dw_nobody")
    assert main(["mcp"]) == 1
    assert capsys.readouterr() == (
        "",
        "The database is not at the newest revision; run `dealworthy migrate` first.\n",
    )


def test_no_other_command_pays_for_the_library() -> None:
    program = "import sys, app.cli; app.cli.build_parser(); print([each for each in sys.modules if each[:3] == 'mcp'])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
    assert done.stdout == "[]\n"
