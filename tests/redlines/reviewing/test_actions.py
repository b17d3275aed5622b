"""Asking for an approval and giving it: twice, at once, too late, and by the wrong person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.actions import publish, save_draft
from app.catalog.document import digest
from app.catalog.models import Content, ContentKind, Origin
from app.catalog.queries import content as find_content
from app.database import Database
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person, Role
from app.redlines.models import RedLineApproval, RedLineEdit, RedLineReview, ReviewState, Verdict
from app.redlines.reviewing.actions import ask, decide, forget, note_edits, withdraw
from app.redlines.reviewing.queries import answered, life, waiting
from app.redlines.reviewing.rules import Need, Stage
from factories import NOW, person, product, published, redline

LINE = "keeper.return"


@dataclass(frozen=True)
class Somebody:
    id: int
    email: str


@dataclass
class Desk:
    """A product with one red line in force, its trainer, and two who may approve."""

    session: Session
    content: Content
    trainer: Somebody
    elena: Somebody
    omar: Somebody
    both: Somebody

    def write(self, by: Somebody, *, minutes: int = 1, **words: Any) -> None:
        before = self.content.draft
        rules = [{**each, **words} if each["id"] == LINE else each for each in before["rules"]]
        moment = NOW + timedelta(minutes=minutes)
        document = {**before, "rules": rules}
        save_draft(self.session, self.content, document, step=self.content.step, by=by.email, moment=moment)
        note_edits(self.session, self.content, before, by=by.email, moment=moment)

    def ask(self, by: Somebody, **more: Any) -> RedLineReview:
        rule = next(each for each in self.content.draft["rules"] if each["id"] == LINE)
        wish = {"reason": "Legal asked.", "seen": digest(rule), "complete": True, "moment": NOW, **more}
        return ask(self.session, self.content, LINE, by=by, **wish)

    def decide(self, by: Somebody, review: RedLineReview, *parts: str, **more: Any) -> RedLineReview:
        wish = {"verdict": Verdict.APPROVED, "note": "", "moment": NOW, **more}
        return decide(self.session, review.id or 0, parts=parts, by=by, **wish)

    def stage(self) -> Stage:
        return life(self.session, self.content, LINE).stage


def desk_of(session: Session) -> Desk:
    def somebody(email: str, *roles: Role) -> Somebody:
        stored: Person = person(session, f"{email}@example.com", *roles)
        return Somebody(stored.id or 0, stored.email)

    owner = product(session)
    published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline(LINE)]})
    content = find_content(session, ContentKind.REDLINES, "keeper")
    assert content is not None
    return Desk(
        session,
        content,
        trainer=somebody("trainer", Role.TRAINER),
        elena=somebody("elena", Role.COMPLIANCE),
        omar=somebody("omar", Role.COMPLIANCE),
        both=somebody("both", Role.TRAINER, Role.COMPLIANCE),
    )


@pytest.fixture
def desk(session: Session) -> Desk:
    return desk_of(session)


def test_the_whole_way_of_another_wording(desk: Desk, session: Session) -> None:
    assert desk.stage() is Stage.ACTIVE
    desk.write(desk.trainer, why="Nobody could promise it.", say_instead={"en": ["Many saw more."]})
    assert desk.stage() is Stage.UNASKED
    review = desk.ask(desk.trainer)
    assert desk.stage() is Stage.IN_REVIEW
    assert [(each.red_line, each.asked_by, each.reason) for each in waiting(session)] == [
        (LINE, "Trainer", "Legal asked.")
    ]
    assert desk.decide(desk.elena, review, "rule").state is ReviewState.OPEN
    assert desk.decide(desk.omar, review, "en").state is ReviewState.APPROVED
    assert (desk.stage(), waiting(session)) == (Stage.APPROVED, [])
    assert life(session, desk.content, LINE).hinders is Need.NOTHING
    publish(session, desk.content, origin=Origin.WEB, by=desk.trainer.email, moment=NOW + timedelta(hours=1))
    assert desk.stage() is Stage.ACTIVE
    trail = session.execute(
        select(col(AuditEntry.actor), col(AuditEntry.action), col(AuditEntry.details))
        .where(col(AuditEntry.subject_kind) == "red_line")
        .order_by(col(AuditEntry.id))
    )
    assert [(actor, action, details.get("part")) for actor, action, details in trail] == [
        ("trainer@example.com", "red_line.approval_asked", None),
        ("elena@example.com", "red_line.part_approved", "rule"),
        ("omar@example.com", "red_line.part_approved", "en"),
    ]


def test_asking_and_deciding_twice_changes_nothing(desk: Desk, session: Session) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    review = desk.ask(desk.trainer)
    assert desk.ask(desk.trainer).id == review.id
    with pytest.raises(ConflictError, match="has sent it for approval already"):
        desk.ask(desk.elena)
    desk.decide(desk.elena, review, "rule")
    assert desk.decide(desk.elena, review, "rule").state is ReviewState.APPROVED
    assert len(session.scalars(select(RedLineReview)).all()) == 1
    assert len(session.scalars(select(RedLineApproval)).all()) == 1


Attempt = Callable[[Desk, RedLineReview], object]


@pytest.mark.parametrize(
    ("attempt", "error", "said"),
    [
        (lambda desk, review: desk.decide(desk.trainer, review, "rule"), ForbiddenError, "You wrote some of it"),
        (lambda desk, review: desk.decide(desk.elena, review), InvalidError, "Tick what you approve."),
        (lambda desk, review: desk.decide(desk.elena, review, "zh-Hant"), InvalidError, "Tick what you approve."),
        (lambda desk, review: desk.decide(desk.elena, review, "rule", verdict=Verdict.RETURNED), InvalidError,
         "Say what has to change."),
        (lambda desk, review: decide(desk.session, (review.id or 0) + 1, verdict=Verdict.APPROVED, parts=["rule"],
                                     note="", by=desk.elena, moment=NOW), NotFoundError, "There is no such request"),
        (lambda desk, _review: desk.ask(desk.trainer, seen="0" * 64), ConflictError, "Somebody changed this red line"),
    ],
)  # fmt: skip
def test_what_is_refused_while_a_review_is_open(desk: Desk, attempt: Attempt, error: type[AppError], said: str) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    review = desk.ask(desk.trainer)
    with pytest.raises(error, match=said):
        attempt(desk, review)
    assert review.state is ReviewState.OPEN


@pytest.mark.parametrize(
    ("words", "more", "error", "said"),
    [
        ({}, {}, ConflictError, "This needs no approval"),
        ({"status": "retired"}, {"reason": "  "}, InvalidError, "Say why it changes."),
        ({"why": "Other."}, {"complete": False}, ConflictError, "Not every example holds"),
    ],
)
def test_what_cannot_be_asked(
    desk: Desk, words: dict[str, Any], more: dict[str, Any], error: type[AppError], said: str
) -> None:
    if words:
        desk.write(desk.trainer, **words)
    with pytest.raises(error, match=said):
        desk.ask(desk.trainer, **more)


def test_two_approvers_at_once_are_told_apart(desk: Desk) -> None:
    desk.write(desk.trainer, why="Nobody could.", say_instead={"en": ["Many saw more."]})
    review = desk.ask(desk.trainer)
    desk.decide(desk.elena, review, "rule")
    with pytest.raises(ConflictError, match="Elena decided about “The rule” already"):
        desk.decide(desk.omar, review, "rule")
    desk.decide(desk.omar, review, "en")
    with pytest.raises(ConflictError, match="This request is closed"):
        desk.decide(desk.elena, review, "en")


def test_an_edit_withdraws_the_request_and_whoever_edited_cannot_approve(desk: Desk) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    first = desk.ask(desk.trainer)
    desk.write(desk.both, why="Nobody ever could.")
    assert first.state is ReviewState.WITHDRAWN
    with pytest.raises(ConflictError, match="This request is closed"):
        desk.decide(desk.elena, first, "rule")
    second = desk.ask(desk.trainer)
    with pytest.raises(ForbiddenError, match="Somebody else has to approve it"):
        desk.decide(desk.both, second, "rule")
    assert desk.decide(desk.elena, second, "rule").state is ReviewState.APPROVED


def test_who_wrote_the_draft_cannot_approve_that_somebody_else_puts_in_force(desk: Desk, session: Session) -> None:
    desk.write(desk.trainer, status="shadow")
    desk.decide(desk.elena, desk.ask(desk.trainer), "rule")
    desk.write(desk.both, why="Better words.")
    publish(session, desk.content, origin=Origin.WEB, by=desk.both.email, moment=NOW + timedelta(hours=1))
    desk.write(desk.trainer, minutes=90, status="active")
    review = desk.ask(desk.trainer)
    with pytest.raises(ForbiddenError):
        desk.decide(desk.both, review, "rule")


def test_returning_says_why_and_the_same_words_can_be_asked_about_again(desk: Desk) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    review = desk.ask(desk.trainer)
    desk.decide(desk.elena, review, verdict=Verdict.RETURNED, note="Name the law.")
    found = life(desk.session, desk.content, LINE)
    assert found.stage is Stage.RETURNED
    assert found.last is not None
    assert found.last.returned is not None
    assert (found.last.returned.note, found.last.returned.name) == ("Name the law.", "Elena")
    assert desk.ask(desk.trainer).id != review.id
    assert desk.stage() is Stage.IN_REVIEW


def test_a_request_is_withdrawn_once_and_not_after_a_decision(desk: Desk) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    review = desk.ask(desk.trainer)
    for _again in range(2):
        assert withdraw(desk.session, review.id or 0, by=desk.trainer, moment=NOW).state is ReviewState.WITHDRAWN
    second = desk.ask(desk.trainer)
    desk.decide(desk.elena, second, "rule")
    with pytest.raises(ConflictError, match="This request is closed"):
        withdraw(desk.session, second.id or 0, by=desk.trainer, moment=NOW)


def test_what_files_change_is_by_nobody_and_ends_the_request(desk: Desk, session: Session) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    review = desk.ask(desk.trainer)
    before = desk.content.draft
    document = {**before, "rules": [redline(LINE)]}
    save_draft(session, desk.content, document, step=desk.content.step, by="system", moment=NOW)
    note_edits(session, desk.content, before, by="system", moment=NOW)
    assert review.state is ReviewState.WITHDRAWN
    assert [each.person_id for each in session.scalars(select(RedLineEdit))] == [desk.trainer.id]


def test_nothing_is_left_of_a_working_copy_that_is_forgotten(desk: Desk, session: Session) -> None:
    desk.write(desk.trainer, why="Nobody could.")
    desk.decide(desk.elena, desk.ask(desk.trainer), "rule")
    forget(session, desk.content)
    assert [list(session.scalars(select(table))) for table in (RedLineEdit, RedLineReview, RedLineApproval)] == [
        [], [], [],
    ]  # fmt: skip


def test_of_two_approvers_in_the_same_moment_one_decides(database: Database) -> None:
    with database.write() as session:
        stored = desk_of(session)
        stored.write(stored.trainer, why="Nobody could.")
        review = stored.ask(stored.trainer).id or 0
    both_are_here = Barrier(2)

    def approve(by: Somebody) -> str:
        both_are_here.wait()
        try:
            with database.write() as session:
                decide(session, review, verdict=Verdict.APPROVED, parts=["rule"], note="", by=by, moment=NOW)
        except ConflictError as error:
            return error.message
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(approve, [stored.elena, stored.omar]))
    assert answers == ["This request is closed: it was approved, returned or withdrawn.", "approved"]
    with database.read() as session:
        assert len(session.scalars(select(RedLineApproval)).all()) == 1


def test_a_trainer_sees_what_became_of_asking_until_it_is_published_or_worded_anew(desk: Desk) -> None:
    def states() -> list[tuple[str, ReviewState]]:
        return [(each.red_line, each.state) for each in answered(desk.session)]

    desk.write(desk.trainer, severity="warn")
    review = desk.ask(desk.trainer)
    assert states() == [(LINE, ReviewState.OPEN)]
    desk.decide(desk.elena, review, verdict=Verdict.RETURNED, note="Not yet.")
    assert states() == [(LINE, ReviewState.RETURNED)]
    desk.write(desk.trainer, severity="coach", minutes=2)
    assert states() == []
    desk.decide(desk.elena, desk.ask(desk.trainer), "rule")
    assert states() == [(LINE, ReviewState.APPROVED)]
    publish(desk.session, desk.content, origin=Origin.WEB, by="trainer", moment=NOW + timedelta(hours=1))
    assert states() == []
    desk.write(desk.trainer, title={"en": "Another title"}, minutes=90)
    assert states() == []
