"""The HubSpot recipe at work: its action in a real JavaScript engine and its nightly comparison, on a real server.

HubSpot itself is a stand-in that answers as its documentation says about owners and deals.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlmodel import Session, col, select

from app.catalog.content import DEAL_STAGES
from app.config import ROOT
from app.deals.models import Deal
from crmside import Crm, answer
from tools.demonstration import CHROMIUM_ARGUMENTS, chromium

FOLDER = ROOT / "docs/recipes/hubspot"
OWNERS = {"11": "ana@example.com", "12": "ben@example.com", "13": "eve@example.com"}
CLOSES = str(int(datetime(2026, 12, 11, tzinfo=UTC).timestamp() * 1000))
FIELDS = {
    "dealname": "Second floor",
    "amount": "12000.5",
    "deal_currency_code": "EUR",
    "dealstage": "contractsent",
    "closedate": CLOSES,
    "hubspot_owner_id": "11",
    "hs_all_collaborator_owner_ids": "",
    "dealworthy_products": "pilot",
    "dealworthy_region": "DE",
    "dealworthy_failure_mode": "closed",
}

# The page is one of the server's, so that `fetch` reaches it; about owners the stand-in answers.
RUN = """([fields, id, token]) => new Promise((resolve, reject) => {
  const exports = {};
  const process = { env: { DEALWORTHY_TOKEN: token, HUBSPOT_TOKEN: "hubspot" } };
  const fetch = (url, options) => {
    if (!url.startsWith("https://api.hubapi.com/crm/v3/owners/")) return window.fetch(url, options);
    if (options.headers.Authorization !== "Bearer hubspot") throw new Error("no token of HubSpot");
    const email = OWNERS[url.split("/").pop()];
    const document = email ? { email } : { message: "no such owner" };
    return Promise.resolve(Response.json(document, { status: email ? 200 : 404 }));
  };
  SCRIPT
  const event = { origin: { portalId: 1 }, object: { objectType: "DEAL", objectId: id }, inputFields: fields };
  exports.main(event, (given) => resolve(given.outputFields)).catch((error) => reject(error));
})"""

Act = Callable[..., Any]


@pytest.fixture
def act(crm: Crm) -> Iterator[Act]:
    """Run the action for a deal with other fields than usual, in a real Chromium, and return its outputs.

    The browser is driven from a thread of its own: the library lets no loop of asyncio run beside it.
    """
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    script = (FOLDER / "gate.js").read_text().replace("https://sales.example.com", crm.server.url)
    run = RUN.replace("OWNERS", json.dumps(OWNERS)).replace("SCRIPT", script)
    with ThreadPoolExecutor(1) as thread, ExitStack() as opened:

        def start() -> Page:
            playwright = opened.enter_context(sync_playwright())
            page = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS).new_page()
            page.goto(f"{crm.server.url}/healthz")
            return page

        page = thread.submit(start).result()

        def acted(token: str = crm.token, **fields: str) -> Any:
            return thread.submit(page.evaluate, run, [{**FIELDS, **fields}, 9001, token]).result()

        yield acted
        thread.submit(opened.close).result()


@pytest.mark.browser
def test_a_deal_goes_on_with_a_warning_or_is_stopped(act: Act, session: Session) -> None:
    cleared = {"decision": "cleared", "reasons": "", "failure_mode": "closed", "action": "go"}
    reason = "The red lines have not been signed."
    assert act() == cleared
    (stored,) = session.scalars(select(Deal).where(col(Deal.reference) == "9001")).all()
    assert (stored.stage, str(stored.amount), str(stored.close_date)) == ("contract", "12000.50", "2026-12-11")
    session.rollback()  # else nobody else may write

    assert act(hs_all_collaborator_owner_ids="12;11") == {
        "decision": "not_cleared",
        "reasons": f"ben@example.com, pilot: {reason}",
        "failure_mode": "closed",
        "action": "stop",
    }
    assert act(dealworthy_products="keeper", dealworthy_region="FR", hubspot_owner_id="12") == {
        "decision": "not_cleared",
        "reasons": f"ben@example.com, keeper: {reason}",
        "failure_mode": "open",
        "action": "warn",
    }
    assert act(dealstage="closedlost", hubspot_owner_id="12")["action"] == "warn"


@pytest.mark.browser
def test_what_is_set_up_wrongly_stops(act: Act) -> None:
    wrong = act(dealworthy_products="nothing;", dealworthy_failure_mode="open")
    assert (wrong["action"], wrong["decision"], wrong["failure_mode"]) == ("stop", "error", "open")
    assert "/products/0: " in wrong["reasons"]
    assert act(token="revoked", dealworthy_failure_mode="open")["reasons"].startswith("401: ")
    assert act(dealstage="our-own")["action"] == "stop"
    nobody = {"action": "stop", "decision": "error", "reasons": "HubSpot answered 404 about owner 99"}
    assert act(hubspot_owner_id="99") == {**nobody, "failure_mode": "closed"}


@pytest.mark.browser
def test_without_an_answer_it_does_what_it_remembers(act: Act, crm: Crm) -> None:
    assert act(dealworthy_products="keeper")["failure_mode"] == "open"
    crm.kill()
    gone = {"decision": "unreachable", "reasons": "Dealworthy did not answer."}
    assert act(dealworthy_failure_mode="open") == {**gone, "failure_mode": "open", "action": "go"}
    assert act(dealworthy_failure_mode="closed") == {**gone, "failure_mode": "closed", "action": "stop"}
    assert act(dealworthy_failure_mode="") == {**gone, "failure_mode": "closed", "action": "stop"}


def test_the_page_names_what_the_files_use() -> None:
    page, script, nightly = ((ROOT / "docs/hubspot.md").read_text(), *map(Path.read_text, _files()))
    used = set(re.findall(r"fields\.(\w+)", script))
    listed = page.partition("*Property to include in code*")[2].partition("Data outputs")[0]
    assert used == set(FIELDS) | {"dealworthy_account"}
    assert used == set(re.findall(r"`(\w+)`", listed))
    stages = dict(re.findall(r"^  (\w+): \"(\w+)\",$", script, re.MULTILINE))
    assert stages == dict(re.findall(r"^    \"(\w+)\": \"(\w+)\",$", nightly, re.MULTILINE))
    assert set(stages.values()) <= set(DEAL_STAGES)
    for action, decision in [("go", "unreachable"), ("warn", "not_cleared"), ("stop", "error")]:
        assert f"`{action}`" in page
        assert f"`{decision}`" in page


def _files() -> tuple[Path, Path]:
    return FOLDER / "gate.js", FOLDER / "reconcile.py"


def deals_of_hubspot() -> list[dict[str, Any]]:
    stored = {**FIELDS, "closedate": "2026-12-11T00:00:00Z"}
    return [
        {"id": "D-1", "properties": {**stored, "hs_all_collaborator_owner_ids": "13"}},
        {"id": "9002", "properties": {**stored, "hubspot_owner_id": "12"}},
    ]


@pytest.fixture
def hubspot() -> Iterator[str]:
    """A stand-in for HubSpot with one deal on each page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            after = int(parse_qs(address.query).get("after", ["0"])[0])
            if address.path == "/crm/v3/owners/":
                page: dict[str, Any] = {"results": [{"id": key, "email": email} for key, email in OWNERS.items()]}
            else:
                more = {"paging": {"next": {"after": "1"}}} if after == 0 else {}
                page = {"results": [deals_of_hubspot()[after]], **more}
            answer(self, 200, json.dumps(page).encode(), {"Content-Type": "application/json"})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_nightly_comparison_finds_what_went_around(crm: Crm, hubspot: str) -> None:
    done = subprocess.run(  # noqa: S603 (a file of ours)
        [sys.executable, str(FOLDER / "reconcile.py")],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "docs/client"),
            "HUBSPOT_URL": hubspot,
            "HUBSPOT_TOKEN": "hubspot",
            "DEALWORTHY_BASE_URL": crm.server.url,
            "DEALWORTHY_TOKEN": crm.token,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("D-1: not cleared: eve@example.com; different: ")
    assert {"other_fact stage", "member_missing_here eve@example.com", "member_not_in_crm ben@example.com"} <= set(
        first.partition("different: ")[2].split(", ")
    )
    assert second.startswith("9002: not cleared: ben@example.com")
