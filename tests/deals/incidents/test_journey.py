"""From what a customer complains about to a violation, a suspension, an appeal and a reinstatement, over HTTP."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.queries import entries_about
from app.catalog.models import Product
from app.certification.models import Appeal, CertificationEvent
from app.conduct.models import Violation
from app.database import Database
from app.deals.incidents.models import Incident, IncidentStatus
from app.people.models import Person, Role
from factories import NOW, attest, deal, person, published_quiz, quiz_document, sellable, single, sitting
from tools.statements import count_statements

SignIn = Callable[[str], TestClient]
DAY = timedelta(days=1)
STEPS = ("Reported", "Confirmed", "Violation 1: Suspension", "Suspended", "Appeal", "Appeal granted", "Reinstated")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(session: Session) -> Person:
    """Ana, led by Lea, is certified on Keeper by signature and quiz, and sells it to a bakery."""
    keeper = sellable(session, at=NOW - 30 * DAY)
    lea = person(session, "lea@example.com", Role.MANAGER, name="Lea Lead")
    rep = person(session, "ana@example.com", Role.REP, name="Ana Rep", manager=lea)
    person(session, "max@example.com", Role.MANAGER, name="Max Elsewhere")
    for name in ("carol", "cora"):
        person(session, f"{name}@example.com", Role.COMPLIANCE, name=f"{name.capitalize()} Compliance")
    attest(session, rep, keeper, at=NOW - 20 * DAY)
    quiz = published_quiz(session, quiz_document(items=[single("one")]), owner=keeper, at=NOW - 25 * DAY)
    sitting(session, quiz, rep, {"one": 0}, at=NOW - 19 * DAY)
    deal(session, products=[keeper], team={"owner": [rep]})
    session.commit()
    return rep


def key_of(text: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def report(browser: TestClient, **changed: str) -> dict[str, str]:
    page = browser.get("/incidents/new?deal=D-1&on=2026-11-20").text
    told = {
        "key": key_of(page),
        "deal": "D-1",
        "product": "keeper",
        "happened_on": "2026-11-20",
        "origin": "complaint",
        "red_line": "keeper.return",
        "person": "ana@example.com",
        "title": "A return was promised",
        "text": "The bakery wrote that we had promised a return.",
        "cost": "1200.50",
        "currency": "EUR",
        **changed,
    }
    answer = browser.post("/incidents", data=told)
    assert answer.status_code == 303, answer.text
    return told


IN_FORCE = "Choose a red line that was in force on that day."
CONFIRM = {
    "outcome": "confirmed",
    "note": "The mail says so.",
    "consequence": "suspension",
    "reason": "You promised a return that nobody can promise.",
}


def test_from_a_complaint_to_a_reinstatement(ana: Person, session: Session, sign_in: SignIn) -> None:
    record = f"/team/people/{ana.id}"
    lea, carol, cora, rep = (sign_in(f"{name}@example.com") for name in ("lea", "carol", "cora", "ana"))
    told = report(lea)
    assert lea.post("/incidents", data=told).headers["location"] == "/incidents/1"
    assert session.scalars(select(col(Incident.id))).all() == [1]
    session.rollback()

    case = carol.get("/incidents/1").text
    for shown in (
        "We guarantee keeper.return.",
        "This red line stands there, word for word.",
        "passed with 100 %",
        "€1,200.50",
        "Lea Lead",
        "Coaching: nothing stands on record in the last 24 months.",
    ):
        assert shown in case

    assert rep.get("/incidents/1/decision").status_code == 404
    assert carol.post("/incidents/1", data=CONFIRM).status_code == 303
    assert carol.post("/incidents/1", data=CONFIRM).status_code == 303
    assert carol.post("/incidents/1", data={**CONFIRM, "consequence": "revocation"}).status_code == 409
    assert cora.post("/incidents/1", data={**CONFIRM, "note": "Me too."}).status_code == 409
    (violation,) = session.scalars(select(Violation)).all()
    (event,) = session.scalars(select(CertificationEvent)).all()
    assert (violation.incident_id, violation.finding_id, violation.red_line, violation.title) == (
        1,
        None,
        "keeper.return",
        "A return was promised",
    )
    assert (event.kind, event.case, event.id) == ("suspended", "violation 1", violation.certification_event_id)
    session.rollback()

    told_ana = rep.get("/incidents/1/decision").text
    assert CONFIRM["reason"] in told_ana
    assert "Lea Lead" not in told_ana
    assert "/certifications/appeals/1" in told_ana
    assert 'href="/incidents/1/decision"' in rep.get("/").text
    assert [each.action for each in entries_about(session, "ana@example.com", NOW - DAY)][:2] == [
        "violation.recorded",
        "certification.suspended",
    ]
    assert "lea@" not in str(entries_about(session, "ana@example.com", NOW - DAY))
    session.rollback()

    assert rep.post("/certifications/appeals/1", data={"text": "It was a quotation."}).status_code == 303
    appeal = cora.get("/review/appeals/1").text
    assert "A return was promised" in appeal
    assert 'href="/incidents/1"' in appeal
    assert cora.post("/review/appeals/1", data={"outcome": "granted", "answer": "So it was."}).status_code == 303
    assert session.scalars(select(Appeal)).one().outcome == "granted"

    for reader, opener in ((carol, True), (lea, False)):
        chain = reader.get("/incidents/1").text.partition('id="chain"')[2]
        places = [chain.index(f"</svg>{step}<") for step in STEPS]
        assert places == sorted(places)
        assert ("Lea Lead, " in chain) is opener
    assert "The case" in lea.get(record).text
    assert "Violation 1" in carol.get(record).text


def stored(session: Session) -> tuple[IncidentStatus, str, int | None]:
    """Status, note and whom it concerns; without a transaction left open, beside which nobody could write."""
    row = session.execute(select(col(Incident.status), col(Incident.note), col(Incident.person_id))).one()
    session.rollback()
    return row.status, row.note, row.person_id


def test_coaching_keeps_what_is_to_be_talked_about(ana: Person, session: Session, sign_in: SignIn) -> None:
    record = f"/team/people/{ana.id}"
    report(sign_in("lea@example.com"))
    carol = sign_in("carol@example.com")
    coaching = {**CONFIRM, "consequence": "coaching"}
    refused = carol.post("/incidents/1", data=coaching)
    assert (refused.status_code, "Say what is to be talked about." in refused.text) == (422, True)
    assert stored(session)[0] is IncidentStatus.OPEN
    assert carol.post("/incidents/1", data={**coaching, "to_discuss": "How to talk about returns."}).status_code == 303
    for who, address in (("ana", "/incidents/1/decision"), ("lea", record)):
        assert "How to talk about returns." in sign_in(f"{who}@example.com").get(address).text


def test_a_sanction_that_does_not_hold_leaves_the_incident_open(ana: Person, session: Session, sign_in: SignIn) -> None:
    report(sign_in("lea@example.com"))
    refused = sign_in("carol@example.com").post("/incidents/1", data={**CONFIRM, "consequence": "recertification"})
    assert refused.status_code in {409, 422}
    assert stored(session)[0] is IncidentStatus.OPEN
    assert session.scalars(select(Violation)).all() == []


def test_who_has_a_part_in_it_does_not_decide(ana: Person, session: Session, sign_in: SignIn) -> None:
    ana_id = ana.id
    carol = sign_in("carol@example.com")
    report(carol)
    answer = carol.post("/incidents/1", data={"outcome": "dismissed", "note": "Nothing."})
    assert (answer.status_code, "You reported this incident yourself." in answer.text) == (403, True)
    assert sign_in("lea@example.com").post("/incidents/1", data={"outcome": "dismissed"}).status_code == 403
    no_note = sign_in("cora@example.com").post("/incidents/1", data={"outcome": "dismissed", "note": " "})
    assert no_note.status_code == 422
    done = sign_in("cora@example.com").post("/incidents/1", data={"outcome": "dismissed", "note": "A joke."})
    assert done.status_code == 303
    assert stored(session) == (IncidentStatus.DISMISSED, "A joke.", ana_id)
    assert sign_in("ana@example.com").get("/incidents/1/decision").status_code == 404
    assert session.scalars(select(Violation)).all() == []


def test_nobody_named_puts_nobody_on_record_unless_compliance_names_them(
    ana: Person, session: Session, sign_in: SignIn
) -> None:
    report(sign_in("lea@example.com"), person="")
    carol = sign_in("carol@example.com")
    assert carol.post("/incidents/1", data=CONFIRM).status_code == 422
    assert carol.post("/incidents/1", data={**CONFIRM, "person": "nobody@example.com"}).status_code == 422
    assert carol.post("/incidents/1", data={**CONFIRM, "person": "carol@example.com"}).status_code == 403
    assert carol.post("/incidents/1", data={**CONFIRM, "person": "Ana@example.com"}).status_code == 303
    ana_id = session.scalars(select(col(Violation.person_id))).one()
    assert ana_id == session.scalar(select(col(Person.id)).where(col(Person.email) == "ana@example.com"))
    assert stored(session)[2] == ana_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"happened_on": "2026-11-24"}, "This day lies ahead."),
        ({"red_line": "keeper.unknown"}, IN_FORCE),
        (
            {"red_line": "keeper.return", "happened_on": "2026-10-01"},
            "Choose a red line that was in force on that day.",
        ),
        ({"person": "max@example.com"}, "There is no such person in your part of the company."),
        ({"product": "till"}, "Choose one of the list."),
        ({"cost": "-1"}, "Use 0 or more."),
        ({"title": ""}, "Fill this in."),
    ],
)
def test_what_cannot_be_is_refused_with_the_place(
    ana: Person, session: Session, sign_in: SignIn, changed: dict[str, str], field: str
) -> None:
    lea = sign_in("lea@example.com")
    told = report(lea)
    session.delete(session.scalars(select(Incident)).one())
    session.commit()
    answer = lea.post("/incidents", data={**told, **changed})
    assert (answer.status_code, field in answer.text) == (422, True)
    assert session.scalars(select(Incident)).all() == []


def test_who_sees_which(ana: Person, sign_in: SignIn) -> None:
    report(sign_in("lea@example.com"))
    seen = {
        who: [sign_in(f"{who}@example.com").get(address).status_code for address in ("/incidents", "/incidents/1")]
        for who in ("lea", "carol", "max", "ana")
    }
    assert seen == {"lea": [200, 200], "carol": [200, 200], "max": [200, 404], "ana": [403, 403]}
    assert "A return was promised" not in sign_in("max@example.com").get("/incidents").text
    assert "About keeper.return" in sign_in("carol@example.com").get("/incidents").text


def test_many_incidents_cost_what_one_costs(ana: Person, session: Session, database: Database, sign_in: SignIn) -> None:
    lea, carol = sign_in("lea@example.com"), sign_in("carol@example.com")
    report(lea)
    counts: list[list[int]] = []
    for _round in range(2):
        sent = []
        for address in ("/incidents", "/incidents/1", "/incidents/lessons?product=keeper", "/"):
            carol.get(address)
            with count_statements(database) as statements:
                assert carol.get(address).status_code == 200
            sent.append(len(statements))
        counts.append(sent)
        for _more in range(5):
            report(lea)
    assert counts[0] == counts[1]


def test_a_manager_whom_it_concerns_reads_the_decision_and_never_the_case(ana: Person, sign_in: SignIn) -> None:
    assert ana.name == "Ana Rep"
    lea, carol, cora = (sign_in(f"{name}@example.com") for name in ("lea", "carol", "cora"))
    report(carol, person="lea@example.com")
    assert lea.get("/incidents/1").status_code == 404
    assert "A return was promised" not in lea.get("/incidents").text
    assert cora.post("/incidents/1", data={**CONFIRM, "consequence": "none"}).status_code == 303
    assert lea.get("/incidents/1").status_code == 404
    decision = lea.get("/incidents/1/decision").text
    assert (CONFIRM["reason"] in decision, "Carol" in decision, "The bakery wrote" in decision) == (True, False, False)


def test_whoever_appeals_in_compliance_does_not_read_there_what_was_reported(
    ana: Person, session: Session, sign_in: SignIn
) -> None:
    assert ana.name == "Ana Rep"
    both = session.scalars(select(Person).where(col(Person.email) == "cora@example.com")).one()
    keeper = session.scalars(select(Product)).one()
    attest(session, both, keeper, at=NOW - 20 * DAY)
    session.commit()
    cora, carol = sign_in("cora@example.com"), sign_in("carol@example.com")
    report(sign_in("lea@example.com"), person="")
    assert carol.post("/incidents/1", data={**CONFIRM, "person": "cora@example.com"}).status_code == 303
    assert cora.post("/certifications/appeals/1", data={"text": "It was a quotation."}).status_code == 303
    own, others = (browser.get("/review/appeals/1").text for browser in (cora, carol))
    told = "The bakery wrote that we had promised a return."
    assert (told in own, 'href="/incidents/1"' in own) == (False, False)
    assert (told in others, 'href="/incidents/1"' in others) == (True, True)
