"""Each thing that happens is told to whom it concerns, with where it leads; many people cost what one costs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session

from app.catalog.models import ContentKind, Verdict
from app.certification.live.models import LiveSession, Registration
from app.certification.models import (
    Appeal,
    AppealOutcome,
    CertificationEvent,
    CertificationEventKind,
    CreditKind,
    RequirementCredit,
    SignOff,
    SignOffOutcome,
)
from app.certification.requirements import RequirementKind
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.conduct.models import Consequence, Finding, Violation
from app.database import Database, stored_id
from app.notices.due import due
from app.notices.rules import Kind
from app.people.models import Person, Role
from factories import NOW, attest, deal, lesson, person, published, redline, sellable, sent_text, taught
from tools.statements import count_statements

DAY = timedelta(days=1)
LATER = NOW + DAY


class Company:
    """A rep who is certified on a product, a trainer, and somebody of compliance."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.keeper = taught(session, [lesson(1)], requirements=[{"attest": "redlines"}], at=NOW - 60 * DAY)
        self.rep = person(session, "ana@example.com", at=NOW - 60 * DAY)
        self.trainer = person(session, "tom@example.com", Role.TRAINER, at=NOW - 60 * DAY)
        self.decider = person(session, "cleo@example.com", Role.COMPLIANCE, at=NOW - 60 * DAY)
        attest(session, self.rep, self.keeper, at=NOW - 50 * DAY)
        self.ids: dict[str, Any] = {"person_id": stored_id(self.rep), "product_id": stored_id(self.keeper)}

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def event(self, kind: CertificationEventKind, **more: Any) -> CertificationEvent:
        facts: dict[str, Any] = {"reason": "Promised a return.", "at": NOW, "by": "cleo@example.com", **more}
        event = self.add(CertificationEvent(**self.ids, kind=kind, **facts))
        assert isinstance(event, CertificationEvent)
        return event

    def appeal(self, **more: Any) -> int:
        event = self.event(CertificationEventKind.SUSPENDED, at=NOW - 40 * DAY)
        facts: dict[str, Any] = {"text": "It was a quotation.", "asked_at": NOW, "decide_by": date(2026, 12, 3), **more}
        self.add(Appeal(event_id=stored_id(event), person_id=stored_id(self.rep), **facts))
        return stored_id(event)

    def sign_off(self, outcome: SignOffOutcome, **more: Any) -> SignOff:
        facts: dict[str, Any] = {"rubric": "pitch", "assessor_id": stored_id(self.trainer), "decided_at": NOW, **more}
        row = self.add(SignOff(**self.ids, outcome=outcome, **facts))
        assert isinstance(row, SignOff)
        return row

    def told(self) -> list[tuple[str, Kind, str, bool]]:
        """To whom, what, where it leads, and whether it is urgent."""
        people = {stored_id(each): each.email[:3] for each in (self.rep, self.trainer, self.decider)}
        found = due(self.session, list(people), LATER)
        return sorted((people[each.person_id], each.kind, each.url, each.urgent) for each in found)


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def suspended(company: Company) -> list[Any]:
    event = company.event(CertificationEventKind.SUSPENDED)
    return [("ana", Kind.SUSPENDED, f"/certifications/appeals/{event.id}", True)]


def revoked(company: Company) -> list[Any]:
    event = company.event(CertificationEventKind.REVOKED)
    return [("ana", Kind.REVOKED, f"/certifications/appeals/{event.id}", True)]


def reinstated(company: Company) -> list[Any]:
    company.event(CertificationEventKind.SUSPENDED)
    company.event(CertificationEventKind.REINSTATED)
    return [("ana", Kind.REINSTATED, "/products/keeper", False)]


def appeal_received(company: Company) -> list[Any]:
    event = company.appeal()
    return [
        ("ana", Kind.APPEAL_RECEIVED, f"/certifications/appeals/{event}", False),
        ("cle", Kind.APPEAL_WAITING, "/review/appeals/1", False),
    ]


def appeal_decided(company: Company) -> list[Any]:
    event = company.appeal(outcome=AppealOutcome.UPHELD, answer="No.", decided_at=NOW, decided_by="cleo@example.com")
    return [("ana", Kind.APPEAL_DECIDED, f"/certifications/appeals/{event}", True)]


