"""A quiz in a browser whose server is killed and comes back."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from answering import SAVED, address, begin, kept_answers, position_of
from app.database import Database
from browsing import Faults
from tools.demonstration import Demonstration, serve


def test_a_page_outlives_a_server_that_is_killed(
    sign_in_as: Callable[..., Page], stored: Database, server: Demonstration, tmp_path: Path, faults: Faults
) -> None:
    page = sign_in_as("daniel.okafor@example.com", at="/quizzes/answerdesk-bot")
    begin(page)
    place = position_of(page)
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    server.process.kill()
    server.process.wait()
    page.locator("input[name=choice]").nth(1).check()
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    page.locator("#question .btn.main").click()
    port = int(server.url.rpartition(":")[2])
    with serve(server.database_url, tmp_path / "again.log", port) as again:
        expect(page).to_have_url(re.compile(rf"q={place + 1}$"), timeout=30_000)
        assert list(kept_answers(stored, page)) == [place]
        page.goto(f"{address(page)}?q={place}")
        expect(page.locator("input[name=choice]").nth(1)).to_be_checked()
        page.goto("about:blank")
        assert again.log.read_text() == ""
    faults.found[:] = [fault for fault in faults.found if "ERR_CONNECTION_REFUSED" not in fault]
