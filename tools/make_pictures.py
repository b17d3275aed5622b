"""Makes the pictures in docs/pictures/ anew, from a fresh demonstration, with Chromium. Run by `make pictures`."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.people.demo import DEMO_PASSWORD
from tools.demonstration import CHROMIUM_ARGUMENTS, ROOT, Demonstration, chromium, fill, serve

FOLDER = ROOT / "docs" / "pictures"
LARGEST = 250_000
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


MAIL = """Dear Ms Amaral,

thank you for the time on Tuesday. We guarantee you 30% more turnover in three months; the noodle house is the proof.

We will launch the stored-value card next quarter, so it is worth starting now. It is fully managed, and your staff \
has nothing to do.

I do not say that it is free forever, but the price list is short.

Kind regards
Ana"""
"""What the picture of a check shows: two lines crossed, one to be said with care, one that the sentence denies."""


def main() -> int:
    path = chromium()
    if path is None:
        print("Pictures need a Chromium. Try: apt install chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        database_url = f"sqlite:///{folder}/demo.db"
        fill(database_url)
        with serve(database_url, Path(folder) / "server.log") as demonstration:
            browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
            for picture in (_of_a_rep, _of_a_trainer, _of_a_manager, _of_compliance, _on_a_phone, _in_chinese):
                picture(browser, demonstration)
            browser.close()
    return _too_heavy()


def _of_a_rep(browser: Browser, demonstration: Demonstration) -> None:
    page = _signed_in(browser, demonstration, "rep@example.com")
    _take(page, "rep-home")
    page.goto("/products/answerdesk-bot/lessons/what-it-is")
    page.locator("video").evaluate(
        "film => new Promise((shown) => { film.addEventListener('seeked', shown); film.currentTime = 6; })"
    )
    page.wait_for_timeout(1500)  # the player's wheel fades away
    _take(page, "lesson")
    page.goto("/check")
    page.get_by_label("Shopfront Messaging").check()
    page.get_by_role("textbox", name="Your text").fill(MAIL)
    page.get_by_text("2 passages must go").wait_for()
    page.evaluate("document.activeElement.blur()")
    _take(page, "check")
    page = _signed_in(browser, demonstration, "marek.nowak@example.com")
    page.goto("/quizzes/answerdesk-bot")
    page.get_by_role("main").locator("a[href^='/attempts/']").first.click()
    page.get_by_text("What to do now").wait_for()
    _take(page, "quiz-result")


def _of_a_trainer(browser: Browser, demonstration: Demonstration) -> None:
    page = _signed_in(browser, demonstration, "trainer@example.com")
    page.goto("/author/products/answerdesk-bot/red-lines/ad.replaces-team")
    _take(page, "author-redline")


def _of_a_manager(browser: Browser, demonstration: Demonstration) -> None:
    page = _signed_in(browser, demonstration, "manager@example.com")
    page.goto("/team")
    _take(page, "team")
    page.goto("/deals")
    page.get_by_role("link", name=re.compile("Guest chat for fourteen shops|Harbour Bakery Group")).first.click()
    page.get_by_role("heading", level=1).wait_for()
    _take(page, "deal")


def _of_compliance(browser: Browser, demonstration: Demonstration) -> None:
    page = _signed_in(browser, demonstration, "compliance@example.com")
    page.goto("/waivers")
    _take(page, "exceptions")
    page.goto("/gate/shopfront-messaging")
    page.get_by_role("heading", name="Ask for something else").evaluate("heading => heading.scrollIntoView()")
    _take(page, "gate")


def _on_a_phone(browser: Browser, demonstration: Demonstration) -> None:
    _take(_signed_in(browser, demonstration, "rep@example.com", PHONE), "rep-home-phone")


def _in_chinese(browser: Browser, demonstration: Demonstration) -> None:
    _take(_signed_in(browser, demonstration, "zhou.hang@example.com"), "rep-home-zh")


def _signed_in(browser: Browser, demonstration: Demonstration, email: str, size: ViewportSize = DESKTOP) -> Page:
    context = browser.new_context(
        base_url=demonstration.url, viewport=size, locale="en-GB", reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(_not_sign_in)
    return page


def _not_sign_in(address: str) -> bool:
    return "/sign-in" not in address


def _take(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")
    print(f"docs/pictures/{name}.png")


def _too_heavy() -> int:
    heavy = [path.name for path in FOLDER.glob("*.png") if path.stat().st_size > LARGEST]
    for name in heavy:
        print(f"{name} is larger than {LARGEST} bytes.", file=sys.stderr)
    return bool(heavy)


if __name__ == "__main__":
    sys.exit(main())
