"""Catching up with a change: only the questions about it, for those who know the old text."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.actions import publish, save_draft
from app.catalog.models import ContentKind, Origin, Verdict
from app.catalog.queries import content, product_by_slug
from app.certification.queries import record
from app.certification.rules import Standing
from app.clock import local_day
from app.commands.work import HANDLERS
from app.database import Database, stored_id
from app.jobs.worker import Worker
from app.people.models import Role
from app.people.queries import person_by_email
from app.quizzes.models import Attempt, AttemptItem, ItemVersion, RegradePolicy, SpacedCard
from app.quizzes.queries import passes
from app.quizzes.regrading.actions import Decision, decide
from app.quizzes.regrading.queries import target
from factories import NOW, attest, person, published_quiz, quiz_document, redline, sellable, single, sitting
from taking import Taker
from tools.statements import count_statements

pytestmark = pytest.mark.usefixtures("clock")

BEFORE = NOW - timedelta(days=30)
DEADLINE = NOW.date() + timedelta(days=10)
QUIZ = quiz_document(
    items=[
        single("price", red_line=["keeper.price"], critical=True),
        single("return", red_line=["keeper.return"]),
        single("three"),
    ],
    attempts=1,
    cooldown_hours=48,
)
RIGHT = {"price": 0, "return": 0, "three": 0}


def change(
    session: Session,
    at: datetime = NOW - timedelta(hours=1),
    *,
    deadline: date = DEADLINE,
    items: Sequence[str] = ("price",),
) -> int:
    """The red line about prices says something else, and asks questions about it of the certified."""
    stored = content(session, ContentKind.REDLINES, "keeper")
    assert stored is not None
    rules = [
        redline("keeper.return"),
        redline("keeper.price", "warn") | {"why": "The list is binding.", "title": f"Price {at}"},
    ]
    save_draft(session, stored, {"schema": 1, "rules": rules}, step=stored.step, by="tom@example.com", moment=at)
    version = publish(
        session,
        stored,
        origin=Origin.WEB,
        by="tom@example.com",
        moment=at,
        verdict=Verdict.DELTA_QUIZ,
        deadline=deadline,
        delta={"keeper-quiz": list(items)},
        note="New prices.",
    )
    assert version is not None
    return stored_id(version)


@pytest.fixture
def ana(database: Database, sign_in: Callable[[str], TestClient]) -> Taker:
    """A rep who is certified on a product; Ben has done nothing for it."""
    with database.write() as session:
        owner = sellable(session, requirements=[{"attest": "redlines"}, {"quiz": "keeper-quiz"}], at=BEFORE)
        version = published_quiz(session, QUIZ, owner=owner, at=BEFORE)
        rep = person(session, "ana@example.com", Role.REP)
        person(session, "ben@example.com", Role.REP)
        sitting(session, version, rep, RIGHT, at=BEFORE + timedelta(days=1))
        attest(session, rep, owner, at=BEFORE + timedelta(days=1))
    return Taker(sign_in("ana@example.com"))


@pytest.fixture
def url(ana: Taker, database: Database) -> str:
    """The page of a change that was published an hour ago."""
    assert ana.client
    with database.write() as session:
        return f"/quizzes/keeper-quiz/changes/{change(session)}"


def standing(database: Database) -> tuple[Standing, bool, list[str]]:
    """Where Ana stands, whether she may sell, and what she has to do."""
    with database.read() as session:
        rep = person_by_email(session, "ana@example.com")
        owner = product_by_slug(session, "keeper")
        assert rep is not None
        assert owner is not None
        found = record(session, stored_id(rep), stored_id(owner), datetime.now(UTC))
        assert found is not None
        missing = [each.requirement.kind.value for each in found.verdict.missing]
        return found.verdict.standing, found.verdict.allowed, missing


def test_who_knows_the_old_text_answers_what_changed_and_is_cleared(ana: Taker, url: str, database: Database) -> None:
    assert standing(database) == (Standing.RECERTIFICATION_REQUIRED, True, ["attestation", "delta_quiz"])
    page = ana.client.get(url).text
    for words in (
        "Answer 1 question about it",
        "The list is binding.",
        "Nobody can promise keeper.price.",
        "New prices.",
    ):
        assert words in page
    assert ana.client.get(f"{url}/attempts").headers["location"] == url

    first = ana.client.post(f"{url}/attempts").headers["location"]
    assert ana.client.post(f"{url}/attempts").headers["location"] == first
    assert ana.total(first) == 1
    whole = ana.client.post("/quizzes/keeper-quiz/attempts")
    assert (whole.status_code, "You are answering the questions about a change" in whole.text) == (409, True)
    ana.answer_all(first, wrong=("price",))
    failed = ana.finish(first)
    assert f'action="{url}/attempts"' in failed
    assert "Start when you are ready" in failed or "Try again when you are ready" in failed

    again = ana.client.post(f"{url}/attempts").headers["location"]
    ana.answer_all(again)
    assert "100 %, passed" in ana.finish(again)
    assert "You have caught up with this change" in ana.client.get(url).text
    assert ana.client.post(f"{url}/attempts").status_code == 409
    assert ana.client.get("/quizzes/keeper-quiz").text.count('href="/attempts/') == 1
    with database.write() as session:
        owner, rep = product_by_slug(session, "keeper"), person_by_email(session, "ana@example.com")
        assert owner is not None
        assert rep is not None
        attest(session, rep, owner, at=datetime.now(UTC), number=2)
        assert session.scalars(select(col(Attempt.number)).order_by(col(Attempt.id))).all() == [1, -1, -2]
        assert len(passes(session, [stored_id(rep)], datetime.now(UTC))) == 1
        assert session.scalars(select(col(SpacedCard.item))).all() == ["price"]
    assert standing(database) == (Standing.CERTIFIED, True, [])


def test_others_are_told_where_to_go(ana: Taker, url: str, sign_in: Callable[[str], TestClient]) -> None:
    assert ana.client
    ben = sign_in("ben@example.com")
    page = ben.get(url)
    assert (page.status_code, "it asks about this change too" in page.text) == (200, True)
    assert ben.post(f"{url}/attempts").status_code == 409
    assert ben.get("/quizzes/keeper-quiz/changes/1").status_code == 404
    assert ben.get(url.replace("keeper-quiz", "other")).status_code == 404


def test_an_attempt_at_the_whole_quiz_that_runs_is_finished_first_and_counts(ana: Taker, url: str) -> None:
    whole = ana.start()
    refused = ana.client.post(f"{url}/attempts")
    assert (refused.status_code, "Finish it first." in refused.text) == (409, True)
    assert f'href="{whole}"' in refused.text
    ana.answer_all(whole)
    ana.finish(whole)
    assert "Nothing is asked of you here" in ana.client.get(url).text


def test_after_the_deadline_it_can_still_be_done(ana: Taker, database: Database) -> None:
    with database.write() as session:
        at = NOW - timedelta(days=20)
        url = f"/quizzes/keeper-quiz/changes/{change(session, at, deadline=local_day(NOW - timedelta(days=5)))}"
    assert "you may not sell it until this is done" in ana.client.get(url).text
    attempt = ana.client.post(f"{url}/attempts").headers["location"]
    ana.answer_all(attempt)
    ana.finish(attempt)
    assert standing(database)[2] == ["attestation"]


def test_questions_that_the_quiz_lost_are_answered_by_the_whole_quiz(ana: Taker, url: str, database: Database) -> None:
    with database.write() as session:
        published_quiz(session, QUIZ | {"items": [single("other")]}, owner=product_by_slug(session, "keeper"), at=NOW)
    refused = ana.client.post(f"{url}/attempts")
    assert (refused.status_code, "Take the whole quiz instead." in refused.text) == (409, True)


def test_the_page_takes_as_many_statements_however_much_changed(ana: Taker, url: str, database: Database) -> None:
    ana.client.get(url)
    with count_statements(database) as few:
        ana.client.get(url)
    with database.write() as session:
        number = change(session, datetime.now(UTC), items=["price", "return", "three"])
    other = f"/quizzes/keeper-quiz/changes/{number}"
    ana.client.get(other)
    with count_statements(database) as many:
        ana.client.get(other)
    assert len(many) == len(few)


def test_a_regrade_of_what_was_answered_asks_for_it_again(ana: Taker, url: str, database: Database) -> None:
    attempt = ana.client.post(f"{url}/attempts").headers["location"]
    ana.answer_all(attempt)
    ana.finish(attempt)
    assert standing(database)[2] == ["attestation"]
    price = single("price", red_line=["keeper.price"], critical=True)
    for place, option in enumerate(price["options"]):
        option["correct"] = place == 1
    with database.write() as session:
        owner = product_by_slug(session, "keeper")
        published_quiz(session, QUIZ | {"items": [price, *QUIZ["items"][1:]]}, owner=owner, at=datetime.now(UTC))
        found = target(session, "keeper-quiz", "price")
        new, old = found.wordings
        decision = Decision(found, new, (old.number,), RegradePolicy.NEW_ONLY, "The key was wrong.")
        decide(session, decision, attempts=old.attempts, by="tom@example.com", moment=datetime.now(UTC))
    Worker(database, HANDLERS).run_once()
    assert standing(database)[2] == ["attestation", "delta_quiz"]
    with database.read() as session:
        passed = session.execute(select(col(Attempt.number), col(Attempt.passed)).order_by(col(Attempt.id))).all()
        assert [tuple(row) for row in passed] == [(1, False), (-1, False)]


def test_a_question_of_a_bank_is_asked_too(ana: Taker, database: Database) -> None:
    at = NOW - timedelta(hours=2)
    with database.write() as session:
        owner = product_by_slug(session, "keeper")
        bank = quiz_document("bank", [single("deep"), single("shallow")], bank=True)
        bank.pop("pass_percent")
        published_quiz(session, bank, owner=owner, at=at)
        draw = [{"count": 1}, {"from": "bank", "count": 1}]
        published_quiz(session, QUIZ | {"draw": draw}, owner=owner, at=at + timedelta(minutes=1))
        number = change(session, items=["price", "bank/deep"])
    attempt = ana.client.post(f"/quizzes/keeper-quiz/changes/{number}/attempts").headers["location"]
    ana.answer_all(attempt)
    assert "100 %, passed" in ana.finish(attempt)
    with database.read() as session:
        drawn = select(col(ItemVersion.item)).join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        attempts = select(col(Attempt.id)).where(col(Attempt.delta_of) == number)
        assert set(session.scalars(drawn.where(col(AttemptItem.attempt_id).in_(attempts)))) == {"price", "deep"}
