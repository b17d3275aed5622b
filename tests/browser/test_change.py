"""A trainer publishes with questions about the change, a rep catches up; and another certification is renewed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.database import Database
from app.people.models import Person
from browsing import audit
from factories import (
    attest,
    course_document,
    lesson,
    published,
    published_quiz,
    quiz_document,
    sellable,
    single,
    sitting,
)
from languages import speak, speaks_every_language
from writing import RULE

REP = "marek.nowak@example.com"
ITEMS = [single("one", lesson="lesson-1"), single("two", lesson="lesson-1"), single("three")]


def certified(session: Session, slug: str, days_ago: int) -> None:
    """A product on which this rep got certified so many days ago, with the third question wrong."""
    at = datetime.now(UTC) - timedelta(days=days_ago)
    owner = sellable(session, slug, requirements=[{"attest": "redlines"}, {"quiz": f"{slug}-quiz"}], at=at)
    red_lines = {"schema": 1, "rules": [RULE | {"id": f"{slug}.return"}]}
    published(session, owner, ContentKind.REDLINES, slug, red_lines, at=at)
    published(session, owner, ContentKind.COURSE, slug, course_document([lesson(1)], slug), at=at)
    quiz = quiz_document(f"{slug}-quiz", ITEMS, product=slug, title=f"{slug.capitalize()} quiz")
    version = published_quiz(session, quiz, owner=owner, at=at)
    rep = session.scalars(select(Person).where(col(Person.email) == REP)).one()
    sitting(session, version, rep, {"one": 0, "two": 0, "three": 1}, at=at)
    attest(session, rep, owner, at=at)


def answer_right(page: Page, questions: int) -> None:
    """Start, answer every question of factories.single right, and finish."""
    page.locator(".hero form button.main").click()
    for position in range(1, questions + 1):
        expect(page.locator("#question input[name=position]")).to_have_value(str(position))
        page.get_by_label(re.compile(": right$")).check()
        page.locator("#question button.main").click()
    page.locator("main form[action$='/finish'] button.main").click()
    expect(page.locator(".state.go").first).to_be_visible()


def test_a_rep_catches_up_with_two_questions(sign_in_as: Callable[..., Page], stored: Database) -> None:
    with stored.write() as session:
        certified(session, "quayside", 30)
    trainer = sign_in_as("trainer@example.com", at="/author/products/quayside/lessons/lesson-1")
    trainer.get_by_role("textbox", name="Title").first.fill("What the quayside is now")
    trainer.get_by_role("button", name="Save draft").click()
    trainer.goto("/author/products/quayside/publish")
    trainer.get_by_label("answer the questions about what changed").check()
    expect(trainer.get_by_role("region", name="Whom it touches")).to_contain_text("2 questions ask about what changed.")
    trainer.get_by_label("By", exact=True).fill((datetime.now(UTC) + timedelta(days=10)).date().isoformat())
    audit(trainer)
    trainer.get_by_role("button", name="Publish now").click()
    expect(trainer.get_by_text("Published.")).to_be_visible()

    rep = sign_in_as(REP, at="/certifications")
    rep.locator("#product-quayside a.btn").first.click()
    expect(rep).to_have_url(re.compile(r"/quizzes/quayside-quiz/changes/\d+$"))
    expect(rep.locator("main a[href$='/lessons/lesson-1']")).to_be_visible()
    expect(rep.locator("ins")).to_have_count(1)
    audit(rep)
    speaks_every_language(rep)
    speak(rep, "zh-Hant")
    rep.reload()
    expect(rep.locator("ins")).to_have_count(0)  # the Chinese title is what it was
    answer_right(rep, 2)
    audit(rep)
    speaks_every_language(rep)
    rep.goto("/certifications")
    expect(rep.locator("#product-quayside .state")).to_have_class(re.compile(r"\bgo\b"))


def test_a_rep_renews_the_short_way(sign_in_as: Callable[..., Page], stored: Database) -> None:
    with stored.write() as session:
        certified(session, "quayside", 350)
    rep = sign_in_as(REP, at="/certifications", speaking="zh-Hans")
    expect(rep.locator("#product-quayside .state")).to_have_class(re.compile(r"\bdue\b"))
    rep.locator("#product-quayside a[href$='/renewal']").click()
    audit(rep)
    speaks_every_language(rep)
    expect(rep.locator(".hero .steps li")).to_have_count(3)  # weak questions, red lines, quiz
    rep.locator("form[action$='/renewal/practice'] button").click()
    expect(rep).to_have_url(re.compile(r"/practice/\d+$"))
    rep.goto("/products/quayside/renewal")
    rep.locator(".hero a.main").click()
    speaks_every_language(rep)
    rep.locator("input[name=understood]").check()
    rep.locator("input[name=signed_name]").fill("Marek Nowak")
    rep.locator("form[action$='/attest'] button").click()
    rep.goto("/products/quayside/renewal")
    expect(rep.locator(".hero .steps li")).to_have_count(2)
    speaks_every_language(rep)
    rep.locator(".hero a.main").click()
    answer_right(rep, 3)
    rep.goto("/products/quayside/renewal")
    speaks_every_language(rep)
    expect(rep.locator("header .state")).to_have_class(re.compile(r"\bgo\b"))
    rep.goto("/certifications")
    expect(rep.locator("#product-quayside tbody tr")).to_have_count(2)
