"""Deals at risk, as the gate sees them: a product is not covered by the team, or not until the deal closes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from app.clock import local_day
from app.deals.facts import DealFacts
from app.deals.gate import states
from app.deals.obstacles import Obstacle, obstacles
from app.deals.queries import Known


@dataclass(frozen=True, slots=True)
class Risk:
    """A deal with everything that is in its way."""

    deal: DealFacts
    obstacles: tuple[Obstacle, ...]

    @property
    def stopped(self) -> bool:
        """Say whether somebody may not sell today."""
        return any(each.cannot for each in self.obstacles)

    def of(self, person_id: int) -> Obstacle | None:
        """Return the first thing that is in one person's way."""
        return next((each for each in self.obstacles if each.member.person_id == person_id), None)


def risks(session: Session, deals: Sequence[DealFacts], moment: datetime, known: Known | None = None) -> list[Risk]:
    """Return those of the open `deals` that are at risk as of a moment, in their order.

    Coverage, stage, parts, policies, exceptions and supervision count as they do at the gate. The number of
    statements does not depend on how many deals there are. `known` is what was read of those concerned already.
    """
    today = local_day(moment)
    found = states(session, [deal for deal in deals if deal.is_open(today)], moment, known=known)
    judged = [Risk(state.deal, tuple(obstacles(state))) for state in found if state.risk is not None]
    return [risk for risk in judged if risk.obstacles]


def amounts(found: Iterable[Risk]) -> list[tuple[Decimal, str]]:
    """Add the deals' amounts up by currency, the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for risk in found:
        sums[risk.deal.currency] += risk.deal.amount
    return sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)
