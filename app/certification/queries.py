"""Every read of programs, periods and standing.

Standing is derived: `records` loads the stored facts of people × products as they were known at one moment, in a
number of statements that does not depend on how many people or products there are, and asks the rules.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product, Verdict
from app.catalog.queries import Version, in_force
from app.certification.dates import PeriodDates
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    SignOff,
    SignOffOutcome,
)
from app.certification.programs import Program, attestation, expand, lesson, quiz, sign_off
from app.certification.rules import (
    Evidence,
    Recertification,
    Requirement,
    RequirementKind,
    Sanction,
    StandingFacts,
    StandingVerdict,
    standing,
)
from app.certification.way import Step, way
from app.clock import local_day
from app.quizzes.models import Attempt
from app.redlines.models import Attestation

Key = tuple[int, int]
"""(person's id, product's id)"""


@dataclass(frozen=True, slots=True)
class Record:
    """One person's standing for one product, with what it rests on."""

    person_id: int
    product_id: int
    program: Program
    facts: StandingFacts
    verdict: StandingVerdict
    period_id: int | None
    due_on: date | None

    def way(self, today: date) -> tuple[Step, ...]:
        """Return the steps of the person's way to this certification."""
        return way(self.facts, today)


def programs(session: Session, as_of: datetime, products: Collection[int] | None = None) -> dict[int, Program]:
    """Return the program of each product that has one published by `as_of`, by product id."""
    by_product: dict[int, dict[ContentKind, list[Version]]] = defaultdict(lambda: defaultdict(list))
    for version in in_force(session, list(ContentKind), as_of, products=products):
        by_product[version.product_id][version.kind].append(version)
    return {
        product_id: expand(
            kinds[ContentKind.PROGRAM][0],
            course=next(iter(kinds[ContentKind.COURSE]), None),
            redlines=next(iter(kinds[ContentKind.REDLINES]), None),
            quizzes=kinds[ContentKind.QUIZ],
        )
        for product_id, kinds in by_product.items()
        if kinds[ContentKind.PROGRAM]
    }


def records(
    session: Session, people: Collection[int], as_of: datetime, products: Collection[int] | None = None
) -> dict[Key, Record]:
    """Return the standing of each of `people` for each of `products` (all with a program when None)."""
    found = programs(session, as_of, products)
    if not people or not found:
        return {}
    facts = _Facts(session, people, list(found), as_of)
    today = local_day(as_of)
    return {
        (person_id, product_id): _record(person_id, product_id, program, facts, today)
        for person_id in people
        for product_id, program in found.items()
    }


def record(session: Session, person_id: int, product_id: int, as_of: datetime) -> Record | None:
    """Return one person's standing for one product, or None when the product has no published program."""
    return records(session, [person_id], as_of, [product_id]).get((person_id, product_id))


