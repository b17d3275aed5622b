"""The demonstration's publications since the courses came out, and who has caught up with the newest of them."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring.queries import course
from app.authoring.verdicts import delta
from app.catalog.actions import publish
from app.catalog.document import digest
from app.catalog.models import Content, ContentKind, ContentVersion, Product, Verdict
from app.catalog.queries import content
from app.clock import local_day
from app.commands import demo_story as story
from app.commands.demo_quizzes import DemoQuizzes
from app.database import stored_id
from app.people.models import Person

AUTHOR = "trainer@example.com"

LESSON = "what-it-cannot-do"
SINCE_THEN = {"en": "within four business hours", "zh-Hans": "4 个工作小时内"}
BEFORE = {"en": "within one business day", "zh-Hans": "1 个工作日内"}
"""What the lesson said before it was changed."""
LESSON_NOTE = "A false positive is reviewed within four business hours now. 误报现在 4 个工作小时内复核。"
LESSON_DAYS_AGO = 5
LESSON_WITHIN_DAYS = 14

CAUGHT_UP = {
    "rep@example.com": 4,
    "daniel.okafor@example.com": 4,
    "konstantinos.papadimitriou@example.com": 3,
}
"""Who has answered the questions about the change, so many days ago; the others who are certified have yet to."""


@dataclass(frozen=True)
class DemoChanges:
    """Publishes twice after the beginning, as of a moment."""

    session: Session
    products: Mapping[str, Product]
    moment: datetime

    def publish(self) -> None:
        """Store both publications, and let what they replaced be what was published first."""
        self._add_red_line(self.products[story.BOT])
        self._change_lesson(self.products[story.WAF])

    def let_answer(self, people: Mapping[str, Person], quizzes: DemoQuizzes) -> None:
        """Let some of the certified answer the questions about the lesson that was changed."""
        version_id = self.session.scalars(
            select(col(ContentVersion.id))
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(col(Content.kind) == ContentKind.COURSE, col(ContentVersion.verdict) == Verdict.DELTA_QUIZ)
        ).one()
        assert version_id is not None  # noqa: S101 (stored)
        for email, days_ago in CAUGHT_UP.items():
            quizzes.catch_up(people[email], story.WAF, version_id, days_ago)

    def _add_red_line(self, product: Product) -> None:
        """Let the product's last red line have come later, with the wish that everybody signs again."""
        stored = self._content(ContentKind.REDLINES, product)
        self._say_before(stored, {**stored.draft, "rules": stored.draft["rules"][:-1]})
        at = self.moment - timedelta(days=story.ATTESTED_AGAIN_DAYS_AGO)
        publish(
            self.session,
            stored,
            origin=self._first(stored).origin,
            by=stored.changed_by,
            moment=at,
            verdict=Verdict.ATTEST_AGAIN,
            deadline=local_day(at) + timedelta(days=story.ATTEST_AGAIN_WITHIN_DAYS),
            note="One red line more: superlatives.",
        )

    def _change_lesson(self, product: Product) -> None:
        """Let a lesson have said something else, and ask its questions of those who are certified."""
        stored = self._content(ContentKind.COURSE, product)
        before = deepcopy(stored.draft)
        lesson = next(each for each in before["lessons"] if each["id"] == LESSON)
        for locale, words in SINCE_THEN.items():
            assert words in lesson["body"][locale]  # noqa: S101 (otherwise the course has moved on without this story)
            lesson["body"][locale] = lesson["body"][locale].replace(words, BEFORE[locale])
        self._say_before(stored, before)
        at = self.moment - timedelta(days=LESSON_DAYS_AGO)
        publish(
            self.session,
            stored,
            origin=self._first(stored).origin,
            by=AUTHOR,
            moment=at,
            verdict=Verdict.DELTA_QUIZ,
            deadline=local_day(at) + timedelta(days=LESSON_WITHIN_DAYS),
            delta=delta(self.session, course(self.session, product.slug), at),
            note=LESSON_NOTE,
        )

    def _content(self, kind: ContentKind, product: Product) -> Content:
        stored = content(self.session, kind, product.slug)
        assert stored is not None  # noqa: S101 (the courses were found before)
        return stored

    def _say_before(self, stored: Content, document: dict[str, Any]) -> None:
        first = self._first(stored)
        first.document = document
        first.digest = stored.published_digest = digest(document)
        self.session.flush()

    def _first(self, stored: Content) -> ContentVersion:
        return self.session.scalars(
            select(ContentVersion).where(
                col(ContentVersion.content_id) == stored_id(stored), col(ContentVersion.number) == 1
            )
        ).one()
