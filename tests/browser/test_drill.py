"""Saying it right in a browser: with the keyboard in a lesson, and after a violation without JavaScript."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import Session, col

from app.conduct.models import Consequence, Disposition, DrillTry, Finding, Violation
from app.database import Database
from app.people.models import Person
from browsing import audit
from factories import sent_text

REP = "marek.nowak@example.com"
WRONG = "Sign today and I will waive the set-up fee."
RIGHT = "The set-up fee is €290. I will ask for anything else, and write to you tomorrow."
LESSON = "/products/shopfront-messaging/lessons/price-and-commission"
TITLE = "Say it right: No price outside the list"


def coached(session: Session) -> None:
    """A confirmed breach of the price list, for which coaching was decided."""
    at = datetime.now(UTC)
    rep = session.scalars(select(Person).where(col(Person.email) == REP)).one()
    sent = sent_text(session, rep, WRONG, products=["shopfront-messaging"], at=at)
    finding = session.scalars(select(Finding).where(col(Finding.sent_text_id) == sent.id)).one()
    finding.disposition = Disposition.CONFIRMED
    session.add(
        Violation(
            finding_id=finding.id or 0,
            person_id=rep.id or 0,
            product_id=finding.product_id,
            consequence=Consequence.COACHING,
            reason="It was outside the price list.",
            at=at,
            by="compliance@example.com",
        )
    )


def test_a_sentence_is_said_right_in_a_lesson_with_the_keyboard(
    sign_in_as: Callable[..., Page], stored: Database
) -> None:
    page = sign_in_as(REP, at=LESSON)
    drill = page.locator(".drill").first
    expect(drill.get_by_role("heading", name="No price outside the list")).to_be_visible()
    answer = drill.get_by_label("Say it right")
    answer.focus()
    page.keyboard.insert_text(WRONG)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(drill.locator("mark")).to_have_text("waive the set-up fee")
    expect(drill.get_by_role("status")).to_contain_text("1 passage crosses a red line")
    expect(answer).to_have_value(WRONG)
    audit(page)
    drill.get_by_role("button", name="Show how it may be said").press("Enter")
    expect(drill.get_by_text("That is outside my price list.")).to_be_visible()
    expect(answer).to_have_value(WRONG)
    answer.fill(RIGHT)
    drill.get_by_role("button", name="Check it").press("Enter")
    expect(drill.get_by_role("status")).to_contain_text("Said right")
    expect(page).to_have_url(re.compile(f"{LESSON}$"))
    audit(page)
    page.get_by_role("link", name="All sentences to say right").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Say it right")
    expect(page.get_by_role("listitem").filter(has_text="No price outside the list")).to_contain_text("Said right")
    audit(page)
    with stored.read() as session:
        tries = session.execute(select(col(DrillTry.passed), col(DrillTry.seen)).order_by(col(DrillTry.id))).all()
    assert [tuple(each) for each in tries] == [(False, False), (True, True)]


@pytest.mark.parametrize("script", [True, False])
def test_after_a_violation_it_is_the_next_thing_to_do(
    sign_in_as: Callable[..., Page], stored: Database, script: bool
) -> None:
    with stored.write() as session:
        coached(session)
    page = sign_in_as(REP, java_script_enabled=script)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_role("link", name="Say it right", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    for text, says in ((WRONG, "1 passage crosses a red line"), (RIGHT, "Said right")):
        page.get_by_label("Say it right").fill(text)
        page.get_by_role("button", name="Check it").click()
        expect(page.get_by_role("status").filter(has_text=says)).to_be_visible()
    page.goto("/")
    expect(page.get_by_text(TITLE)).to_have_count(0)
