"""Every read of programs, periods and standing.

Standing is derived: `records` loads the stored facts of people × products as they were known at one moment, in a
number of statements that does not depend on how many people or products there are, and asks the rules.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, true, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress, Product
from app.catalog.queries import Version, in_force
from app.certification.dates import PeriodDates
from app.certification.facts import Facts
from app.certification.holdings import Key, effective, extended_through
from app.certification.live.models import Attendance
from app.certification.models import (
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodOrigin,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.naming import certification_names, named
from app.certification.programs import Program, expand, prerequisites
from app.certification.requirements import Evidence, Requirement, RequirementKind
from app.certification.rules import (
    Recertification,
    StandingFacts,
    StandingVerdict,
    rests_on_period,
    standing,
)
from app.certification.way import Step, way
from app.clock import local_day
from app.quizzes.models import Attempt
from app.redlines.models import Attestation


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """Where somebody stands on one level; `level` is empty for the first."""

    level: str
    facts: StandingFacts
    verdict: StandingVerdict
    period_id: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """One person's standing for one product, with what it rests on; `levels` are those above the first."""

    person_id: int
    product_id: int
    program: Program
    facts: StandingFacts
    verdict: StandingVerdict
    period_id: int | None
    assigned: bool
    due_on: date | None
    levels: tuple[LevelRecord, ...] = ()

    def way(self, today: date) -> tuple[Step, ...]:
        """Return the steps of the person's way to this certification."""
        return way(self.facts, today)

    @property
    def every_level(self) -> tuple[LevelRecord, ...]:
        """The standing on each level, the first one first."""
        return (LevelRecord("", self.facts, self.verdict, self.period_id), *self.levels)

    def at(self, level: str) -> LevelRecord:
        """Return the standing on a level; empty for the first. Raises LookupError for a level that is not there."""
        for each in self.every_level:
            if each.level == level:
                return each
        raise LookupError(level)

    @property
    def on_deals(self) -> LevelRecord:
        """The standing on the level that the gate asks for."""
        return self.at(self.program.deal_level)


def programs(session: Session, as_of: datetime, products: Collection[int] | None = None) -> dict[int, Program]:
    """Return the program of each product that has one published by `as_of`, by product id."""
    return programs_in(session, in_force(session, list(ContentKind), as_of, products=products), as_of)


def programs_in(session: Session, versions: Iterable[Version], as_of: datetime) -> dict[int, Program]:
    """Return the programs among versions that were read, which are all in force of some products, by product id."""
    by_product: dict[int, dict[ContentKind, list[Version]]] = defaultdict(lambda: defaultdict(list))
    for version in versions:
        by_product[version.product_id][version.kind].append(version)
    found = {
        product_id: expand(
            kinds[ContentKind.PROGRAM][0],
            course=next(iter(kinds[ContentKind.COURSE]), None),
            redlines=next(iter(kinds[ContentKind.REDLINES]), None),
            quizzes=kinds[ContentKind.QUIZ],
        )
        for product_id, kinds in by_product.items()
        if kinds[ContentKind.PROGRAM]
    }
    asked = {part.key for each in found.values() for part in each.parts if part.kind is RequirementKind.CERTIFICATION}
    names = certification_names(session, asked, as_of)
    return {product_id: replace(each, names=names) for product_id, each in found.items()} if names else found


def records(
    session: Session,
    people: Collection[int],
    as_of: datetime,
    products: Collection[int] | None = None,
    *,
    deciding: bool = False,
) -> dict[Key, Record]:
    """Return the standing of each of `people` for each of `products` (all with a program when None).

    With `deciding`, what was done is read only where the standing depends on it: the verdicts are the same, but a
    record of somebody whose period runs has no evidence.
    """
    return records_under(session, people, as_of, programs(session, as_of, products), deciding=deciding)


def records_under(
    session: Session,
    people: Collection[int],
    as_of: datetime,
    found: Mapping[int, Program],
    *,
    deciding: bool = False,
    only: Collection[Key] | None = None,
) -> dict[Key, Record]:
    """Return the standing of each of `people` under programs by product id, such as one that is still to come.

    With `only`, of these among them alone.
    """
    if not people or not found:
        return {}
    facts = Facts(session, people, {**_asked_before(session, found, as_of), **found}, as_of)
    today = local_day(as_of)
    keys = [(person_id, product_id) for product_id in found for person_id in people]
    wanted = keys if only is None else [key for key in keys if key in only]
    places = {key: _places(found[key[1]], key, facts) for key in wanted}
    facts.read_evidence(
        [key for key, levels in places.items() if not (deciding and all(each.is_settled(today) for each in levels))]
    )
    return {key: _record(key, found[key[1]], levels, facts, today) for key, levels in places.items()}


