"""A violation of an incident counts wherever violations count; one from a finding is no second violation."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.certification.sanctions.rules import Step, Taken
from app.conduct.drills.queries import asked
from app.conduct.models import Consequence, Disposition, Finding, NameOpening, Violation
from app.conduct.reviewing.ladder import taken_with
from app.conduct.reviewing.queries import violations
from app.database import stored_id
from app.deals.incidents.actions import Decision, Report, decide, report
from app.deals.incidents.models import Incident, IncidentStatus, Origin
from app.errors import ConflictError
from app.notices.due import due
from app.people.access import CurrentPerson
from app.people.models import Person, Role
from evidencepacks import rows, take
from factories import NOW, attest, person, published, redline, sellable, sent_text

SignIn = Callable[[str], TestClient]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def keeper(session: Session) -> Product:
    """A product whose red line about returns can be practised."""
    product = sellable(session, at=NOW - 60 * DAY)
    drill = {"rewrite": "We guarantee keeper.return.", "locale": "en", "anchors": ["return"]}
    rules = {"schema": 1, "rules": [{**redline("keeper.return"), "drills": [drill]}, redline("keeper.price", "warn")]}
    published(session, product, ContentKind.REDLINES, "keeper", rules, at=NOW - 50 * DAY)
    return product


@pytest.fixture
def ana(session: Session, keeper: Product) -> Person:
    rep = person(session, "ana@example.com")
    attest(session, rep, keeper, at=NOW - 20 * DAY)
    return rep


def somebody(session: Session, name: str, *roles: Role) -> CurrentPerson:
    stored = person(session, f"{name}@example.com", *roles)
    return CurrentPerson(stored_id(stored), stored.email, stored.name, frozenset(roles), 0)


def reported(session: Session, product: Product, who: Person, **more: Any) -> Incident:
    facts: dict[str, Any] = {"red_line": "keeper.return", "person_id": who.id, **more}
    told = Report(
        product_id=stored_id(product),
        origin=Origin.COMPLAINT,
        title="A return was promised",
        text="It was.",
        happened_on=(NOW - DAY).date(),
        **facts,
    )
    return report(session, told, "a key of sixteen", somebody(session, "max", Role.MANAGER), NOW)


def coached(session: Session, product: Product, who: Person) -> Incident:
    incident = reported(session, product, who)
    given = Decision(
        IncidentStatus.CONFIRMED, consequence=Consequence.COACHING, reason="Said so.", to_discuss="Returns."
    )
    decide(session, stored_id(incident), given, somebody(session, "carol", Role.COMPLIANCE), NOW)
    return incident


def test_it_counts_wherever_violations_count(ana: Person, keeper: Product, session: Session) -> None:
    incident = coached(session, keeper, ana)
    (found,) = violations(session, stored_id(ana))
    assert (found.title, found.red_line, found.url, found.to_discuss, found.drill, found.to_do) == (
        "About keeper.return",
        "keeper.return",
        f"/incidents/{incident.id}/decision",
        "Returns.",
        "/drills/keeper/keeper.return",
        True,
    )
    assert taken_with(session, stored_id(ana), []) == [Taken(Step.COACHING, NOW.date())]
    assert [each.red_line for each in asked(session, stored_id(ana), NOW)] == ["keeper.return"]
    told = [(each.kind, each.url) for each in due(session, [stored_id(ana)], NOW) if each.kind == "violation"]
    assert told == [("violation", f"/incidents/{incident.id}/decision")]


def test_without_a_red_line_it_is_called_what_happened(ana: Person, keeper: Product, session: Session) -> None:
    incident = reported(session, keeper, ana, red_line="")
    given = Decision(IncidentStatus.CONFIRMED, reason="Said so.")
    decide(session, stored_id(incident), given, somebody(session, "carol", Role.COMPLIANCE), NOW)
    (found,) = violations(session, stored_id(ana))
    assert (found.title, found.red_line, found.drill) == ("A return was promised", "", "")
    assert asked(session, stored_id(ana), NOW) == []


def test_the_own_evidence_tells_what_was_decided_and_not_who_reported_it(
    ana: Person, keeper: Product, session: Session, sign_in: SignIn
) -> None:
    coached(session, keeper, ana)
    session.commit()
    pack = take(sign_in("ana@example.com"), "/account/evidence")
    found = {name: rows(pack, name) for name in ("incidents", "violations")}
    assert [(each["title"], each["red_line"]) for each in found["incidents"]] == [
        ("A return was promised", "keeper.return")
    ]
    assert "opened_by" not in found["incidents"][0]
    assert [each["to_discuss"] for each in found["violations"]] == ["Returns."]


def confirmed(session: Session, who: Person) -> Finding:
    sent_text(session, who, "We guarantee a keeper.return here.", products=["keeper"], at=NOW - 2 * DAY)
    finding = session.scalars(select(Finding)).one()
    finding.disposition = Disposition.CONFIRMED
    session.flush()
    return finding


def test_what_follows_from_a_finding_is_decided_there(
    ana: Person, keeper: Product, session: Session, sign_in: SignIn
) -> None:
    assert keeper.slug == "keeper"
    finding = confirmed(session, ana)
    number, text = stored_id(finding), finding.sent_text_id
    carol = person(session, "carol@example.com", Role.COMPLIANCE)
    person(session, "cora@example.com", Role.COMPLIANCE)
    session.commit()
    browser = sign_in("carol@example.com")
    address = f"/incidents/new?finding={number}"
    assert browser.get(address).status_code == 404  # the name is closed
    session.add(NameOpening(sent_text_id=text, person_id=stored_id(carol), reason="It did harm.", at=NOW))
    session.commit()
    assert f'href="{address}"' in browser.get(f"/review/texts/{text}").text
    assert sign_in("cora@example.com").get(address).status_code == 404
    assert "About keeper.price" not in browser.get(address).text

    told = {
        "key": "a key of sixteen",
        "finding": str(number),
        "product": "keeper",
        "happened_on": "2026-11-21",
        "title": "It was sent",
        "text": "To a customer.",
    }
    assert browser.post("/incidents", data=told).headers["location"] == "/incidents/1"
    assert browser.get(address).headers["location"] == "/incidents/1"
    cora = sign_in("cora@example.com")
    twice = {"outcome": "confirmed", "consequence": "coaching", "reason": "Said so.", "to_discuss": "Returns."}
    assert cora.post("/incidents/1", data=twice).status_code == 422
    assert cora.post("/incidents/1", data={"outcome": "confirmed"}).status_code == 303
    assert session.scalars(select(col(Violation.id))).all() == []
    stored = session.scalars(select(Incident)).one()
    assert (stored.status, stored.red_line, stored.person_id, stored.origin) == (
        IncidentStatus.CONFIRMED,
        "keeper.return",
        stored_id(ana),
        Origin.FINDING,
    )


def test_of_two_who_decide_one_wins(ana: Person, keeper: Product, session: Session) -> None:
    incident = coached(session, keeper, ana)
    late = somebody(session, "cora", Role.COMPLIANCE)
    with pytest.raises(ConflictError):
        decide(session, stored_id(incident), Decision(IncidentStatus.DISMISSED, "A joke."), late, NOW)
    assert len(session.scalars(select(Violation)).all()) == 1
