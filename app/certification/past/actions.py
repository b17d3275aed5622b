"""Storing a file of past certifications: all of it or nothing, and the second time nothing new."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import Event, record_all
from app.catalog.models import Product
from app.certification.actions import award_waiting
from app.certification.assigning.actions import lock_people
from app.certification.certificates.actions import issue
from app.certification.dates import PeriodDates
from app.certification.holdings import effective, extended_through
from app.certification.models import CertificationPeriod, PeriodOrigin
from app.certification.past.reading import PastFile
from app.certification.past.rules import Chain, Known, NewPeriod, Offer, Plan, Stored, plan_past
from app.certification.queries import asking_for, programs
from app.clock import local_day
from app.database import stored_id
from app.people.models import Person


def import_past(session: Session, file: PastFile, *, actor: str, moment: datetime, dry_run: bool = False) -> Plan:
    """Store what a file says and return what that was; with `dry_run`, or with problems, nothing is stored.

    A past certification becomes a period like any other, with its evidence and a certificate. What it completes,
    such as the way to another product that asks for this one, is awarded.
    """
    emails = {entry.email for _number, entry in file.rows}
    people = dict(session.execute(select(col(Person.email), col(Person.id)).where(col(Person.email).in_(emails))).all())
    if not dry_run:
        lock_people(session, people.values())
    versions, offers, without_program = _offers(session, moment)
    wanted = {offers[entry.product].product_id for _number, entry in file.rows if entry.product in offers}
    known = Known(people, offers, without_program, _stored(session, wanted, people.values()), actor)
    plan = plan_past(file.rows, known, local_day(moment))
    if file.problems:
        return Plan(problems=tuple(sorted((*file.problems, *plan.problems), key=lambda problem: problem.row)))
    if plan.problems or dry_run or not plan.new:
        return plan
    for each in plan.new:
        _store(session, each, versions[each.chain[1]], actor, moment)
    record_all(session, at=moment, actor=actor, events=_events(plan))
    asking = {product_id: asking_for(session, product_id, moment) for product_id in wanted}
    perhaps = {(each.chain[0], other) for each in plan.new for other in (each.chain[1], *asking[each.chain[1]])}
    award_waiting(session, perhaps, moment)
    return plan


def _offers(session: Session, moment: datetime) -> tuple[dict[int, int], dict[str, Offer], frozenset[str]]:
    """Return the version of each program in force, what may be certified, and the products without a program."""
    found = programs(session, moment)
    slugs = dict(session.execute(select(col(Product.id), col(Product.slug))).all())
    offers = {
        slugs[product_id]: Offer(product_id, each.terms, each.base, frozenset(level.id for level in each.levels))
        for product_id, each in found.items()
    }
    versions = {product_id: each.version_id for product_id, each in found.items()}
    return versions, offers, frozenset(slugs.values()) - offers.keys()


def _stored(session: Session, products: Collection[int], people: Collection[int]) -> Mapping[Chain, Sequence[Stored]]:
    found: dict[Chain, list[Stored]] = defaultdict(list)
    for row in session.execute(
        select(
            col(CertificationPeriod.person_id),
            col(CertificationPeriod.product_id),
            col(CertificationPeriod.level),
            col(CertificationPeriod.number),
            col(CertificationPeriod.origin),
            col(CertificationPeriod.evidence),
            col(CertificationPeriod.done_on),
            col(CertificationPeriod.window_opens_on),
            col(CertificationPeriod.valid_through),
            col(CertificationPeriod.grace_through),
            col(CertificationPeriod.baseline_through),
            extended_through(None),
        )
        .where(col(CertificationPeriod.product_id).in_(products), col(CertificationPeriod.person_id).in_(people))
        .order_by(col(CertificationPeriod.number))
    ):
        stored = Stored(row.number, row.origin, row.evidence, effective(PeriodDates(*row[6:11]), row.extended))
        found[row.person_id, row.product_id, row.level].append(stored)
    return found


def _store(session: Session, new: NewPeriod, version_id: int, actor: str, moment: datetime) -> None:
    person_id, product_id, level = new.chain
    period = CertificationPeriod(
        person_id=person_id,
        product_id=product_id,
        level=level,
        number=new.number,
        origin=PeriodOrigin.IMPORTED,
        evidence=new.entry.evidence,
        done_on=new.dates.done_on,
        window_opens_on=new.dates.window_opens_on,
        valid_through=new.dates.valid_through,
        baseline_through=new.dates.baseline_through,
        grace_through=new.dates.grace_through,
        program_version_id=version_id,
        code=token_urlsafe(16),
        awarded_at=moment,
    )
    session.add(period)
    session.flush()
    issue(session, stored_id(period), reason="", by=actor, moment=moment)


def _events(plan: Plan) -> list[Event]:
    return [
        *(
            Event(
                "certification.imported",
                ("certification", f"{each.entry.email} {each.entry.product}"),
                {
                    "period": each.number,
                    "level": each.chain[2],
                    "completed_on": each.dates.done_on.isoformat(),
                    "valid_through": each.dates.valid_through.isoformat(),
                    "evidence": each.entry.evidence,
                },
            )
            for each in plan.new
        ),
        Event(
            "certifications.imported", ("certification", "file"), {"new": len(plan.new), "unchanged": plan.unchanged}
        ),
    ]
