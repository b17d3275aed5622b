"""Awarding exactly once, and what sanctions and sign-offs refuse."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.actions import award_earned
from app.certification.certificates.models import Certificate
from app.certification.models import CertificationEventKind, CertificationPeriod
from app.certification.queries import periods
from app.certification.sanctions.actions import sanction
from app.database import Database
from app.errors import ConflictError, InvalidError
from app.people.models import Role
from factories import NOW, attest, person, sellable


def number_of(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_award_happens_once_however_often_it_is_asked_for(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    attest(session, ana, keeper)
    for _time in range(3):
        award_earned(session, ana.id or 0, keeper.id or 0, NOW + timedelta(hours=1))
    assert number_of(session, CertificationPeriod) == 1
    actions = session.scalars(select(col(AuditEntry.action)).where(col(AuditEntry.action) == "certification.awarded"))
    assert actions.all() == ["certification.awarded"]


def test_two_at_once_award_once(session: Session, database: Database) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    who, what = ana.id or 0, keeper.id or 0
    attest(session, ana, keeper)
    session.execute(Certificate.__table__.delete())  # type: ignore[attr-defined]  # SQLModel does not say so
    session.execute(CertificationPeriod.__table__.delete())  # type: ignore[attr-defined]  # as if both had just signed
    session.commit()
    together = Barrier(2)

    def award(_turn: int) -> None:
        together.wait()
        with database.write() as writing:
            award_earned(writing, who, what, NOW)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(award, range(2)))
    assert number_of(session, CertificationPeriod) == 1


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([], CertificationEventKind.REINSTATED),
        ([CertificationEventKind.SUSPENDED], CertificationEventKind.SUSPENDED),
        ([CertificationEventKind.REVOKED], CertificationEventKind.REVOKED),
        ([CertificationEventKind.REVOKED], CertificationEventKind.SUSPENDED),
    ],
)
def test_a_sanction_that_would_change_nothing_is_refused(
    session: Session, before: list[CertificationEventKind], kind: CertificationEventKind
) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)

    def decide(what: CertificationEventKind) -> None:
        sanction(session, ana.id or 0, keeper.id or 0, what, reason="Why.", by="carol@example.com", moment=NOW)

    for each in before:
        decide(each)
    with pytest.raises(ConflictError):
        decide(kind)


def test_a_sanction_needs_a_reason(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    with pytest.raises(InvalidError):
        sanction(
            session,
            ana.id or 0,
            keeper.id or 0,
            CertificationEventKind.REVOKED,
            reason="  ",
            by="carol@example.com",
            moment=NOW,
        )


def test_what_was_earned_while_suspended_is_stored_on_reinstatement(session: Session) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)

    def decide(what: CertificationEventKind) -> None:
        sanction(session, ana.id or 0, keeper.id or 0, what, reason="Why.", by="carol@example.com", moment=NOW)

    decide(CertificationEventKind.SUSPENDED)
    attest(session, ana, keeper)
    assert number_of(session, CertificationPeriod) == 0
    decide(CertificationEventKind.REINSTATED)
    assert number_of(session, CertificationPeriod) == 1


@pytest.mark.parametrize(
    ("kind", "days", "said"),
    [
        (CertificationEventKind.SUSPENDED, 9, "stored on 2 December 2026, when the suspension was lifted"),
        (CertificationEventKind.REVOKED, 9, "stored on 2 December 2026, when the certification was given back"),
        (CertificationEventKind.SUSPENDED, 0, ""),
    ],
)
def test_a_period_that_waited_for_the_end_of_a_sanction_says_so(
    session: Session, sign_in: Callable[[str], TestClient], kind: CertificationEventKind, days: int, said: str
) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    carol = person(session, "carol@example.com", Role.COMPLIANCE)

    def decide(what: CertificationEventKind, moment: datetime) -> None:
        sanction(session, ana.id or 0, keeper.id or 0, what, reason="Why.", by=carol.email, moment=moment)

    decide(kind, NOW)
    attest(session, ana, keeper)
    decide(CertificationEventKind.REINSTATED, NOW + timedelta(days=days))
    session.commit()
    (held,) = periods(session, ana.id or 0)
    assert held.freed_on == (NOW.date() + timedelta(days=days) if said else None)
    person_id = ana.id
    session.rollback()
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        own = sign_in("ana@example.com").get("/certifications").text
        record_page = sign_in("carol@example.com").get(f"/team/people/{person_id}").text
    for page in (own, record_page):
        shown = " ".join(page.split())
        assert said in shown
        assert ("stored on" in shown) == bool(said)


@pytest.fixture
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("_clock")
def test_anybody_verifies_a_certificate_and_sees_the_standing_of_today(session: Session, client: TestClient) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session)
    attest(session, ana, keeper)
    code = periods(session, ana.id or 0)[0].code
    session.commit()
    answer = client.get(f"/certificates/{code}")
    text = " ".join(answer.text.split())
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "22 November 2027" in text
    assert "may speak for Keeper" in text
    assert "ana@example.com" not in text
    sanction(
        session,
        ana.id or 0,
        keeper.id or 0,
        CertificationEventKind.SUSPENDED,
        reason="Promised a return.",
        by="carol@example.com",
        moment=NOW,
    )
    session.commit()
    text = client.get(f"/certificates/{code}").text
    assert "Suspended" in text
    assert "Promised a return." not in text
    assert client.get("/certificates/nothing").status_code == 404


@pytest.mark.usefixtures("_clock")
def test_a_rep_sees_the_own_certifications_with_every_period(
    session: Session, sign_in: Callable[[str], TestClient]
) -> None:
    ana, keeper = person(session, "ana@example.com"), sellable(session, at=NOW - timedelta(days=400))
    attest(session, ana, keeper, at=NOW - timedelta(days=375))
    attest(session, ana, keeper, at=NOW - timedelta(days=20), number=2)
    session.commit()
    text = sign_in("ana@example.com").get("/certifications").text
    assert "Valid through 12 November 2027 (354 days)" in text
    assert "Certificate 1" in text
    assert "Certificate 2" in text
