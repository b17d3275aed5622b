"""Deals at risk, as the gate sees them: a product is not covered by the team, or not until the deal closes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from app.certification.words import minutes_left
from app.clock import local_day
from app.deals import words
from app.deals.facts import DealFacts, DealProductFacts, Member
from app.deals.gate import DealState, ProductState, states
from app.deals.queries import ProductAnswer
from app.deals.rules import at_risk
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way of a deal: who, for which product, and why, in words."""

    member: Member
    product: DealProductFacts
    kind: str
    icon: str
    why: str
    cannot: bool


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


def risks(session: Session, deals: Sequence[DealFacts], moment: datetime) -> list[Risk]:
    """Return those of the open `deals` that are at risk as of a moment, in their order.

    Coverage, stage, parts, policies, exceptions and supervision count as they do at the gate. The number of
    statements does not depend on how many deals there are.
    """
    today = local_day(moment)
    found = states(session, [deal for deal in deals if deal.is_open(today)], moment)
    judged = [Risk(state.deal, tuple(_obstacles(state))) for state in found if state.risk is not None]
    return [risk for risk in judged if risk.obstacles]


def _obstacles(state: DealState) -> Iterator[Obstacle]:
    for product, standing in zip(state.deal.products, state.products, strict=True):
        if standing.verdict.allowed:
            yield from _lapses(state, product, standing)
            continue
        for member, answer in standing.blocking:
            _kind, icon, _word = words.state_of(answer)
            yield Obstacle(member, product, "no", icon, _why_not(member, answer), cannot=True)
        if not standing.blocking:
            why = _("Nobody on the team answers for it.")
            yield from (Obstacle(each, product, "no", "stop", why, cannot=True) for each in state.deal.members[:1])


def _lapses(state: DealState, product: DealProductFacts, standing: ProductState) -> Iterator[Obstacle]:
    closes = state.deal.close_date
    if closes is None or at_risk(standing.verdict, closes) is None:
        return
    for member, answer in state.team:
        own = answer.product(product.slug)
        ends = own.decision.valid_through
        if own.decision.allowed and ends is not None and ends < closes:
            _kind, icon, _word = words.state_of(own)
            yield Obstacle(member, product, "due", icon, _lapse(ends), cannot=False)


def _lapse(ends: date) -> str:
    return _("Lapses on %(day)s, before the close.") % {"day": i18n.day(ends)}


def _why_not(member: Member, answer: ProductAnswer) -> str:
    verdict = answer.verdict
    if verdict is not None and verdict.supervised_only and member.supervisor_id is None:
        return _("In grace, and nobody is named beside them.")
    left = minutes_left(verdict.missing) if verdict is not None else 0
    work = ngettext("%(count)s minute to do.", "%(count)s minutes to do.", left) % {"count": left} if left else ""
    return i18n.sentences([*(words.sentence(each) for each in answer.decision.reasons[:1]), work])


def amounts(found: Iterable[Risk]) -> list[tuple[Decimal, str]]:
    """Add the deals' amounts up by currency, the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for risk in found:
        sums[risk.deal.currency] += risk.deal.amount
    return sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)