def appeal_withdrawn(company: Company) -> list[Any]:
    company.appeal(outcome=AppealOutcome.WITHDRAWN, decided_at=NOW, decided_by="ana@example.com")
    return []


def sign_off_passed(company: Company) -> list[Any]:
    company.sign_off(SignOffOutcome.PASSED)
    return [("ana", Kind.SIGN_OFF_PASSED, "/products/keeper/sign-offs/pitch", False)]


def sign_off_returned(company: Company) -> list[Any]:
    company.sign_off(SignOffOutcome.RETURNED)
    return [("ana", Kind.SIGN_OFF_RETURNED, "/products/keeper/sign-offs/pitch", True)]


def sign_off_failed_and_passed_later(company: Company) -> list[Any]:
    company.sign_off(SignOffOutcome.FAILED)
    first = company.sign_off(SignOffOutcome.PASSED)
    company.sign_off(SignOffOutcome.FAILED, second_of=stored_id(first))  # a second look decides nothing
    return [("ana", Kind.SIGN_OFF_PASSED, "/products/keeper/sign-offs/pitch", False)]


def sign_off_waiting(company: Company) -> list[Any]:
    asked: dict[str, Any] = {"rubric": "pitch", "form": DemonstrationForm.ROLE_PLAY, "asked_at": NOW - 2 * DAY}
    company.add(SignOffRequest(**company.ids, **asked))
    return [("tom", Kind.SIGN_OFFS_WAITING, "/sign-offs", False)]


def sign_off_taken_by_another(company: Company) -> list[Any]:
    asked: dict[str, Any] = {"rubric": "pitch", "form": DemonstrationForm.ROLE_PLAY, "asked_at": NOW - 2 * DAY}
    company.add(SignOffRequest(**company.ids, **asked, taken_by=company.decider.id))
    return []


def credit_asked_for(company: Company) -> list[Any]:
    company.add(
        RequirementCredit(
            **company.ids,
            kind=CreditKind.EXEMPTION,
            requirement_kind=RequirementKind.QUIZ,
            requirement_key="keeper-quiz",
            title="Keeper quiz",
            reason="Wrote it.",
            done_on=NOW.date(),
            asked_at=NOW,
            asked_by=stored_id(company.trainer),
        )
    )
    return [("cle", Kind.CREDITS_WAITING, "/review/credits", False)]


def violation(company: Company) -> list[Any]:
    sent = sent_text(company.session, company.rep, "We guarantee a keeper.return here.", products=["keeper"])
    finding = company.session.scalars(select(Finding)).one()
    company.add(
        Violation(
            finding_id=stored_id(finding),
            **company.ids,
            consequence=Consequence.COACHING,
            reason="Said to a customer.",
            at=NOW,
            by="cleo@example.com",
        )
    )
    return [("ana", Kind.VIOLATION, f"/check/sent/{sent.id}", False)]


def seat(company: Company) -> list[Any]:
    live = company.add(
        LiveSession(
            product_id=stored_id(company.keeper),
            key="workshop",
            title="Workshop",
            host_id=stored_id(company.trainer),
            starts_at=NOW + 5 * DAY,
            ends_at=NOW + 6 * DAY,
            timezone="UTC",
            uid="1@example.com",
            secret="secret",
            fallback_code="1",
            created_at=NOW,
            created_by="tom@example.com",
            changed_at=NOW,
        )
    )
    company.add(
        Registration(live_session_id=live.id, person_id=stored_id(company.rep), registered_at=NOW - DAY, seated_at=NOW)
    )
    return [("ana", Kind.SEAT, f"/sessions/{live.id}", False)]


def red_lines_changed(company: Company) -> list[Any]:
    return change(company, Verdict.NOTIFY, Kind.CHANGED, "/products/keeper")


def red_lines_to_sign_again(company: Company) -> list[Any]:
    return change(company, Verdict.ATTEST_AGAIN, Kind.CHANGED, "/products/keeper/red-lines")


