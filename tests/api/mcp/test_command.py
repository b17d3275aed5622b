"""How the command for assistants starts and ends, and that its database is only read."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from mcp import Client
from sqlalchemy import make_url, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from app.cli import main
from app.config import ROOT, Settings
from app.database import Database
from app.people.models import ApiToken
from app.people.tokens import Scope
from assistants import BEFORE, CALLS, HELLO, ON_SQLITE, Command, Token, asked, started
from forks import Forks


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


def test_the_database_itself_refuses_what_would_change_it(database_url: str, token: Token) -> None:
    token(Scope.REDLINES_CHECK)
    opened = Database(database_url, read_only=True)
    with pytest.raises(DatabaseError, match=r"read-?only"), opened.write() as session:
        session.execute(update(ApiToken).values(name="another"))
    with opened.read() as session:
        assert session.scalars(select(col(ApiToken.name))).all() == ["assistant"]
    opened.dispose()


@pytest.fixture
def reader(session: Session, settings: Settings) -> Iterator[Settings]:
    """The settings of an account of PostgreSQL that may only read."""
    name = f"reader_{uuid4().hex[:12]}"  # accounts belong to the server, which other tests may share
    session.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'reader'"))
    session.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"))
    session.commit()
    address = make_url(settings.database_url).set(username=name, password="reader")
    yield settings.model_copy(update={"database_url": address.render_as_string(hide_password=False)})
    session.execute(text(f"DROP OWNED BY {name}"))
    session.execute(text(f"DROP ROLE {name}"))
    session.commit()


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_an_account_that_may_only_read_will_do(
    reader: Settings, token: Token, mcp_forks: Forks, tmp_path: Path
) -> None:
    secret = token(*Scope)

    async def ask(assistant: Client) -> list[bool]:
        return [(await assistant.call_tool(name, arguments)).is_error for name, arguments in CALLS.items()]

    assert Command(mcp_forks, reader, tmp_path / "errors.log").talk(secret, ask) == [False, False, False, False]


@ON_SQLITE
def test_ctrl_c_ends_it_at_once(settings: Settings, token: Token) -> None:
    with started(settings, token(*Scope)) as process:
        asked(process, json.dumps(HELLO).encode())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == -signal.SIGINT


def test_no_other_command_pays_for_the_library() -> None:
    program = "import sys, app.cli; app.cli.build_parser(); print([each for each in sys.modules if each[:3] == 'mcp'])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
    assert done.stdout == "[]\n"
