"""A live session in two browsers and languages: registered, checked in by the code of the board, done."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from app.database import Database
from app.people.queries import person_by_email
from browsing import Faults, audit
from factories import lesson, taught
from languages import speaks_every_language
from livesessions import LIVE_SESSION, live_date

REP, TRAINER = "daniel.okafor@example.com", "trainer@example.com"
ASKED = "/products/quayside/sessions/launch-demo"


def look(page: Page) -> None:
    audit(page)
    speaks_every_language(page)


def test_registered_checked_in_and_certified(sign_in_as: Callable[..., Page], stored: Database, faults: Faults) -> None:
    now = datetime.now(UTC)
    with stored.write() as session:
        asked = [{"live_session": "launch-demo"}]
        earlier = now - timedelta(days=1)
        owner = taught(session, [lesson(1)], "quayside", requirements=asked, live_sessions=[LIVE_SESSION], at=earlier)
        host = person_by_email(session, TRAINER)
        assert host is not None
        starts = now + timedelta(minutes=5)
        date = live_date(session, owner, host, starts_at=starts, timezone="Asia/Shanghai", capacity=1, at=earlier)
        here = f"/sessions/{date.id}"
    rep = sign_in_as(REP, at="/products/quayside", speaking="zh-Hans")
    trainer = sign_in_as(TRAINER)

    rep.locator(f"a[href='{ASKED}']").first.click()
    look(rep)
    rep.locator(f"form[action='{here}/register'] button").click()
    expect(rep.locator(f"form[action='{here}/leave'] button")).to_be_visible()
    look(rep)

    for page_of_dates in ("/author/products/quayside/sessions", f"/author/products/quayside{here}"):
        trainer.goto(page_of_dates)
        expect(trainer.locator("[name=timezone]")).to_be_visible()
        look(trainer)
    trainer.goto("/")
    trainer.locator(f"main a[href='{here}']").click()
    trainer.locator(f"a[href='{here}/board']").click()
    look(trainer)
    code = trainer.locator("[data-code]")
    expect(code).to_have_text(re.compile(r"\d{6}"))

    rep.goto(f"{here}/check-in")
    rep.locator("[name=code]").fill("no code")
    with faults.expecting(422):
        rep.locator(f"form[action='{here}/check-in'] button").click()
        expect(rep.locator("#f-code-wrong")).to_be_visible()
    look(rep)
    rep.goto(f"{here}/check-in?code={code.inner_text()}")
    rep.locator(f"form[action='{here}/check-in'] button").click()
    expect(rep).to_have_url(re.compile(f"{here}$"))
    expect(rep.locator(".notice.ok")).to_be_visible()

    # the board asks for news by itself
    expect(trainer.locator("#code")).to_contain_text("Daniel Okafor")
    trainer.goto(f"{here}/attendance")
    expect(trainer.get_by_role("row").filter(has_text="Daniel Okafor").locator("td .state.go")).to_be_visible()
    look(trainer)

    rep.goto("/products/quayside")
    expect(rep.locator("header .state.go")).to_be_visible()
    expect(rep.locator("aside li .state.go").filter(has=rep.locator(f"a[href='{ASKED}']"))).to_be_visible()
    rep.goto("/sessions")
    look(rep)
