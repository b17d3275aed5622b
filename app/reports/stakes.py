"""What would it stop if somebody were not certified any more? The open deals, and their money."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from app.deals.facts import DealFacts, Member
from app.deals.gate import covers, states
from app.deals.rules import ClearanceDecision, ProductDecision, stops


@dataclass(slots=True)
class Stake:
    """What one decision against somebody would do: deals that stop, and others that are not cleared any more."""

    stopped: list[DealFacts] = field(default_factory=list)
    uncleared: list[DealFacts] = field(default_factory=list)

    @property
    def money(self) -> list[tuple[Decimal, str]]:
        """The money of all of these deals by currency, the largest sum first."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for deal in (*self.stopped, *self.uncleared):
            sums[deal.currency] += deal.amount
        return sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)


def stakes(
    session: Session, person_id: int, deals: Sequence[DealFacts], moment: datetime, today: date
) -> dict[int, Stake]:
    """Return, by product, what would happen to the open ones among `deals` if the person were stopped there now.

    The number of statements does not depend on how many there are.
    """
    still_open = [deal for deal in deals if deal.is_open(today)]
    found: dict[int, Stake] = defaultdict(Stake)
    for state in states(session, still_open, moment):
        for product, now in zip(state.deal.products, state.products, strict=True):
            if not now.verdict.allowed:
                continue
            team = [(member, answer.product(product.slug)) for member, answer in state.team]
            verdict = covers(team, lambda member, decision: _stopped(member, decision, person_id))
            if verdict.allowed:
                continue
            stake = found[product.id]
            halts = stops(verdict.decision, verdict.enforcement)
            (stake.stopped if halts else stake.uncleared).append(state.deal)
    return found


def _stopped(member: Member, decision: ProductDecision, person_id: int) -> ProductDecision:
    """Answer as if the person were not cleared, and whoever leans on that person."""
    own = member.person_id == person_id and decision.decision is not ClearanceDecision.NOT_REQUIRED
    leans = member.supervisor_id == person_id and decision.decision is ClearanceDecision.CLEARED_SUPERVISED
    if not (decision.allowed and (own or leans)):
        return decision
    return replace(decision, decision=ClearanceDecision.NOT_CLEARED, valid_through=None)
