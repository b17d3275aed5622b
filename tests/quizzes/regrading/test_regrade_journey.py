"""A wrong key is found: a trainer looks at what another would do, decides, and the attempts are marked again."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.certification.models import CertificationEvent, CertificationEventKind, CertificationPeriod
from app.certification.queries import record
from app.certification.rules import Standing
from app.commands.work import HANDLERS
from app.database import Database
from app.jobs.worker import Worker
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from app.quizzes import actions, queries, startactions
from app.quizzes.holding import hold_place
from app.quizzes.itemqueries import drawn_items
from app.quizzes.models import Attempt, AttemptRegrade, Regrade
from factories import deal, person, published_quiz, quiz_document, sellable, single
from tools.statements import count_statements

BEGAN = datetime.now(UTC) - timedelta(days=3)
RIGHT, WRONG = 0, 1
REGRADE = "/author/quizzes/keeper-quiz/items/one/regrade"


def with_key(right: int) -> list[dict[str, object]]:
    """Three questions; of the first, the option at this place is held to be right."""
    first = single("one")
    for place, option in enumerate(first["options"]):
        option["correct"] = place == right
    return [first, single("two"), single("three")]


def sit(session: Session, somebody: Person, answers: list[int], *, days: int = 1, finish: bool = True) -> int:
    """An attempt with these answers to the questions one, two and three."""
    assert somebody.id is not None
    rep = CurrentPerson(somebody.id, somebody.email, somebody.name, frozenset(), 0)
    moment = BEGAN + timedelta(days=days)
    attempt_id = startactions.start(session, rep, "keeper-quiz", moment)
    assert attempt_id is not None

    for step, drawn in enumerate(drawn_items(session, attempt_id)):
        answer = answers[["one", "two", "three"].index(drawn.document["id"])]
        place = hold_place(session, rep.id, attempt_id, drawn.position)
        actions.save(session, rep, place, step=step, answer=answer, flag=None, moment=moment)
    if finish:
        actions.finish(session, rep, attempt_id, moment)
    return attempt_id


@pytest.fixture
def keeper(database: Database) -> Product:
    """A product certified by a quiz whose first question had a wrong key: Ana failed by it, Ben passed by it."""
    with database.write() as session:
        owner = sellable(session, requirements=[{"quiz": "keeper-quiz"}], at=BEGAN)
        published_quiz(session, quiz_document(items=with_key(WRONG)), owner=owner, at=BEGAN)
        ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
        person(session, "trainer@example.com", Role.TRAINER)
        sit(session, ana, [RIGHT, RIGHT, WRONG])
        sit(session, ben, [WRONG, RIGHT, WRONG])
        deal(session, products=[owner], team={"owner": [ben]}, close_date=None)
        published_quiz(session, quiz_document(items=with_key(RIGHT)), owner=owner, at=BEGAN + timedelta(days=2))
    return owner


def marks(database: Database) -> dict[str, tuple[Decimal | None, bool | None]]:
    with database.read() as session:
        rows = session.execute(
            select(col(Person.email), col(Attempt.percent), col(Attempt.passed))
            .join(Attempt, col(Attempt.person_id) == col(Person.id))
            .where(col(Attempt.finished_at).is_not(None))
            .order_by(col(Attempt.id))
        )
        return {row.email.partition("@")[0]: (row.percent, row.passed) for row in rows}


def seen(html: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', html)
    assert found
    return found[1]


def work(database: Database) -> None:
    Worker(database, HANDLERS).run_once()


BEFORE = {"ana": (Decimal("33.33"), False), "ben": (Decimal("66.67"), True)}


@pytest.mark.usefixtures("keeper")
def test_of_a_question_that_nobody_changed_only_the_full_points_are_offered(
    sign_in: Callable[[str], TestClient],
) -> None:
    html = sign_in("trainer@example.com").get("/author/quizzes/keeper-quiz/items/two/regrade").text
    assert re.findall(r'name="policy" value="(\w+)"', html) == ["full_credit"]
    assert "there is no other key to mark by" in html


@pytest.mark.usefixtures("keeper")
def test_looking_names_who_would_flip_and_stores_nothing(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    trainer = sign_in("trainer@example.com")
    page = trainer.get(f"{REGRADE}?policy=new_only&key=2&versions=1").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Attempts looked at 2 Would pass now 1 Would not pass any more 1 Another mark, the same result 0" in text
    day = r"\d+ \w+ \d{4}, \d\d:\d\d"
    assert re.search(rf"Ana keeper-quiz · 1 {day} 33.33 % → 66.67 % Passes now Not started None", text)
    assert re.search(rf"Ben keeper-quiz · 1 {day} 66.67 % → 33.33 % Fails now Cleared Harbour .* €86,000", text)
    assert marks(database) == BEFORE
    work(database)
    assert marks(database) == BEFORE


def test_crediting_both_keys_certifies_who_was_right_and_takes_nothing_away(
    database: Database, sign_in: Callable[[str], TestClient], keeper: Product
) -> None:
    trainer = sign_in("trainer@example.com")
    looked = trainer.get(f"{REGRADE}?policy=old_and_new&key=2&versions=1")
    fields = {"policy": "old_and_new", "key": "2", "versions": "1", "seen": seen(looked.text)}
    refused = trainer.post(REGRADE, data={**fields, "reason": " "})
    assert refused.status_code == 422
    before = datetime.now(UTC)
    decided = trainer.post(REGRADE, data={**fields, "reason": "The first option is right."})
    again = trainer.post(REGRADE, data={**fields, "reason": "The first option is right."})
    assert again.headers["location"] == decided.headers["location"]
    assert (decided.status_code, decided.headers["location"]) == (303, "/author/regrades/1")
    assert "0 of 2 attempts looked at" in trainer.get("/author/regrades/1").text
    work(database)
    assert marks(database) == {"ana": (Decimal("66.67"), True), "ben": (Decimal("66.67"), True)}
    finished = trainer.get("/author/regrades/1").text
    assert "2 of 2 attempts looked at" in finished
    assert "hx-trigger" not in finished
    with database.read() as session:
        ana = session.scalars(select(Person).where(col(Person.email) == "ana@example.com")).one()
        assert ana.id is not None
        assert keeper.id is not None
        kept = session.scalars(select(AttemptRegrade)).one()
        assert (kept.percent_before, kept.passed_before) == BEFORE["ana"]
        assert kept.items == [{"position": kept.items[0]["position"], "before": "0.0000", "after": "1.0000"}]
        assert session.scalars(select(CertificationPeriod).where(col(CertificationPeriod.person_id) == ana.id)).one()
        # asked as of before the regrade, the answer is what it was then
        assert queries.passes(session, [ana.id], before) == []
        assert [each.attempt_id for each in queries.passes(session, [ana.id], datetime.now(UTC))] == [kept.attempt_id]
        then, today = (record(session, ana.id, keeper.id, moment) for moment in (before, datetime.now(UTC)))
        assert then is not None
        assert today is not None
        assert (then.verdict.standing, today.verdict.standing) == (Standing.NOT_STARTED, Standing.CERTIFIED)


def test_a_pass_that_is_lost_becomes_an_event_and_the_certification_stays(
    database: Database, sign_in: Callable[[str], TestClient], keeper: Product
) -> None:
    trainer = sign_in("trainer@example.com")
    looked = trainer.get(f"{REGRADE}?policy=new_only&key=2&versions=1")
    fields = {"policy": "new_only", "key": "2", "versions": "1", "seen": seen(looked.text), "reason": "Wrong key"}
    trainer.post(REGRADE, data=fields)
    before = datetime.now(UTC)
    work(database)
    assert marks(database) == {"ana": (Decimal("66.67"), True), "ben": (Decimal("33.33"), False)}
    with database.read() as session:
        ben = session.scalars(select(Person).where(col(Person.email) == "ben@example.com")).one()
        assert ben.id is not None
        assert keeper.id is not None
        event = session.scalars(select(CertificationEvent)).one()
        assert (event.person_id, event.kind, event.reason) == (ben.id, CertificationEventKind.REGRADED, "Wrong key")
        standing = record(session, ben.id, keeper.id, datetime.now(UTC))
        assert standing is not None
        assert standing.verdict.standing is Standing.CERTIFIED
        assert len(queries.passes(session, [ben.id], before)) == 1
        assert queries.passes(session, [ben.id], datetime.now(UTC)) == []
        actions_recorded = set(session.scalars(select(col(AuditEntry.action))))
        assert {"regrade.decided", "attempt.regraded", "certification.regraded", "regrade.finished"} <= actions_recorded


def decide(trainer: TestClient, **wish: str) -> None:
    """Look at what a wish would do, then decide it."""
    looked = trainer.get(REGRADE, params=wish)
    decided = trainer.post(REGRADE, data={**wish, "seen": seen(looked.text), "reason": "The first option is right."})
    assert decided.status_code == 303


@pytest.mark.usefixtures("keeper")
def test_the_result_says_that_it_was_marked_again_and_what_it_was_before(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    trainer, ana = sign_in("trainer@example.com"), sign_in("ana@example.com")
    assert "marked again" not in ana.get("/attempts/1").text
    decide(trainer, policy="old_and_new", key="2", versions="1")
    work(database)
    decide(trainer, policy="new_only", key="1", versions="1")
    work(database)
    shown = ana.get("/attempts/1").text
    day = r"\d+ \w+ \d{4}, \d\d:\d\d"
    said = re.findall(rf"A question was marked again on {day}. (Before, the mark was [^<]*)<", shown)
    assert said == ["Before, the mark was 33.3 %, not passed.", "Before, the mark was 66.6 %, passed."]
    assert "33.3 %, and 60 % are needed" in shown
    assert "The first option is right" not in shown


@pytest.mark.usefixtures("keeper")
def test_a_mark_is_asked_as_of_any_time_before_between_and_after_two_regrades(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    trainer = sign_in("trainer@example.com")
    moments = [datetime.now(UTC)]
    for policy, key in (("old_and_new", "2"), ("new_only", "1")):
        decide(trainer, policy=policy, key=key, versions="1")
        work(database)
        moments.append(datetime.now(UTC))
    with database.read() as session:
        ana = session.scalars(select(col(Person.id)).where(col(Person.email) == "ana@example.com")).one()
        assert ana is not None
        assert [len(queries.passes(session, [ana], moment)) for moment in moments] == [0, 1, 0]
        kept = session.scalars(select(AttemptRegrade).order_by(col(AttemptRegrade.id))).all()
        assert [(each.percent_before, each.percent_after) for each in kept if each.attempt_id == 1] == [
            (Decimal("33.33"), Decimal("66.67")),
            (Decimal("66.67"), Decimal("33.33")),
        ]


@pytest.mark.usefixtures("keeper")
def test_a_pass_that_another_attempt_still_holds_is_no_event(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    with database.write() as session:
        ben = session.scalars(select(Person).where(col(Person.email) == "ben@example.com")).one()
        sit(session, ben, [RIGHT, RIGHT, RIGHT], days=2)
    trainer = sign_in("trainer@example.com")
    looked = trainer.get(f"{REGRADE}?policy=new_only&key=2&versions=1")
    fields = {"policy": "new_only", "key": "2", "versions": "1", "seen": seen(looked.text), "reason": "Wrong key"}
    trainer.post(REGRADE, data=fields)
    work(database)
    with database.read() as session:
        assert len(session.scalars(select(AttemptRegrade)).all()) == 2
        assert session.scalars(select(CertificationEvent)).all() == []


@pytest.mark.usefixtures("keeper")
def test_nobody_decides_about_a_mark_of_their_own(database: Database, sign_in: Callable[[str], TestClient]) -> None:
    with database.write() as session:
        eva = person(session, "eva@example.com", Role.TRAINER, Role.REP)
        sit(session, eva, [WRONG, RIGHT, WRONG])
    trainer = sign_in("eva@example.com")
    looked = trainer.get(f"{REGRADE}?policy=new_only&key=2&versions=1")
    fields = {"policy": "new_only", "key": "2", "versions": "1", "seen": seen(looked.text), "reason": "Wrong key"}
    assert trainer.post(REGRADE, data=fields).status_code == 403
    with database.read() as session:
        assert session.scalars(select(Regrade)).all() == []


@pytest.mark.usefixtures("keeper")
def test_what_changed_since_one_looked_is_looked_at_again(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    trainer = sign_in("trainer@example.com")
    looked = trainer.get(f"{REGRADE}?policy=new_only&key=2&versions=1&versions=2")
    with database.write() as session:
        sit(session, person(session, "cleo@example.com"), [WRONG, RIGHT, RIGHT], days=2)
    fields = {"policy": "new_only", "key": "2", "versions": ["1", "2"], "seen": seen(looked.text), "reason": "Wrong"}
    answer = trainer.post(REGRADE, data=fields)
    assert answer.status_code == 409
    assert "what it would do has changed since you looked" in answer.text
    with database.read() as session:
        assert session.scalars(select(Regrade)).all() == []


@pytest.mark.usefixtures("keeper")
def test_an_attempt_that_still_ran_is_marked_again_when_it_is_finished(
    database: Database, sign_in: Callable[[str], TestClient]
) -> None:
    with database.write() as session:
        dora = person(session, "dora@example.com")
        attempt_id = sit(session, dora, [RIGHT, RIGHT, WRONG], finish=False)
    trainer = sign_in("trainer@example.com")
    looked = trainer.get(f"{REGRADE}?policy=old_and_new&key=2&versions=1")
    fields = {"policy": "old_and_new", "key": "2", "versions": "1", "seen": seen(looked.text), "reason": "Wrong key"}
    trainer.post(REGRADE, data=fields)
    work(database)
    with database.write() as session:
        assert dora.id is not None
        rep = CurrentPerson(dora.id, dora.email, dora.name, frozenset(), 0)
        actions.finish(session, rep, attempt_id, datetime.now(UTC))
    assert marks(database)["dora"] == (Decimal("33.33"), False)
    work(database)
    assert marks(database)["dora"] == (Decimal("66.67"), True)


@pytest.mark.usefixtures("keeper")
@pytest.mark.parametrize(
    "wish",
    [
        {"policy": "generous", "key": "2", "versions": "1"},
        {"policy": "new_only", "key": "9", "versions": "1"},
        {"policy": "new_only", "key": "2", "versions": "9"},
        {"policy": "new_only", "key": "2"},
    ],
)
def test_a_wish_that_makes_no_sense_decides_nothing(
    database: Database, sign_in: Callable[[str], TestClient], wish: dict[str, str]
) -> None:
    trainer = sign_in("trainer@example.com")
    assert trainer.get(REGRADE, params=wish).status_code == 422
    assert trainer.post(REGRADE, data={**wish, "reason": "Wrong key", "seen": "x"}).status_code == 422
    with database.read() as session:
        assert session.scalars(select(Regrade)).all() == []


def test_looking_takes_as_many_statements_for_one_attempt_as_for_twelve(
    database: Database, application: object, sign_in: Callable[[str], TestClient], keeper: Product
) -> None:
    trainer = sign_in("trainer@example.com")
    address = f"{REGRADE}?policy=new_only&key=2&versions=1"
    with count_statements(application.state.database) as few:  # type: ignore[attr-defined]  # FastAPI's state
        trainer.get(address)
    with database.write() as session:
        for number in range(10):
            somebody = person(session, f"rep{number}@example.com")
            sit(session, somebody, [RIGHT, WRONG, RIGHT])
    with count_statements(application.state.database) as many:  # type: ignore[attr-defined]  # FastAPI's state
        trainer.get(address)
    assert len(many) == len(few)
    assert keeper.slug == "keeper"
