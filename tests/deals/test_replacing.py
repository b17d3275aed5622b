"""Whole deals as a CRM says they are: stored, replaced, stopped, and what is kept of it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.catalog.models import Product
from app.database import Database
from app.deals.actions import Facts
from app.deals.facts import Contact, DealFacts, deals
from app.deals.models import Deal, Decision
from app.deals.proposals import TeamPart
from app.deals.replacing import put
from app.deals.rules import ClearanceDecision
from app.deals.saving import Outcome
from app.errors import InvalidError
from factories import NOW, attest, person, sellable

LATER = NOW + timedelta(hours=1)
FACTS = Facts(
    name="Harbour Bakery Group",
    account="Harbour Bakery",
    amount=Decimal(86000),
    currency="EUR",
    stage="proposal",
    close_date=date(2026, 12, 11),
    region=None,
    industry="bakery",
)
RITA = Contact("Rita Amaral", "owner", "Asks about effort in the shop first.")
OWNED = (TeamPart("ana@example.com", "owner"),)
BOTH = (*OWNED, TeamPart("marek@example.com", "specialist"))


@pytest.fixture
def keeper(session: Session) -> Product:
    """Keeper, which blocks; Ana is cleared for it, Marek is not."""
    keeper = sellable(session)
    attest(session, person(session, "ana@example.com", name="Ana Duarte"), keeper)
    person(session, "marek@example.com", name="Marek Nowak")
    session.commit()
    return keeper


def crm(session: Session, team: Sequence[TeamPart] = OWNED, facts: Facts = FACTS, **more: Any) -> Outcome:
    wanted: dict[str, Any] = {"products": ["keeper"], "contacts": [RITA], "moment": LATER, **more}
    products, contacts = wanted.pop("products"), wanted.pop("contacts")
    return put(session, "CRM-7", facts, products, team, contacts, by="crm@example.com", **wanted)


def kept(session: Session) -> list[str]:
    chosen = select(col(AuditEntry.action)).where(col(AuditEntry.subject_kind) == "deal")
    return list(session.scalars(chosen.order_by(col(AuditEntry.id))))


def stored(session: Session) -> DealFacts:
    (found,) = deals(session, col(Deal.reference) == "CRM-7", None)
    return found


def test_a_whole_deal_is_created_and_replaced(keeper: Product, session: Session) -> None:
    first = crm(session)
    assert first.deal == stored(session)
    assert (first.done, first.state and first.state.allowed) == (True, True)
    assert stored(session).contacts == (RITA,)
    attest(session, person(session, "lin@example.com", name="Lin Yao"), keeper, at=NOW)
    porter = sellable(session, "porter", enforcement="observe")
    team = (TeamPart("LIN@example.com", "owner"), TeamPart("ana@example.com", "account-manager"))
    second = crm(
        session, team, replace(FACTS, amount=Decimal("90000.50")), products=["porter", "keeper"], contacts=None
    )
    deal = stored(session)
    assert second.deal == deal
    assert (deal.step, deal.amount, deal.slugs, deal.contacts) == (
        1,
        Decimal("90000.50"),
        ("keeper", porter.slug),
        (RITA,),
    )
    assert [(each.email, each.role) for each in deal.members] == [
        ("lin@example.com", "owner"),
        ("ana@example.com", "account-manager"),
    ]
    assert kept(session) == ["deal.created", "deal.replaced"]
    newest = session.scalars(select(Decision).order_by(col(Decision.id).desc()).limit(1)).one()
    assert newest.answer["details"]["amount"] == ["86000.00", "90000.50"]
    assert [(each["allowed"], each["role"]) for each in newest.answer["team"]] == [
        (False, "owner"),
        (False, "account-manager"),
    ]


def test_the_same_again_changes_nothing(keeper: Product, session: Session) -> None:
    crm(session)
    again = crm(session, moment=LATER + timedelta(days=1))
    assert (again.done, again.deal, kept(session)) == (True, stored(session), ["deal.created"])
    assert again.state is not None
    assert again.state.allowed


def test_a_deal_that_the_gate_stops_is_not_stored(keeper: Product, session: Session) -> None:
    outcome = crm(session, BOTH)
    assert (outcome.done, outcome.deal) == (False, None)
    assert [each.question.rep for each in outcome.refused] == ["marek@example.com"]
    assert outcome.state is not None
    assert [(member.email, answer.allowed) for member, answer in outcome.state.team] == [
        ("ana@example.com", True),
        ("marek@example.com", False),
    ]
    assert session.scalar(select(func.count()).select_from(Deal)) == 0
    assert kept(session) == ["deal.refused"]


def test_a_change_that_the_gate_stops_leaves_the_deal(keeper: Product, session: Session) -> None:
    crm(session)
    before = stored(session)
    outcome = crm(session, BOTH, replace(FACTS, amount=Decimal(1)))
    assert (outcome.done, outcome.deal, stored(session)) == (False, before, before)
    assert kept(session) == ["deal.created", "deal.change_refused"]


def test_a_deal_that_is_lost_stops_nobody(keeper: Product, session: Session) -> None:
    outcome = crm(session, BOTH, replace(FACTS, outcome="lost"))
    assert outcome.done
    assert (stored(session).outcome, stored(session).closed_on) == ("lost", LATER.date())
    assert not crm(session, BOTH).done
    assert not crm(session, BOTH, replace(FACTS, outcome="won")).done


def test_what_the_crm_says_is_stored_with_the_answers(keeper: Product, session: Session) -> None:
    outcome = crm(session, BOTH, enforce=False)
    assert (outcome.done, outcome.deal) == (True, stored(session))
    assert [each.question.rep for each in outcome.warned] == ["marek@example.com"]
    assert outcome.state is not None
    assert outcome.state.decision is ClearanceDecision.NOT_CLEARED
    decision = session.scalars(select(Decision)).one()
    assert decision.action == "deal.reconciled"
    assert [each["allowed"] for each in decision.answer["team"]] == [True, False]


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"products": ["nothing", "keeper"]}, ["/products/0"]),
        ({"products": []}, ["/products"]),
        ({"team": []}, ["/team"]),
        ({"team": [TeamPart("ana@example.com", "specialist")]}, ["/team"]),
        ({"team": [*OWNED, TeamPart("nobody@example.com", "specialist")]}, ["/team/1/rep"]),
        ({"team": [*OWNED, TeamPart("gone@example.com", "specialist")]}, ["/team/1/rep"]),
        ({"team": [*OWNED, TeamPart("ANA@example.com", "specialist")]}, ["/team/1/rep"]),
        ({"team": [*OWNED, TeamPart("marek@example.com", "chief")]}, ["/team/1/role"]),
        ({"team": [TeamPart("ana@example.com", "owner", "ana@example.com")]}, ["/team/0/supervisor"]),
        ({"team": [TeamPart("ana@example.com", "owner", "no@example.com")]}, ["/team/0/supervisor"]),
        ({"contacts": [RITA, Contact(" ", "king")]}, ["/contacts/1/role", "/contacts/1/name"]),
        ({"contacts": [RITA] * 31}, ["/contacts"]),
    ],
)
def test_what_is_wrong_is_pointed_at(
    keeper: Product, session: Session, change: dict[str, Any], pointers: list[str]
) -> None:
    person(session, "gone@example.com").deactivated_at = NOW
    session.flush()
    with pytest.raises(InvalidError) as raised:
        crm(session, **change)
    assert [each["pointer"] for each in raised.value.errors] == pointers
    assert session.scalar(select(func.count()).select_from(Deal)) == 0


def test_the_past_of_a_deal_is_whole(keeper: Product, session: Session) -> None:
    crm(session)
    then = stored(session)
    changed = replace(FACTS, name="Harbour", account="H", amount=Decimal(5), currency="USD", outcome="won")
    crm(session, facts=changed, contacts=[], moment=LATER + timedelta(days=2))
    assert stored(session) != then
    assert deals(session, col(Deal.reference) == "CRM-7", LATER + timedelta(days=1)) == [then]


def test_two_who_create_the_same_deal_at_once_create_and_replace(
    keeper: Product, session: Session, database: Database
) -> None:
    start = Barrier(2)

    def store(amount: int) -> None:
        start.wait()
        with database.write() as own:
            assert crm(own, facts=replace(FACTS, amount=Decimal(amount))).done

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(store, (1, 2)))
    assert session.scalar(select(func.count()).select_from(Deal)) == 1
    assert sorted(kept(session)) == ["deal.created", "deal.replaced"]
    assert stored(session).step == 1
