"""Publishing from the web: nothing wrong, nothing unseen, everything frozen."""

import re
from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from app.audit.models import AuditEntry
from app.catalog.models import ContentKind, ContentVersion, Product
from app.certification.queries import record
from app.clock import now
from app.database import Database
from app.people.queries import person_by_email
from app.quizzes.models import ItemVersion
from writing import HUB, approve, asking_for, draft, fields, send_for_approval


def frozen(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(col(ContentVersion.id))).all())


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def test_a_red_line_whose_example_fails_is_kept_but_cannot_be_published(
    trainer: TestClient, database: Database
) -> None:
    url = f"{HUB}/red-lines/keeper.return"
    page = trainer.get(url).text
    assert page.count("2 of 2") == 2
    assert "We <mark>guarantee</mark> it." in page
    assert "Set aside: the sentence denies it." in page
    form = fields(page) | {"examples.must_not_flag.2": "A guarantee card is free.", "attempt": "Guaranteed!"}
    tried = trainer.post(url, data=form | {"rows": "show"})
    assert "2 of 3" in tried.text
    assert "Flagged by “guarantee”. Narrow the phrase." in tried.text
    assert "<mark>Guaranteed</mark>!" in tried.text
    assert trainer.post(url, data=form).status_code == 303
    assert (
        draft(database, ContentKind.REDLINES)["rules"][0]["examples"]["must_not_flag"][2] == "A guarantee card is free."
    )
    review = trainer.get(f"{HUB}/publish").text
    assert "This must stay free" in review
    assert f'href="{url}"' in review
    refused = trainer.post(f"{HUB}/publish", data={"seen": seen(review)})
    assert (refused.status_code, frozen(database)) == (422, 4)


def test_a_new_red_line_a_new_quiz_and_a_question_are_written_and_published(
    trainer: TestClient, compliance: TestClient, database: Database
) -> None:
    rule = fields(trainer.get(f"{HUB}/red-lines/_new").text) | {
        "id": "keeper.best", "title.en": "Not the best", "why.en": "Not measured.", "phrases.en.0": "the best … ever",
        "say_instead.en.0": "Many shops like it.", "examples.must_flag.0": "The best tool ever.",
        "examples.must_flag.1": "It is the best CRM ever.", "examples.must_not_flag.0": "It is not the best tool ever.",
        "examples.must_not_flag.1": "Try it.",
    }  # fmt: skip
    assert trainer.post(f"{HUB}/red-lines/_new", data=rule).headers["location"] == f"{HUB}/red-lines/keeper.best"
    assert draft(database, ContentKind.REDLINES)["rules"][1]["match"] == {
        "en": [{"seq": ["the best", {"gap": 4}, "ever"]}]
    }
    quiz = {"title.en": "Prices", "pass_percent": "75"}
    assert trainer.post(f"{HUB}/quizzes/_new", data=quiz).headers["location"] == "/author/quizzes/prices"
    assert trainer.post(f"{HUB}/quizzes/_new", data=quiz).status_code == 422
    assert "must have at least 1" not in trainer.get(f"{HUB}/publish").text
    assert "At least 1 needed." in trainer.get(f"{HUB}/publish").text
    new = "/author/quizzes/prices/items/_new"
    item = fields(trainer.get(f"{new}?kind=single").text) | {
        "id": "price", "prompt.en": "How much?", "options.0.text.en": "Ten", "options.0.correct": "true",
        "options.1.text.en": "Twenty", "red_line": "keeper.best",
    }  # fmt: skip
    assert trainer.post(new, data=item).headers["location"] == "/author/quizzes/prices/items/price"
    send_for_approval(trainer, "keeper.best")
    approve(compliance)
    review = trainer.get(f"{HUB}/publish")
    published = trainer.post(f"{HUB}/publish", data={"seen": seen(review.text), "note": "Prices"})
    assert (published.status_code, published.headers["location"]) == (303, HUB)
    with database.read() as session:
        assert session.scalars(select(col(ItemVersion.item)).order_by(col(ItemVersion.id))).all() == ["one", "price"]
        found = session.execute(
            select(col(ContentVersion.number), col(ContentVersion.verdict), col(ContentVersion.note))
            .where(col(ContentVersion.note) == "Prices")
            .order_by(col(ContentVersion.number))
        ).all()
        assert [tuple(row) for row in found] == [(1, "none", "Prices"), (2, "none", "Prices")]
        actions = session.scalars(select(col(AuditEntry.action)).where(col(AuditEntry.actor) == "trainer@example.com"))
        assert list(actions) == ["red_line.approval_asked", "content.published", "content.published"]
    assert "Nothing to publish" in trainer.get(f"{HUB}/publish").text


