"""An assistant's program, as far as tests need one: it starts `dealworthy mcp` and speaks to it, or types lines."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeVar

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent

from apart import run_apart
from app.config import ROOT, Settings
from forks import Forks

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
    )


def asked(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    """Type a line and read one answer."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


@dataclass(frozen=True)
class Command:
    """A command that is forked, not started anew; programs talk to it through two `cat`s as if they had started it."""

    forks: Forks
    settings: Settings
    log: Path
    """What it writes to standard error."""

    def talk(self, secret: str, say: Callable[[Client], Awaitable[Told]], era: Era = "auto") -> Told:
        """Start the command, have a talk with it, and end it."""

        async def _talk(relay: list[str]) -> Told:
            program, *arguments = relay
            async with Client(stdio_client(StdioServerParameters(command=program, args=arguments)), mode=era) as client:
                return await say(client)

        with self._started(secret) as relay:
            return run_apart(lambda: _talk(relay))

    def typed(self, secret: str, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """Type lines after the greeting, read as many answers, hang up."""
        with self._started(secret) as relay:
            process = subprocess.Popen(relay, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own)
            answers = [asked(process, line) for line in (json.dumps(HELLO).encode(), *lines)]
            rest, _errors = process.communicate()
            assert rest == b""
        return answers

    @contextmanager
    def _started(self, secret: str) -> Iterator[list[str]]:
        """Give the program that passes on what is said; the command must end well when that is over."""
        with TemporaryDirectory() as folder:
            pipes = [Path(folder) / name for name in ("said", "answered")]
            for each in pipes:
                os.mkfifo(each)
            fork = self.forks.start(["mcp"], variables(self.settings, secret), self.log, pipes)
            yield ["sh", "-c", 'cat "$1" & exec cat > "$0"', *map(str, pipes)]
            assert fork.wait(20) == 0
