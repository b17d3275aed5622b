"""A sign-off in two browsers and languages: asked for, returned, shown again, passed and signed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from app.database import Database
from app.people.demo import DEMO_PASSWORD
from app.people.models import Person
from browsing import Faults, audit
from factories import lesson, taught
from languages import speaks_every_language
from signoffwork import RECORDING, rubric

REP, TRAINER = "daniel.okafor@example.com", "trainer@example.com"
PITCH = "/products/quayside/sign-offs/pitch"


def look(page: Page) -> None:
    audit(page)
    speaks_every_language(page)


def judge(trainer: Page, name: str, outcome: str, limits: str) -> None:
    """Find the demonstration in the queue, take it, fill in the rubric and sign; the password is still to come."""
    trainer.goto("/sign-offs")
    row = trainer.get_by_role("row").filter(has_text="Daniel Okafor").filter(has_text="Quayside")
    row.get_by_role("link").click()
    trainer.locator("form[action$='/take'] button").click()
    for criterion, met in (("opens", "yes"), ("limits", limits), ("closes", "yes")):
        trainer.locator(f"[name=met-{criterion}][value={met}]").check()
    trainer.locator(f"[name=outcome][value={outcome}]").check()
    trainer.locator("[name=note]").fill("Name the limit.")
    trainer.locator("[name=meant]").check()
    trainer.locator("[name=signed_name]").fill(name)


def sign(trainer: Page, password: str = DEMO_PASSWORD) -> None:
    trainer.locator("[name=password]").fill(password)
    trainer.locator("form[action$='/assess'] button").click()


def test_shown_returned_shown_again_signed_certified(
    sign_in_as: Callable[..., Page], stored: Database, faults: Faults
) -> None:
    with stored.write() as session:
        at = datetime.now(UTC) - timedelta(minutes=5)
        asked = [{"sign_off": "pitch"}]
        taught(session, [lesson(1)], "quayside", requirements=asked, rubrics=[rubric()], at=at)
        name = session.exec(select(Person.name).where(col(Person.email) == TRAINER)).one()
    rep = sign_in_as(REP, at="/products/quayside", speaking="zh-Hant")
    rep.locator(f"a[href='{PITCH}']").first.click()
    rep.locator("[name=form][value=recording]").check()
    rep.locator("[name=file]").set_input_files({"name": "pitch.mp3", "mimeType": "audio/mpeg", "buffer": RECORDING})
    look(rep)
    rep.locator("form[enctype] button").click()
    expect(rep.locator("audio")).to_be_visible()
    look(rep)

    trainer = sign_in_as(TRAINER, at="/sign-offs")
    judge(trainer, name, "returned", "no")
    with faults.expecting(422):
        sign(trainer, "something else")
        expect(trainer.locator("#f-password-wrong")).to_be_visible()
        expect(trainer.locator("[name=note]")).to_have_value("Name the limit.")
        audit(trainer)
    sign(trainer)
    expect(trainer.get_by_text("Name the limit.")).to_be_visible()

    rep.goto("/")
    expect(rep.get_by_text("Name the limit.")).to_be_visible()
    look(rep)
    rep.locator(f"main a[href='{PITCH}']").first.click()
    rep.locator("[name=form][value=role_play]").check()
    rep.locator("form[enctype] button").click()
    expect(rep.locator("form[action$='/withdraw']")).to_be_visible()

    judge(trainer, name, "passed", "yes")
    look(trainer)
    sign(trainer)
    expect(trainer.locator("h2[id^=said-]")).to_be_visible()
    look(trainer)

    rep.goto(PITCH)
    expect(rep.locator(".notice.ok")).to_be_visible()
    look(rep)
    rep.goto("/certifications")
    expect(rep.locator("main")).to_contain_text("Quayside")
    expect(rep.locator("a[href^='/certificates/']").first).to_be_visible()
