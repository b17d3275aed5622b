"""What a deal was at a moment: its facts, its products and its team.

Each decision about a deal keeps the deal as it stood then (`snapshot`), so that a question as of a past moment
finds the deal of that moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import Session, col

from app.catalog.models import Product
from app.deals.models import Deal, DealMember, DealProduct, Decision
from app.people.models import Person

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a team, with the part they play and who is named as their supervisor."""

    person_id: int
    email: str
    name: str
    role: str
    supervisor_id: int | None = None


@dataclass(frozen=True, slots=True)
class DealProductFacts:
    """A product that a deal carries."""

    id: int
    slug: str
    name: str | dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """A deal with its products and its team, as of one moment."""

    id: int
    reference: str
    name: str
    account: str
    amount: Decimal
    currency: str
    stage: str
    close_date: date | None
    region: str | None
    industry: str | None
    step: int
    products: tuple[DealProductFacts, ...]
    members: tuple[Member, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The products' slugs."""
        return tuple(each.slug for each in self.products)

    @property
    def owner(self) -> Member | None:
        """The member who owns the deal."""
        return next((each for each in self.members if each.role == OWNER), None)

    def member(self, email: str) -> Member | None:
        """Find a member by e-mail address, in lower case."""
        return next((each for each in self.members if each.email == email), None)


def deals(session: Session, condition: ColumnElement[bool], as_of: datetime | None) -> list[DealFacts]:
    """Return the deals that `condition` chooses and that existed at `as_of`, as they were; five statements.

    None asks for what is stored, which is what a writing transaction needs: it has not kept its decision yet.
    """
    existed = col(Deal.created_at) <= as_of if as_of else true()
    rows = list(session.scalars(select(Deal).where(condition, existed)))
    ids = [row.id for row in rows if row.id is not None]
    shots = _snapshots(session, ids, as_of) if as_of else {}
    people = _members(session, ids, shots, as_of)
    carried = _products(session, ids, shots)
    return [_deal(row, shots.get(row.id or 0), carried[row.id or 0], people[row.id or 0]) for row in rows]


def deals_by_reference(session: Session, references: Collection[str], as_of: datetime) -> dict[str, DealFacts]:
    """Return the deals with these references, by reference."""
    return {each.reference: each for each in deals(session, col(Deal.reference).in_(references), as_of)}


def snapshot(deal: DealFacts) -> dict[str, Any]:
    """Write down what decides: enough to ask again later, as of now."""
    return {
        "step": deal.step,
        "stage": deal.stage,
        "region": deal.region,
        "industry": deal.industry,
        "close_date": deal.close_date.isoformat() if deal.close_date else None,
        "products": [each.id for each in deal.products],
        "members": [[each.person_id, each.role, each.supervisor_id] for each in deal.members],
    }


def _snapshots(session: Session, ids: Collection[int], as_of: datetime) -> dict[int, dict[str, Any]]:
    """Return, by deal, how those that changed after `as_of` stood then."""
    changed = select(col(Decision.deal_id)).where(col(Decision.deal_id).in_(ids), col(Decision.decided_at) > as_of)
    newest = (
        select(
            col(Decision.deal_id),
            col(Decision.answer),
            func.row_number()
            .over(
                partition_by=col(Decision.deal_id),
                order_by=(col(Decision.decided_at).desc(), col(Decision.id).desc()),
            )
            .label("age"),
        )
        .where(col(Decision.deal_id).in_(changed), col(Decision.decided_at) <= as_of)
        .subquery()
    )
    rows = session.execute(select(newest.c.deal_id, newest.c.answer).where(newest.c.age == 1))
    return {row.deal_id: row.answer["deal"] for row in rows}


def _members(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]], as_of: datetime | None
) -> defaultdict[int, list[Member]]:
    rows: list[Any] = list(
        session.execute(
            select(
                col(DealMember.deal_id), col(DealMember.person_id), col(DealMember.role), col(DealMember.supervisor_id)
            )
            .where(
                col(DealMember.deal_id).in_([each for each in ids if each not in shots]),
                col(DealMember.added_at) <= as_of if as_of else true(),
            )
            .order_by(col(DealMember.added_at), col(DealMember.person_id))
        )
    )
    rows += [(deal_id, *member) for deal_id, shot in shots.items() for member in shot["members"]]
    people = {
        row.id: row
        for row in session.execute(
            select(col(Person.id), col(Person.email), col(Person.name)).where(
                col(Person.id).in_({row[1] for row in rows})
            )
        )
    }
    found: defaultdict[int, list[Member]] = defaultdict(list)
    for deal_id, person_id, role, supervisor_id in rows:
        person = people[person_id]
        found[deal_id].append(Member(person_id, person.email, person.name, role, supervisor_id))
    return found


def _products(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]]
) -> defaultdict[int, list[DealProductFacts]]:
    carried = {(deal_id, each) for deal_id, shot in shots.items() for each in shot["products"]}
    rows = session.execute(
        select(col(Product.id), col(Product.slug), col(Product.name), col(DealProduct.deal_id))
        .outerjoin(DealProduct, (col(DealProduct.product_id) == col(Product.id)) & col(DealProduct.deal_id).in_(ids))
        .where(col(DealProduct.deal_id).is_not(None) | col(Product.id).in_({each for _, each in carried}))
        .order_by(col(Product.slug))
    )
    found: defaultdict[int, list[DealProductFacts]] = defaultdict(list)
    known: dict[int, DealProductFacts] = {}
    for row in rows:
        product = known.setdefault(row.id, DealProductFacts(row.id, row.slug, row.name))
        if row.deal_id is not None and row.deal_id not in shots:
            found[row.deal_id].append(product)
    for deal_id, product_id in carried:
        found[deal_id].append(known[product_id])
    return found


def _deal(
    row: Deal, shot: Mapping[str, Any] | None, products: Iterable[DealProductFacts], members: Iterable[Member]
) -> DealFacts:
    now: dict[str, Any] = {
        "stage": row.stage,
        "region": row.region,
        "industry": row.industry,
        "close_date": row.close_date,
        "step": row.step,
    }
    if shot:
        closes = shot["close_date"]
        now = {name: shot[name] for name in now} | {"close_date": date.fromisoformat(closes) if closes else None}
    assert row.id is not None  # noqa: S101 (a stored deal has one)
    return DealFacts(
        id=row.id,
        reference=row.reference,
        name=row.name,
        account=row.account,
        amount=row.amount,
        currency=row.currency,
        products=tuple(sorted(products, key=lambda each: each.slug)),
        members=tuple(sorted(members, key=lambda each: (each.role != OWNER, each.name, each.person_id))),
        **now,
    )
