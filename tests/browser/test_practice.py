"""Practice in a browser: the missed questions with the keyboard alone, and today's questions without JavaScript."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from sqlmodel import Session, col

from answering import fill_in
from app.database import Database, stored_id
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes.actions import finish, save
from app.quizzes.holding import hold_place
from app.quizzes.models import ItemVersion, Practice, PracticeItem, PracticeKind, SpacedCard
from app.quizzes.startactions import start
from browsing import audit
from factories import published_quiz, quiz_document, sellable, single

REP = "marek.nowak@example.com"
"""Is certified on one product, and failed the quiz of another."""

QUIZ = "/quizzes/quayside-quiz"
ROUND = re.compile(r"/practice/\d+$")


def answer_right(page: Page, stored: Database) -> None:
    """Give the right answer to the question on the page, which the database knows."""
    found = re.search(r"/practice/(\d+)", page.url)
    assert found, page.url
    position = int(page.locator("[name=position]").input_value())
    rows = (
        select(col(ItemVersion.document), col(PracticeItem.option_order))
        .join(PracticeItem, col(PracticeItem.item_version_id) == col(ItemVersion.id))
        .where(col(PracticeItem.practice_id) == int(found[1]), col(PracticeItem.position) == position)
    )
    with stored.read() as session:
        fill_in(page, *session.execute(rows).one())


def miss_one(session: Session) -> None:
    """A quiz of two questions, one of which this person has just answered wrong."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    owner = sellable(session, "quayside", name="Quayside", requirements=[{"quiz": "quayside-quiz"}], at=at)
    document = quiz_document("quayside-quiz", [single("one"), single("two")], product="quayside", title="Quayside quiz")
    published_quiz(session, document, owner=owner, at=at)
    somebody = session.scalars(select(Person).where(col(Person.email) == REP)).one()
    rep = CurrentPerson(stored_id(somebody), somebody.email, somebody.name, frozenset(), 0)
    attempt = start(session, rep, "quayside-quiz", at)
    assert attempt is not None
    save(session, rep, hold_place(session, rep.id, attempt, 1), step=0, answer=0, flag=None, moment=at)
    save(session, rep, hold_place(session, rep.id, attempt, 2), step=1, answer=1, flag=None, moment=at)
    finish(session, rep, attempt, at)


def test_missed_questions_are_practised_with_the_keyboard(sign_in_as: Callable[..., Page], stored: Database) -> None:
    with stored.write() as session:
        miss_one(session)
    page = sign_in_as(REP, at=QUIZ)
    page.get_by_role("button", name=re.compile("you missed")).press("Enter")
    expect(page).to_have_url(ROUND)
    audit(page)
    page.locator("#question input[name=choice]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=1$"))
    expect(page.get_by_text("The right answer", exact=True)).to_have_count(0)
    audit(page)
    page.reload()
    onward = page.get_by_role("link", name=re.compile("Next question|See how it went"))
    expect(onward).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Practice done: [01] of 1 right"))
    audit(page)
    page.get_by_role("link", name="To the quiz").click()
    expect(page).to_have_url(re.compile(f"{QUIZ}$"))


@pytest.mark.parametrize("script", [True, False])
def test_three_questions_a_day_keep_fresh(sign_in_as: Callable[..., Page], stored: Database, script: bool) -> None:
    with stored.write() as session:  # the demonstration has let this person answer everything that was due
        session.execute(update(SpacedCard).values(due_at=datetime.now(UTC) - timedelta(hours=1)))
    page = sign_in_as(REP, at="/account", java_script_enabled=script)
    page.get_by_role("link", name="Questions to keep fresh").click()
    expect(page).to_have_url(re.compile("/practice/wish$"))
    expect(page.locator("input[name=weekdays]")).to_have_count(7)
    for weekday in page.locator("input[name=weekdays]").all():
        weekday.check()
    page.get_by_label("From").select_option("00:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Three questions to keep fresh")).to_be_visible()
    page.get_by_role("button", name="Answer them").click()
    for _question in range(3):
        expect(page).to_have_url(ROUND)
        answer_right(page, stored)
        page.get_by_role("button", name="Check the answer").click()
        expect(page.get_by_text("Right", exact=True)).to_be_visible()
        page.get_by_role("link", name=re.compile("Next question|See how it went")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done for today: 3 of 3 right")
    page.get_by_role("link", name="Back to today").click()
    expect(page.get_by_text("to keep fresh")).to_have_count(0)
    with stored.read() as session:
        kinds = session.scalars(select(col(Practice.kind)).where(col(Practice.finished_at).is_not(None))).all()
    assert kinds == [PracticeKind.SPACED]