def change(company: Company, verdict: Verdict, kind: Kind, url: str) -> list[Any]:
    rules = {"schema": 1, "rules": [redline("keeper.return"), redline("keeper.new")]}
    version = published(company.session, company.keeper, ContentKind.REDLINES, "keeper", rules)
    version.verdict = verdict
    version.deadline = date(2026, 12, 20) if verdict is Verdict.ATTEST_AGAIN else None
    company.session.flush()
    return [("ana", kind, url, False)]


def blocked(company: Company) -> list[Any]:
    till = sellable(company.session, "till", at=NOW)
    deal(company.session, products=[till], team={"owner": [company.rep]})
    return [("ana", Kind.BLOCKED, "/products/till/red-lines", True)]


def observed_only(company: Company) -> list[Any]:
    till = sellable(company.session, "till", at=NOW, enforcement="observe")
    deal(company.session, products=[till], team={"owner": [company.rep]})
    return []


def warned_only(company: Company) -> list[Any]:
    till = sellable(company.session, "till", at=NOW, enforcement="warn")
    deal(company.session, products=[till], team={"owner": [company.rep]})
    return [("ana", Kind.BLOCKED, "/products/till/red-lines", False)]


def deal_that_closes_later(company: Company) -> list[Any]:
    deal(company.session, products=[company.keeper], team={"owner": [company.rep]}, close_date=date(2028, 1, 1))
    return [("ana", Kind.ENDS_BEFORE_CLOSE, "/deals/D-1", False)]


HAPPENS = [
    suspended,
    revoked,
    reinstated,
    appeal_received,
    appeal_decided,
    appeal_withdrawn,
    sign_off_passed,
    sign_off_returned,
    sign_off_failed_and_passed_later,
    sign_off_waiting,
    sign_off_taken_by_another,
    credit_asked_for,
    violation,
    seat,
    red_lines_changed,
    red_lines_to_sign_again,
    blocked,
    observed_only,
    warned_only,
    deal_that_closes_later,
]


@pytest.mark.parametrize("happens", HAPPENS)
def test_what_happens_is_told_to_whom_it_concerns(company: Company, happens: Callable[[Company], list[Any]]) -> None:
    assert company.told() == []
    expected = happens(company)
    assert company.told() == expected


@pytest.mark.parametrize("happens", HAPPENS)
def test_its_reader_can_open_where_it_leads(
    company: Company, sign_in: Callable[[str], TestClient], happens: Callable[[Company], list[Any]]
) -> None:
    happens(company)
    company.session.commit()
    told = company.told()
    emails = {each.email[:3]: each.email for each in (company.rep, company.trainer, company.decider)}
    company.session.rollback()
    with time_machine.travel(LATER, tick=False):
        opened = [(url, sign_in(emails[who]).get(url).status_code) for who, _kind, url, _urgent in told]
    assert opened == [(url, 200) for url, _status in opened]


def test_what_happened_a_month_ago_is_no_news(company: Company) -> None:
    company.event(CertificationEventKind.SUSPENDED, at=NOW - 30 * DAY)
    company.sign_off(SignOffOutcome.FAILED, decided_at=NOW - 30 * DAY)
    assert company.told() == []


def statements(database: Database, session: Session, people: list[Person]) -> int:
    session.commit()
    with database.read() as reading, count_statements(database) as sent:
        due(reading, [stored_id(each) for each in people], LATER)
    return len(sent)


def test_many_people_cost_as_many_statements_as_one(database: Database, session: Session, company: Company) -> None:
    for happens in (suspended, appeal_received, sign_off_failed_and_passed_later, violation, seat, blocked):
        happens(company)
    lead = person(session, "lead@example.com", Role.MANAGER, at=NOW)
    one = [company.rep]
    few = statements(database, session, one)
    many = [person(session, f"rep{number}@example.com", manager=lead, at=NOW) for number in range(9)]
    for each in many:
        attest(session, each, company.keeper, at=NOW)
        deal(session, f"D-{each.id}", products=[company.keeper], team={"owner": [each]}, close_date=date(2028, 1, 1))
    assert statements(database, session, [*one, lead, company.decider, *many]) == few