def _asked_before(session: Session, found: Mapping[int, Program], as_of: datetime) -> Mapping[int, Program]:
    """Return the programs of the products on which one must be certified before, as far as they are not there yet."""
    asked = {slug for program in found.values() for slug in program.prerequisites}
    if not asked:
        return {}
    there = in_force(session, [ContentKind.PROGRAM], as_of, slugs=asked)
    wanted = {each.product_id for each in there} - found.keys()
    return programs(session, as_of, wanted) if wanted else {}


def record(session: Session, person_id: int, product_id: int, as_of: datetime) -> Record | None:
    """Return one person's standing for one product, or None when the product has no published program."""
    return records(session, [person_id], as_of, [product_id]).get((person_id, product_id))


@dataclass(frozen=True, slots=True)
class _Place:
    """What somebody holds on one level and what changes ask of them there; what they did is not known yet."""

    level: str
    requirements: tuple[Requirement, ...]
    period_id: int | None
    period: PeriodDates | None
    recertifications: tuple[Recertification, ...]

    def is_settled(self, today: date) -> bool:
        return rests_on_period(self.period, self.recertifications, today)


def _places(program: Program, key: Key, stored: Facts) -> list[_Place]:
    return [
        _Place(level, requirements, *stored.period(key, level), stored.recertifications(key, requirements))
        for level, requirements in program.every_level
    ]


def _record(key: Key, program: Program, places: Sequence[_Place], stored: Facts, today: date) -> Record:
    evidence = stored.evidence(key)
    first, *levels = (_on_level(each, key, program, evidence, stored, today) for each in places)
    return Record(
        person_id=key[0],
        product_id=key[1],
        program=program,
        facts=first.facts,
        verdict=first.verdict,
        period_id=first.period_id,
        assigned=key in stored.due_on,
        due_on=stored.due_on.get(key),
        levels=tuple(levels),
    )


def _on_level(
    place: _Place, key: Key, program: Program, evidence: tuple[Evidence, ...], stored: Facts, today: date
) -> LevelRecord:
    facts = StandingFacts(
        terms=program.terms,
        requirements=place.requirements,
        evidence=evidence,
        period=place.period,
        due_on=stored.rests_on(key),
        suspension=stored.suspension(key),
        revocation=stored.revocation(key),
        recertifications=place.recertifications,
    )
    return LevelRecord(place.level, facts, named(standing(facts, today), program.names), place.period_id)


def asking_for(session: Session, product_id: int, as_of: datetime) -> list[int]:
    """Return the products whose programs ask for a certification on this one, by their ids."""
    slug = session.scalar(select(col(Product.slug)).where(col(Product.id) == product_id))
    found = in_force(session, [ContentKind.PROGRAM], as_of)
    return [each.product_id for each in found if slug in prerequisites(each.document)]


def waiting(session: Session, products: Collection[int], today: date) -> set[Key]:
    """Return who did something for these products, and holds no period of which the window is still to open.

    On a product with levels everybody may have earned a higher one.
    """
    leveled = _with_levels(session, products)
    done = union(
        *(
            select(col(table.person_id), col(table.product_id)).where(col(table.product_id).in_(products), met)
            for table, met in (
                (LessonProgress, col(LessonProgress.completed_at).is_not(None)),
                (Attestation, true()),
                (Attempt, col(Attempt.passed).is_(True)),
                (SignOff, (col(SignOff.outcome) == SignOffOutcome.PASSED) & col(SignOff.second_of).is_(None)),
                (Attendance, col(Attendance.attended).is_(True)),
                (RequirementCredit, col(RequirementCredit.approved).is_(True)),
            )
        )
    ).subquery()
    held = (
        select(col(CertificationPeriod.id))
        .where(
            col(CertificationPeriod.person_id) == done.c.person_id,
            col(CertificationPeriod.product_id) == done.c.product_id,
            col(CertificationPeriod.product_id).not_in(leveled),
            col(CertificationPeriod.window_opens_on) > today,
        )
        .exists()
    )
    rows = session.execute(select(done.c.person_id, done.c.product_id).where(~held))
    return {(row.person_id, row.product_id) for row in rows}


