"""What a deal was at a moment: its facts, its products and its team.

Each decision about a deal keeps the deal as it stood then (`snapshot`), so that a question as of a past moment
finds the deal of that moment. Decisions from before name, money, outcome and customer people were kept lack
them; there the stored deal's own stand in.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, SelectBase, and_, bindparam, func, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import Product
from app.database import rows
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
    return _goes_on(today, _slipped_from(today))


def _goes_on(today: Any, slipped_from: Any) -> ColumnElement[bool]:
    closes = col(Deal.close_date)
    return and_(
        col(Deal.outcome).is_(None),
        or_(closes.is_(None), closes >= today, and_(col(Deal.stage) != DELIVERY, closes >= slipped_from)),
    )


GOES_ON = _goes_on(bindparam("today"), bindparam("slipped_from"))
"""`is_open` for a statement that is built once; its values are `open_on` a day."""


def open_on(today: date) -> dict[str, date]:
    """Return the values with which `GOES_ON` chooses what goes on."""
    return {"today": today, "slipped_from": _slipped_from(today)}


def _slipped_from(today: date) -> date:
    return date.fromordinal(max(today.toordinal() - SLIPS_DAYS, 1))


_EVER = datetime.max.replace(tzinfo=UTC)
_AS_OF: Any = bindparam("as_of")
_LATER = select(1).where(col(Decision.deal_id) == col(Deal.id), col(Decision.decided_at) > _AS_OF)
_DEALS = select(
    col(Deal.id),
    col(Deal.reference),
    *(getattr(Deal, name) for name in _COLUMNS),
    _LATER.correlate(Deal).exists().label("changed"),
).where(col(Deal.created_at) <= _AS_OF)
_NEWEST = (
    select(
        col(Decision.deal_id),
        col(Decision.answer),
        func.row_number()
        .over(partition_by=col(Decision.deal_id), order_by=(col(Decision.decided_at).desc(), col(Decision.id).desc()))
        .label("age"),
    )
    .where(any_of(col(Decision.deal_id), "deals"), col(Decision.decided_at) <= _AS_OF)
    .subquery()
)
_SNAPSHOTS = select(_NEWEST.c.deal_id, _NEWEST.c.answer).where(_NEWEST.c.age == 1)
_MEMBERS = (
    select(
        col(DealMember.deal_id),
        col(DealMember.person_id),
        col(Person.email),
        col(Person.name),
        col(DealMember.role),
        col(DealMember.supervisor_id),
    )
    .join(Person, col(Person.id) == col(DealMember.person_id))
    .where(any_of(col(DealMember.deal_id), "deals"), col(DealMember.added_at) <= _AS_OF)
    .order_by(col(DealMember.added_at), col(DealMember.person_id))
)
_PEOPLE = select(col(Person.id), col(Person.email), col(Person.name)).where(any_of(col(Person.id), "people"))
_CARRIED = (
    select(col(DealProduct.deal_id), col(Product.id), col(Product.slug), col(Product.name))
    .join(Product, col(Product.id) == col(DealProduct.product_id))
    .where(any_of(col(DealProduct.deal_id), "deals"))
)
_PRODUCTS = select(col(Product.id), col(Product.slug), col(Product.name)).where(any_of(col(Product.id), "products"))
_CONTACTS = (
    select(col(DealContact.deal_id), col(DealContact.name), col(DealContact.role), col(DealContact.note))
    .where(any_of(col(DealContact.deal_id), "deals"))
    .order_by(col(DealContact.id))
)


def deals(session: Session, condition: ColumnElement[bool], as_of: datetime | None) -> list[DealFacts]:
    """Return the deals that `condition` chooses and that existed at `as_of`, as they were.

    Four statements, and three more where some of them have changed since. None asks for what is stored, which is what
    a writing transaction needs: it has not kept its decision yet.
    """
    stored = session.execute(_DEALS.where(condition), {"as_of": as_of or _EVER}).all()
    return _with_parts(session, stored, as_of)


def those(*conditions: ColumnElement[bool]) -> SelectBase:
    """Build the statement that `chosen` sends: of deals that these conditions choose, with `bindparam` for values."""
    return _DEALS.where(*conditions)


def chosen(session: Session, statement: SelectBase, as_of: datetime, **values: Any) -> list[DealFacts]:
    """Return the deals of a statement that was built once by `those`, as `deals` does."""
    return _with_parts(session, rows(session, statement, as_of=as_of, **values), as_of)


def _with_parts(session: Session, stored: Sequence[Any], as_of: datetime | None) -> list[DealFacts]:
    shots = _snapshots(session, [row.id for row in stored if row.changed], as_of) if as_of else {}
    ids = [row.id for row in stored]
    people = _members(session, ids, shots, as_of or _EVER)
    carried = _products(session, ids, shots)
    met = _contacts(session, ids, shots)
    return [_deal(row, shots.get(row.id, {}), carried[row.id], people[row.id], met[row.id]) for row in stored]


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


def _snapshots(session: Session, changed: Collection[int], as_of: datetime) -> dict[int, dict[str, Any]]:
    """Return, by deal, how those that changed after `as_of` stood then."""
    found = rows(session, _SNAPSHOTS, deals=changed, as_of=as_of) if changed else ()
    return {row.deal_id: row.answer["deal"] for row in found}


def _members(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]], as_of: datetime
) -> defaultdict[int, list[Member]]:
    found: defaultdict[int, list[Member]] = defaultdict(list)
    for deal_id, *member in rows(session, _MEMBERS, deals=[each for each in ids if each not in shots], as_of=as_of):
        found[deal_id].append(Member(*member))
    wanted = {person_id for shot in shots.values() for person_id, _role, _supervisor in shot["members"]}
    people = {row.id: row for row in rows(session, _PEOPLE, people=wanted)} if wanted else {}
    for deal_id, shot in shots.items():
        for person_id, *part in shot["members"]:
            found[deal_id].append(Member(*people[person_id], *part))
    return found


def _products(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]]
) -> defaultdict[int, list[DealProductFacts]]:
    found: defaultdict[int, list[DealProductFacts]] = defaultdict(list)
    for deal_id, *product in rows(session, _CARRIED, deals=[each for each in ids if each not in shots]):
        found[deal_id].append(DealProductFacts(*product))
    wanted = {product_id for shot in shots.values() for product_id in shot["products"]}
    known = {row.id: DealProductFacts(*row) for row in rows(session, _PRODUCTS, products=wanted)} if wanted else {}
    for deal_id, shot in shots.items():
        found[deal_id] += [known[product_id] for product_id in shot["products"]]
    return found


def _contacts(
    session: Session, ids: Collection[int], shots: Mapping[int, Mapping[str, Any]]
) -> defaultdict[int, list[Contact]]:
    kept = {deal_id: shot["contacts"] for deal_id, shot in shots.items() if "contacts" in shot}
    stored = rows(session, _CONTACTS, deals=[each for each in ids if each not in kept])
    found: defaultdict[int, list[Contact]] = defaultdict(list)
    for deal_id, *contact in (*stored, *((deal_id, *each) for deal_id, contacts in kept.items() for each in contacts)):
        found[deal_id].append(Contact(*contact))
    return found


def _deal(
    row: Any,
    shot: Mapping[str, Any],
    products: Iterable[DealProductFacts],
    members: Iterable[Member],
    contacts: Iterable[Contact],
) -> DealFacts:
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
