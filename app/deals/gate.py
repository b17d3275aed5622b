"""How a whole deal stands at the gate: every member, every product, and who stands in the way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.certification.holdings import Key
from app.certification.programs import Program
from app.deals.facts import OWNER, DealFacts, Member
from app.deals.policies.queries import Policy
from app.deals.queries import Answer, Asked, Known, ProductAnswer, Question, answers
from app.deals.rules import (
    ClearanceDecision,
    Coverage,
    MemberDecision,
    ProductDecision,
    Risk,
    Situation,
    TeamVerdict,
    all_covered,
    at_risk,
    stops,
    team_verdict,
)

_RANK = list(ClearanceDecision)


@dataclass(frozen=True, slots=True)
class ProductState:
    """How the team stands for one product; `blocking` are the members in the way, with their answers."""

    slug: str
    name: str | dict[str, str]
    verdict: TeamVerdict
    blocking: tuple[tuple[Member, ProductAnswer], ...]

    @property
    def stops(self) -> bool:
        """Whether the deal must not go on like this."""
        return stops(self.verdict.decision, self.verdict.enforcement)


@dataclass(frozen=True, slots=True)
class DealState:
    """A deal with the answer for each of its members, in their order, and for each of its products."""

    deal: DealFacts
    answers: tuple[Answer, ...]
    products: tuple[ProductState, ...]

    @property
    def team(self) -> list[tuple[Member, Answer]]:
        """The members, each with the answer."""
        return list(zip(self.deal.members, self.answers, strict=True))

    @property
    def decision(self) -> ClearanceDecision:
        """The worst of the products' decisions."""
        return max((each.verdict.decision for each in self.products), key=_RANK.index, default=_RANK[-1])

    @property
    def allowed(self) -> bool:
        """Whether the team covers every product."""
        return self.decision.allowed

    @property
    def stops(self) -> bool:
        """Whether a product that is enforced is not covered."""
        return any(each.stops for each in self.products)

    @property
    def blocking(self) -> list[tuple[Member, ProductAnswer]]:
        """Everybody who stands in the way, with the answer that says why."""
        return [pair for each in self.products for pair in each.blocking]

    @property
    def ends_on(self) -> date | None:
        """The last day on which the team covers every product."""
        return min((each.verdict.valid_through for each in self.products if each.verdict.valid_through), default=None)

    @property
    def risk(self) -> Risk | None:
        """Why the deal is at risk, if it is."""
        found = {at_risk(each.verdict, self.deal.close_date) for each in self.products}
        if not self.products:
            return None
        return next((risk for risk in Risk if risk in found), None)

    @property
    def lapsing(self) -> list[tuple[Member, ProductAnswer]]:
        """Those whose clearance ends before the deal is to close."""
        closes = self.deal.close_date
        return [
            (member, each)
            for member, answer in self.team
            for each in answer.products
            if closes and each.decision.allowed and each.decision.valid_through and each.decision.valid_through < closes
        ]

    def stopped(self, emails: Iterable[str] | None = None) -> list[Answer]:
        """Return the answers of those who must not be on the deal; of `emails` only, where they are given."""
        wanted = None if emails is None else set(emails)
        names = {member.email for each in self.products if each.stops for member, _ in each.blocking}
        return [
            answer
            for member, answer in self.team
            if member.email in names and (wanted is None or member.email in wanted)
        ]


def states(
    session: Session,
    deals: Sequence[DealFacts],
    as_of: datetime,
    under: Mapping[int, Program] | None = None,
    policies_under: Mapping[int, Policy] | None = None,
    known: Known | None = None,
) -> list[DealState]:
    """Work out how deals stand, stored or only thought of; the statements do not depend on how many there are.

    `under` are programs and `policies_under` policies, by product id, to take for those in force; `known` is what was
    read already, of `concerned` at least.
    """
    asked = [ask(deal, member) for deal in deals for member in deal.members]
    found = iter(answers(session, asked, as_of, under, policies_under, known))
    return [_state(deal, tuple(next(found) for _ in deal.members)) for deal in deals]


def concerned(deals: Iterable[DealFacts]) -> set[Key]:
    """Name whose standing for which products the state of deals rests on: the members', and their supervisors'."""
    return {
        (person_id, product.id)
        for deal in deals
        for member in deal.members
        for person_id in (member.person_id, member.supervisor_id)
        if person_id is not None
        for product in deal.products
    }


def ask(deal: DealFacts, member: Member) -> Asked:
    """Put the question about one member of a deal, or about somebody who might become one."""
    return Asked(
        question=Question(rep=member.email, deal=deal.reference, role=member.role),
        products=deal.slugs,
        situation=Situation(stage=deal.stage, region=deal.region, role=member.role),
        supervisor_id=member.supervisor_id,
        deal_id=deal.id or None,
    )


Decided = Callable[[Member, ProductDecision], ProductDecision]
"""What to take for a member's decision about one requirement, such as what it would be without a colleague."""


def covers(team: Sequence[tuple[Member, ProductAnswer]], decided: Decided | None = None) -> TeamVerdict:
    """Answer whether a team covers one product, by each of its requirements."""
    if not team:
        return team_verdict(Coverage.EVERY, [])
    verdicts = []
    for number, part in enumerate(team[0][1].parts):
        decisions = [(member, answer.parts[number].decision) for member, answer in team]
        members = [
            MemberDecision(
                rep=member.email, is_owner=member.role == OWNER, answer=decided(member, each) if decided else each
            )
            for member, each in decisions
        ]
        verdicts.append(team_verdict(part.requirement.coverage, members))
    return all_covered(verdicts)


def _state(deal: DealFacts, found: tuple[Answer, ...]) -> DealState:
    products = []
    for carried in deal.products:
        team = [(member, answer.product(carried.slug)) for member, answer in zip(deal.members, found, strict=True)]
        verdict = covers(team)
        blocking = tuple((member, answer) for member, answer in team if member.email in verdict.blocking)
        products.append(ProductState(carried.slug, carried.name, verdict, blocking))
    return DealState(deal, found, tuple(products))
