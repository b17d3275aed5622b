"""What would a switch do to the open deals? The gate answers for them twice: under what is asked now, and then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.certification.reasons import Reason, ReasonCode
from app.clock import local_day, local_moment
from app.deals.facts import DealFacts, Member, deals, is_open
from app.deals.gate import DealState, ProductState, states
from app.deals.models import Deal, DealProduct
from app.deals.policies.queries import Policy
from app.deals.policies.rules import Before, Blocked, DryRun, Held, compare
from app.deals.queries import ProductAnswer
from app.deals.rules import ClearanceDecision

MOST_DEALS: Final = 1000
"""Open deals that are looked at, the next to close first."""

_OWN_WORK: Final = frozenset(
    {
        ReasonCode.LESSONS_NOT_COMPLETED,
        ReasonCode.REDLINES_NOT_ATTESTED,
        ReasonCode.QUIZ_NOT_PASSED,
        # these go when the work is done that others of the same verdict name
        ReasonCode.EXPIRED,
        ReasonCode.IN_GRACE,
        ReasonCode.RECERTIFICATION_OVERDUE,
    }
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a switch would do, and how many of the deals that were looked at each of its requirements asks about."""

    run: DryRun
    asked: tuple[int, ...]


def beginning(day: date, moment: datetime) -> datetime:
    """Return the moment at which a policy begins on a day that has not passed: now, or the day's first moment."""
    return moment if day <= local_day(moment) else local_moment(day.isoformat())


def try_out(session: Session, product_id: int, now: Policy, then: Policy, as_of: datetime) -> Trial:
    """Compare what is asked now with what would be, as of the moment at which that begins.

    Certifications that lapse by then count under both, so that what differs is the switch alone. The statements do
    not depend on how many deals there are.
    """
    total, found = _open_deals(session, product_id, local_day(as_of))
    before = states(session, found, as_of, policies_under={product_id: now})
    after = states(session, found, as_of, policies_under={product_id: then})
    compared = [_before(*pair) for pair in zip(before, after, strict=True)]
    numbers = range(len(then.requirements))
    return Trial(compare(compared, total), tuple(sum(_is_asked(each, number) for each in after) for number in numbers))


def _open_deals(session: Session, product_id: int, day: date) -> tuple[int, list[DealFacts]]:
    """Return how many open deals carry the product, and the next of them to close, as if they carried nothing else."""
    carrying = is_open(day) & col(Deal.id).in_(
        select(col(DealProduct.deal_id)).where(col(DealProduct.product_id) == product_id)
    )
    total = session.scalar(select(func.count()).select_from(Deal).where(carrying)) or 0
    order: tuple[Any, ...] = (func.coalesce(col(Deal.close_date), date.max), col(Deal.id))
    ids = session.scalars(select(col(Deal.id)).where(carrying).order_by(*order).limit(MOST_DEALS)).all()
    found = deals(session, col(Deal.id).in_(ids), None)
    return total, [replace(each, products=_only(each, product_id)) for each in found]


def _only(deal: DealFacts, product_id: int) -> Any:
    return tuple(each for each in deal.products if each.id == product_id)


def _before(now: DealState, then: DealState) -> Before:
    deal = now.deal
    return Before(
        deal.reference, deal.name, deal.amount, deal.currency, _held(now.products[0]), _held(then.products[0])
    )


def _held(state: ProductState) -> Held:
    return Held(state.stops, tuple(_blocked(member, answer) for member, answer in state.blocking))


def _blocked(member: Member, answer: ProductAnswer) -> Blocked:
    reasons = answer.decision.reasons
    return Blocked(member.person_id, member.name, _minutes(reasons), _is_own_work(reasons))


def _minutes(reasons: Iterable[Reason]) -> int:
    return sum(each.minutes for each in reasons)


def _is_own_work(reasons: Sequence[Reason]) -> bool:
    return bool(_minutes(reasons)) and all(each.code in _OWN_WORK for each in reasons)


def _is_asked(state: DealState, number: int) -> bool:
    """Tell whether a requirement asks anything of anybody on a deal."""
    return any(
        answer.products[0].parts[number].decision.decision is not ClearanceDecision.NOT_REQUIRED
        for answer in state.answers
    )
