"""Comparing rows of the CRM with what is stored, and asking the gate about the teams that the CRM has.

Any number of rows takes the same number of statements.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.deals.actions import LOST
from app.deals.facts import DealFacts, DealProductFacts, Member, deals
from app.deals.gate import DealState, states
from app.deals.models import Deal
from app.deals.queries import ProductAnswer
from app.deals.reconciling.reading import Given
from app.deals.reconciling.rules import CrmDeal, Difference, differences, proposed
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who stands in the way of a deal as the CRM has it, with the answer for each product concerned."""

    member: Member
    products: tuple[ProductAnswer, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A row beside what is stored; `state` is how the CRM's team stands at the gate.

    There is no state where nobody is asked about: a deal without products that is not known here, or a lost one.
    """

    line: int
    crm: CrmDeal
    here: DealFacts | None
    differences: tuple[Difference, ...]
    state: DealState | None

    @property
    def allowed(self) -> bool:
        """Whether the CRM's team covers every product, as far as anybody is asked about."""
        return self.state is None or self.state.allowed

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Who stands in the way."""
        found: dict[Member, list[ProductAnswer]] = {}
        for member, answer in self.state.blocking if self.state else ():
            found.setdefault(member, []).append(answer)
        return tuple(Refusal(member, tuple(answers)) for member, answers in found.items())

    @property
    def people(self) -> frozenset[str]:
        """The addresses of everybody on the team, there or here."""
        there = {each.rep for each in self.crm.team or ()}
        return frozenset(there | {each.email for each in (self.here.members if self.here else ())})


def compare(session: Session, rows: Sequence[Given], moment: datetime) -> list[Compared]:
    """Compare rows, each for another deal, in their order."""
    crm = [each.deal for each in rows]
    here = {each.reference: each for each in deals(session, col(Deal.reference).in_([each.id for each in crm]), None)}
    products = _products(session, {slug for each in crm for slug in each.products or ()})
    people = _people(session, {member.rep for each in crm for member in each.team or ()})
    there = [proposed(each, here.get(each.id), products, people) for each in crm]
    asked = [deal for deal in there if deal.products and deal.outcome != LOST]
    found = {state.deal.reference: state for state in states(session, asked, moment)}
    return [
        Compared(row.line, row.deal, stored, differences(row.deal, stored), found.get(row.deal.id))
        for row in rows
        for stored in [here.get(row.deal.id)]
    ]


def _products(session: Session, slugs: Collection[str]) -> dict[str, DealProductFacts]:
    rows = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name)).where(col(Product.slug).in_(slugs))
    )
    return {row.slug: DealProductFacts(*row) for row in rows}


def _people(session: Session, emails: Collection[str]) -> dict[str, Member]:
    rows = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name)).where(col(Person.email).in_(emails))
    )
    return {row.email: Member(row.id, row.email, row.name, "") for row in rows}
