"""From other words to their publication: asked for, read, approved by somebody else, told to those it touches."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring.touching import Reach, Wish, reach
from app.catalog.models import ContentKind, ContentVersion, Product, Verdict
from app.clock import now
from app.conduct.sending import send
from app.database import Database
from app.people.models import Person, Role
from app.redlines.checking import Circumstances, rule_set
from app.redlines.models import RedLineReview, ReviewState
from factories import NOW, attest, deal, person, sellable
from tools.statements import count_statements
from writing import HUB, approve, asking_for, draft, fields, send_for_approval

LINE = f"{HUB}/red-lines/keeper.return"
REVIEW = "/review/red-lines/1"


def change(author: TestClient, **words: str) -> None:
    form = fields(author.get(LINE).text) | {name.replace("__", "."): said for name, said in words.items()}
    assert author.post(LINE, data=form).status_code == 303


def publish(author: TestClient, **wish: str) -> int:
    seen = re.search(r'name="seen" value="([^"]*)"', author.get(f"{HUB}/publish").text)
    return author.post(f"{HUB}/publish", data={"seen": seen[1] if seen else "", **wish}).status_code


def test_other_words_are_published_only_when_somebody_else_approved_them(
    trainer: TestClient, compliance: TestClient, database: Database
) -> None:
    assert "In force" in trainer.get(LINE).text
    change(trainer, why__en="Nobody could keep it.")
    assert "Not approved yet" in trainer.get(LINE).text
    hindered = trainer.get(f"{HUB}/publish").text
    assert "1 red line is not approved yet" in hindered
    assert f'href="{LINE}#approval">No promised return</a>' in hindered
    assert publish(trainer) == 422
    send_for_approval(trainer)
    assert "Trainer asked on" in trainer.get(LINE).text
    assert publish(trainer) == 422
    page = compliance.get(REVIEW).text
    for said in ("Legal asked for it.", "<b>Why</b>", "Nobody could keep it.", "We <mark>guarantee</mark> it."):
        assert said in page
    approve(compliance)
    assert "Approved, not published yet" in trainer.get(LINE).text
    assert publish(trainer) == 303
    with database.read() as session:
        newest = session.scalars(select(ContentVersion).order_by(col(ContentVersion.id).desc()).limit(1)).one()
        assert newest.document["rules"][0]["why"] == "Nobody could keep it."


def test_a_red_line_in_force_cannot_vanish(trainer: TestClient, database: Database) -> None:
    step = re.search(r'name="step" value="(\d+)"', trainer.get(HUB).text)
    assert step is not None
    trainer.post(f"{HUB}/red-lines", data={"step": step[1], "rows": "remove:keeper.return"})
    assert draft(database, ContentKind.REDLINES)["rules"] == []
    assert "It is in force, so it cannot vanish." in trainer.get(f"{HUB}/publish").text
    assert publish(trainer) == 422


def test_what_is_not_whole_cannot_be_sent(trainer: TestClient) -> None:
    change(trainer, examples__must_flag__0="Nothing of it.")
    page = trainer.get(f"{LINE}/approval").text
    assert "Not every example holds" in page
    assert "This must be flagged" in page
    seen = re.search(r'name="seen"', page)
    assert seen is None
    sent = trainer.post(f"{LINE}/approval", data={"reason": "Because.", "seen": ""})
    assert (sent.status_code, "Somebody changed this red line" in sent.text) == (409, True)


def test_a_request_needs_its_reason_and_can_be_withdrawn(trainer: TestClient, database: Database) -> None:
    change(trainer, why__en="Nobody could keep it.")
    missing = trainer.post(f"{LINE}/approval", data={"reason": " ", "seen": ""})
    assert (missing.status_code, "Fill this in." in missing.text) == (422, True)
    send_for_approval(trainer)
    assert trainer.post(f"{LINE}/approval/withdraw", data={"review": "1"}).status_code == 303
    with database.read() as session:
        assert session.scalars(select(col(RedLineReview.state))).all() == [ReviewState.WITHDRAWN]


@pytest.fixture
def both(trainer: TestClient, database: Database, sign_in: Callable[[str], TestClient]) -> TestClient:
    """Somebody who writes and approves."""
    with database.write() as session:
        person(session, "both@example.com", Role.TRAINER, Role.COMPLIANCE)
    return sign_in("both@example.com")


def test_an_author_is_told_why_not(trainer: TestClient, both: TestClient) -> None:
    change(both, why__en="Nobody could keep it.")
    send_for_approval(trainer)
    page = both.get(REVIEW).text
    assert "You wrote some of it, or asked for this." in page
    assert 'name="parts"' not in page
    refused = both.post(REVIEW, data={"verdict": "approved", "parts": "rule"})
    assert (refused.status_code, "Somebody else has to approve it." in refused.text) == (403, True)


def test_words_that_changed_after_the_request_are_a_clear_conflict(trainer: TestClient, compliance: TestClient) -> None:
    change(trainer, why__en="Nobody could keep it.")
    send_for_approval(trainer)
    change(trainer, why__en="Nobody ever could.")
    late = compliance.post(REVIEW, data={"verdict": "approved", "parts": "rule"})
    assert (late.status_code, "This request is closed" in late.text) == (409, True)


def test_what_is_returned_says_what_has_to_change(trainer: TestClient, compliance: TestClient) -> None:
    change(trainer, why__en="Nobody could keep it.")
    send_for_approval(trainer)
    bare = compliance.post(REVIEW, data={"verdict": "returned"})
    assert (bare.status_code, "Say what has to change." in bare.text) == (422, True)
    assert compliance.post(REVIEW, data={"verdict": "returned", "note": "Name the law."}).status_code == 303
    page = trainer.get(LINE).text
    assert "Returned by Compliance" in page
    assert "Name the law." in page


@pytest.mark.parametrize("email", ["trainer@example.com", "rep@example.com"])
def test_only_compliance_approves(trainer: TestClient, sign_in: Callable[[str], TestClient], email: str) -> None:
    change(trainer, why__en="Nobody could keep it.")
    send_for_approval(trainer)
    browser = sign_in(email)
    assert browser.get(REVIEW).status_code == 403
    assert browser.post(REVIEW, data={"verdict": "approved", "parts": "rule"}).status_code == 403


def test_what_proves_a_claim_is_kept(trainer: TestClient, compliance: TestClient, database: Database) -> None:
    change(
        trainer,
        substantiation__0__claim__en="14 % more visits",
        substantiation__0__evidence__en="Study 7",
        substantiation__0__valid_through="2027-03-01",
    )
    assert draft(database, ContentKind.REDLINES)["rules"][0]["substantiation"] == [
        {"claim": {"en": "14 % more visits"}, "evidence": {"en": "Study 7"}, "valid_through": "2027-03-01"}
    ]
    send_for_approval(trainer)
    assert "valid through 1 March 2027" in compliance.get(REVIEW).text


def test_stored_texts_are_read_with_the_words_of_the_draft(trainer: TestClient, database: Database) -> None:
    with database.write() as session:
        rep = session.scalars(select(Person).where(col(Person.email) == "rep@example.com")).one()
        rules = rule_set(session, ["keeper"], now())
        send(
            session,
            person_id=rep.id or 0,
            email=rep.email,
            title="A mail",
            text="A promise is no guarantee. We promise.",
            note="",
            products=["keeper"],
            places=[],
            said=Circumstances(),
            key="1",
            rules=rules,
            keep_days=30,
            moment=now(),
        )
    change(trainer, phrases__en__1="promise")
    page = trainer.get(f"{LINE}/touches").text
    assert "3 findings, instead of 1, in texts of 1 person." in page
    assert "its precision is not known" in page


def test_a_quiz_is_asked_again_only_where_the_program_asks_for_one(
    trainer: TestClient, compliance: TestClient, database: Database
) -> None:
    question = "/author/quizzes/keeper-quiz/items/one"
    trainer.post(question, data=fields(trainer.get(question).text) | {"red_line": "keeper.return"})
    change(trainer, why__en="Nobody could keep it.")
    send_for_approval(trainer)
    approve(compliance)
    assert 'value="delta_quiz"' in trainer.get(f"{HUB}/publish").text
    assert publish(trainer, verdict="delta_quiz") == 422
    assert publish(trainer, verdict="delta_quiz", deadline="2999-12-31") == 303
    program = f"{HUB}/program"
    trainer.post(program, data=fields(trainer.get(program).text) | asking_for("attest:redlines"))
    change(trainer, why__en="Nobody ever could.")
    send_for_approval(trainer)
    approve(compliance, 2)
    assert 'value="delta_quiz"' not in trainer.get(f"{HUB}/publish").text
    assert publish(trainer, verdict="delta_quiz", deadline="2999-12-31") == 422
    assert publish(trainer, verdict="notify") == 303
    with database.read() as session:
        said = session.scalars(select(col(ContentVersion.verdict)).order_by(col(ContentVersion.id).desc()).limit(2))
        assert Verdict.NOTIFY in said.all()


def test_whom_a_publication_touches_is_counted_in_a_constant_number_of_statements(
    session: Session, database: Database
) -> None:
    def team(owner: Product, count: int, start: int) -> None:
        for number in range(start, start + count):
            rep = person(session, f"rep{number}@example.com")
            attest(session, rep, owner)
            deal(session, f"D-{number}", products=[owner], team={"owner": [rep]})

    owner = sellable(session)
    newcomer = person(session, "new@example.com")
    deal(session, "D-new", products=[owner], team={"owner": [newcomer]})
    team(owner, 2, 0)
    asked = Wish(Verdict.ATTEST_AGAIN, None)
    twice = (("EUR", Decimal(172000)),)
    with count_statements(database) as few:
        found = reach(session, owner.id or 0, asked, NOW)
    assert found == Reach(
        certified=2, in_progress=0, certifications=2, deals=2, uncleared=2, money=twice, uncleared_money=twice
    )
    assert reach(session, owner.id or 0, Wish(), NOW).uncleared == 0
    late = Wish(Verdict.ATTEST_AGAIN, NOW.date().replace(year=2030))
    assert reach(session, owner.id or 0, late, NOW).uncleared == 0
    team(owner, 5, 2)
    with count_statements(database) as many:
        found = reach(session, owner.id or 0, asked, NOW)
    assert (found.certified, found.uncleared, len(many)) == (7, 7, len(few))
