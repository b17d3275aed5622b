"""What a deal was at a moment: its facts, its products and its team.

Each decision about a deal keeps the deal as it stood then (`snapshot`), so that a question as of a past moment
finds the deal of that moment. Decisions from before name, money, outcome and customer people were kept lack
them; there the stored deal's own stand in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlmodel import Session, col

from app.catalog.models import Product
from app.deals.models import Deal, DealContact, DealMember, DealProduct, Decision
from app.people.models import Person

OWNER = "owner"
DELIVERY = "delivery"
SLIPS_DAYS = 90
"""Days after its close date for which a deal that nobody closed is taken to go on."""

_PLAIN = ("step", "name", "account", "currency", "stage", "region", "industry", "outcome")
_DAYS = ("close_date", "closed_on")
_COLUMNS = (*_PLAIN, *_DAYS, "amount")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a team, with the part they play and who is named as their supervisor."""

    person_id: int
    email: str
    name: str
    role: str
    supervisor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the customer's; `role` is one of the catalogue's customer roles, `note` what they care about."""

    name: str
    role: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DealProductFacts:
    """A product that a deal carries."""

    id: int
    slug: str
    name: str | dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """A deal with its products, its team and the customer's people, as of one moment.

    `outcome` is None while nobody has closed the deal, then "won" or "lost"; `closed_on` is the day of it.
    """

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
    outcome: str | None = None
    closed_on: date | None = None
    contacts: tuple[Contact, ...] = ()

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

    def is_open(self, today: date) -> bool:
        """Tell whether the deal goes on: what `is_open` asks of stored deals."""
        if self.outcome is not None or self.close_date is None:
            return self.outcome is None
        return self.close_date >= (today if self.stage == DELIVERY else _slipped_from(today))


def is_open(today: date) -> ColumnElement[bool]:
    """Choose the deals that go on: nobody has closed them as won or lost, and they are not over by themselves.

    A day that passed does not end a deal that is being sold: it slipped, and whoever is on it goes on talking to the
    customer. It is taken to be over `SLIPS_DAYS` after its day, or once it is delivered and its day has passed, because
    not every CRM says how deals end.
    """
    closes = col(Deal.close_date)
    goes_on = or_(
        closes.is_(None),
        closes >= today,
        and_(col(Deal.stage) != DELIVERY, closes >= _slipped_from(today)),
    )
    return and_(col(Deal.outcome).is_(None), goes_on)


def _slipped_from(today: date) -> date:
    return date.fromordinal(max(today.toordinal() - SLIPS_DAYS, 1))


def deals(session: Session, condition: ColumnElement[bool], as_of: datetime | None) -> list[DealFacts]:
    """Return the deals that `condition` chooses and that existed at `as_of`, as they were; six statements.

    None asks for what is stored, which is what a writing transaction needs: it has not kept its decision yet.
    """
    existed = col(Deal.created_at) <= as_of if as_of else true()
    rows = list(session.scalars(select(Deal).where(condition, existed)))
    ids = [row.id for row in rows if row.id is not None]
    shots = _snapshots(session, ids, as_of) if as_of else {}
    people = _members(session, ids, shots, as_of)
    carried = _products(session, ids, shots)
    met = _contacts(session, ids, shots)
    return [
        _deal(row, shots.get(row.id or 0, {}), carried[row.id or 0], people[row.id or 0], met[row.id or 0])
        for row in rows
    ]


def deals_by_reference(session: Session, references: Collection[str], as_of: datetime) -> dict[str, DealFacts]:
    """Return the deals with these references, by reference."""
    return {each.reference: each for each in deals(session, col(Deal.reference).in_(references), as_of)}


def snapshot(deal: DealFacts) -> dict[str, Any]:
    """Write down what decides: enough to ask again later, as of now."""
    return {
        **{name: getattr(deal, name) for name in _PLAIN},
        **{name: day.isoformat() if (day := getattr(deal, name)) else None for name in _DAYS},
        "amount": str(deal.amount),
        "products": [each.id for each in deal.products],
        "members": [[each.person_id, each.role, each.supervisor_id] for each in deal.members],
        "contacts": [[each.name, each.role, each.note] for each in deal.contacts],
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


def _contacts(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]]
) -> defaultdict[int, list[Contact]]:
    kept = {deal_id: shot["contacts"] for deal_id, shot in shots.items() if "contacts" in shot}
    rows = session.execute(
        select(col(DealContact.deal_id), col(DealContact.name), col(DealContact.role), col(DealContact.note))
        .where(col(DealContact.deal_id).in_([each for each in ids if each not in kept]))
        .order_by(col(DealContact.id))
    )
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    for deal_id, *contact in (*rows, *((deal_id, *each) for deal_id, contacts in kept.items() for each in contacts)):
        found[deal_id].append(Contact(*contact))
    return found


def _deal(
    row: Deal,
    shot: Mapping[str, Any],
    products: Iterable[DealProductFacts],
    members: Iterable[Member],
    contacts: Iterable[Contact],
) -> DealFacts:
    assert row.id is not None  # noqa: S101 (a stored deal has one)
    return DealFacts(
        id=row.id,
        reference=row.reference,
        products=tuple(sorted(products, key=lambda each: each.slug)),
        members=in_order(members),
        contacts=tuple(contacts),
        **{name: _value(name, shot[name]) if name in shot else getattr(row, name) for name in _COLUMNS},
    )


def in_order(members: Iterable[Member]) -> tuple[Member, ...]:
    """Sort a team as every page shows it: its owners first, then by name."""
    return tuple(sorted(members, key=lambda each: (each.role != OWNER, each.name, each.person_id)))


def _value(name: str, kept: Any) -> Any:
    """Read what a decision kept of a column."""
    if name == "amount":
        return Decimal(kept)
    return date.fromisoformat(kept) if name in _DAYS and kept is not None else kept
