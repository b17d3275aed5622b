"""Which step fits somebody who crossed a red line: read from everything on their record."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.models import CertificationEventKind
from app.certification.sanctions.queries import Entry, steps_taken
from app.certification.sanctions.rules import STEP_OF, Proposal, Step, Taken, propose
from app.clock import local_day
from app.conduct.models import Consequence, Violation


def taken_with(session: Session, person_id: int, decided: Sequence[Entry]) -> list[Taken]:
    """Return every step that was taken with a person; one statement.

    `decided` is everything that was decided about the person's certifications. What happened with one product counts
    for another: it is the same person who spoke.
    """
    coached = select(col(Violation.at)).where(
        col(Violation.person_id) == person_id, col(Violation.consequence) == Consequence.COACHING
    )
    coaching = [Taken(Step.COACHING, local_day(at)) for at in session.scalars(coached)]
    return [*coaching, *steps_taken(decided)]


def fitting(taken: Sequence[Taken], possible: Collection[CertificationEventKind], today: date) -> Proposal:
    """Propose what should follow, from what may be decided now; coaching is always possible."""
    return propose(taken, today, {Step.COACHING, *(STEP_OF[kind] for kind in possible if kind in STEP_OF)})


CONSEQUENCE_OF: Final = {
    CertificationEventKind.RECERTIFICATION: Consequence.RECERTIFICATION,
    CertificationEventKind.SUSPENDED: Consequence.SUSPENSION,
    CertificationEventKind.REVOKED: Consequence.REVOCATION,
}
"""What a decision about a certification is called where it follows from a violation."""