class _Facts:
    """What is stored about people × products, as known at one moment: one statement a table."""

    def __init__(self, session: Session, people: Collection[int], products: Collection[int], as_of: datetime) -> None:
        self._session = session
        self._people = people
        self._products = products
        self._as_of = as_of
        self.evidence: dict[Key, list[Evidence]] = defaultdict(list)
        self.periods: dict[Key, tuple[int, PeriodDates]] = {}
        self.suspensions: dict[Key, Sanction] = {}
        self.revocations: dict[Key, Sanction] = {}
        self.due_on: dict[Key, date | None] = {}
        self.changes = self._read_changes()
        self._read_lessons()
        self._read_attestations()
        self._read_quizzes()
        self._read_sign_offs()
        self._read_periods()
        self._read_events()
        self._read_assignments()

    def _of(self, table: Any) -> Sequence[ColumnElement[bool]]:
        return (col(table.person_id).in_(self._people), col(table.product_id).in_(self._products))

    def _add(self, row: Any, requirement: Requirement, moment: datetime) -> None:
        self.evidence[row.person_id, row.product_id].append(Evidence(requirement, local_day(moment)))

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
            # a signature under wording from before a change that asks for a new one is none any more
            if row.number >= self._attested_from.get(row.product_id, 0):
                self._add(row, attestation(), row.signed_at)

    def _read_quizzes(self) -> None:
        for row in self._session.execute(
            select(col(Attempt.person_id), col(Attempt.product_id), col(Content.slug), col(Attempt.finished_at))
            .join(Content, col(Content.id) == col(Attempt.content_id))
            .where(*self._of(Attempt), col(Attempt.passed).is_(True), col(Attempt.finished_at) <= self._as_of)
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
            )
            .where(*self._of(CertificationPeriod), col(CertificationPeriod.awarded_at) <= self._as_of)
            .order_by(col(CertificationPeriod.number))
        ):
            self.periods[row.person_id, row.product_id] = (row.id, PeriodDates(*row[3:]))

    def _read_events(self) -> None:
        for row in self._session.execute(
            select(
                col(CertificationEvent.person_id),
                col(CertificationEvent.product_id),
                col(CertificationEvent.kind),
                col(CertificationEvent.at),
            )
            .where(*self._of(CertificationEvent), col(CertificationEvent.at) <= self._as_of)
            .order_by(col(CertificationEvent.at), col(CertificationEvent.id))
        ):
            key = (row.person_id, row.product_id)
            if row.kind is CertificationEventKind.REINSTATED:
                self.suspensions.pop(key, None)
                self.revocations.pop(key, None)
            else:
                stopped = self.suspensions if row.kind is CertificationEventKind.SUSPENDED else self.revocations
                stopped[key] = Sanction(since=local_day(row.at))

    def _read_assignments(self) -> None:
        for row in self._session.execute(
            select(col(Assignment.person_id), col(Assignment.product_id), col(Assignment.due_on)).where(
                *self._of(Assignment), col(Assignment.assigned_at) <= self._as_of
            )
        ):
            self.due_on[row.person_id, row.product_id] = row.due_on

    def _read_changes(self) -> Mapping[int, tuple[Recertification, ...]]:
        """Read which publications of red lines ask those certified before to attest again, by product."""
        found: dict[int, list[Recertification]] = defaultdict(list)
        self._attested_from: dict[int, int] = {}
        for row in self._session.execute(
            select(
                col(Content.product_id),
                col(ContentVersion.number),
                col(ContentVersion.published_at),
                col(ContentVersion.deadline),
            )
            .join(Content, col(Content.id) == col(ContentVersion.content_id))
            .where(
                col(Content.product_id).in_(self._products),
                col(Content.kind) == ContentKind.REDLINES,
                col(ContentVersion.verdict) == Verdict.ATTEST_AGAIN,
                col(ContentVersion.published_at) <= self._as_of,
            )
            .order_by(col(ContentVersion.number))
        ):
            published_on = local_day(row.published_at)
            self._attested_from[row.product_id] = row.number
            found[row.product_id].append(Recertification(published_on, row.deadline or published_on, (attestation(),)))
        return {product_id: tuple(changes) for product_id, changes in found.items()}


def _record(person_id: int, product_id: int, program: Program, stored: _Facts, today: date) -> Record:
    key = (person_id, product_id)
    period_id, period = stored.periods.get(key, (None, None))
    asks_attestation = any(each.kind is RequirementKind.ATTESTATION for each in program.requirements)
    facts = StandingFacts(
        terms=program.terms,
        requirements=program.requirements,
        evidence=tuple(stored.evidence.get(key, ())),
        period=period,
        due_on=stored.due_on.get(key),
        suspension=stored.suspensions.get(key),
        revocation=stored.revocations.get(key),
        recertifications=stored.changes.get(product_id, ()) if asks_attestation else (),
    )
    return Record(person_id, product_id, program, facts, standing(facts, today), period_id, stored.due_on.get(key))


@dataclass(frozen=True, slots=True)
class HeldPeriod:
    """One certification period as its holder sees it."""

    product_id: int
    slug: str
    name: str | dict[str, str]
    number: int
    done_on: date
    window_opens_on: date
    valid_through: date
    grace_through: date
    program_version: int
    code: str


def periods(session: Session, person_id: int) -> list[HeldPeriod]:
    """Return all of a person's periods, the newest first; nothing is ever reset."""
    rows = session.execute(
        select(
            col(CertificationPeriod.product_id),
            col(Product.slug),
            col(Product.name),
            col(CertificationPeriod.number),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.window_opens_on),
            col(CertificationPeriod.valid_through),
            col(CertificationPeriod.grace_through),
            col(ContentVersion.number),
            col(CertificationPeriod.code),
        )
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .where(col(CertificationPeriod.person_id) == person_id)
        .order_by(col(CertificationPeriod.done_on).desc(), col(CertificationPeriod.id).desc())
    )
    return [HeldPeriod(*row) for row in rows]
