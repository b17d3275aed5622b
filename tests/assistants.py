"""An assistant's program, as far as tests need one: it starts `dealworthy mcp` and speaks to it, or types lines."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent

from apart import run_apart
from app.config import ROOT, Settings

Told = TypeVar("Told")
Token = Callable[..., str]
"""Makes a token with scopes, see conftest.py."""
Era = Literal["legacy", "auto"]
"""Clients of 2025 shake hands first, those of 2026 do not."""

ADMIN = "admin@example.com"
BEFORE = datetime.now(UTC) - timedelta(hours=1)
"""The command looks at the real clock."""

ON_SQLITE = pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
CALLS: dict[str, dict[str, Any]] = {
    "check_red_lines": {"text": "a"},
    "talk_tracks": {"product": "keeper"},
    "products": {},
    "clearance": {"rep": "ana@example.com", "products": ["keeper"]},
}
"""Each tool, asked rightly."""

HELLO = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "a typewriter", "version": "1"},
    },
}


def variables(settings: Settings, secret: str) -> dict[str, str]:
    """What the configuration of an assistant sets for the command."""
    return {
        "DEALWORTHY_TOKEN": secret,
        "DEALWORTHY_DATABASE_URL": settings.database_url,
        "DEALWORTHY_BASE_URL": settings.base_url,
    }


def talk(
    settings: Settings, secret: str, say: Callable[[Client], Awaitable[Told]], log: Path, era: Era = "auto"
) -> Told:
    """Start the command, have a talk with it, and end it; what it writes to standard error goes to the log."""

    async def _talk() -> Told:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "app", "mcp"], cwd=ROOT, env=variables(settings, secret)
        )
        with log.open("w") as errors:
            async with Client(stdio_client(command, errlog=errors), mode=era) as client:
                return await say(client)

    return run_apart(_talk)


def words(result: CallToolResult) -> str:
    """The text of an answer."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def answer(result: CallToolResult) -> Any:
    """The structured answer, which the text repeats for programs that read only that."""
    assert not result.is_error, words(result)
    assert json.loads(words(result)) == result.structured_content
    return result.structured_content


def started(settings: Settings, secret: str) -> subprocess.Popen[bytes]:
    """Start the command with pipes to type lines into."""
    return subprocess.Popen(
        [sys.executable, "-m", "app", "mcp"],
        cwd=ROOT,
        env=variables(settings, secret),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def asked(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    """Type a line and read one answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def typed(settings: Settings, secret: str, lines: Sequence[bytes]) -> tuple[list[dict[str, Any]], str]:
    """Type lines after the greeting, read as many answers, hang up; return them and what standard error got."""
    process = started(settings, secret)
    answers = [asked(process, line) for line in (json.dumps(HELLO).encode(), *lines)]
    rest, errors = process.communicate()
    assert (process.returncode, rest) == (0, b"")
    return answers, errors.decode()
