"""Two people at once: one decision holds, the other is refused, and the audit trail tells it in that order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.actions import award_earned
from app.certification.certificates.models import Certificate
from app.certification.models import (
    Appeal,
    AppealOutcome,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
)
from app.certification.queries import record
from app.certification.rules import Standing
from app.certification.sanctions import appeals
from app.certification.sanctions.actions import sanction
from app.certification.sanctions.appeals import Answer
from app.certification.sanctions.queries import newest_event
from app.database import Database
from app.errors import ConflictError
from app.people.models import Person
from factories import NOW, attest, person, sellable

SUSPEND, REVOKE, REINSTATE = (
    CertificationEventKind.SUSPENDED,
    CertificationEventKind.REVOKED,
    CertificationEventKind.REINSTATED,
)


class Who(NamedTuple):
    id: int
    email: str

    @classmethod
    def of(cls, stored: Person) -> "Who":
        return cls(stored.id or 0, stored.email)


class Ana:
    """Ana is certified on Keeper; what is decided about her is decided in transactions of its own."""

    def __init__(self, session: Session, database: Database) -> None:
        self.database = database
        who, keeper = person(session, "ana@example.com"), sellable(session)
        attest(session, who, keeper)
        self.who = Who.of(who)
        self.person_id, self.product_id = self.who.id, keeper.id or 0
        session.commit()

    def decide(self, kind: CertificationEventKind, by: str, seen: int | None = None) -> int:
        with self.database.write() as writing:
            event = sanction(
                writing, self.person_id, self.product_id, kind, reason="Why.", by=by, moment=NOW, seen=seen
            )
            return event.id or 0

    def seen(self, session: Session) -> int:
        return newest_event(session, self.person_id, self.product_id)


@pytest.fixture
def ana(session: Session, database: Database) -> Ana:
    return Ana(session, database)


def at_once(*doings: Callable[[], object]) -> list[bool]:
    """Do them at the same time; say of each whether it held."""
    together = Barrier(len(doings))

    def do(doing: Callable[[], object]) -> bool:
        together.wait()
        try:
            doing()
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(len(doings)) as threads:
        return list(threads.map(do, doings))


def told(session: Session) -> list[tuple[str, str]]:
    """What the audit trail says about certifications and appeals, in its order."""
    session.rollback()
    rows = session.execute(select(col(AuditEntry.action), col(AuditEntry.actor)).order_by(col(AuditEntry.id)))
    return [(row.action, row.actor) for row in rows if row.action.startswith(("certification.", "appeal."))]


def decided(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(CertificationEvent).order_by(col(CertificationEvent.id)))
    return [(f"certification.{each.kind.value}", each.by) for each in rows]


def standing(session: Session, ana: Ana) -> Standing | None:
    found = record(session, ana.person_id, ana.product_id, NOW + timedelta(minutes=1))
    return found.verdict.standing if found else None


def test_two_who_suspend_suspend_once(session: Session, ana: Ana) -> None:
    held = at_once(lambda: ana.decide(SUSPEND, "carol"), lambda: ana.decide(SUSPEND, "cora"))
    assert sorted(held) == [False, True]
    assert decided(session) == [("certification.suspended", "carol" if held[0] else "cora")]
    assert told(session)[1:] == decided(session)
    assert standing(session, ana) is Standing.SUSPENDED


def test_of_who_revokes_and_who_reinstates_what_they_saw_one_holds(session: Session, ana: Ana) -> None:
    ana.decide(SUSPEND, "carol")
    seen = ana.seen(session)
    session.rollback()
    revoked, reinstated = at_once(
        lambda: ana.decide(REVOKE, "carol", seen), lambda: ana.decide(REINSTATE, "cora", seen)
    )
    assert revoked is not reinstated
    last = ("certification.revoked", "carol") if revoked else ("certification.reinstated", "cora")
    assert decided(session) == [("certification.suspended", "carol"), last]
    assert told(session)[1:] == decided(session)
    assert standing(session, ana) is (Standing.REVOKED if revoked else Standing.CERTIFIED)


def test_a_revocation_and_the_last_evidence_at_once_leave_a_revoked_record(session: Session, ana: Ana) -> None:
    session.execute(Certificate.__table__.delete())  # type: ignore[attr-defined]  # SQLModel does not say so
    session.execute(CertificationPeriod.__table__.delete())  # type: ignore[attr-defined]  # as above
    session.commit()

    def earn() -> None:
        with ana.database.write() as writing:
            award_earned(writing, ana.person_id, ana.product_id, NOW)

    assert at_once(earn, lambda: ana.decide(REVOKE, "carol")) == [True, True]
    periods = session.scalars(select(CertificationPeriod)).all()
    first_award = [("certification.awarded", "system")] if periods else []
    assert told(session)[1:] == [*first_award, ("certification.revoked", "carol")]
    assert standing(session, ana) is Standing.REVOKED
    session.rollback()
    ana.decide(REINSTATE, "cora")
    assert len(session.scalars(select(CertificationPeriod)).all()) == 1
    assert standing(session, ana) is Standing.CERTIFIED


def test_an_appeal_is_asked_once_and_answered_once(session: Session, ana: Ana) -> None:
    event = ana.decide(SUSPEND, "carol@example.com")

    def ask() -> None:
        with ana.database.write() as writing:
            appeals.ask(writing, event, ana.who, "It was a quote.", NOW)

    assert sorted(at_once(ask, ask)) == [False, True]
    appeal = session.scalars(select(Appeal)).one().id or 0
    deciders = [Who.of(person(session, f"{name}@example.com")) for name in ("cora", "cleo")]
    session.commit()

    def answer(turn: int, outcome: AppealOutcome) -> None:
        with ana.database.write() as writing:
            appeals.decide(writing, appeal, Answer(outcome, "Because."), deciders[turn], NOW)

    granted, refused = at_once(lambda: answer(0, AppealOutcome.GRANTED), lambda: answer(1, AppealOutcome.UPHELD))
    assert granted is not refused
    end = [("appeal.granted", "cora@example.com"), ("certification.reinstated", "cora@example.com")]
    assert told(session)[3:] == (end if granted else [("appeal.upheld", "cleo@example.com")])
    assert standing(session, ana) is (Standing.CERTIFIED if granted else Standing.SUSPENDED)
