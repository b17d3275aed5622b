"""Whatever people do, in whatever order: no author approves, and nothing is in force that nobody approved."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.actions import publish, save_draft
from app.catalog.document import digest
from app.catalog.models import ContentKind, ContentVersion, Origin
from app.catalog.queries import content as find_content
from app.database import Database
from app.errors import AppError
from app.people.models import Role
from app.redlines.models import RedLineApproval, RedLineReview, ReviewState, Verdict
from app.redlines.reviewing.actions import ask, decide, note_edits, withdraw
from app.redlines.reviewing.queries import lives
from app.redlines.reviewing.rules import Need
from factories import NOW, person, product, published, redline

LINE = "keeper.return"
LIVES = max(25, int(os.environ.get("FUZZ_EXAMPLES", "0")))
"""What is lived through on SQLite; on PostgreSQL a few, for the rules are the same and the statements are soon told."""
FEW = max(5, LIVES // 5)


@dataclass(frozen=True)
class Somebody:
    id: int
    email: str


WRITERS = st.integers(2, 3)
PEOPLE = st.integers(0, 3)
"""All of them may approve, those who write too."""


class RedLineLife(RuleBasedStateMachine):
    """One red line, four people, and the words that each of them wrote since it was last published in force."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.scope = session.begin_nested()
        self.moment: datetime = NOW
        owner = product(session)
        published(session, owner, ContentKind.REDLINES, "keeper", {"schema": 1, "rules": [redline(LINE)]})
        found = find_content(session, ContentKind.REDLINES, "keeper")
        assert found is not None
        self.content = found
        stored = [person(session, f"{n}@example.com", Role.TRAINER, Role.COMPLIANCE) for n in range(4)]
        self.people = [Somebody(each.id or 0, each.email) for each in stored]
        self.wrote: set[int] = set()
        self.wordings: dict[str, set[int]] = {}
        self.frozen = 1

    def teardown(self) -> None:
        self.scope.rollback()
        self.session.expunge_all()

    def later(self) -> datetime:
        self.moment += timedelta(minutes=1)
        return self.moment

    @property
    def is_changed(self) -> bool:
        return self.content.draft_digest != self.content.published_digest

    @property
    def line(self) -> dict[str, Any] | None:
        return next((each for each in self.content.draft["rules"] if each["id"] == LINE), None)

    @rule(
        who=WRITERS,
        status=st.sampled_from(["active", "active", "active", "active", "draft", "shadow", "retired", ""]),
        why=st.sampled_from(["One.", "Two."]),
        wording=st.sampled_from(["Many saw more.", f"Others saw {LINE}."]),
    )
    def write(self, who: int, status: str, why: str, wording: str) -> None:
        changed = {**redline(LINE), "status": status, "why": why, "say_instead": {"en": [wording]}}
        before = self.content.draft
        document = {**before, "rules": [changed] if status else []}
        if document == before:
            return
        by, moment = self.people[who], self.later()
        save_draft(self.session, self.content, document, step=self.content.step, by=by.email, moment=moment)
        note_edits(self.session, self.content, before, by=by.email, moment=moment)
        self.wrote.add(by.id)
        self.wordings.setdefault(digest(changed), set()).add(by.id)

    @precondition(lambda self: self.is_changed)
    @rule(who=WRITERS)
    def ask(self, who: int) -> None:
        seen = digest(self.line) if self.line else ""
        by, moment = self.people[who], self.later()
        try:
            ask(self.session, self.content, LINE, reason="So.", seen=seen, complete=True, by=by, moment=moment)
        except AppError:
            return
        self.wordings.setdefault(seen, set()).add(by.id)

    @precondition(lambda self: self.review(0) is not None)
    @rule(
        who=PEOPLE,
        parts=st.sampled_from([["rule", "en"], ["rule", "en"], ["rule"], ["en"]]),
        verdict=st.sampled_from([Verdict.APPROVED, Verdict.APPROVED, Verdict.APPROVED, Verdict.RETURNED]),
        back=st.sampled_from([0, 0, 0, 1]),
    )
    def decide(self, who: int, parts: list[str], verdict: Verdict, back: int) -> None:
        review, by = self.review(back), self.people[who]
        if review is None:
            return
        known = len(self.session.scalars(select(RedLineApproval)).all())
        try:
            decide(self.session, review.id or 0, verdict=verdict, parts=parts, note="So.", by=by, moment=self.later())
        except AppError:
            assert len(self.session.scalars(select(RedLineApproval)).all()) == known
            return
        if len(self.session.scalars(select(RedLineApproval)).all()) > known:
            assert by.id not in self.wrote | self.wordings.get(review.digest, set())
            assert self.line is not None
            assert review.digest == digest(self.line)

    @precondition(lambda self: self.review(1) is not None)
    @rule(who=PEOPLE, back=st.integers(0, 1))
    def withdraw(self, who: int, back: int) -> None:
        review = self.review(back)
        if review is None:
            return
        try:
            withdraw(self.session, review.id or 0, by=self.people[who], moment=self.later())
        except AppError:
            assert review.state in (ReviewState.APPROVED, ReviewState.RETURNED)

    @precondition(lambda self: self.is_changed)
    @rule(who=PEOPLE)
    def publish(self, who: int) -> None:
        if any(each.hinders is not Need.NOTHING for each in lives(self.session, self.content).values()):
            return
        by, moment = self.people[who].email, self.later()
        version = publish(self.session, self.content, origin=Origin.WEB, by=by, moment=moment)
        if version is not None:
            self.frozen += 1
            if self.line and self.line["status"] == "active":
                self.wrote = set()

    def review(self, back: int) -> RedLineReview | None:
        newest = select(RedLineReview).order_by(col(RedLineReview.id).desc()).offset(back).limit(1)
        return self.session.scalar(newest)

    @invariant()
    def at_most_one_request_is_open_and_it_is_about_the_present_words(self) -> None:
        is_open = col(RedLineReview.state) == ReviewState.OPEN
        words = [each.digest for each in self.session.scalars(select(RedLineReview).where(is_open))]
        assert words in ([], [digest(self.line)] if self.line else [])

    @invariant()
    def what_came_into_force_or_left_it_was_approved_in_exactly_these_words(self) -> None:
        approved = {
            each.digest for each in self.session.scalars(select(RedLineReview)) if each.state is ReviewState.APPROVED
        }
        ordered = select(ContentVersion).order_by(col(ContentVersion.number))
        documents = [version.document["rules"] for version in self.session.scalars(ordered)]
        assert len(documents) == self.frozen
        for before, after in pairwise(documents):
            if before != after and "active" in [each["status"] for each in (*before, *after)]:
                assert [digest(each) for each in after if digest(each) in approved] != []


def test_a_red_line_lives_by_its_rules(session: Session, database: Database) -> None:
    lives = LIVES if database.engine.dialect.name == "sqlite" else FEW
    run_state_machine_as_test(
        lambda: RedLineLife(session),  # type: ignore[arg-type]  # whatever makes one will do
        settings=settings(
            max_examples=lives, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
