"""A rep who may not sell Answerdesk bot yet goes the whole way to yes, with JavaScript and without."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from sqlmodel import col

from answering import answer_all_right
from app.catalog.models import LessonProgress, Product
from app.certification.dates import add_months
from app.certification.models import Assignment
from app.clock import now
from app.database import Database
from app.people.models import Person
from browsing import audit

REP = "daniel.okafor@example.com"
NAME = "Daniel Okafor"
SLUG = "answerdesk-bot"
PRODUCT = f"/products/{SLUG}"
LESSONS = 9
LONGEST_FILM = 60_000
WATCHED = 15
"""Seconds of the first film, which lasts twenty, that were watched another day."""


def last_valid_day(stored: Database) -> str:
    """Done before it is due, a first certification lasts a year from the due date; its last day is the day before.

    The day is read from the one assignment that is open: the demonstration may have been made before midnight.
    """
    with stored.read() as session:
        due_on = session.scalars(
            select(col(Assignment.due_on))
            .join(Person, col(Person.id) == col(Assignment.person_id))
            .join(Product, col(Product.id) == col(Assignment.product_id))
            .where(col(Person.email) == REP, col(Product.slug) == SLUG)
        ).one()
    assert due_on is not None
    last = add_months(due_on, 12) - timedelta(days=1)
    return f"{last.day} {last:%B %Y}"


def leave_the_film(stored: Database) -> None:
    """Let all but the end of the first film have been watched before."""
    with stored.write() as session:
        session.add(
            LessonProgress(
                person_id=session.scalars(select(col(Person.id)).where(col(Person.email) == REP)).one() or 0,
                product_id=session.scalars(select(col(Product.id)).where(col(Product.slug) == SLUG)).one() or 0,
                lesson="what-it-is",
                opened_at=now() - timedelta(seconds=20),
                watched=[[0, WATCHED]],
                watched_seconds=WATCHED,
                position_seconds=WATCHED,
                beat_at=now(),
            )
        )


def watch_the_film(page: Page) -> None:
    """Press play and wait, as the server counts: nothing but playing what is left opens the button."""
    done = page.get_by_role("button", name="Done, next lesson")
    expect(done).to_be_disabled()
    page.locator("video").evaluate("film => film.play()")
    expect(done).to_be_enabled(timeout=LONGEST_FILM)
    expect(page.locator("#announcer")).to_have_text("You have watched enough. You can go on.")
    done.click()
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Lesson 2 of 9")


def read_lessons(page: Page, first: int) -> None:
    """Read on from a lesson to the last, and finish each."""
    for number in range(first, LESSONS):
        expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text(f"Lesson {number} of {LESSONS}")
        page.get_by_role("button", name="Done, next lesson").click()
    page.get_by_role("button", name="Done, on to the red lines").click()
    expect(page.get_by_text("All lessons are done. The red lines come next.")).to_be_visible()


def sign_red_lines(page: Page) -> None:
    """Tick the sentence and type the name, as one signs a paper."""
    page.get_by_role("checkbox").check()
    page.get_by_label("Your full name").fill(NAME)
    page.get_by_role("button", name=re.compile(r"Sign these \d+ red lines")).click()
    expect(page.get_by_text("Signed. This is on your record.")).to_be_visible()
    page.get_by_role("link", name="Go on with Answerdesk bot").click()


def pass_quiz(page: Page, stored: Database) -> None:
    """Answer everything right and finish."""
    page.get_by_role("button", name="Start the quiz").click()
    answer_all_right(page, stored)
    page.get_by_role("button", name="Finish the attempt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("100 %, passed")


@pytest.mark.parametrize("demo_url", ["postgresql"], indirect=True)
def test_from_assigned_to_certified(sign_in_as: Callable[..., Page], stored: Database) -> None:
    page = sign_in_as(REP)
    expect(page.get_by_role("heading", level=1)).to_have_text("Take lesson 1 of Answerdesk bot")
    sold = page.get_by_role("region", name="What you may sell today")
    expect(sold).to_contain_text("You may sell two products alone. Still closed to you: one.")
    expect(sold.get_by_role("row", name=re.compile("Shopfront Messaging"))).to_contain_text("Cleared")
    page.goto(PRODUCT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Answerdesk bot")
    expect(page.get_by_role("main")).to_contain_text("3 steps left")
    audit(page)

    leave_the_film(stored)
    page.get_by_role("link", name="What Answerdesk bot is").first.click()
    watch_the_film(page)
    read_lessons(page, first=2)
    audit(page)
    sign_red_lines(page)
    way = page.get_by_role("region", name="Your way to yes")
    way.get_by_role("link", name=re.compile("quiz", re.IGNORECASE)).last.click()
    pass_quiz(page, stored)
    audit(page)
    page.get_by_role("link", name="Open Answerdesk bot").click()
    expect(way).to_contain_text(last_valid_day(stored))
    page.goto("/certifications")
    expect(page.get_by_role("main")).to_contain_text(last_valid_day(stored))

    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("main")).to_contain_text("应答台客服机器人")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("全部完成")
    audit(page)


def test_the_same_without_javascript(sign_in_as: Callable[..., Page], stored: Database) -> None:
    page = sign_in_as(REP, at=PRODUCT, java_script_enabled=False)
    page.get_by_role("link", name="What Answerdesk bot is").first.click()
    page.get_by_role("button", name="Start the video").click()
    expect(page.get_by_text("You can confirm the video from")).to_be_visible()
    with stored.write() as session:  # as if the film had been watched meanwhile
        session.execute(
            update(LessonProgress)
            .where(col(LessonProgress.completed_at).is_(None))
            .values(opened_at=now() - timedelta(hours=1))
        )
    page.get_by_role("checkbox", name="I have watched the video. The record says that I confirmed it.").check()
    page.get_by_role("button", name="Done, next lesson").click()
    read_lessons(page, first=2)
    sign_red_lines(page)
    page.goto("/quizzes/answerdesk-bot")
    pass_quiz(page, stored)
    page.goto(PRODUCT)
    expect(page.get_by_role("region", name="Your way to yes")).to_contain_text(last_valid_day(stored))
