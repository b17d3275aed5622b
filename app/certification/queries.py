"""Every read of programs, periods and standing.

Standing is derived: `records` loads the stored facts of people × products as they were known at one moment, in a
number of statements that does not depend on how many people or products there are, and asks the rules.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, true, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind, ContentVersion, LessonProgress, Product
from app.catalog.queries import Version, in_force
from app.certification.facts import Facts, Key
from app.certification.models import (
    CertificationPeriod,
    SignOff,
    SignOffOutcome,
)
from app.certification.programs import Program, expand
from app.certification.rules import (
    StandingFacts,
    StandingVerdict,
    standing,
)
from app.certification.way import Step, way
from app.clock import local_day
from app.people.models import Person
from app.quizzes.models import Attempt
from app.redlines.models import Attestation


@dataclass(frozen=True, slots=True)
class Record:
    """One person's standing for one product, with what it rests on."""

    person_id: int
    product_id: int
    program: Program
    facts: StandingFacts
    verdict: StandingVerdict
    period_id: int | None
    assigned: bool
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
    facts = Facts(session, people, found, as_of)
    today = local_day(as_of)
    return {
        (person_id, product_id): _record(person_id, product_id, program, facts, today)
        for person_id in people
        for product_id, program in found.items()
    }


def record(session: Session, person_id: int, product_id: int, as_of: datetime) -> Record | None:
    """Return one person's standing for one product, or None when the product has no published program."""
    return records(session, [person_id], as_of, [product_id]).get((person_id, product_id))


def _record(person_id: int, product_id: int, program: Program, stored: Facts, today: date) -> Record:
    key = (person_id, product_id)
    period_id, period = stored.periods.get(key, (None, None))
    facts = StandingFacts(
        terms=program.terms,
        requirements=program.requirements,
        evidence=tuple(stored.evidence.get(key, ())),
        period=period,
        due_on=stored.due_on.get(key),
        suspension=stored.suspensions.get(key),
        revocation=stored.revocations.get(key),
        recertifications=stored.recertifications(product_id),
    )
    return Record(
        person_id=person_id,
        product_id=product_id,
        program=program,
        facts=facts,
        verdict=standing(facts, today),
        period_id=period_id,
        assigned=key in stored.due_on,
        due_on=stored.due_on.get(key),
    )


def waiting(session: Session, products: Collection[int], today: date) -> set[Key]:
    """Return who did something for these products, and holds no period of which the window is still to open."""
    done = union(
        *(
            select(col(table.person_id), col(table.product_id)).where(col(table.product_id).in_(products), met)
            for table, met in (
                (LessonProgress, col(LessonProgress.completed_at).is_not(None)),
                (Attestation, true()),
                (Attempt, col(Attempt.passed).is_(True)),
                (SignOff, col(SignOff.outcome) == SignOffOutcome.PASSED),
            )
        )
    ).subquery()
    held = (
        select(col(CertificationPeriod.id))
        .where(
            col(CertificationPeriod.person_id) == done.c.person_id,
            col(CertificationPeriod.product_id) == done.c.product_id,
            col(CertificationPeriod.window_opens_on) > today,
        )
        .exists()
    )
    rows = session.execute(select(done.c.person_id, done.c.product_id).where(~held))
    return {(row.person_id, row.product_id) for row in rows}


def signed_by(session: Session, person_id: int, product_id: int, moment: datetime) -> int | None:
    """Return the id of the version of the red lines that a person had signed last by a moment."""
    return session.scalar(
        select(col(Attestation.content_version_id))
        .where(
            col(Attestation.person_id) == person_id,
            col(Attestation.product_id) == product_id,
            col(Attestation.signed_at) <= moment,
        )
        .order_by(col(Attestation.signed_at).desc(), col(Attestation.id).desc())
        .limit(1)
    )


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
    redlines_version: int | None
    code: str


def periods(session: Session, person_id: int) -> list[HeldPeriod]:
    """Return all of a person's periods, the newest first; nothing is ever reset."""
    redlines = aliased(ContentVersion)
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
            col(redlines.number),
            col(CertificationPeriod.code),
        )
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .outerjoin(redlines, col(redlines.id) == col(CertificationPeriod.redlines_version_id))
        .where(col(CertificationPeriod.person_id) == person_id)
        .order_by(col(CertificationPeriod.done_on).desc(), col(CertificationPeriod.id).desc())
    )
    return [HeldPeriod(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One period as anybody who holds its code may see it; `renewed` where a later period follows."""

    person_id: int
    product_id: int
    holder: str
    active: bool
    product: str | dict[str, str]
    number: int
    done_on: date
    valid_through: date
    program_version: int
    redlines_version: int | None
    renewed: bool


def certificate(session: Session, code: str) -> Certificate | None:
    """Find a period by the code of its certificate."""
    redlines = aliased(ContentVersion)
    later = aliased(CertificationPeriod)
    row = session.execute(
        select(
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(Person.name),
            col(Person.deactivated_at).is_(None),
            col(Product.name),
            col(CertificationPeriod.number),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.valid_through),
            col(ContentVersion.number),
            col(redlines.number),
            select(col(later.id))
            .where(
                col(later.person_id) == col(CertificationPeriod.person_id),
                col(later.product_id) == col(CertificationPeriod.product_id),
                col(later.number) > col(CertificationPeriod.number),
            )
            .exists(),
        )
        .join(Person, col(Person.id) == col(CertificationPeriod.person_id))
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .outerjoin(redlines, col(redlines.id) == col(CertificationPeriod.redlines_version_id))
        .where(col(CertificationPeriod.code) == code)
    ).first()
    return Certificate(*row) if row else None
