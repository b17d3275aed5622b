"""What comes back from the field is told to whom it concerns, and each can open where it leads."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.conduct.models import Consequence
from app.database import stored_id
from app.deals.fieldnotes.actions import Heard, answer, take, write
from app.deals.fieldnotes.models import NoteKind, NoteRoot
from app.deals.incidents.actions import Decision, Report, decide, report
from app.deals.incidents.models import Incident, IncidentStatus, Origin
from app.notices.rules import Kind
from app.notices.words import line
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from factories import NOW, deal, person
from notices.company import LATER, Company

Happening = Callable[[Company], list[Any]]


@pytest.fixture
def company(session: Session) -> Company:
    return Company(session)


def as_signed_in(somebody: Person) -> CurrentPerson:
    return CurrentPerson(stored_id(somebody), somebody.email, somebody.name, frozenset(), 0)


def note(company: Company) -> int:
    where = deal(company.session, products=[company.keeper], team={"owner": [company.rep]})
    heard = Heard(company.ids["product_id"], NoteKind.ASKED, "Does it find guests?", NoteRoot.MATERIAL)
    written = write(company.session, stored_id(where), heard, "a key of sixteen", as_signed_in(company.rep), NOW)
    return stored_id(written)


def note_waits(company: Company) -> list[Any]:
    note(company)
    return [("tom", Kind.FIELD_NOTES_WAITING, "/field-notes", False)]


def note_is_answered(company: Company) -> list[Any]:
    number, trainer = note(company), as_signed_in(company.trainer)
    take(company.session, number, trainer, NOW)
    answer(company.session, number, "It does not.", "", trainer, NOW)
    return [("ana", Kind.FIELD_NOTE_ANSWERED, f"/field-notes/{number}", False)]


def incident(company: Company, opener: Person) -> Incident:
    told = Report(
        product_id=company.ids["product_id"],
        person_id=company.ids["person_id"],
        origin=Origin.COMPLAINT,
        title="A return was promised",
        text="It was.",
        happened_on=NOW.date(),
    )
    return report(company.session, told, "a key of sixteen", as_signed_in(opener), NOW)


def incident_waits(company: Company) -> list[Any]:
    incident(company, company.trainer)
    return [("cle", Kind.INCIDENTS_WAITING, "/incidents?status=open", False)]


def incident_waits_for_another(company: Company) -> list[Any]:
    incident(company, company.decider)
    return []


def incident_is_confirmed(company: Company) -> list[Any]:
    number = stored_id(incident(company, company.trainer))
    given = Decision(IncidentStatus.CONFIRMED, consequence=Consequence.NONE, reason="Said so.")
    decide(company.session, number, given, as_signed_in(company.decider), NOW)
    return [("ana", Kind.VIOLATION, f"/incidents/{number}/decision", False)]


HAPPENS = [note_waits, note_is_answered, incident_waits, incident_waits_for_another, incident_is_confirmed]


@pytest.mark.parametrize("happens", HAPPENS)
def test_it_is_told_to_whom_it_concerns_and_leads_to_what_they_may_open(
    company: Company, sign_in: Callable[[str], TestClient], happens: Happening
) -> None:
    assert company.told() == []
    expected = happens(company)
    company.session.commit()
    told = company.told()
    assert told == expected
    emails = {each.email[:3]: each.email for each in (company.rep, company.trainer, company.decider)}
    company.session.rollback()
    with time_machine.travel(LATER, tick=False):
        assert [sign_in(emails[who]).get(url).status_code for who, _kind, url, _urgent in told] == [200] * len(told)


def test_a_rep_who_is_in_compliance_too_is_not_asked_about_a_deal_of_theirs(company: Company) -> None:
    both = person(company.session, "both@example.com", Role.REP, Role.COMPLIANCE)
    where = deal(company.session, products=[company.keeper], team={"owner": [both]})
    found = incident(company, company.trainer)
    found.deal_id = where.id
    company.decider = both
    company.session.flush()
    assert Kind.INCIDENTS_WAITING not in {kind for _who, kind, _url, _urgent in company.told()}


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        (Kind.FIELD_NOTE_ANSWERED, {"answer": "No."}, "Your field note about Keeper is answered"),
        (
            Kind.FIELD_NOTES_WAITING,
            {"count": 2, "day": "2026-11-20"},
            "2 field notes wait for an answer, the oldest since 20 November 2026",
        ),
        (Kind.INCIDENTS_WAITING, {"count": 1}, "1 incident is to be decided"),
        (
            Kind.VIOLATION,
            {"reason": "Said so.", "consequence": "none", "incident": True},
            "An incident that concerns you was confirmed",
        ),
    ],
)
def test_how_it_is_said(kind: Kind, params: dict[str, Any], sentence: str) -> None:
    assert line(kind, params, "Keeper").title == sentence
