"""A product of which assistants may ask, and tokens for them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.config import Settings
from app.people.tokens import Scope, create_token
from assistants import ADMIN, BEFORE, Command, Token
from factories import attest, deal, lesson, person, taught
from forks import Forks

TRACK = {"kind": "talk_track", "topic": "talk_track", "audience": "external"}
BAKERS = {"industry": ["bakery"], "role": ["owner"], "stage": ["discovery", "proposal"]}


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


@pytest.fixture(scope="session")
def mcp_forks() -> Iterator[Forks]:
    """The library of the protocol is slow to import, and no other command needs it."""
    forks = Forks("app.api.mcp.server")
    yield forks
    forks.close()


@pytest.fixture
def command(mcp_forks: Forks, settings: Settings, tmp_path: Path) -> Command:
    return Command(mcp_forks, settings, tmp_path / "errors.log")
