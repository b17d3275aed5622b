"""What docs/client.md says is true: its examples, one after the other, print what it shows."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
import uvicorn
from sqlmodel import Session

from app.config import ROOT, Settings
from app.main import create_app
from app.people.tokens import Scope, create_token
from app.webhooks import signing
from docs.client import dealworthy_client
from docs.client.dealworthy_client import LONGEST_WAIT, MOST_CHECKS, Client
from factories import attest, deal, person, sellable

PAGE = (ROOT / "docs/client.md").read_text()
ADDRESS = "https://sales.example.com"
ASKED_AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


@pytest.fixture
def served(settings: Settings, session: Session) -> Iterator[tuple[str, str]]:
    """The address and a token of the installation that the page speaks of."""
    with time_machine.travel(ASKED_AT, tick=False):
        keeper = sellable(session, "keeper-crm", at=ASKED_AT)
        ana, _bo = (person(session, f"{name}@example.com", at=ASKED_AT) for name in ("ana", "bo"))
        attest(session, ana, keeper, at=ASKED_AT)
        deal(session, "D-20417", products=[keeper], team={"owner": [ana]}, at=ASKED_AT)
        token = create_token(session, "CRM", list(Scope), actor="admin@example.com", moment=ASKED_AT)
        session.commit()
        application = create_app(settings.model_copy(update={"base_url": ADDRESS}))
        server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
        socket = server.config.bind_socket()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        yield f"http://127.0.0.1:{socket.getsockname()[1]}", token
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("installation", ["sqlite"], indirect=True)
def test_the_examples_print_what_is_shown(
    served: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, token = served
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "dealworthy_client", dealworthy_client)
    body, old, new = b'{"type": "deal.at_risk"}', signing.new_secret(), signing.new_secret()
    known: dict[str, Any] = {
        "token": token,
        "old_secret": old,
        "new_secret": new,
        "headers": signing.headers([new, old], "msg_1", datetime.now(UTC), body),
        "body": body,
    }

    def elsewhere(client: Client, *_arguments: Any) -> Any:
        request = made(client, *_arguments)
        request.full_url = request.full_url.replace(ADDRESS, url)
        return request

    made = Client._made  # noqa: SLF001 (the address of the page is nobody's, so its requests go to the server here)
    monkeypatch.setattr(Client, "_made", elsewhere)

    blocks = BLOCK.findall(PAGE)
    for code, printed in blocks:
        said = StringIO()
        with redirect_stdout(said):
            exec(compile(code, "client.md", "exec"), known)  # noqa: S102 (the page shows it, so it must work)
        assert said.getvalue() == printed
    assert len(blocks) == 7


def test_the_numbers_are_those_of_the_client() -> None:
    assert f"go out {MOST_CHECKS:,} at a time" in PAGE
    assert f"longer than {LONGEST_WAIT:.0f} seconds" in PAGE
    defaults = Client(ADDRESS, "token")
    assert (defaults.tries, defaults.backoff) == (4, 0.5)
    assert set(re.findall(r"^\| `(gate|bundle|failure_mode)` \|", PAGE, re.MULTILINE)) == set(
        dealworthy_client.Source.__args__  # type: ignore[attr-defined]  # a Literal has them
    )