def _with_levels(session: Session, products: Collection[int]) -> list[int]:
    """Return the products whose programs, as they are about to be published, have more than one level."""
    rows = session.execute(
        select(col(Content.product_id), col(Content.draft)).where(
            col(Content.product_id).in_(products), col(Content.kind) == ContentKind.PROGRAM
        )
    )
    return [row.product_id for row in rows if row.draft.get("levels")]


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
    """One certification period as its holder sees it, with the days that hold after an extension.

    `level` is empty for the first; `baseline_through` is the last valid day before any extension. `freed_on` is the day
    on which it was stored, where it was earned before and waited for the end of what `held_up` names.
    """

    id: int
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
    level: str
    origin: PeriodOrigin
    evidence: str
    baseline_through: date
    freed_on: date | None = None
    held_up: CertificationEventKind | None = None


def periods(session: Session, person_id: int, as_of: datetime | None = None) -> list[HeldPeriod]:
    """Return all of a person's periods, as of a moment if given, the newest first; nothing is ever reset."""
    known = col(CertificationPeriod.awarded_at) <= as_of if as_of else true()
    redlines = aliased(ContentVersion)
    rows = session.execute(
        select(
            col(CertificationPeriod.id),
            col(CertificationPeriod.product_id),
            col(Product.slug),
            col(Product.name),
            col(CertificationPeriod.number),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.window_opens_on),
            col(CertificationPeriod.valid_through),
            col(CertificationPeriod.grace_through),
            col(CertificationPeriod.baseline_through),
            col(ContentVersion.number).label("program_version"),
            col(redlines.number).label("redlines_version"),
            col(CertificationPeriod.code),
            col(CertificationPeriod.level),
            col(CertificationPeriod.origin),
            col(CertificationPeriod.evidence),
            col(CertificationPeriod.awarded_at),
            _event_before(col(CertificationEvent.at), CertificationEventKind.REINSTATED).label("lifted_at"),
            _event_before(
                col(CertificationEvent.kind), CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED
            ).label("held_up"),
            extended_through(as_of),
        )
        .join(Product, col(Product.id) == col(CertificationPeriod.product_id))
        .join(ContentVersion, col(ContentVersion.id) == col(CertificationPeriod.program_version_id))
        .outerjoin(redlines, col(redlines.id) == col(CertificationPeriod.redlines_version_id))
        .where(col(CertificationPeriod.person_id) == person_id, known)
        .order_by(col(CertificationPeriod.done_on).desc(), col(CertificationPeriod.id).desc())
    )
    return [_held(row) for row in rows]


def _event_before(wanted: Any, *kinds: CertificationEventKind) -> Any:
    """Return a column of the last event of these kinds by the moment when a period was stored."""
    return (
        select(wanted)
        .where(
            col(CertificationEvent.person_id) == col(CertificationPeriod.person_id),
            col(CertificationEvent.product_id) == col(CertificationPeriod.product_id),
            col(CertificationEvent.at) <= col(CertificationPeriod.awarded_at),
            col(CertificationEvent.kind).in_(kinds),
        )
        .order_by(col(CertificationEvent.at).desc(), col(CertificationEvent.id).desc())
        .limit(1)
        .scalar_subquery()
    )


def _held(row: Any) -> HeldPeriod:
    stored_on = local_day(row.awarded_at)
    waited = row.lifted_at is not None and row.done_on < stored_on == local_day(row.lifted_at)
    stored = PeriodDates(row.done_on, row.window_opens_on, row.valid_through, row.grace_through, row.baseline_through)
    dates = effective(stored, row.extended)
    return HeldPeriod(
        id=row.id,
        product_id=row.product_id,
        slug=row.slug,
        name=row.name,
        number=row.number,
        done_on=dates.done_on,
        window_opens_on=dates.window_opens_on,
        valid_through=dates.valid_through,
        grace_through=dates.grace_through,
        program_version=row.program_version,
        redlines_version=row.redlines_version,
        code=row.code,
        level=row.level,
        origin=row.origin,
        evidence=row.evidence,
        baseline_through=dates.baseline_through,
        freed_on=stored_on if waited else None,
        held_up=row.held_up if waited else None,
    )
