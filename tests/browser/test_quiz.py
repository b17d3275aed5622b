"""A quiz in a browser: answers are kept as they are given, offline or not, and the keyboard is enough."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from answering import SAVED, address, begin, kept_answers, position_of
from app.audit.models import AuditEntry
from app.database import Database
from app.quizzes.models import Attempt
from browsing import Faults, audit
from tools.demonstration import Demonstration

QUIZ = "/quizzes/answerdesk-bot"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def server(shared_server: Demonstration) -> Demonstration:
    """The same for all: each test has a rep of its own."""
    return shared_server


@pytest.fixture
def demo_url(server: Demonstration) -> str:
    return server.database_url


@pytest.fixture
def page(sign_in_as: Callable[..., Page], newcomer: str) -> Page:
    page = sign_in_as(newcomer, at=QUIZ)
    begin(page)
    return page


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
    here, place = address(page), position_of(page)
    page.context.set_offline(offline=True)
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    page.locator("#question .btn.main").click()
    expect(page).to_have_url(re.compile(rf"^{re.escape(here)}(\?q={place})?$"))
    page.context.set_offline(offline=False)
    expect(page).to_have_url(re.compile(rf"q={place + 1}$"), timeout=20_000)
    page.goto(f"{address(page)}?q={place}")
    expect(page.locator("input[name=choice]").nth(0)).to_be_checked()
    faults.found[:] = [fault for fault in faults.found if OFFLINE not in fault]


def test_a_second_tab_is_told_what_is_stored_and_what_it_gave(page: Page, stored: Database, faults: Faults) -> None:
    other = page.context.new_page()
    other.goto(f"{address(page)}?q={page.locator('#question [name=position]').input_value()}")
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    with faults.expecting(409):
        other.locator("input[name=choice]").nth(1).check()
        expect(other.get_by_role("heading", name="This answer was not saved")).to_be_visible()
        expect(other.locator("#question input[name=choice]").nth(0)).to_be_checked()
        audit(other)
    before = kept_answers(stored, page)
    other.get_by_role("button", name="Save this instead").click()
    expect(other.locator("#question input[name=choice]").nth(1)).to_be_checked()
    after = kept_answers(stored, page)
    assert len(after) == len(before) == 1
    assert after != before


def test_without_javascript_the_same_form_saves(sign_in_as: Callable[..., Page], newcomer: str) -> None:
    page = sign_in_as(newcomer, at=QUIZ, java_script_enabled=False)
    page.get_by_role("button", name="Start the quiz").click()
    page.locator("#map button").nth(1).click()
    expect(page).to_have_url(re.compile(r"q=2$"))
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finish the attempt?")
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("%")


def move_deadline(stored: Database, page: Page, left: timedelta) -> datetime:
    """Let the attempt that a page shows end so long from now."""
    ends = datetime.now(UTC) + left
    with stored.write() as session:
        session.get_one(Attempt, int(address(page).rpartition("/")[2])).deadline_at = ends
    return ends


def test_what_was_given_offline_outlives_a_reload(page: Page, stored: Database, faults: Faults) -> None:
    here, place = page.url, position_of(page)
    page.context.set_offline(offline=True)
    page.locator("input[name=choice]").nth(1).check()
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    assert kept_answers(stored, page) == {}
    page.close(run_before_unload=False)
    page = page.context.new_page()
    page.context.set_offline(offline=False)
    page.goto(here)
    expect(page.locator("input[name=choice]").nth(1)).to_be_checked()
    expect(page.locator("#saved")).to_have_text(SAVED)
    assert list(kept_answers(stored, page)) == [place]
    assert page.evaluate("Object.keys(localStorage)") == []
    faults.found[:] = [fault for fault in faults.found if OFFLINE not in fault]


def test_an_answer_kept_in_the_browser_does_not_replace_a_newer_one(
    page: Page, stored: Database, faults: Faults
) -> None:
    place = position_of(page)
    page.context.set_offline(offline=True)
    page.locator("input[name=choice]").nth(1).check()
    expect(page.locator("#saved")).to_have_text("Not saved yet, trying again")
    kept = page.evaluate("JSON.stringify(localStorage)")
    page.context.set_offline(offline=False)
    expect(page.locator("#saved")).to_have_text(SAVED, timeout=20_000)
    with page.expect_response(re.compile("/answers$")) as reply:
        page.locator("input[name=choice]").nth(0).check()
    reply.value.finished()
    before = kept_answers(stored, page)
    page.evaluate("kept => Object.assign(localStorage, JSON.parse(kept))", kept)
    with faults.expecting(409):
        page.goto(f"{address(page)}?q={place}")
        expect(page.get_by_role("heading", name="This answer was not saved")).to_be_visible()
    assert kept_answers(stored, page) == before
    faults.found[:] = [fault for fault in faults.found if OFFLINE not in fault]


def test_signing_out_forgets_what_was_not_sent(page: Page) -> None:
    page.evaluate("localStorage.setItem('answer.1.1', '{}')")
    page.goto("/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert page.evaluate("Object.keys(localStorage)") == []


def test_time_runs_out_on_an_open_page(page: Page, stored: Database) -> None:
    place = position_of(page)
    ends = move_deadline(stored, page, timedelta(seconds=8))
    page.reload()
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#question")).to_have_count(0, timeout=20_000)  # its prompt may hold a % as a result does
    expect(page.get_by_role("heading", level=1)).to_contain_text("%")
    assert list(kept_answers(stored, page)) == [place]
    with stored.read() as session:
        attempt = session.get_one(Attempt, int(address(page).rpartition("/")[2]))
        assert attempt.finished_at is not None
        assert abs(attempt.finished_at - ends) < timedelta(seconds=3)
        assert attempt.finished_at <= ends


def test_who_is_given_more_time_goes_on_when_the_old_time_is_over(page: Page, stored: Database) -> None:
    move_deadline(stored, page, timedelta(seconds=3))
    page.reload()
    move_deadline(stored, page, timedelta(minutes=30))
    expect(page.locator("#clock")).to_contain_text(re.compile(r"(29|30):\d\d left"), timeout=20_000)
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    assert len(kept_answers(stored, page)) == 1


def test_what_a_newer_server_cannot_read_is_said_and_replaces_nothing(
    page: Page, stored: Database, faults: Faults
) -> None:
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    before = kept_answers(stored, page)
    with faults.expecting(422):
        page.evaluate("document.querySelectorAll('input[name=choice]')[1].value = '99'")
        page.locator("input[name=choice]").nth(1).check()
        expect(page.locator("#saved")).to_contain_text("Not saved: reload this page.")
    page.reload()
    expect(page.locator("input[name=choice]").nth(0)).to_be_checked()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert kept_answers(stored, page) == before


def test_finishing_twice_is_one_finish(page: Page, stored: Database) -> None:
    page.locator("input[name=choice]").nth(0).check()
    expect(page.locator("#saved")).to_have_text(SAVED)
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finish the attempt?")
    button = page.get_by_role("button", name="Finish the attempt")
    button.evaluate("button => { button.form.requestSubmit(button); button.form.requestSubmit(button); }")
    expect(page.get_by_role("heading", level=1)).to_contain_text("%")
    with stored.read() as session:
        finished = session.scalars(
            select(col(AuditEntry.id)).where(
                col(AuditEntry.action) == "attempt.finished",
                col(AuditEntry.subject) == address(page).rpartition("/")[2],
            )
        ).all()
    assert len(finished) == 1