def test_red_lines_are_published_with_the_verdict_and_its_deadline(
    trainer: TestClient, compliance: TestClient, database: Database
) -> None:
    url = f"{HUB}/red-lines/keeper.return"
    trainer.post(url, data=fields(trainer.get(url).text) | {"why.en": "Nobody could keep it."})
    send_for_approval(trainer)
    approve(compliance)
    page = trainer.get(f"{HUB}/publish").text
    assert "Red lines › No promised return › Why" in page
    wish = {"seen": seen(page), "verdict": "attest_again"}
    missing = trainer.post(f"{HUB}/publish", data=wish)
    assert (missing.status_code, "Say until when they may do it." in missing.text) == (422, True)
    past = trainer.post(f"{HUB}/publish", data=wish | {"deadline": "2020-01-01"})
    assert (past.status_code, "Choose a day from today on." in past.text) == (422, True)
    assert trainer.post(f"{HUB}/publish", data=wish | {"deadline": "2999-12-31"}).status_code == 303
    with database.read() as session:
        newest = session.scalars(select(ContentVersion).order_by(col(ContentVersion.id).desc()).limit(1)).one()
        assert (newest.number, newest.verdict.value, str(newest.deadline)) == (2, "attest_again", "2999-12-31")
    assert "Sign again" in trainer.get(f"{HUB}/versions").text


def test_what_changed_after_the_review_is_not_published_unseen(
    trainer: TestClient, sign_in: Callable[[str], TestClient], database: Database
) -> None:
    facts = f"{HUB}/facts"
    trainer.post(facts, data=fields(trainer.get(facts).text) | {"name.en": "One"})
    page = trainer.get(f"{HUB}/publish").text
    other = sign_in("other@example.com")
    other.post(facts, data=fields(other.get(facts).text) | {"name.en": "Two"})
    sent = trainer.post(f"{HUB}/publish", data={"seen": seen(page)})
    assert (sent.status_code, frozen(database)) == (409, 4)
    assert trainer.post(f"{HUB}/publish", data={"seen": seen(sent.text)}).status_code == 303
    with database.read() as session:
        assert session.scalars(select(col(Product.name))).one() == {"en": "Two", "zh-Hans": "客管"}


def test_a_draft_changes_nobodys_standing_and_its_publication_does(trainer: TestClient, database: Database) -> None:
    def required() -> list[str]:
        with database.read() as session:
            rep = person_by_email(session, "rep@example.com")
            product = session.scalars(select(Product)).one()
            assert rep is not None
            assert rep.id is not None
            assert product.id is not None
            stands = record(session, rep.id, product.id, now())
            assert stands is not None
            return [each.key for each in stands.facts.requirements]

    before = required()
    url = f"{HUB}/program"
    wish = asking_for("lesson:first", "quiz:keeper-quiz")
    assert trainer.post(url, data=fields(trainer.get(url).text) | wish).status_code == 303
    assert required() == before
    page = trainer.get(f"{HUB}/publish").text
    assert trainer.post(f"{HUB}/publish", data={"seen": seen(page)}).status_code == 303
    assert (len(before), required()) == (4, ["first", "keeper-quiz"])


def test_a_red_line_that_no_question_asks_for_is_warned_about_and_published(
    trainer: TestClient, database: Database
) -> None:
    warned = trainer.get(f"{HUB}/publish").text
    assert "1 red line that stops a pitch is asked for by no question" in warned
    assert (
        '<a href="/author/quizzes/keeper-quiz/items/_new">Add a question<span class="vh"> No promised return' in warned
    )
    question = fields(trainer.get("/author/quizzes/keeper-quiz/items/one").text) | {"red_line": "keeper.return"}
    assert trainer.post("/author/quizzes/keeper-quiz/items/one", data=question).status_code == 303
    review = trainer.get(f"{HUB}/publish").text
    assert "asked for by no question" not in review
    assert trainer.post(f"{HUB}/publish", data={"seen": seen(review)}).status_code == 303
