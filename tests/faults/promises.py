"""Everything that somebody was told is done is found again, once, and the audit trail is whole."""

from collections import Counter, defaultdict

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.audit.queries import verify
from app.certification.models import CertificationPeriod
from app.database import Database
from app.deals.models import Deal, KeptClearance
from app.jobs.models import Job
from app.quizzes.models import Attempt, AttemptItem
from app.redlines.models import Attestation
from faults.company import Company, Told

ONCE = ("attempt.started", "attempt.finished", "redlines.attested", "certification.awarded")
"""What a rep of the company does once, however often they had to try."""


def assert_kept(database: Database, company: Company, told: Told) -> None:
    """Compare what is stored with what was told."""
    with database.read() as session:
        assert lost_answers(session, told) == {}
        assert lost_attempts(session, told) == set()
        assert lost_signatures(session, told) == set()
        assert lost_decisions(session, told) == set()
        assert lost_amounts(session, told) == {}
        assert done_twice(session) == {}
        assert wrongly_certified(session, company) == set()
        proof = verify(session)
        assert (proof.broken, proof.why) == (None, None)


def lost_answers(session: Session, told: Told) -> dict[tuple[int, int], tuple[str | None, list[str]]]:
    """Find answers that were told to be saved and are older than that: what is stored, and what would be right."""
    rows = session.execute(select(col(AttemptItem.attempt_id), col(AttemptItem.position), col(AttemptItem.answer)))
    stored = {(row.attempt_id, row.position): row.answer for row in rows}
    return {
        place: (stored.get(place), told.sent[place][kept - 1 :])
        for place, kept in told.kept.items()
        if stored.get(place) not in told.sent[place][kept - 1 :]
    }


def lost_attempts(session: Session, told: Told) -> set[int]:
    """Find attempts that were told to be finished and are not, or without the mark that their answers earn."""
    done = select(col(Attempt.id)).where(col(Attempt.finished_at).is_not(None), col(Attempt.passed).is_(True))
    unfinished = told.finished - set(session.scalars(done))
    return unfinished | (set(told.started.values()) - set(session.scalars(select(col(Attempt.id)))))


def lost_signatures(session: Session, told: Told) -> set[int]:
    """Find people who were told that they have signed, without a signature."""
    return told.signed - set(session.scalars(select(col(Attestation.person_id))))


def lost_decisions(session: Session, told: Told) -> set[str]:
    """Find answers of the gate that were given and are not kept."""
    return told.decisions - set(session.scalars(select(col(KeptClearance.id))))


def lost_amounts(session: Session, told: Told) -> dict[str, str]:
    """Find deals that have an older amount than was told to be stored, with that amount."""
    rows = session.execute(select(col(Deal.reference), col(Deal.amount)))
    stored = {row.reference: int(row.amount) for row in rows}
    return {
        reference: str(stored.get(reference))
        for reference, amount in told.stored.items()
        if stored.get(reference) not in {amount, *told.amounts[reference][-1:]}
    }


def done_twice(session: Session) -> dict[tuple[str, ...], int]:
    """Find deeds that the audit trail has more than once although they were asked for once."""
    deeds: Counter[tuple[str, ...]] = Counter()
    entries = session.execute(
        select(col(AuditEntry.action), col(AuditEntry.actor), col(AuditEntry.subject), col(AuditEntry.details))
    )
    for row in entries:
        if row.action in ONCE:
            deeds[row.action, row.actor, row.subject] += 1
        elif row.action == "deal.replaced":
            deeds[row.action, row.subject, str(row.details)] += 1
    return {deed: times for deed, times in deeds.items() if times > 1}


def wrongly_certified(session: Session, company: Company) -> set[int]:
    """Find reps who have met everything without one certification, or have one without having met everything."""
    reps = {rep.id for rep in company.reps}
    signed = set(session.scalars(select(col(Attestation.person_id))))
    passed = set(session.scalars(select(col(Attempt.person_id)).where(col(Attempt.passed).is_(True))))
    periods: defaultdict[int, int] = defaultdict(int)
    for person_id in session.scalars(select(col(CertificationPeriod.person_id))):
        periods[person_id] += 1
    due = {rep: int(rep in signed & passed) for rep in reps}
    return {rep for rep, number in due.items() if periods[rep] != number}


def unfinished_jobs(session: Session) -> list[str]:
    """Name the kinds of job that wait although they are due, or were set aside."""
    return list(session.scalars(select(col(Job.kind)).where(col(Job.failed_at).is_not(None) | (col(Job.tries) > 0))))
