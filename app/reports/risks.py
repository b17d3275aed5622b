"""Deals at risk: somebody on the team may not sell a product of the deal, or not until it closes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.certification import words
from app.certification.holdings import Key
from app.certification.queries import Record
from app.deals.facts import DealFacts, DealProductFacts, Member
from app.reports.coverage import may_sell
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


def risks(deals: Iterable[DealFacts], records: Mapping[Key, Record], today: date) -> list[Risk]:
    """Return the open deals that are at risk, judged by the people whose records are given."""
    found = []
    for deal in deals:
        if deal.close_date is not None and deal.close_date < today:
            continue
        obstacles = [
            obstacle
            for member in deal.members
            for product in deal.products
            if (record := records.get((member.person_id, product.id)))
            and (obstacle := _obstacle(deal, member, product, record))
        ]
        if obstacles:
            found.append(Risk(deal, tuple(obstacles)))
    return found


def _obstacle(deal: DealFacts, member: Member, product: DealProductFacts, record: Record) -> Obstacle | None:
    verdict = record.on_deals.verdict
    kind, icon, _word = words.state(verdict.standing, allowed=verdict.allowed)
    if not may_sell(verdict):
        return Obstacle(member, product, "no", "stop" if kind == "rest" else icon, _why_not(record), cannot=True)
    if deal.close_date and verdict.ends_on and verdict.ends_on < deal.close_date:
        why = _("Lapses on %(day)s, before the close.") % {"day": i18n.day(verdict.ends_on)}
        return Obstacle(member, product, "due", icon, why, cannot=False)
    if verdict.supervised_only and member.supervisor_id is None:
        return Obstacle(member, product, "due", icon, _("In grace, and nobody is named beside them."), cannot=False)
    return None


def _why_not(record: Record) -> str:
    verdict = record.on_deals.verdict
    left = words.minutes_left(verdict.missing)
    work = ngettext("%(count)s minute to do.", "%(count)s minutes to do.", left) % {"count": left} if left else ""
    return i18n.sentences([*(words.sentence(each) for each in verdict.reasons[:1]), work])


def amounts(found: Iterable[Risk]) -> list[tuple[Decimal, str]]:
    """Add the deals' amounts up by currency, the largest first."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for risk in found:
        sums[risk.deal.currency] += risk.deal.amount
    return sorted(((amount, currency) for currency, amount in sums.items()), reverse=True)
