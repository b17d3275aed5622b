"""Checking a pitch while it is written: marks, findings, wording put in place, with the mouse and by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from app.redlines.documents import read
from browsing import PHONE, Faults, audit
from tools.demonstration import Demonstration

PITCH = "Dear Ms Amaral,\n\n🚀 We guarantee you 30% more turnover in three months."
MARK = ".mirror mark"
HIT = "guarantee you 30% more turnover"


@pytest.fixture
def server(shared_server: Demonstration) -> Demonstration:
    """The same for all: a check leaves nothing behind."""
    return shared_server


@pytest.fixture
def demo_url(server: Demonstration) -> str:
    return server.database_url


@pytest.fixture
def rep(sign_in_as: Callable[..., Page]) -> Page:
    """Ana, on the page."""
    return sign_in_as("rep@example.com", at="/check")


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your text")


def test_a_rep_writes_sees_the_mark_and_takes_the_approved_wording(rep: Page) -> None:
    expect(rep.get_by_role("heading", level=1)).to_have_text("Check a pitch")
    text_of(rep).press_sequentially("We guarantee you 30% more turnover", delay=5)
    expect(rep.locator(MARK)).to_have_text(HIT)
    text_of(rep).press_sequentially(" in three months.\nYours, Ana", delay=5)
    expect(rep.locator(MARK)).to_have_text(HIT)
    expect(rep.locator("#verdict")).to_contain_text("1 passage must go")
    audit(rep)
    card = rep.locator("#f1")
    wording = card.locator("q").first.inner_text().strip("“”")
    card.get_by_role("button", name="Replace").first.click()
    expect(text_of(rep)).to_have_value(f"{wording}\nYours, Ana")
    expect(text_of(rep)).to_be_focused()
    expect(rep.locator(MARK)).to_have_count(0)
    expect(rep.locator("#verdict")).to_contain_text("No red line is crossed")
    rep.keyboard.press("Control+z")
    expect(text_of(rep)).to_have_value("We guarantee you 30% more turnover in three months.\nYours, Ana")
    expect(rep.locator(MARK)).to_have_text(HIT)


def test_marks_stand_exactly_under_their_words(rep: Page) -> None:
    long = "Some words that fill the line and make it break somewhere before its end. " * 3
    text_of(rep).fill(f"{long}\n\n🚀 {PITCH}")
    expect(rep.locator(MARK)).to_have_count(1)
    heights = rep.evaluate(
        "() => { const area = document.getElementById('f-text'); const box = document.createElement('div');"
        " return [area.scrollHeight <= area.clientHeight,"
        " ['font-size', 'font-family', 'line-height', 'padding-left', 'padding-top', 'border-top-width'].every(name =>"
        " getComputedStyle(area)[name] === getComputedStyle(area.previousElementSibling)[name]),"
        " area.clientWidth === area.previousElementSibling.clientWidth] }"
    )
    assert heights == [True, True, True]


def test_the_keyboard_alone_is_enough(rep: Page) -> None:
    text_of(rep).focus()
    rep.keyboard.insert_text(PITCH)
    expect(rep.locator(MARK)).to_have_text(HIT)
    for _step in range(30):
        rep.keyboard.press("ArrowLeft")
    expect(rep.locator("#f1")).to_have_attribute("aria-current", "true")
    expect(rep.locator("#announcer")).not_to_be_empty()
    rep.keyboard.press("Control+Enter")
    expect(rep.locator("#f1").get_by_role("button", name="Replace").first).to_be_focused()
    rep.keyboard.press("Shift+Tab")
    expect(rep.get_by_role("link", name="Finding 1, show in the text")).to_be_focused()
    rep.keyboard.press("Enter")
    expect(text_of(rep)).to_be_focused()
    assert rep.evaluate("getSelection().toString()") == HIT
    rep.keyboard.press("ArrowLeft")
    rep.keyboard.press("Control+Enter")
    rep.keyboard.press("Enter")
    expect(rep.locator("#verdict")).to_contain_text("No red line is crossed")
    rep.keyboard.press("Control+z")
    expect(text_of(rep)).to_have_value(PITCH)


def test_a_mark_moves_with_its_words_before_the_next_answer(rep: Page) -> None:
    text_of(rep).fill(PITCH)
    expect(rep.locator(MARK)).to_have_text(HIT)
    rep.route("**/check", lambda _route: None)
    text_of(rep).press("Control+Home")
    rep.keyboard.insert_text("Hello! 🚀\n")
    assert rep.locator(MARK).text_content() == HIT
    rep.unroute_all(behavior="ignoreErrors")


def test_a_question_that_is_not_answered_yet_is_replaced_and_not_queued(rep: Page) -> None:
    asked: list[Route] = []

    def keep_the_first_waiting(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    rep.route("**/check", keep_the_first_waiting)
    with rep.expect_request("**/check"):
        text_of(rep).fill("We guarantee you 30% more")
    text_of(rep).press_sequentially(" turnover.")
    expect(rep.locator(MARK)).to_have_text(HIT)


def test_a_check_that_is_not_answered_takes_nothing_away(rep: Page, faults: Faults) -> None:
    rep.route("**/check", lambda route: route.fulfill(status=503, body="later"))
    with faults.expecting(503):
        text_of(rep).fill(PITCH)
        expect(rep.get_by_role("alert")).to_contain_text("The check did not answer")
    rep.unroute("**/check")
    rep.get_by_role("button", name="Check", exact=True).click()
    expect(rep.locator(MARK)).to_have_text(HIT)
    expect(rep.get_by_role("alert")).to_have_count(0)
    rep.context.clear_cookies()
    with faults.expecting(401):
        text_of(rep).press_sequentially("!")
        expect(rep.get_by_role("alert")).to_contain_text("You are signed out")
    expect(text_of(rep)).to_have_value(f"{PITCH}!")


def test_choosing_a_product_checks_again(rep: Page) -> None:
    text_of(rep).fill(PITCH)
    expect(rep.locator("#verdict")).to_contain_text("for all products")
    rep.get_by_label("Perimeter WAF").check()
    expect(rep.locator("#verdict")).to_contain_text("for Perimeter WAF")
    expect(rep.locator(MARK)).to_have_count(0)


def test_what_a_sentence_denies_is_dotted_with_the_reason(rep: Page) -> None:
    text_of(rep).fill("We do not guarantee any return.")
    expect(rep.locator(f"{MARK}.low")).to_have_count(1)
    expect(rep.get_by_text("Set aside, because the sentence denies it.")).to_be_visible()
    audit(rep)


def test_a_mail_is_read_from_its_file(rep: Page) -> None:
    mail = "From: ana@example.com\nTo: b@example.com\nSubject: Offer\n\nWe guarantee you 30% more turnover.\n"
    assert read(mail.encode(), "offer.eml").parts
    file: FilePayload = {"name": "offer.eml", "mimeType": "message/rfc822", "buffer": mail.encode()}
    rep.get_by_label("Or read a file").set_input_files(file)
    expect(rep.locator("#f1")).to_contain_text("body")
    expect(text_of(rep)).to_have_value(re.compile("We guarantee you 30% more turnover"))
    expect(rep.locator(MARK)).to_have_text(HIT)


def test_asking_for_a_review_keeps_the_text_and_shows_it(rep: Page) -> None:
    text_of(rep).fill(PITCH)
    rep.get_by_role("link", name="Say why").click()
    expect(rep.get_by_label("What do you want to know")).to_be_focused()
    rep.keyboard.type("It stands in the contract.")
    rep.get_by_label("Title").fill("Mail about Porto")
    rep.get_by_role("button", name="Ask for a review").dblclick()
    expect(rep.get_by_role("heading", level=1)).to_have_text("Mail about Porto")
    expect(rep.get_by_text("Nobody has decided yet")).to_be_visible()
    audit(rep)
    rep.goto("/check")
    expect(rep.get_by_role("region", name="What I sent").get_by_text("Mail about Porto")).to_have_count(1)


def test_a_product_page_and_a_deal_lead_here_with_their_products(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as("rep@example.com", at="/products/shopfront-messaging")
    page.get_by_role("link", name="Check a pitch").click()
    expect(page.get_by_label("Shopfront Messaging")).to_be_checked()
    page.goto("/deals")
    page.locator("main tbody a").first.click()
    page.get_by_role("link", name="Check a pitch").click()
    assert page.locator("[name=product]:checked").count() >= 1


def test_a_chinese_pitch_on_a_chinese_phone(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as("rep@example.com", at="/check", viewport=PHONE)
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.locator("#f-text").fill("尊敬的客户：保证三个月营业额涨三成。")
    expect(page.locator(MARK)).to_have_count(1)
    assert re.search("[一-鿿]", page.locator("#f1 q").first.inner_text())
    page.locator("#f1 button[name=replace]").first.click()
    expect(page.locator(MARK)).to_have_count(0)
    audit(page)


def test_without_javascript_a_button_replaces_too(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as("rep@example.com", at="/check", java_script_enabled=False)
    text_of(page).fill("We guarantee you 30% more turnover.")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".pitch mark")).to_have_text(HIT)
    page.locator("button[name=replace]").first.click()
    expect(page.locator(".pitch mark")).to_have_count(0)
    assert HIT not in text_of(page).input_value()
