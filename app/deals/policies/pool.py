"""How many people could act under a policy?"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, union
from sqlmodel import Session, col

from app.certification.holdings import Key
from app.certification.models import Assignment
from app.certification.programs import Program
from app.certification.queries import Record, records_under
from app.clock import local_day
from app.deals.facts import is_open
from app.deals.models import Deal, DealMember, DealProduct
from app.deals.policies.queries import Policy
from app.deals.policies.rules import Pool
from app.deals.queries import on_level
from app.deals.rules import GateRequirement
from app.people.models import Person, PersonRole, Role


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the people who sell a product, or are to, qualify for what is asked everywhere, of every role."""

    qualified: int
    people: int


@dataclass(frozen=True, slots=True)
class _Rep:
    id: int
    region: str | None


def pools(
    session: Session, product_id: int, policy: Policy, program: Program, as_of: datetime, asked: Sequence[int] = ()
) -> list[Pool]:
    """Return the pool of each requirement, as of a moment; `asked` says how many deals each of them asks about."""
    reps = _active_reps(session)
    records = records_under(session, [each.id for each in reps], as_of, {product_id: program})
    found = [_pool(each, reps, records, product_id) for each in policy.requirements]
    return [replace(pool, deals=count) for pool, count in zip(found, asked, strict=True)] if asked else found


def shares(
    session: Session, asked: Mapping[int, Policy], programs: Mapping[int, Program], moment: datetime
) -> dict[int, Share]:
    """Return, by product, how many of those on its open deals or asked to be certified qualify now."""
    concerned = _concerned(session, moment)
    people = set().union(*concerned.values())
    records = records_under(session, sorted(people), moment, programs)
    return {
        product_id: Share(
            sum(_qualifies(records.get((person_id, product_id)), policy) for person_id in concerned[product_id]),
            len(concerned[product_id]),
        )
        for product_id, policy in asked.items()
    }


def known_regions(session: Session) -> list[str]:
    """Return the regions of people and of deals."""
    rows = session.execute(union(select(col(Person.region)), select(col(Deal.region))))
    return sorted(row[0] for row in rows if row[0])


def _active_reps(session: Session) -> list[_Rep]:
    rows = session.execute(
        select(col(Person.id), col(Person.region))
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(PersonRole.role) == Role.REP, col(Person.deactivated_at).is_(None))
    )
    return [_Rep(*row) for row in rows]


def _pool(requirement: GateRequirement, reps: Collection[_Rep], records: Mapping[Key, Record], product_id: int) -> Pool:
    certified = {each.id for each in reps if _has_level(records.get((each.id, product_id)), requirement.level)}
    if not requirement.regions:
        return Pool(len(reps), len(certified), None, None)
    there = {each.id for each in reps if each.region in requirement.regions}
    return Pool(len(reps), len(certified), len(there), len(there & certified))


def _has_level(record: Record | None, level: str) -> bool:
    stands = on_level(record, level) if record else None
    return stands is not None and stands.verdict.allowed


def _qualifies(record: Record | None, policy: Policy) -> bool:
    everywhere = [each for each in policy.requirements if not each.regions and not each.roles]
    return all(_has_level(record, each.level) for each in everywhere or policy.requirements)


def _concerned(session: Session, moment: datetime) -> dict[int, set[int]]:
    """Return, by product, the active people on its open deals, and those who were asked to be certified."""
    on_deals = (
        select(col(DealProduct.product_id), col(DealMember.person_id))
        .join(DealMember, col(DealMember.deal_id) == col(DealProduct.deal_id))
        .join(Deal, col(Deal.id) == col(DealProduct.deal_id))
        .where(is_open(local_day(moment)))
    )
    assigned = select(col(Assignment.product_id), col(Assignment.person_id))
    pairs = union(on_deals, assigned).subquery()
    rows = session.execute(
        select(pairs.c.product_id, pairs.c.person_id)
        .join(Person, col(Person.id) == pairs.c.person_id)
        .where(col(Person.deactivated_at).is_(None))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row.product_id].add(row.person_id)
    return found
