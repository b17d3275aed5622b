"""Answers of attempts that finished long ago are forgotten, but for those that something may still rest on."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import ContentVersion, Product
from app.certification.forgetting import Forgetting
from app.certification.models import (
    Appeal,
    AppealOutcome,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
)
from app.commands.work import handlers
from app.config import Settings
from app.database import Database
from app.jobs.actions import enqueue
from app.jobs.worker import Worker
from app.people.models import Person, Role
from app.quizzes import forgetting
from app.quizzes.analysis import queries as analysis
from app.quizzes.models import (
    Attempt,
    AttemptItem,
    Essay,
    EssayMark,
    EssayState,
    ItemReport,
    ItemVersion,
    Regrade,
    RegradePolicy,
)
from app.quizzes.regrading import actions as regrading
from app.quizzes.regrading import queries as regrades
from evidencepacks import rows, take
from factories import NOW, person, published_quiz, sellable, sitting

DAYS = 100
RIGHT: Mapping[str, Any] = {"one": 0, "two": 0, "three": 0}
WRONG: Mapping[str, Any] = {"one": 1, "two": 1, "three": 1}
LONG_AGO = NOW - timedelta(days=DAYS + 50)


@dataclass
class World:
    """Ana sat the quiz of a product long ago."""

    session: Session
    product: Product
    quiz: ContentVersion
    ana: Person

    def sit(self, answers: Mapping[str, Any] = RIGHT, at: datetime = LONG_AGO) -> Attempt:
        number = len(self.session.scalars(select(col(Attempt.id))).all()) + 1
        return sitting(self.session, self.quiz, self.ana, answers, at=at, number=number)

    def certified(self, at: datetime, through: date, grace: int = 0) -> CertificationPeriod:
        number = len(self.session.scalars(select(col(CertificationPeriod.id))).all()) + 1
        program = self.session.scalars(select(col(ContentVersion.id))).first()
        period = CertificationPeriod(
            person_id=self.ana.id or 0,
            product_id=self.product.id or 0,
            number=number,
            done_on=at.date(),
            window_opens_on=through,
            valid_through=through,
            baseline_through=through,
            grace_through=through + timedelta(days=grace),
            program_version_id=program or 0,
            code=f"code-{number}",
            awarded_at=at,
        )
        self.session.add(period)
        self.session.flush()
        return period

    def forget(self, days: int = DAYS) -> set[int]:
        """Forget what is old, and return the attempts that still have answers."""
        steps = Forgetting(days, NOW)
        while steps(self.session):
            pass
        self.session.expire_all()
        kept = self.session.scalars(select(col(Attempt.id)).where(col(Attempt.answers_forgotten_at).is_(None)))
        with_answers = set(self.session.scalars(select(col(AttemptItem.attempt_id)).distinct()))
        found = {each for each in kept if each is not None}
        assert found <= with_answers
        return found


@pytest.fixture
def world(session: Session) -> World:
    owner = sellable(session, requirements=[{"quiz": "keeper-quiz"}], at=LONG_AGO)
    quiz = published_quiz(session, owner=owner, at=LONG_AGO)
    return World(session, owner, quiz, person(session, "ana@example.com", at=LONG_AGO))


def items(world: World, attempt: Attempt) -> list[tuple[int, Any]]:
    statement = select(col(AttemptItem.position), col(AttemptItem.answer)).where(
        col(AttemptItem.attempt_id) == attempt.id
    )
    return [tuple(row) for row in world.session.execute(statement.order_by(col(AttemptItem.position)))]


def test_the_mark_stays_when_the_answers_go(world: World) -> None:
    old, young = world.sit(), world.sit(at=NOW - timedelta(days=DAYS - 1))
    before = old.model_dump(exclude={"answers_forgotten_at"})
    assert world.forget() == {young.id}
    world.session.refresh(old)
    assert old.model_dump(exclude={"answers_forgotten_at"}) == before
    assert (old.answers_forgotten_at, items(world, old), len(items(world, young))) == (NOW, [], 3)
    entry = world.session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "answers.forgotten")).one()
    assert (entry.actor, entry.details) == ("system", {"attempts": 1})


def test_without_the_setting_nothing_is_forgotten(world: World) -> None:
    attempt = world.sit(at=NOW - timedelta(days=5000))
    assert world.forget(days=0) == {attempt.id}


def essay(world: World, attempt: Attempt, state: EssayState) -> Essay:
    place = world.session.scalars(select(AttemptItem).where(col(AttemptItem.attempt_id) == attempt.id)).first()
    assert place is not None
    found = Essay(attempt_item_id=place.id or 0, content_id=attempt.content_id, state=state, submitted_at=LONG_AGO)
    world.session.add(found)
    world.session.flush()
    return found


def report(world: World, attempt: Attempt, *, settled: bool) -> None:
    place = world.session.scalars(select(AttemptItem).where(col(AttemptItem.attempt_id) == attempt.id)).first()
    assert place is not None
    world.session.add(
        ItemReport(
            attempt_item_id=place.id or 0,
            content_id=attempt.content_id,
            item="one",
            text="It is wrong.",
            reported_at=LONG_AGO,
            settled_at=LONG_AGO if settled else None,
        )
    )
    world.session.flush()


def regrade(world: World, item: str, *, done: bool) -> Regrade:
    wording = world.session.scalars(select(ItemVersion).where(col(ItemVersion.item) == item)).one()
    decided = Regrade(
        content_id=wording.content_id,
        item=item,
        item_version_id=wording.id or 0,
        versions=[1],
        policy=RegradePolicy.FULL_CREDIT,
        reason="A wrong key.",
        total=1,
        created_at=NOW,
        created_by="trainer@example.com",
        finished_at=NOW if done else None,
    )
    world.session.add(decided)
    world.session.flush()
    return decided


def appeal(world: World, *, decided: bool) -> None:
    event = CertificationEvent(
        person_id=world.ana.id or 0,
        product_id=world.product.id or 0,
        kind=CertificationEventKind.REVOKED,
        reason="So.",
        at=NOW,
        by="boss@example.com",
    )
    world.session.add(event)
    world.session.flush()
    world.session.add(
        Appeal(
            event_id=event.id or 0,
            person_id=world.ana.id or 0,
            text="No.",
            asked_at=NOW,
            decide_by=NOW.date(),
            outcome=AppealOutcome.UPHELD if decided else None,
        )
    )
    world.session.flush()


IN_PROGRESS: list[tuple[str, Callable[[World, Attempt], Any], bool]] = [
    ("an essay that waits", lambda world, it: essay(world, it, EssayState.WAITING), True),
    ("an essay sent back", lambda world, it: essay(world, it, EssayState.RETURNED), True),
    ("a marked essay", lambda world, it: essay(world, it, EssayState.MARKED), False),
    ("an open report", lambda world, it: report(world, it, settled=False), True),
    ("a settled report", lambda world, it: report(world, it, settled=True), False),
    ("a regrade under way", lambda world, _: regrade(world, "two", done=False), True),
    ("a regrade that is done", lambda world, _: regrade(world, "two", done=True), False),
    ("an open appeal", lambda world, _: appeal(world, decided=False), True),
    ("an appeal that was decided", lambda world, _: appeal(world, decided=True), False),
]


@pytest.mark.parametrize(("_what", "happens", "kept"), IN_PROGRESS, ids=[each[0] for each in IN_PROGRESS])
def test_answers_stay_while_somebody_may_look_at_them(
    world: World, _what: str, happens: Callable[[World, Attempt], Any], kept: bool
) -> None:
    attempt = world.sit()
    happens(world, attempt)
    assert world.forget() == ({attempt.id} if kept else set())


def test_of_a_question_with_an_essay_or_a_report_the_words_go_and_the_row_stays(world: World) -> None:
    written, reported = world.sit(), world.sit()
    marked = essay(world, written, EssayState.MARKED)
    world.session.add(
        EssayMark(
            essay_id=marked.id or 0, number=1, returned=False, points={"it": "1"}, comment="Good.",
            answer="Words.", marked_at=LONG_AGO, marked_by="bo@example.com",
        )
    )  # fmt: skip
    report(world, reported, settled=True)
    assert world.forget() == set()
    assert (items(world, written), items(world, reported)) == ([(1, "")], [(1, None)])
    mark = world.session.scalars(select(EssayMark)).one()
    assert (mark.answer, mark.points, mark.comment) == ("", {"it": "1"}, "Good.")


TODAY = NOW.date()


@pytest.mark.parametrize(
    ("days_ago", "periods", "kept"),
    [
        ([200], [(200, TODAY)], {1}),
        ([200], [(200, TODAY - timedelta(days=1))], set()),
        ([600, 200], [(600, TODAY - timedelta(days=235)), (200, TODAY + timedelta(days=165))], {2}),
        ([250, 200], [(200, TODAY + timedelta(days=1))], {2}),
        ([200, 150], [(200, TODAY + timedelta(days=1))], {1, 2}),
    ],
    ids=["runs", "ran out", "renewed by a later one", "passed twice before", "passed again since"],
)
def test_what_a_running_certification_rests_on_stays(
    world: World, days_ago: list[int], periods: list[tuple[int, date]], kept: set[int]
) -> None:
    for days in days_ago:
        world.sit(at=NOW - timedelta(days=days))
    world.sit(WRONG)
    for days, through in periods:
        world.certified(NOW - timedelta(days=days), through)
    assert world.forget() == kept


@pytest.mark.parametrize(("grace", "extended", "kept"), [(14, None, True), (0, 1, True), (9, None, False)])
def test_grace_and_extensions_count(world: World, grace: int, extended: int | None, kept: bool) -> None:
    attempt = world.sit()
    period = world.certified(LONG_AGO, TODAY - timedelta(days=10), grace)
    if extended:
        world.session.add(
            PeriodExtension(
                period_id=period.id or 0, through=TODAY + timedelta(days=extended), reason="So.", at=NOW, by="boss"
            )
        )
    assert world.forget() == ({attempt.id} if kept else set())


def test_a_regrade_leaves_the_mark_of_forgotten_answers(world: World) -> None:
    forgotten, young = world.sit(WRONG), world.sit(WRONG, at=NOW)
    kept = world.sit(WRONG)
    report(world, kept, settled=True)
    world.forget()
    target = regrades.target(world.session, "keeper-quiz", "one")
    assert [each.attempts for each in target.wordings] == [1]
    decided = regrade(world, "one", done=False)
    for only in (forgotten.id, kept.id):
        regrading.mark_only(world.session, decided.id or 0, only or 0, NOW)
    regrading.mark_next(world.session, decided.id or 0, 0, NOW)
    world.session.expire_all()
    assert (decided.done, decided.total) == (1, 1)
    assert [each.percent for each in (forgotten, kept)] == [0, 0]
    assert young.percent == Decimal("33.33")


def test_item_analysis_looks_at_attempts_with_answers(world: World) -> None:
    world.sit()
    looked_at = analysis.quiz(world.session, "keeper-quiz")
    assert len(analysis.sittings(world.session, looked_at, analysis.Wanted())) == 1
    world.forget()
    assert analysis.sittings(world.session, looked_at, analysis.Wanted()) == []
    assert list(analysis.answers(world.session, looked_at, analysis.Wanted())) == []


def test_pages_and_packs_bear_it(world: World, sign_in: Callable[[str], TestClient]) -> None:
    attempt, written = world.sit(), world.sit(WRONG)
    essay(world, written, EssayState.MARKED)
    world.forget()
    person(world.session, "trainer@example.com", Role.TRAINER)
    passed, failed = attempt.id, written.id
    world.session.commit()
    with time_machine.travel(NOW + timedelta(hours=1)):
        ana, trainer = sign_in("ana@example.com"), sign_in("trainer@example.com")
        for each in (passed, failed):
            page = ana.get(f"/attempts/{each}")
            assert page.status_code == 200
            assert "The answers of this attempt are gone since" in page.text
            assert "Report" not in page.text.partition("<main")[2].partition("</main>")[0]
        assert "100 %, passed" in ana.get(f"/attempts/{passed}").text
        reported = ana.post(f"/attempts/{passed}/questions/1/report", data={"text": "It is wrong."})
        assert reported.status_code == 404
        for address in ("", "/quizzes/keeper-quiz", "/account"):
            assert ana.get(address or "/").status_code == 200
        for address in ("results", "items/one/regrade"):
            assert trainer.get(f"/author/quizzes/keeper-quiz/{address}").status_code == 200
        pack = take(ana, "/account/evidence")
    assert (rows(pack, "answers"), [bool(each["answers_forgotten_at"]) for each in rows(pack, "attempts")]) == (
        [],
        [True, True],
    )
    assert json.loads(pack.read("manifest.json"))["schema"] == 1


def test_the_job_goes_on_where_one_that_died_ended(
    world: World, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    monkeypatch.setattr("app.certification.forgetting.AT_ONCE", 2)
    for _ in range(5):
        world.sit(WRONG)
    running = world.sit()
    world.certified(LONG_AGO, date(2999, 1, 1))
    world.session.commit()
    with database.write() as session:  # the run that dies after its first step
        assert Forgetting(DAYS, NOW)(session) is True
    with time_machine.travel(NOW, tick=False):
        enqueue(world.session, forgetting.JOB, {}, moment=NOW, due_at=NOW)
        world.session.commit()
        keeping = settings.model_copy(update={"keep_answers_days": DAYS})
        assert Worker(database, handlers(keeping)).run_once() == 1
    left = world.session.scalars(select(col(Attempt.id)).where(col(Attempt.answers_forgotten_at).is_(None)))
    assert list(left) == [running.id]
    counted = world.session.scalars(
        select(col(AuditEntry.details))
        .where(col(AuditEntry.action) == "answers.forgotten")
        .order_by(col(AuditEntry.id))
    )
    assert [each["attempts"] for each in counted] == [2, 2, 1]
