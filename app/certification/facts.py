"""The facts about people × products, read as they were known at one moment: one statement a table."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Verdict
from app.certification.dates import ONE_DAY, PeriodDates
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    SignOff,
    SignOffOutcome,
)
from app.certification.programs import Program, attestation, besides_lessons, lesson, quiz, sign_off
from app.certification.rules import Evidence, Recertification, Requirement, RequirementKind, Sanction
from app.clock import local_day
from app.quizzes.models import Attempt
from app.quizzes.queries import passed
from app.redlines.models import Attestation

Key = tuple[int, int]
"""(person's id, product's id)"""

_Asked = tuple[datetime, tuple[Requirement, ...]]
"""(since when, what a program asks for)"""

RENEWED = frozenset(RequirementKind) - {RequirementKind.LESSON}
KINDS_ASKED_AGAIN: Mapping[Verdict, frozenset[RequirementKind]] = {
    Verdict.ATTEST_AGAIN: frozenset({RequirementKind.ATTESTATION}),
    Verdict.DELTA_QUIZ: frozenset({RequirementKind.ATTESTATION, RequirementKind.QUIZ}),
    Verdict.FULL: RENEWED,
}
"""What the verdict of a publication asks of those who are certified; a full one asks what a renewal asks."""


class Facts:
    """What is stored about people × products, as known at one moment: one statement a table."""

    def __init__(
        self, session: Session, people: Collection[int], programs: Mapping[int, Program], as_of: datetime
    ) -> None:
        self._session = session
        self._people = people
        self._programs = programs
        self._as_of = as_of
        self._changes: dict[int, list[_Change]] = defaultdict(list)
        self.evidence: dict[Key, list[Evidence]] = defaultdict(list)
        self.periods: dict[Key, tuple[int, PeriodDates]] = {}
        self.suspensions: dict[Key, Sanction] = {}
        self.revocations: dict[Key, Sanction] = {}
        self.due_on: dict[Key, date | None] = {}
        self._read_changes()
        self._read_lessons()
        self._read_attestations()
        self._read_quizzes()
        self._read_sign_offs()
        self._read_periods()
        self._read_events()
        self._read_assignments()

    def recertifications(self, product_id: int) -> tuple[Recertification, ...]:
        """Return what the changes of a product's content ask for."""
        return tuple(change.recertification() for change in self._changes[product_id])

    def _of(self, table: Any) -> Sequence[ColumnElement[bool]]:
        return (col(table.person_id).in_(self._people), col(table.product_id).in_(list(self._programs)))

    def _add(self, row: Any, requirement: Requirement, moment: datetime) -> None:
        done_on = local_day(moment)
        # the rules count whole days: what was done earlier on the day of a change must not answer it
        for change in self._changes[row.product_id]:
            if moment < change.published_at and done_on == change.published_on and requirement in change.requirements:
                return
        self.evidence[row.person_id, row.product_id].append(Evidence(requirement, done_on))

    def _read_lessons(self) -> None:
        for row in self._session.execute(
            select(
                col(LessonProgress.person_id),
                col(LessonProgress.product_id),
                col(LessonProgress.lesson),
                col(LessonProgress.completed_at),
            ).where(*self._of(LessonProgress), col(LessonProgress.completed_at) <= self._as_of)
        ):
            self._add(row, lesson(row.lesson), row.completed_at)

    def _read_attestations(self) -> None:
        for row in self._session.execute(
            select(
                col(Attestation.person_id),
                col(Attestation.product_id),
                col(Attestation.signed_at),
                col(ContentVersion.number),
            )
            .join(ContentVersion, col(ContentVersion.id) == col(Attestation.content_version_id))
            .where(*self._of(Attestation), col(Attestation.signed_at) <= self._as_of)
        ):
            # a stale page may sign old wording after a change that asks for a new signature
            asked = (each for each in self._changes[row.product_id] if attestation() in each.requirements)
            if all(row.signed_at < each.published_at or row.number >= each.redlines_version for each in asked):
                self._add(row, attestation(), row.signed_at)

    def _read_quizzes(self) -> None:
        for row in self._session.execute(
            select(col(Attempt.person_id), col(Attempt.product_id), col(Content.slug), col(Attempt.finished_at))
            .join(Content, col(Content.id) == col(Attempt.content_id))
            .where(*self._of(Attempt), passed(self._as_of), col(Attempt.marked_at) <= self._as_of)
        ):
            self._add(row, quiz(row.slug), row.finished_at)

    def _read_sign_offs(self) -> None:
        for row in self._session.execute(
            select(col(SignOff.person_id), col(SignOff.product_id), col(SignOff.rubric), col(SignOff.decided_at)).where(
                *self._of(SignOff),
                col(SignOff.outcome) == SignOffOutcome.PASSED,
                col(SignOff.decided_at) <= self._as_of,
            )
        ):
            self._add(row, sign_off(row.rubric), row.decided_at)

    def _read_periods(self) -> None:
        for row in self._session.execute(
            select(
                col(CertificationPeriod.id),
                col(CertificationPeriod.person_id),
                col(CertificationPeriod.product_id),
                col(CertificationPeriod.done_on),
                col(CertificationPeriod.window_opens_on),
                col(CertificationPeriod.valid_through),
                col(CertificationPeriod.grace_through),
                col(CertificationPeriod.baseline_through),
                col(CertificationPeriod.awarded_at),
            )
            .where(*self._of(CertificationPeriod), col(CertificationPeriod.awarded_at) <= self._as_of)
            .order_by(col(CertificationPeriod.number))
        ):
            dates = PeriodDates(*row[3:8])
            for change in self._changes[row.product_id]:
                # as above: earned earlier on the day of a change is earned before it
                if row.awarded_at < change.published_at and dates.done_on == change.published_on:
                    dates = replace(dates, done_on=dates.done_on - ONE_DAY)
            self.periods[row.person_id, row.product_id] = (row.id, dates)

    def _read_events(self) -> None:
        for row in self._session.execute(
            select(
                col(CertificationEvent.person_id),
                col(CertificationEvent.product_id),
                col(CertificationEvent.kind),
                col(CertificationEvent.at),
                col(CertificationEvent.red_line),
            )
            .where(
                *self._of(CertificationEvent),
                col(CertificationEvent.kind) != CertificationEventKind.REGRADED,
                col(CertificationEvent.at) <= self._as_of,
            )
            .order_by(col(CertificationEvent.at), col(CertificationEvent.id))
        ):
            key = (row.person_id, row.product_id)
            if row.kind is CertificationEventKind.REINSTATED:
                self.suspensions.pop(key, None)
                self.revocations.pop(key, None)
            else:
                stopped = self.suspensions if row.kind is CertificationEventKind.SUSPENDED else self.revocations
                stopped.setdefault(key, Sanction(local_day(row.at), red_line=row.red_line))

    def _read_assignments(self) -> None:
        for row in self._session.execute(
            select(col(Assignment.person_id), col(Assignment.product_id), col(Assignment.due_on))
            .where(*self._of(Assignment), col(Assignment.assigned_at) <= self._as_of)
            .order_by(col(Assignment.id))
        ):
            self.due_on[row.person_id, row.product_id] = row.due_on

    def _read_changes(self) -> None:
        """Read which publications ask those certified before to do something again, in their order."""
        rows = self._session.execute(
            select(
                col(Content.product_id),
                col(Content.kind),
                col(ContentVersion.number),
                col(ContentVersion.verdict),
                col(ContentVersion.published_at),
                col(ContentVersion.deadline),
            )
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.product_id).in_(list(self._programs)),
                col(ContentVersion.verdict).in_(list(KINDS_ASKED_AGAIN)),
                col(ContentVersion.published_at) <= self._as_of,
            )
            .order_by(col(ContentVersion.published_at), col(ContentVersion.id))
        ).all()
        asked_then = self._read_past_programs({row.product_id for row in rows})
        for row in rows:
            kinds = KINDS_ASKED_AGAIN[row.verdict]
            # what a later program added is no part of the change, and what it dropped can no longer be done
            then = next((asked for since, asked in asked_then[row.product_id] if since <= row.published_at), ())
            now = self._programs[row.product_id].requirements
            asked = tuple(each for each in now if each.kind in kinds and each in then)
            if asked:
                number = row.number if row.kind is ContentKind.REDLINES else 0
                self._changes[row.product_id].append(_Change(asked, row.published_at, row.deadline, number))

    def _read_past_programs(self, products: Collection[int]) -> Mapping[int, list[_Asked]]:
        """Read what each version of the products' programs asked for besides lessons, the newest first."""
        found: dict[int, list[_Asked]] = defaultdict(list)
        if not products:
            return found
        for row in self._session.execute(
            select(col(Content.product_id), col(ContentVersion.published_at), col(ContentVersion.document))
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.product_id).in_(products),
                col(Content.kind) == ContentKind.PROGRAM,
                col(ContentVersion.published_at) <= self._as_of,
            )
            .order_by(col(ContentVersion.number).desc())
        ):
            found[row.product_id].append((row.published_at, besides_lessons(row.document)))
        return found


@dataclass(frozen=True, slots=True)
class _Change:
    """A publication that asks for something again; `redlines_version` is 0 where it was not the red lines."""

    requirements: tuple[Requirement, ...]
    published_at: datetime
    deadline: date | None
    redlines_version: int

    @property
    def published_on(self) -> date:
        return local_day(self.published_at)

    def recertification(self) -> Recertification:
        return Recertification(self.published_on, self.deadline or self.published_on, self.requirements)
