"""Whom a change would touch, before it is made: people, certifications and deals, and texts that were said."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, union
from sqlmodel import Session, col

from app.authoring.verdicts import ASKING
from app.catalog.models import LessonProgress, Verdict
from app.certification.models import Assignment, CertificationPeriod
from app.certification.queries import Record, records
from app.certification.requirements import RequirementKind
from app.certification.rules import Standing
from app.clock import local_day
from app.conduct import rescan
from app.deals.facts import Member, deals, is_open
from app.deals.gate import DealState, covers, states
from app.deals.models import Deal, DealProduct
from app.deals.rules import ClearanceDecision, ProductDecision
from app.redlines.problems import RuleError

_CERTIFIED = frozenset({Standing.CERTIFIED, Standing.RENEWAL_OPEN, Standing.RECERTIFICATION_REQUIRED})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a publication would ask of those who are certified, and by when."""

    verdict: Verdict = Verdict.NONE
    deadline: date | None = None


Money = tuple[tuple[str, Decimal], ...]
"""Sums by currency, in the order of its code."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a publication would touch.

    `certifications` are periods that are not over, `deals` the open ones that carry the product with somebody certified
    on the team. `uncleared` of them are cleared today and would not be any more if nobody had answered at the deadline.
    Both have the sum of their amounts beside them, by currency.
    """

    certified: int
    in_progress: int
    certifications: int
    deals: int
    uncleared: int
    money: Money = ()
    uncleared_money: Money = ()


def reach(session: Session, product_id: int, wish: Wish, moment: datetime) -> Reach:
    """Count what a publication would touch; the statements do not depend on how much that is."""
    today = local_day(moment)
    found = _standings(session, product_id, moment)
    certified = {each.person_id for each in found if each.verdict.standing in _CERTIFIED}
    open_deals = _deals(session, product_id, moment)
    touched = [each for each in open_deals if any(member.person_id in certified for member in each.deal.members)]
    stopping = [each for each in touched if _would_stop(each, product_id, wish)] if _asks(found, wish) else []
    return Reach(
        certified=len(certified),
        in_progress=sum(each.verdict.standing is Standing.IN_PROGRESS for each in found),
        certifications=_periods(session, product_id, today),
        deals=len(touched),
        uncleared=len(stopping),
        money=_money(touched),
        uncleared_money=_money(stopping),
    )


def _money(found: Iterable[DealState]) -> Money:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in found:
        sums[each.deal.currency] += each.deal.amount
    return tuple(sorted(sums.items()))


def _standings(session: Session, product_id: int, moment: datetime) -> list[Record]:
    begun = union(
        *(
            select(col(table.person_id)).where(col(table.product_id) == product_id)
            for table in (CertificationPeriod, Assignment, LessonProgress)
        )
    )
    people = [row[0] for row in session.execute(begun)]
    return list(records(session, people, moment, [product_id]).values())


def _periods(session: Session, product_id: int, today: date) -> int:
    wanted = (col(CertificationPeriod.product_id) == product_id, col(CertificationPeriod.valid_through) >= today)
    return session.scalar(select(func.count()).select_from(CertificationPeriod).where(*wanted)) or 0


def _deals(session: Session, product_id: int, moment: datetime) -> list[DealState]:
    carrying = select(col(DealProduct.deal_id)).where(col(DealProduct.product_id) == product_id)
    return states(session, deals(session, col(Deal.id).in_(carrying) & is_open(local_day(moment)), moment), moment)


def _asks(found: list[Record], wish: Wish) -> bool:
    """Say whether the program asks for something that the verdict asks again."""
    if wish.verdict is Verdict.ATTEST_AGAIN:
        return any(
            each.kind is RequirementKind.ATTESTATION for record in found[:1] for each in record.facts.requirements
        )
    return wish.verdict in ASKING


def _would_stop(state: DealState, product_id: int, wish: Wish) -> bool:
    closes = state.deal.close_date
    if wish.deadline and closes and closes <= wish.deadline:
        return False
    slug = next((each.slug for each in state.deal.products if each.id == product_id), None)
    if slug is None:
        return False
    team = [(member, answer.product(slug)) for member, answer in state.team]
    return covers(team).allowed and not covers(team, _unanswered).allowed


def _unanswered(_member: Member, decision: ProductDecision) -> ProductDecision:
    """Return what the gate would say of somebody who did nothing by the deadline, nor did their supervisor."""
    if decision.decision in (ClearanceDecision.CLEARED, ClearanceDecision.CLEARED_SUPERVISED):
        return replace(decision, decision=ClearanceDecision.NOT_CLEARED, valid_through=None)
    return decision


def trial(session: Session, slug: str, rule: Mapping[str, Any], moment: datetime) -> rescan.Trial | None:
    """Read stored texts with one red line as it is written; None while its phrases cannot be read."""
    try:
        return rescan.trial(session, slug, [rule], moment)
    except RuleError:
        return None
