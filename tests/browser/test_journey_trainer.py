"""A trainer makes a product with a lesson, a red line and a quiz on the web, and publishes it to the reps."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from browsing import Faults, audit

AUTHOR = "/author/products/keeper-crm"
REP = "rep@example.com"


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def begin_product(page: Page) -> None:
    page.goto("/author")
    page.get_by_role("link", name="New product").first.click()
    page.get_by_role("textbox", name="Name").fill("Keeper CRM")
    page.get_by_role("textbox", name="Scene").fill("Keeps every conversation with a customer in one place.")
    page.get_by_role("textbox", name="Audience").fill("Sales teams of five to fifty.")
    page.get_by_role("textbox", name="Difference").fill("Ready in a day.")
    page.get_by_role("button", name="Begin this product").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Keeper CRM")
    audit(page)


def write_red_line(page: Page) -> None:
    page.goto(f"{AUTHOR}/red-lines/_new")
    page.get_by_role("textbox", name="Title").fill("No promised revenue")
    page.get_by_role("textbox", name="Never say").fill("We guarantee more revenue.")
    page.get_by_role("textbox", name="Phrase 1").fill("guarantee more revenue")
    page.get_by_role("textbox", name="Say instead 1").fill("Teams that log every call lose fewer offers.")
    page.get_by_role("textbox", name="Why").fill("Revenue depends on what the team does with it.")
    flagged = page.get_by_role("region", name="Must be flagged")
    flagged.get_by_role("textbox").nth(0).fill("We guarantee more revenue in a month.")
    flagged.get_by_role("textbox").nth(1).fill("They guaranteed more revenue to everybody.")
    free = page.get_by_role("region", name="Must stay free")
    free.get_by_role("textbox").nth(0).fill("Revenue depends on your team.")
    free.get_by_role("textbox").nth(1).fill("A guarantee of two years comes with it.")
    page.get_by_role("button", name="Try all examples").click()
    expect(page.get_by_role("region", name="Must be flagged")).to_contain_text("2 of 2")
    expect(page.get_by_role("region", name="Must stay free")).to_contain_text("2 of 2")
    audit(page)
    save(page)


def ask_for_approval(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="No promised revenue", exact=True).click()
    page.get_by_role("link", name="Send for approval").click()
    page.get_by_label("Why it changes").fill("Reps promised revenue in three calls.")
    audit(page)
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_role("region", name="Approval")).to_contain_text("In review")
    audit(page)


def approve(page: Page) -> None:
    page.get_by_role("link", name="No promised revenue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No promised revenue")
    for part in ("The rule", "Say instead · English"):
        page.get_by_role("checkbox", name=part).check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. It can be published now.")).to_be_visible()
    audit(page)


def write_lesson(page: Page) -> None:
    page.goto(f"{AUTHOR}/lessons/_new")
    page.get_by_role("textbox", name="Title").fill("What it is")
    page.get_by_role("textbox", name="Text").fill("## In one sentence\n\nIt **keeps** every conversation.")
    page.get_by_role("button", name="Preview").click()
    expect(
        page.get_by_role("complementary", name="As it is read").get_by_role("heading", name="In one sentence")
    ).to_be_visible()
    audit(page)
    save(page)


def write_quiz(page: Page) -> None:
    page.goto(f"{AUTHOR}/quizzes/_new")
    page.get_by_role("textbox", name="Title").fill("Keeper quiz")
    page.get_by_role("textbox", name="Percent to pass").fill("80")
    page.get_by_role("button", name="Begin this quiz").click()
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("textbox", name="Question").fill("What does it keep?")
    for number, text in enumerate(("Conversations", "Accounts", "Secrets"), start=1):
        page.get_by_role("textbox", name=f"Option {number}").fill(text)
    page.get_by_role("checkbox", name="Right", exact=True).first.check()
    page.get_by_role("button", name="Show anew").click()
    preview = page.get_by_role("complementary", name="As a rep sees it")
    expect(preview).to_contain_text("What does it keep?")
    audit(page)
    save(page)
    page.goto(f"{AUTHOR}/program")
    page.get_by_role("button", name="Add a requirement").click()
    page.get_by_role("combobox", name="Requirement 3").select_option(label="Pass the quiz “Keeper quiz”")
    page.get_by_label("When somebody is not certified").select_option(label="Block the deal")
    audit(page)
    save(page)


def test_from_an_idea_to_a_published_product(sign_in_as: Callable[..., Page], faults: Faults) -> None:
    trainer = sign_in_as("trainer@example.com")
    rep = sign_in_as(REP)
    begin_product(trainer)
    write_red_line(trainer)
    write_lesson(trainer)
    write_quiz(trainer)

    with faults.expecting(404):
        answer = rep.goto("/products/keeper-crm/lessons/what-it-is")
    assert answer is not None
    assert answer.status == 404

    trainer.goto(f"{AUTHOR}/publish")
    expect(trainer.get_by_role("main")).to_contain_text("1 red line is not approved yet")
    expect(trainer.get_by_role("button", name="Publish now")).to_be_disabled()
    ask_for_approval(trainer)
    approve(sign_in_as("compliance@example.com", at="/review"))

    trainer.goto(f"{AUTHOR}/publish")
    audit(trainer)
    trainer.get_by_role("button", name="Publish now").click()
    expect(trainer.get_by_role("status").first).to_contain_text(re.compile("published", re.IGNORECASE))

    rep.goto("/products/keeper-crm")
    expect(rep.get_by_role("heading", level=1)).to_have_text("Keeper CRM")
    expect(rep.get_by_role("region", name="Your way to yes")).to_contain_text("0 of 1 lessons")
    rep.get_by_role("link", name="What it is").first.click()
    expect(rep.get_by_role("article")).to_contain_text("It keeps every conversation.")


def test_a_draft_changes_nobody(sign_in_as: Callable[..., Page]) -> None:
    lesson = "answerdesk-bot/lessons/what-it-is"
    trainer = sign_in_as("trainer@example.com", at=f"/author/products/{lesson}")
    trainer.get_by_role("textbox", name="Title").fill("Another title")
    trainer.get_by_role("textbox", name="Text").fill("Other words.")
    save(trainer)
    trainer.goto("/author/products/answerdesk-bot")
    expect(trainer.get_by_role("main")).to_contain_text("The draft says more than is published")
    rep = sign_in_as(REP, at=f"/products/{lesson}")
    expect(rep.get_by_role("heading", level=1)).to_have_text("What Answerdesk bot is")
    expect(rep.get_by_role("main")).not_to_contain_text("Other words.")
