"""Practice in a browser: the missed questions with the keyboard alone, and today's questions without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from answering import fill_in
from app.database import Database
from app.quizzes.models import ItemVersion, Practice, PracticeItem, PracticeKind
from browsing import audit

REP = "marek.nowak@example.com"
"""Is certified on one product, and failed the quiz of another."""

QUIZ = "/quizzes/answerdesk-bot"
ROUND = re.compile(r"/practice/\d+$")


def answer_right(page: Page, stored: Database) -> None:
    """Give the right answer to the question on the page, which the database knows."""
    found = re.search(r"/practice/(\d+)", page.url)
    assert found, page.url
    position = int(page.locator("[name=position]").input_value())
    rows = (
        select(col(ItemVersion.document), col(PracticeItem.option_order))
        .join(PracticeItem, col(PracticeItem.item_version_id) == col(ItemVersion.id))
        .where(col(PracticeItem.practice_id) == int(found[1]), col(PracticeItem.position) == position)
    )
    with stored.read() as session:
        fill_in(page, *session.execute(rows).one())


def test_missed_questions_are_practised_with_the_keyboard(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(REP)
    page.goto(QUIZ)
    page.get_by_role("button", name=re.compile("you missed")).press("Enter")
    expect(page).to_have_url(ROUND)
    audit(page)
    page.locator("#question input[name=choice]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=1$"))
    expect(page.get_by_text("The right answer", exact=True)).to_have_count(0)
    audit(page)
    page.reload()
    onward = page.get_by_role("link", name=re.compile("Next question|See how it went"))
    expect(onward).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Practice done: [01] of 1 right"))
    audit(page)
    page.get_by_role("link", name="To the quiz").click()
    expect(page).to_have_url(re.compile(f"{QUIZ}$"))


@pytest.mark.parametrize("script", [True, False])
def test_three_questions_a_day_keep_fresh(sign_in_as: Callable[..., Page], stored: Database, script: bool) -> None:
    page = sign_in_as(REP, java_script_enabled=script)
    page.goto("/account")
    page.get_by_role("link", name="Questions to keep fresh").click()
    for weekday in page.locator("input[name=weekdays]").all():
        weekday.check()
    page.get_by_label("From").select_option("00:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Three questions to keep fresh")).to_be_visible()
    page.get_by_role("button", name="Answer them").click()
    for _question in range(3):
        expect(page).to_have_url(ROUND)
        answer_right(page, stored)
        page.get_by_role("button", name="Check the answer").click()
        expect(page.get_by_text("Right", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("Next question|See how it went")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done for today: 3 of 3 right")
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_text("to keep fresh")).to_have_count(0)
    with stored.read() as session:
        kinds = session.scalars(select(col(Practice.kind)).where(col(Practice.finished_at).is_not(None))).all()
    assert kinds == [PracticeKind.SPACED]
