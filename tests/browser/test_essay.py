"""An essay in two browsers: written, returned, mended, marked, and the writer is certified."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from app.database import Database
from browsing import Faults, audit, visit
from essaywork import essay
from factories import published_quiz, quiz_document, sellable

REP = "daniel.okafor@example.com"
TRAINER = "trainer@example.com"


def test_written_returned_mended_marked_certified(
    sign_in_as: Callable[..., Page], stored: Database, faults: Faults
) -> None:
    with stored.write() as session:
        at = datetime.now(UTC) - timedelta(minutes=5)
        owner = sellable(session, "quayside", name="Quayside", requirements=[{"quiz": "quayside-quiz"}], at=at)
        document = quiz_document("quayside-quiz", [essay(max_words=40)], product="quayside", title="Quayside quiz")
        published_quiz(session, document, owner=owner, at=at)
    rep = sign_in_as(REP, at="/quizzes/quayside-quiz")
    rep.get_by_role("button", name="Start the quiz").click()
    rep.get_by_label("Your answer").fill("I would begin with our numbers.")
    rep.get_by_role("button", name="Save and continue").click()
    expect(rep.get_by_role("heading", level=1)).to_have_text("Finish the attempt?")
    rep.get_by_role("button", name="Finish the attempt").click()
    expect(rep.get_by_role("heading", level=1)).to_have_text("Your answers are in")
    audit(rep)

    trainer = sign_in_as(TRAINER, at="/author/essays")
    expect(trainer.get_by_role("heading", level=1)).to_have_text("Essays to mark")
    this = trainer.get_by_role("row").filter(has_text="Quayside quiz")
    this.get_by_role("link").first.click()
    expect(trainer.get_by_text("I would begin with our numbers.")).to_be_visible()
    with faults.expecting(422):
        trainer.get_by_role("button", name="Return with what to mend").click()
        expect(trainer.get_by_role("alert")).to_contain_text("Say what to mend.")
        audit(trainer)
    trainer.get_by_label("Comment").fill("Ask about theirs first.")
    trainer.get_by_role("button", name="Return with what to mend").click()
    expect(trainer.get_by_role("heading", level=1)).to_have_text("Essays to mark")
    expect(this).to_have_count(0)

    visit(rep, "/", "Mend your answer in Quayside quiz")
    rep.get_by_role("link", name="Mend your answer").first.click()
    expect(rep.get_by_text("Ask about theirs first.")).to_be_visible()
    audit(rep)
    rep.get_by_label("Your answer").fill("I would ask for theirs, then show ours.")
    rep.get_by_role("button", name="Send again").click()
    expect(rep.get_by_role("heading", level=1)).to_have_text("Your answers are in")

    trainer.goto("/author/essays")
    this.get_by_role("link").first.click()
    trainer.get_by_label("Asks before it claims").fill("6")
    trainer.get_by_label("Names a limit").fill("3")
    trainer.get_by_role("button", name="Mark").click()
    expect(trainer.get_by_role("heading", level=1)).to_have_text("Essays to mark")
    expect(this).to_have_count(0)

    rep.reload()
    expect(rep.get_by_role("heading", level=1)).to_have_text("90 %, passed")
    expect(rep.get_by_role("heading", name="You may sell Quayside")).to_be_visible()
    audit(rep)
    rep.get_by_role("link", name="Open the certificate").click()
    expect(rep.get_by_role("heading", level=1)).to_contain_text("Daniel Okafor")
