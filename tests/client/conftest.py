"""A CRM beside a real server, and a proxy between them that fails when it is told to."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from crmside import Crm, Proxy, harbour, listening
from forks import Forks
from installations import Installation
from tools.demonstration import serve


@pytest.fixture
def installation(sqlite_installation: Installation) -> Installation:
    """SQLite alone: the other end of a client is HTTP, whatever stores behind it."""
    sqlite_installation.renew()
    return sqlite_installation


@pytest.fixture
def crm(database_url: str, session: Session, forks: Forks, tmp_path: Path) -> Iterator[Crm]:
    """A running server."""
    token = harbour(session)
    with serve(database_url, tmp_path / "server.log", start=forks.start) as server:
        yield Crm(server, token)


@pytest.fixture
def proxy(crm: Crm) -> Iterator[Callable[..., Proxy]]:
    """Give the proxy its orders: `proxy("lose", 503)`."""
    standing = Proxy(crm.server.url)

    def order(*orders: str | int) -> Proxy:
        standing.orders.extend(orders)
        return standing

    with listening(standing):
        yield order
