"""Every write of certification: awarding periods, assigning, signing off, suspending and revoking."""

from datetime import date, datetime
from secrets import token_urlsafe

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record as audit
from app.catalog.evidence import on_evidence
from app.catalog.models import Product
from app.certification import queries
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    SignOff,
    SignOffOutcome,
)
from app.certification.rules import award
from app.clock import local_day
from app.people.models import Person

SYSTEM = "system"


@on_evidence
def award_earned(session: Session, person_id: int, product_id: int, moment: datetime) -> None:
    """Store every period that the person has earned for the product by now.

    Safe to call at any time and twice: a period that is stored earns nothing any more, and its number is unique.
    """
    # one at a time for one person, so that two last pieces of evidence at once do not both award
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update())
    found = queries.record(session, person_id, product_id, moment)
    while found is not None and (dates := award(found.facts, local_day(moment))):
        number = _next_number(session, person_id, product_id)
        session.add(
            CertificationPeriod(
                person_id=person_id,
                product_id=product_id,
                number=number,
                done_on=dates.done_on,
                window_opens_on=dates.window_opens_on,
                valid_through=dates.valid_through,
                baseline_through=dates.baseline_through,
                grace_through=dates.grace_through,
                program_version_id=found.program.version_id,
                redlines_version_id=found.program.redlines_version_id,
                code=token_urlsafe(16),
                awarded_at=moment,
            )
        )
        session.flush()
        audit(
            session,
            at=moment,
            actor=SYSTEM,
            action="certification.awarded",
            subject=_subject(session, person_id, product_id),
            details={"period": number, "valid_through": dates.valid_through.isoformat()},
        )
        found = queries.record(session, person_id, product_id, moment)


def _next_number(session: Session, person_id: int, product_id: int) -> int:
    newest = session.scalar(
        select(func.max(col(CertificationPeriod.number))).where(
            col(CertificationPeriod.person_id) == person_id, col(CertificationPeriod.product_id) == product_id
        )
    )
    return (newest or 0) + 1


def _subject(session: Session, person_id: int, product_id: int) -> tuple[str, str]:
    email = session.scalar(select(col(Person.email)).where(col(Person.id) == person_id))
    slug = session.scalar(select(col(Product.slug)).where(col(Product.id) == product_id))
    return "certification", f"{email} {slug}"


def assign(
    session: Session, person_id: int, product_id: int, *, due_on: date | None, by: str, moment: datetime
) -> Assignment:
    """Ask a person to get certified, by a day or whenever; asking again changes the day."""
    assignment = session.scalar(
        select(Assignment)
        .where(col(Assignment.person_id) == person_id, col(Assignment.product_id) == product_id)
        .with_for_update()
    )
    if assignment is None:
        assignment = Assignment(person_id=person_id, product_id=product_id, assigned_at=moment, assigned_by=by)
        session.add(assignment)
    assignment.due_on = due_on
    session.flush()
    audit(
        session,
        at=moment,
        actor=by,
        action="certification.assigned",
        subject=_subject(session, person_id, product_id),
        details={"due_on": due_on.isoformat() if due_on else None},
    )
    return assignment


def sign_off(
    session: Session,
    person_id: int,
    product_id: int,
    rubric: str,
    *,
    outcome: SignOffOutcome,
    note: str,
    assessor: Person,
    moment: datetime,
) -> SignOff:
    """Record what an assessor decided about a demonstration; nobody assesses themselves."""
    if assessor.id is None or assessor.id == person_id:
        raise ValueError("an assessor is somebody else")
    decided = SignOff(
        person_id=person_id,
        product_id=product_id,
        rubric=rubric,
        outcome=outcome,
        note=note,
        assessor_id=assessor.id,
        decided_at=moment,
    )
    session.add(decided)
    session.flush()
    audit(
        session,
        at=moment,
        actor=assessor.email,
        action=f"sign_off.{outcome.value}",
        subject=_subject(session, person_id, product_id),
        details={"rubric": rubric},
    )
    award_earned(session, person_id, product_id, moment)
    return decided


def sanction(
    session: Session,
    person_id: int,
    product_id: int,
    kind: CertificationEventKind,
    *,
    reason: str,
    by: str,
    moment: datetime,
) -> CertificationEvent:
    """Suspend, reinstate or revoke, with the reason; the clearance of every deal follows at once."""
    event = CertificationEvent(person_id=person_id, product_id=product_id, kind=kind, reason=reason, at=moment, by=by)
    session.add(event)
    session.flush()
    audit(
        session,
        at=moment,
        actor=by,
        action=f"certification.{kind.value}",
        subject=_subject(session, person_id, product_id),
        details={"reason": reason},
    )
    return event
