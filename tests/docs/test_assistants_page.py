"""What docs/assistants.md says is true: its configuration starts the command, and its tools are those there are."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters, stdio_client
from sqlmodel import Session

from apart import run_apart
from app.api.mcp.calls import MOST_CALLS
from app.api.mcp.tools import TOOLS
from app.cli import build_parser
from app.config import ROOT, Settings
from app.people.limits import WINDOW
from app.people.tokens import create_token
from app.redlines.checking import MOST_CHARACTERS

PAGE = (ROOT / "docs/assistants.md").read_text()


def server() -> dict[str, Any]:
    """The one server of the configuration."""
    (block,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    ((_name, found),) = json.loads(block)["mcpServers"].items()
    return dict(found)


def test_the_tools_are_those_of_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`[^|]*:[^|]*`) \| ([^|]*) \|", PAGE, re.MULTILINE)
    said = [(name, re.findall(r"`([^`]+)`", scopes), re.findall(r"`(\w+)`", takes)) for name, scopes, takes in rows]
    assert said == [(tool.name, list(tool.scopes), list(tool.takes.model_fields)) for tool in TOOLS.values()]


def test_the_limits_are_those_of_the_page() -> None:
    minutes = WINDOW // timedelta(minutes=1)
    assert f"{MOST_CALLS:,} calls in {minutes} minutes" in PAGE
    assert f"at most {MOST_CHARACTERS:,} characters" in PAGE


def test_every_variable_of_the_configuration_is_explained() -> None:
    assert re.findall(r"^\| `(DEALWORTHY_[A-Z_]+)` \|", PAGE, re.MULTILINE) == list(server()["env"])


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_the_configuration_starts_the_command(settings: Settings, session: Session, tmp_path: Path) -> None:
    (order,) = re.findall(r"^dealworthy (token create .*)$", PAGE, re.MULTILINE)
    scopes = build_parser().parse_args(order.replace('"', "").replace("Mail assistant", "Assistant").split()).scope
    secret = create_token(session, "Mail assistant", scopes, actor="admin@example.com", moment=datetime.now(UTC))
    session.commit()
    given = server()
    command = StdioServerParameters(
        command=given["command"].replace("/srv/dealworthy/.venv/bin", str(Path(sys.executable).parent)),
        args=given["args"],
        cwd=tmp_path,
        env={**given["env"], "DEALWORTHY_TOKEN": secret, "DEALWORTHY_DATABASE_URL": settings.database_url},
    )

    async def tools() -> list[str]:
        async with Client(stdio_client(command)) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert run_apart(tools) == list(TOOLS)
