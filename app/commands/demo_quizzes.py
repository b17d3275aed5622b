"""The demonstration's quizzes: attempts, essays, a report, an accommodation, and questions that come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind
from app.commands import demo_essays as essays
from app.commands.demo_answers import Outcome, answer, missed, seconds
from app.commands.demo_story import FORMER_COLLEAGUES, SHOPFRONT
from app.database import stored_id
from app.people.access import CurrentPerson
from app.people.models import Person, PersonRole, Role
from app.quizzes import actions, startactions
from app.quizzes.accommodations.actions import give
from app.quizzes.accommodations.forms import AccommodationForm
from app.quizzes.delta import actions as delta
from app.quizzes.delta.queries import change
from app.quizzes.essays.actions import send_back
from app.quizzes.models import Attempt, AttemptItem, Essay, ItemVersion, SpacedCard
from app.quizzes.reporting.actions import report
from app.quizzes.spaced.actions import keep_wish
from app.quizzes.spaced.rules import A_DAY, Memory, after

TRAINER = "trainer@example.com"
ASKED_TODAY = "rep@example.com"
REMEMBERED = 0.9
"""The chance that a question which came back was answered right."""


def _same_each_time() -> Random:
    return Random(7)  # noqa: S311 (a story that is the same each time it is told)


@dataclass(frozen=True)
class DemoQuizzes:
    """Lets people take quizzes as of a moment, and leaves some things to do."""

    session: Session
    people: Mapping[str, Person]
    moment: datetime
    chance: Random = field(default_factory=_same_each_time)

    def take(self, person: Person, quiz: str, days_ago: int, outcome: Outcome, text: str | None = None) -> int:
        """Store a finished attempt; `text` answers its essay. Return its id."""
        taker = _as_taker(person)
        begun_at = self.moment - timedelta(days=days_ago) + timedelta(minutes=10)
        attempt_id = startactions.start(self.session, taker, quiz, begun_at)
        assert attempt_id is not None  # noqa: S101 (nobody in the story is locked out)
        finished_at = self._answer(attempt_id, begun_at, outcome, text)
        actions.finish(self.session, taker, attempt_id, finished_at)
        return attempt_id

    def catch_up(self, person: Person, quiz: str, version_id: int, days_ago: int) -> None:
        """Answer the questions that a publication asks, all of them right."""
        taker = _as_taker(person)
        begun_at = self.moment - timedelta(days=days_ago)
        attempt_id = delta.start(self.session, taker, change(self.session, quiz, version_id, begun_at), begun_at)
        finished_at = self._answer(attempt_id, begun_at, Outcome.ALL_RIGHT, None)
        actions.finish(self.session, taker, attempt_id, finished_at)

    def _answer(self, attempt_id: int, begun_at: datetime, outcome: Outcome, text: str | None) -> datetime:
        rows = self.session.execute(
            select(AttemptItem, col(ItemVersion.document))
            .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
            .where(col(AttemptItem.attempt_id) == attempt_id)
            .order_by(col(AttemptItem.position))
        ).all()
        wrong = missed([row[1] for row in rows], outcome, self.chance)
        at = begun_at
        for position, (place, document) in enumerate(rows):
            is_essay = document["type"] == "essay"
            place.answer = text if is_essay else answer(document, self.chance, right=position not in wrong)
            place.seconds = seconds(document, self.chance)
            at += timedelta(seconds=place.seconds)
            place.answered_at = at
        self.session.get_one(Attempt, attempt_id).touched_at = at
        self.session.flush()
        return at + timedelta(seconds=15)

    def fill(self) -> None:
        """Store what the people's own stories do not tell."""
        self._let_former_colleagues_answer()
        self._write_essays()
        self._report_a_question()
        self._give_more_time()
        self._keep_fresh()

    def _let_former_colleagues_answer(self) -> None:
        for number, name in enumerate(FORMER_COLLEAGUES, start=1):
            days_ago = 40 + 11 * number
            person = Person(
                email=f"former.{number}@example.com",
                name=name,
                locale="en" if name.isascii() else "zh-Hans",
                created_at=self.moment - timedelta(days=days_ago + 30),
                deactivated_at=self.moment - timedelta(days=days_ago - 30),
            )
            self.session.add(person)
            self.session.flush()
            self.session.add(PersonRole(person_id=stored_id(person), role=Role.REP))
            self.take(person, SHOPFRONT, days_ago, Outcome.BY_SKILL)

    def _write_essays(self) -> None:
        self.take(self.people["sofia.ribeiro@example.com"], essays.QUIZ, 1, Outcome.PASSES, essays.WAITING)
        attempt_id = self.take(
            self.people["teo.lindqvist@example.com"], essays.QUIZ, 3, Outcome.PASSES, essays.RETURNED
        )
        essay_id = self.session.scalars(
            select(col(Essay.id))
            .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
            .where(col(AttemptItem.attempt_id) == attempt_id)
        ).one()
        assert essay_id is not None  # noqa: S101 (stored)
        returned_at = self.moment - timedelta(days=2)
        assessor = _as_taker(self.people[TRAINER])
        send_back(self.session, assessor, essay_id, number=1, comment=essays.COMMENT, moment=returned_at)

    def _report_a_question(self) -> None:
        asked = self.session.execute(
            select(col(Attempt.id), col(Attempt.person_id), col(AttemptItem.position))
            .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
            .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
            .where(col(ItemVersion.item) == essays.REPORTED_ITEM)
            .order_by(col(Attempt.finished_at).desc())
            .limit(1)
        ).first()
        if asked:
            person = self.session.get_one(Person, asked.person_id)
            at = self.moment - timedelta(hours=20)
            report(self.session, _as_taker(person), asked.id, asked.position, essays.REPORT, at)

    def _give_more_time(self) -> None:
        quiz = self.session.scalars(
            select(Content).where(col(Content.kind) == ContentKind.QUIZ, col(Content.slug) == SHOPFRONT)
        ).one()
        person = self.people["zhou.hang@example.com"]
        reason = "Reads with a screen magnifier; agreed with human resources."
        form = AccommodationForm(email=person.email, extra_time_percent=50, reason=reason)
        give(self.session, quiz, person, form, by=TRAINER, moment=self.moment - timedelta(days=4))

    def _keep_fresh(self) -> None:
        """Let everybody have answered the questions that came back, except those that are asked today."""
        ids = [person.id for person in self.people.values()]
        asked = stored_id(self.people[ASKED_TODAY])
        due_today = 0
        for card in self.session.scalars(
            select(SpacedCard).where(col(SpacedCard.person_id).in_(ids)).order_by(col(SpacedCard.id))
        ):
            self._review(card)
            if card.person_id == asked and due_today < A_DAY:
                due_today += 1
                self._let_be_due(card)
        keep_wish(self.session, asked, 0, range(7), self.moment - timedelta(days=200))

    def _review(self, card: SpacedCard) -> None:
        memory = Memory(card.state, card.step, card.stability, card.difficulty, card.due_at, card.reviewed_at)
        while memory.due_at < self.moment:
            right = self.chance.random() < REMEMBERED
            memory = after(memory, right=right, at=memory.due_at)
            card.reviews += 1
            card.lapses += not right
        for name in Memory.__slots__:
            setattr(card, name, getattr(memory, name))

    def _let_be_due(self, card: SpacedCard) -> None:
        # the same interval, moved so that it ends now
        assert card.reviewed_at is not None  # noqa: S101 (the attempt was the first review)
        interval = card.due_at - card.reviewed_at
        card.due_at = self.moment
        card.reviewed_at = self.moment - interval


def _as_taker(person: Person) -> CurrentPerson:
    return CurrentPerson(stored_id(person), person.email, person.name, frozenset(), 0)
