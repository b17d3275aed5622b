"""What is in the way of a deal, in words: who may not act for which product and why, or not until it closes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.deals import words
from app.deals.facts import DealProductFacts, Member
from app.deals.gate import DealState, ProductState
from app.deals.queries import ProductAnswer
from app.deals.rules import at_risk
from app.web import i18n
from app.web.i18n import gettext as _
from app.web.i18n import ngettext


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way of a deal: who, for which product, and why, in words; `cannot` if it is so today."""

    member: Member
    product: DealProductFacts
    kind: str
    icon: str
    why: str
    cannot: bool


def obstacles(state: DealState) -> Iterator[Obstacle]:
    """Give everything that puts a deal at risk, product by product."""
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
    left = sum(each.minutes or 0 for each in answer.decision.reasons)
    work = ngettext("%(count)s minute to do.", "%(count)s minutes to do.", left) % {"count": left} if left else ""
    return i18n.sentences([*(words.sentence(each) for each in answer.decision.reasons[:1]), work])
