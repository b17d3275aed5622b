"""A quiz in a browser: answers are kept as they are given, offline or not, and the keyboard is enough."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browsing import Faults, audit

REP = "daniel.okafor@example.com"
QUIZ = "/quizzes/answerdesk-bot"
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def page(sign_in_as: Callable[..., Page]) -> Page:
    """The first question with choices of a fresh attempt."""
    page = sign_in_as(REP)
    page.goto(QUIZ)
    page.get_by_role("button", name="Start the quiz").click()
    expect(page).to_have_url(re.compile(r"/attempts/\d+"))
    position = 1
    while page.locator("input[name=choice]").count() < 3:
        position += 1
        page.goto(f"{address(page)}?q={position}")
    return page


def address(page: Page) -> str:
    return page.url.partition("?")[0]


def test_an_answer_is_kept_as_it_is_given(page: Page) -> None:
    audit(page)
    choice = page.locator("input[name=choice]").nth(1)
    expect(page.locator("#saved")).to_have_text("Nothing saved yet")
    choice.check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    expect(page.locator("#map [aria-current]")).to_contain_text("answered")
    page.reload()
    expect(choice).to_be_checked()


def test_number_keys_choose(page: Page) -> None:
    page.keyboard.press("3")
    expect(page.locator("input[name=choice]").nth(2)).to_be_checked()
    expect(page.locator("#saved")).to_have_text(SAVED)


def test_a_flag_is_set_and_taken_back_in_place(page: Page) -> None:
    flag = page.get_by_role("button", name="Flag for later")
    flag.click()
    expect(flag).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#map [aria-current]")).to_contain_text("flagged")
    flag.click()
    expect(flag).to_have_attribute("aria-pressed", "false")


def test_offline_nothing_is_lost_and_the_way_goes_on_by_itself(page: Page, faults: Faults) -> None:
    here = page.url
    place = int(page.locator("#question [name=position]").input_value())
    page.context.set_offline(offline=True)
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    page.locator("#question .btn.main").click()
    expect(page).to_have_url(here)
    page.context.set_offline(offline=False)
    expect(page).to_have_url(re.compile(rf"q={place + 1}$"), timeout=20_000)
    page.goto(f"{address(page)}?q={place}")
    expect(page.locator("input[name=choice]").nth(0)).to_be_checked()
    faults.found[:] = [fault for fault in faults.found if OFFLINE not in fault]


def test_a_second_tab_is_told_what_is_stored_and_what_it_gave(page: Page, faults: Faults) -> None:
    other = page.context.new_page()
    other.goto(f"{address(page)}?q={page.locator('#question [name=position]').input_value()}")
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    with faults.expecting(409):
        other.locator("input[name=choice]").nth(1).check()
        expect(other.get_by_role("heading", name="This answer was not saved")).to_be_visible()
        expect(other.locator("#question input[name=choice]").nth(0)).to_be_checked()
        audit(other)
    other.get_by_role("button", name="Save this instead").click()
    expect(other.locator("#question input[name=choice]").nth(1)).to_be_checked()


def test_without_javascript_the_same_form_saves(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(REP, java_script_enabled=False)
    page.goto(QUIZ)
    page.get_by_role("button", name="Start the quiz").click()
    page.locator("#map button").nth(1).click()
    expect(page).to_have_url(re.compile(r"q=2$"))
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finish the attempt?")
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("%")
