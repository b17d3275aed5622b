"""A trainer writes a lesson and a red line, sees what they do while typing, and publishes."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from app.catalog.models import Content, ContentKind, ContentVersion
from app.database import Database
from browsing import Faults, audit
from tools.demonstration import Demonstration

TRAINER = "trainer@example.com"
PRODUCT = "/author/products/answerdesk-bot"


@pytest.fixture
def server(shared_server: Demonstration) -> Demonstration:
    """The same for all: what one test saves, no other looks at."""
    return shared_server


@pytest.fixture
def demo_url(server: Demonstration) -> str:
    return server.database_url


def published(stored: Database, kind: ContentKind) -> list[int]:
    with stored.read() as session:
        return list(
            session.scalars(
                select(col(ContentVersion.number))
                .join(Content, col(Content.id) == col(ContentVersion.content_id))
                .where(col(Content.kind) == kind, col(Content.slug) == "answerdesk-bot")
                .order_by(col(ContentVersion.number))
            )
        )


def test_a_lesson_is_previewed_while_it_is_typed_and_published(
    sign_in_as: Callable[..., Page], stored: Database
) -> None:
    page = sign_in_as(TRAINER, at=f"{PRODUCT}/lessons/_new")
    page.get_by_label("Title", exact=True).locator("visible=true").fill("Before the first visit")
    body = page.locator("[id='f-body.en']")
    body.fill("Ask who will be there.")
    body.press("Control+a")
    page.get_by_role("group", name="Mark the text").get_by_role("button", name="Bold").click()
    expect(body).to_have_value("**Ask who will be there.**")
    expect(page.locator("#preview strong")).to_have_text("Ask who will be there.")
    audit(page)
    page.get_by_role("button", name="Save draft").locator("visible=true").last.click()
    expect(page.get_by_text("Draft saved. Nobody else sees it before it is published.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/lessons/before-the-first-visit$"))
    assert published(stored, ContentKind.COURSE) == [1]

    page.goto(PRODUCT)
    audit(page)
    page.get_by_role("link", name="Review and publish").click()
    expect(page.get_by_text("Lessons › Before the first visit")).to_be_visible()
    audit(page)
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Published. This is what everybody sees now.")).to_be_visible()
    assert published(stored, ContentKind.COURSE) == [1, 2]


def test_the_examples_of_a_red_line_are_tried_as_they_change(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(TRAINER, at=f"{PRODUCT}/red-lines/ad.replaces-team")
    free = page.get_by_role("region", name="Must stay free")
    expect(free).to_contain_text("6 of 6")
    free.get_by_role("button", name="Add an example").click()
    last = free.get_by_role("textbox").nth(6)
    expect(last).to_be_focused()
    last.fill("It replaces the whole team.")
    last.blur()
    expect(free).to_contain_text("6 of 7")
    expect(page.locator("#blocked")).to_contain_text("It cannot be published so. Drafts are kept either way.")
    audit(page)
    page.get_by_text("简体中文").first.click()
    expect(page.get_by_label("Title", exact=True).locator("visible=true")).to_have_value("不说能取代整个客服团队")


def test_what_is_found_is_shown_while_it_is_typed_and_nothing_typed_is_lost(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(TRAINER, at=f"{PRODUCT}/red-lines/ad.replaces-team")
    attempt = page.get_by_label("Try a sentence")
    attempt.click()
    attempt.press_sequentially("It replaces the whole team.")
    expect(page.locator("#attempted mark")).to_have_text("replaces the whole team")
    expect(attempt).to_be_focused()
    attempt.press("ArrowLeft")
    attempt.press_sequentially(" of ours")
    expect(page.locator("#attempted")).to_have_text("It replaces the whole team of ours.")
    expect(attempt).to_have_value("It replaces the whole team of ours.")

    phrase = page.get_by_label("Phrase 1", exact=True).locator("visible=true")
    before = phrase.input_value()
    phrase.press("Home")
    with page.expect_response(lambda answer: answer.request.method == "POST") as first:
        phrase.press_sequentially("never")
        with page.expect_request(lambda request: request.method == "POST"):
            pass
        phrase.press_sequentially(" ever ")
        attempt.focus()
    assert first.value.ok
    expect(page.locator("#attempted mark")).to_have_count(0)
    expect(phrase).to_have_value(f"never ever {before}")


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with script", "without script"])
def test_a_question_gets_another_option(sign_in_as: Callable[..., Page], *, java_script_enabled: bool) -> None:
    new = "/author/quizzes/answerdesk-bot/items/_new?kind=single"
    name = uuid4().hex
    page = sign_in_as(TRAINER, at=new, java_script_enabled=java_script_enabled)
    page.get_by_label("Question", exact=True).locator("visible=true").fill(f"What is {name} charged by?")
    page.get_by_label("Option 1", exact=True).locator("visible=true").fill("By conversation")
    page.get_by_label("Option 2", exact=True).locator("visible=true").fill("By seat")
    page.get_by_role("button", name="Add an option").click()
    page.get_by_label("Option 4", exact=True).locator("visible=true").fill("By the day")
    page.get_by_role("checkbox", name="Right").first.check()
    page.get_by_role("button", name="Save draft").locator("visible=true").last.click()
    expect(page).to_have_url(re.compile(rf"/items/what-is-{name}-charged-by$"))
    expect(page.get_by_role("complementary")).to_contain_text("By the day")


def test_two_tabs_lose_nothing(sign_in_as: Callable[..., Page], faults: Faults) -> None:
    facts = "/author/products/shopfront-messaging/facts"
    first = sign_in_as(TRAINER, at=facts)
    second = first.context.new_page()
    second.goto(facts)
    with faults.expecting(409):
        for page, words in ((first, "Typed first"), (second, "Typed second")):
            page.get_by_label("Difference", exact=True).locator("visible=true").fill(words)
            page.get_by_role("button", name="Save draft").locator("visible=true").last.click()
        expect(second.get_by_role("alert")).to_contain_text("Not saved: somebody changed this after you opened it")
    expect(second.get_by_role("alert")).to_contain_text("Typed first")
    expect(second.get_by_label("Difference", exact=True).locator("visible=true")).to_have_value("Typed second")
    audit(second)
    second.get_by_role("button", name="Save draft").locator("visible=true").last.click()
    expect(second.get_by_text("Draft saved.")).to_be_visible()


def test_a_bank_shows_no_settings_of_what_is_taken_and_keeps_them(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(TRAINER, at="/author/quizzes/objection-in-writing")
    bank, percent = page.get_by_label("A bank: only to be drawn from"), page.get_by_label("Percent to pass")
    expect(percent).to_have_value("70")
    bank.check()
    expect(percent).to_be_hidden()
    audit(page)
    page.get_by_role("button", name="Save draft").locator("visible=true").last.click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    expect(percent).to_be_hidden()
    bank.uncheck()
    expect(percent).to_have_value("70")
    expect(percent).to_be_visible()
