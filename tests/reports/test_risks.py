"""Deals at risk: what the gate would let pass is no risk, and what it would stop is one."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import CertificationEventKind
from app.certification.sanctions.actions import sanction
from app.deals.facts import deals
from app.deals.models import Deal, DealMember
from app.people.models import Person
from app.reports.risks import risks
from factories import NOW, attest, deal, person, sellable

LATER = NOW + timedelta(hours=1)


def in_the_way(session: Session) -> list[tuple[str, str, bool]]:
    found = risks(session, deals(session, col(Deal.id) > 0, LATER), LATER)
    return [(risk.deal.reference, each.member.email, each.cannot) for risk in found for each in risk.obstacles]


@pytest.fixture
def people(session: Session) -> tuple[Person, Person]:
    return person(session, "ana@example.com", name="Ana"), person(session, "marek@example.com", name="Marek")


def carrying(session: Session, people: tuple[Person, Person], facts: dict[str, Any], **program: Any) -> Product:
    """A deal on which Ana, the owner, is cleared and Marek, a specialist, is not."""
    keeper = sellable(session, **program)
    attest(session, people[0], keeper)
    team = {"owner": [people[0]], "specialist": [people[1]]}
    deal(session, products=[keeper], team=team, **{"stage": "proposal", **facts})
    return keeper


@pytest.mark.parametrize(
    ("facts", "program", "expected"),
    [
        ({}, {}, [("D-1", "marek@example.com", True)]),
        ({}, {"coverage": "one"}, []),
        ({}, {"coverage": "owner"}, []),
        ({}, {"roles": ["owner"]}, []),
        ({}, {"from_stage": "contract"}, []),
        ({"outcome": "lost"}, {}, []),
        (
            {"close_date": LATER.date() + timedelta(days=400)},
            {"coverage": "owner"},
            [("D-1", "ana@example.com", False)],
        ),
    ],
)
def test_a_risk_is_what_the_gate_says(
    session: Session,
    people: tuple[Person, Person],
    facts: dict[str, Any],
    program: dict[str, Any],
    expected: list[tuple[str, str, bool]],
) -> None:
    carrying(session, people, facts, **program)
    assert in_the_way(session) == expected


def test_who_is_in_grace_is_a_risk_until_a_colleague_is_named(session: Session, people: tuple[Person, Person]) -> None:
    ana, marek = people
    last_year = NOW - timedelta(days=365)
    keeper = sellable(session, at=last_year)
    attest(session, marek, keeper, at=last_year)
    attest(session, ana, keeper)
    stored = deal(session, products=[keeper], team={"owner": [ana], "specialist": [marek]}, close_date=None)
    (risk,) = risks(session, deals(session, col(Deal.id) > 0, LATER), LATER)
    assert [each.why for each in risk.obstacles] == ["In grace, and nobody is named beside them."]
    session.get_one(DealMember, (stored.id, marek.id)).supervisor_id = ana.id
    session.flush()
    assert in_the_way(session) == []


def test_work_is_counted_only_where_it_helps(session: Session, people: tuple[Person, Person]) -> None:
    keeper = carrying(session, people, {})
    ana = people[0]
    person(session, "compliance@example.com", name="Cleo")
    sanction(
        session, ana.id or 0, keeper.id or 0, CertificationEventKind.REVOKED, reason="She said it twice.",
        by="compliance@example.com", moment=NOW,
    )  # fmt: skip
    session.flush()
    (risk,) = risks(session, deals(session, col(Deal.id) > 0, LATER), LATER)
    assert {each.member.name: each.why for each in risk.obstacles} == {
        "Ana": "The certification was revoked on 23 November 2026.",
        "Marek": "The red lines have not been signed. 1 minute to do.",
    }
