"""Writes of certification: awarding periods, and assigning."""

from collections.abc import Collection
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.catalog.evidence import Withdrawn, on_evidence, on_withdrawal
from app.catalog.models import Product
from app.certification import programs, queries
from app.certification.certificates.actions import issue
from app.certification.dates import PeriodDates
from app.certification.holdings import Key
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
)
from app.certification.rules import award
from app.clock import end_of_day, local_day
from app.database import stored_id
from app.people.models import Person

SYSTEM = "system"


Waiting = Collection[Key]
"""(person's id, product's id) of those whom a publication may certify."""


@on_evidence
def award_earned(session: Session, person_id: int, product_id: int, moment: datetime) -> None:
    """Store every period that the person has earned for the product by now, on each of its levels.

    Then those for products that ask for this certification before theirs. Safe to call at any time and twice: a
    period that is stored earns nothing any more, and its number is unique.
    """
    one_at_a_time(session, person_id)
    found = queries.record(session, person_id, product_id, moment)
    awarded = False
    while found is not None and (earned := _earned(found, local_day(moment))):
        level, dates = earned
        _store(session, found, level, dates, moment)
        awarded = True
        found = queries.record(session, person_id, product_id, moment)
    if awarded:
        for other in queries.asking_for(session, product_id, moment):
            award_earned(session, person_id, other, moment)


def _earned(found: queries.Record, today: date) -> tuple[str, PeriodDates] | None:
    """Return the next period that was earned and is not stored, with its level."""
    for each in found.every_level:
        if dates := award(each.facts, today):
            return each.level, dates
    return None


def _store(session: Session, found: queries.Record, level: str, dates: PeriodDates, moment: datetime) -> None:
    person_id, product_id = found.person_id, found.product_id
    number = _next_number(session, person_id, product_id, level)
    period = CertificationPeriod(
        person_id=person_id,
        product_id=product_id,
        level=level,
        number=number,
        done_on=dates.done_on,
        window_opens_on=dates.window_opens_on,
        valid_through=dates.valid_through,
        baseline_through=dates.baseline_through,
        grace_through=dates.grace_through,
        program_version_id=found.program.version_id,
        redlines_version_id=queries.signed_by(session, person_id, product_id, end_of_day(dates.done_on)),
        code=token_urlsafe(16),
        awarded_at=moment,
    )
    session.add(period)
    session.flush()
    issue(session, stored_id(period), reason="", by=SYSTEM, moment=moment)
    details: dict[str, Any] = {"period": number, "valid_through": dates.valid_through.isoformat()}
    if level:
        details["level"] = level
    audit(
        session,
        at=moment,
        actor=SYSTEM,
        action="certification.awarded",
        subject=subject_of(session, person_id, product_id),
        details=details,
    )


@on_withdrawal
def note_regrade(session: Session, person_id: int, product_id: int, withdrawn: Withdrawn, moment: datetime) -> None:
    """Put on record that a quiz is no longer passed on which a certification rests.

    What was awarded stays until somebody decides: nobody loses a certification because a key was wrong, in silence.
    """
    one_at_a_time(session, person_id)
    held = select(col(CertificationPeriod.id)).where(
        col(CertificationPeriod.person_id) == person_id, col(CertificationPeriod.product_id) == product_id
    )
    found = queries.record(session, person_id, product_id, moment)
    if found is None or programs.quiz(withdrawn.quiz) not in found.program.parts:
        return
    if session.scalar(held.limit(1)) is None:
        return
    kind = CertificationEventKind.REGRADED
    event = CertificationEvent(
        person_id=person_id, product_id=product_id, kind=kind, reason=withdrawn.reason, at=moment, by=SYSTEM
    )
    session.add(event)
    session.flush()
    audit(
        session,
        at=moment,
        actor=SYSTEM,
        action="certification.regraded",
        subject=subject_of(session, person_id, product_id),
        details={"quiz": withdrawn.quiz, "reason": withdrawn.reason},
    )


def lock_waiting(session: Session, products: Collection[int], moment: datetime) -> Waiting:
    """Return who has done something for these products and holds no period that is still to run for a while.

    What is published next may have made it enough. Call it before anything is written to the audit trail: all of
    these people are locked, in the order of their ids, and whoever holds one of them may be waiting for the trail.
    """
    found = queries.waiting(session, products, local_day(moment))
    people = {person_id for person_id, _product_id in found}
    locked = (
        select(col(Person.id))
        .where(col(Person.id).in_(people))
        .order_by(col(Person.id))
        .with_for_update(key_share=True)
    )
    session.execute(locked)
    return found


def award_waiting(session: Session, waiting: Waiting, moment: datetime) -> None:
    """Store the periods that a publication made of what these people had done already.

    Standing counts them anyhow; stored, they have a certificate, and the next publication cannot take them away.
    """
    for product_id in sorted({product_id for _person_id, product_id in waiting}):
        people = sorted(person_id for person_id, for_product in waiting if for_product == product_id)
        found = queries.records(session, people, moment, [product_id])
        for person_id in people:
            standing = found.get((person_id, product_id))
            if standing is not None and _earned(standing, local_day(moment)):
                award_earned(session, person_id, product_id, moment)


def one_at_a_time(session: Session, person_id: int) -> None:
    """Wait for others who write about the same person: two last pieces of evidence at once must not both award.

    Actions call it before they write to the audit trail, which is locked too, so that nobody waits in a circle.
    """
    # the key is shared: who holds the trail, as a long import does, may still name the person in rows of theirs
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True))


def _next_number(session: Session, person_id: int, product_id: int, level: str) -> int:
    newest = session.scalar(
        select(func.max(col(CertificationPeriod.number))).where(
            col(CertificationPeriod.person_id) == person_id,
            col(CertificationPeriod.product_id) == product_id,
            col(CertificationPeriod.level) == level,
        )
    )
    return (newest or 0) + 1


def subject_of(session: Session, person_id: int, product_id: int) -> tuple[str, str]:
    """Name a certification in the audit trail: its holder and the product."""
    email = session.scalar(select(col(Person.email)).where(col(Person.id) == person_id))
    slug = session.scalar(select(col(Product.slug)).where(col(Product.id) == product_id))
    return "certification", f"{email} {slug}"


def assign(
    session: Session, person_id: int, product_id: int, *, due_on: date | None, by: str, moment: datetime
) -> Assignment:
    """Ask a person to get certified, by a day or whenever; asking for another day replaces the one before."""
    one_at_a_time(session, person_id)
    newest = session.scalar(
        select(Assignment)
        .where(col(Assignment.person_id) == person_id, col(Assignment.product_id) == product_id)
        .order_by(col(Assignment.id).desc())
        .limit(1)
    )
    if newest is not None and newest.due_on == due_on:
        return newest
    assignment = Assignment(
        person_id=person_id, product_id=product_id, due_on=due_on, assigned_at=moment, assigned_by=by
    )
    session.add(assignment)
    session.flush()
    audit(
        session,
        at=moment,
        actor=by,
        action="certification.assigned",
        subject=subject_of(session, person_id, product_id),
        details={"due_on": due_on.isoformat() if due_on else None},
    )
    return assignment
