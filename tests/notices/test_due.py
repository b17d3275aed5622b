"""Each thing that happens is told to whom it concerns, with where it leads; many people cost what one costs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session

from app.catalog.models import ContentKind, Verdict
from app.certification.models import AppealOutcome, CertificationEventKind, SignOffOutcome
from app.certification.signoffs.models import DemonstrationForm, SignOffRequest
from app.conduct.models import Consequence, Finding, Violation
from app.database import Database, stored_id
from app.notices.due import due
from app.notices.rules import Kind
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, published, redline, sellable, sent_text
from notices.company import DAY, LATER, Company
from tools.statements import count_statements


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
    company.credit()
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
    live = company.live()
    company.register(live, seated_at=NOW)
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
    company.event(CertificationEventKind.REVOKED, at=NOW - 30 * DAY)
    company.sign_off(SignOffOutcome.FAILED, decided_at=NOW - 30 * DAY)
    assert company.told() == []


def statements(database: Database, session: Session, people: list[Person]) -> int:
    session.commit()
    with database.read() as reading, count_statements(database) as sent:
        due(reading, [stored_id(each) for each in people], LATER)
    return len(sent)


def test_many_people_cost_as_many_statements_as_one(database: Database, session: Session, company: Company) -> None:
    company.credit(approved=True, decided_at=NOW, decided_by=company.decider.id)
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
