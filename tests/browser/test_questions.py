"""A trainer writes a text with gaps and a question with a picture, with a script and without one."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Page, expect

from browsing import Faults, audit
from tools.demonstration import Demonstration
from writing import PNG

TRAINER = "trainer@example.com"
NEW = "/author/quizzes/answerdesk-bot/items/_new?kind="
PICTURE = FilePayload(name="my plan.png", mimeType="image/png", buffer=PNG)
SCRIPT = FilePayload(name="nice.png", mimeType="image/png", buffer=b"<!doctype html><script>alert(1)</script>")


@pytest.fixture
def server(shared_server: Demonstration) -> Demonstration:
    """The same for all: each test writes a question of its own."""
    return shared_server


@pytest.fixture
def demo_url(server: Demonstration) -> str:
    return server.database_url


def save(page: Page) -> None:
    page.get_by_role("button", name="Save draft").locator("visible=true").last.click()


def test_a_gap_is_inserted_and_gets_its_answers(sign_in_as: Callable[..., Page]) -> None:
    page = sign_in_as(TRAINER, at=f"{NEW}cloze")
    text = page.get_by_label("Text with gaps", exact=True).locator("visible=true")
    for words in ("We answer within ", " hours by "):
        text.press_sequentially(words)
        page.get_by_role("button", name="Insert a gap").click()
        expect(page.get_by_role("group", name=re.compile("Gap [12]"))).to_have_count(1 if "within" in words else 2)
        text.press("End")
    expect(text).to_have_value("We answer within [[1]] hours by [[2]]")
    first, second = page.get_by_role("group", name="Gap 1"), page.get_by_role("group", name="Gap 2")
    first.get_by_label("How it is filled").select_option("numeric")
    first.get_by_label("Right answer").fill("4")
    second.get_by_label("Accepted answers").fill("mail\ne-mail")
    page.get_by_role("button", name="Show anew").click()
    seen = page.get_by_role("complementary")
    expect(seen).to_contain_text("We answer within")
    expect(seen.get_by_label("Gap 2")).to_be_visible()
    audit(page)
    save(page)
    expect(page).to_have_url(re.compile(r"/items/we-answer-within-1-hours-by-2$"))
    page.goto("/author/quizzes/answerdesk-bot")
    expect(page.get_by_role("link", name="We answer within ____ hours by ____")).to_be_visible()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with script", "without script"])
def test_a_picture_is_added_after_a_bad_one(
    sign_in_as: Callable[..., Page], faults: Faults, *, java_script_enabled: bool
) -> None:
    name = uuid4().hex
    page = sign_in_as(TRAINER, at=f"{NEW}true_false", java_script_enabled=java_script_enabled)
    page.get_by_label("Question", exact=True).locator("visible=true").fill(f"Is {name} the plan?")
    page.get_by_role("radio", name="True", exact=True).first.check()
    page.get_by_text("Pictures and sounds", exact=True).click()
    page.get_by_label("Add a picture or a sound").set_input_files(SCRIPT)
    with faults.expecting(422):
        save(page)
        expect(page.get_by_role("alert")).to_contain_text("This is no picture or sound that can be shown.")
    expect(page.get_by_label("Question", exact=True).locator("visible=true")).to_have_value(f"Is {name} the plan?")
    page.get_by_label("Add a picture or a sound").set_input_files(PICTURE)
    page.get_by_role("button", name="Show anew").click()
    page.get_by_label("What it shows").locator("visible=true").fill("A plan of the shop")
    save(page)
    expect(page).to_have_url(re.compile(rf"/items/is-{name}-the-plan$"))
    picture = page.get_by_role("complementary").get_by_role("img", name="A plan of the shop")
    expect(picture).to_be_visible()
    if java_script_enabled:
        assert picture.evaluate("image => image.naturalWidth") == 1
        audit(page)
    page.get_by_role("button", name="Remove the file").click()
    expect(page.get_by_label("What it shows")).to_have_count(0)
    save(page)
    expect(page.get_by_role("complementary").get_by_role("img")).to_have_count(0)
