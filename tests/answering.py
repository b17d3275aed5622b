"""A running attempt on a page, what the database holds of it, and the right answers given as a person gives them."""

import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import col

from app.database import Database
from app.quizzes.items import parse_item
from app.quizzes.models import AttemptItem, ItemVersion
from app.quizzes.questions import GAP, PAIR, PLACE
from app.quizzes.solutions import solution

SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")
"""What a page says when the answer is kept."""


def begin(page: Page) -> None:
    """Start the quiz that the page shows, and go to its first question with choices."""
    page.get_by_role("button", name="Start the quiz").click()
    expect(page).to_have_url(re.compile(r"/attempts/\d+"))
    page.wait_for_load_state()  # before its script has run, nothing is saved as it is given
    position = 1
    while page.locator("input[name=choice]").count() < 3:
        position += 1
        page.goto(f"{address(page)}?q={position}")


def address(page: Page) -> str:
    """Give where the attempt is that a page shows."""
    return page.url.partition("?")[0].removesuffix("/answers")


def position_of(page: Page) -> int:
    """Read the number of the question on the page."""
    return int(page.locator("#question [name=position]").input_value())


def kept_answers(stored: Database, page: Page) -> dict[int, object]:
    """What the database holds of the attempt that a page shows: the answers given, by position."""
    attempt = int(address(page).rpartition("/")[2])
    with stored.read() as session:
        rows = session.execute(
            select(col(AttemptItem.position), col(AttemptItem.answer)).where(
                col(AttemptItem.attempt_id) == attempt, col(AttemptItem.answer).is_not(None)
            )
        )
        return {row.position: row.answer for row in rows}


def attempt_of(page: Page) -> int:
    """Read which attempt a page is about."""
    found = re.search(r"/attempts/(\d+)", page.url)
    assert found, page.url
    return int(found[1])


def answer_all_right(page: Page, stored: Database) -> None:
    """Answer question after question until the page asks whether to finish."""
    drawn = _drawn(stored, attempt_of(page))
    for position, (item, order) in enumerate(drawn, start=1):
        expect(page).to_have_title(re.compile(rf"^Question {position} of {len(drawn)} "))
        fill_in(page, item, order)
        page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Finish the attempt?")


def _drawn(stored: Database, attempt: int) -> list[tuple[dict[str, Any], list[int]]]:
    rows = (
        select(col(ItemVersion.document), col(AttemptItem.option_order))
        .join(ItemVersion, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .where(col(AttemptItem.attempt_id) == attempt)
        .order_by(col(AttemptItem.position))
    )
    with stored.read() as session:
        return [(document, order) for document, order in session.execute(rows)]


def fill_in(page: Page, item: dict[str, Any], order: Sequence[int]) -> None:
    """Give the right answer; `order` is the order in which the options are shown."""
    match item["type"]:
        case "single" | "multiple":
            _tick(page, [place for place, index in enumerate(order) if item["options"][index].get("correct")])
        case "true_false":
            page.get_by_label("True" if item["answer"] else "False", exact=True).check()
        case "short_text" | "numeric":
            page.get_by_label("Your answer").fill(solution(parse_item(item)))
        case "matching":
            rights = solution(parse_item(item))
            _choose(page, {f"{PAIR}{line}": order.index(right) for line, right in enumerate(rights)})
        case "ordering":
            _choose(page, {f"{PLACE}{line}": index + 1 for line, index in enumerate(order)})
        case "cloze":
            _fill_gaps(page, item, order)
        case "essay":
            page.get_by_label("Your answer").fill("A text that a person reads.")
        case other:
            raise AssertionError(f"no way to answer {other}")


def _fill_gaps(page: Page, item: dict[str, Any], order: Sequence[int]) -> None:
    right = solution(parse_item(item))["gaps"]
    at = 0
    for number, gap in enumerate(item["gaps"]):
        if gap["type"] == "choice":
            own = order[at : at + len(gap["options"])]
            at += len(own)
            _choose(page, {f"{GAP}{number}": own.index(right[gap["id"]])})
        else:
            page.locator(f'input[name="{GAP}{number}"]').fill(right[gap["id"]])


def _tick(page: Page, places: Sequence[int]) -> None:
    for place in places:
        page.locator(f'input[name="choice"][value="{place}"]').check()


def _choose(page: Page, values: dict[str, int]) -> None:
    for name, value in values.items():
        page.locator(f'select[name="{name}"]').select_option(str(value))
