"""Who sees which deals, and the lists of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlmodel import Session, col

from app.clock import local_day
from app.deals.facts import DealFacts, deals, is_open
from app.deals.gate import DealState, states
from app.deals.models import Deal, DealMember
from app.errors import NotFoundError
from app.people.models import Person, PersonRole, Role
from app.people.queries import reporting_tree
from app.web.i18n import gettext as _

PAGE = 25
"""Deals on one page."""
MOST_AT_RISK = 500
"""Open deals that are worked out to find those at risk, the next to close first."""
MOST_CANDIDATES = 200
_SEE_ALL = frozenset({Role.COMPLIANCE, Role.ADMIN})


class Viewer(Protocol):
    """Somebody who is signed in."""

    @property
    def id(self) -> int:
        """The person's id."""

    @property
    def email(self) -> str:
        """The person's address."""

    @property
    def name(self) -> str:
        """The person's name."""

    @property
    def roles(self) -> frozenset[Role]:
        """What the person may do."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deals to list; an empty field lets every deal through."""

    text: str = ""
    stage: str = ""
    mine: bool = False
    at_risk: bool = False
    latest_first: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of deals, how many there are in all, and their money by currency."""

    deals: tuple[DealState, ...]
    total: int
    money: tuple[tuple[Decimal, str], ...]


def tree(session: Session, viewer: Viewer) -> list[int]:
    """Return the ids of the people whom a manager leads; nobody for others."""
    return reporting_tree(session, viewer.id) if Role.MANAGER in viewer.roles else []


def listed(session: Session, viewer: Viewer, wanted: Filter, page: int, as_of: datetime) -> Listed:
    """Return one page of the deals that somebody may see, the next to close first, those past their day last."""
    today = local_day(as_of)
    if wanted.at_risk:
        found = all_at_risk(session, viewer, wanted, as_of)
        return Listed(tuple(found[(page - 1) * PAGE : page * PAGE]), len(found), _money([each.deal for each in found]))
    people = [viewer.id] if wanted.mine else _reach(session, viewer)
    condition = and_(_with(people), *_conditions(wanted))
    money = session.execute(
        select(func.sum(col(Deal.amount)), col(Deal.currency), func.count())
        .where(condition)
        .group_by(col(Deal.currency))
    ).all()
    ids = list(
        session.scalars(
            select(col(Deal.id))
            .where(condition)
            .order_by(*_order(today, latest_first=wanted.latest_first))
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        )
    )
    chosen = _in_order(ids, deals(session, col(Deal.id).in_(ids), as_of))
    amounts = tuple((Decimal(row[0]), row[1]) for row in sorted(money, key=lambda row: -row[0]))
    return Listed(tuple(states(session, chosen, as_of)), sum(row[2] for row in money), amounts)


def all_at_risk(session: Session, viewer: Viewer, wanted: Filter, as_of: datetime) -> list[DealState]:
    """Return all pages of the deals at risk that somebody may see, the next to close first unless said otherwise."""
    people = [viewer.id] if wanted.mine else _reach(session, viewer)
    found = at_risk(session, people, as_of, condition=and_(true(), *_conditions(wanted)))
    return found[::-1] if wanted.latest_first else found


def at_risk(
    session: Session, people: Collection[int] | None, as_of: datetime, *, condition: ColumnElement[bool] | None = None
) -> list[DealState]:
    """Return the open deals of `people` (None: of all) that are not cleared, or not until they close; next first."""
    today = local_day(as_of)
    ids = list(
        session.scalars(
            select(col(Deal.id))
            .where(_with(people), is_open(today), true() if condition is None else condition)
            .order_by(*_order(today))
            .limit(MOST_AT_RISK)
        )
    )
    chosen = _in_order(ids, deals(session, col(Deal.id).in_(ids), as_of))
    return [each for each in states(session, chosen, as_of) if each.risk is not None]


def _order(today: date, *, latest_first: bool = False) -> tuple[ColumnElement[Any], ColumnElement[Any], Any]:
    closes = func.coalesce(col(Deal.close_date), date.max)
    return case((closes < today, 1), else_=0), closes.desc() if latest_first else closes, col(Deal.id)


def _in_order(ids: Sequence[int | None], found: Sequence[DealFacts]) -> list[DealFacts]:
    return sorted(found, key=lambda deal: ids.index(deal.id))


def _money(found: Sequence[DealFacts]) -> tuple[tuple[Decimal, str], ...]:
    sums: dict[str, Decimal] = {}
    for deal in found:
        sums[deal.currency] = sums.get(deal.currency, Decimal(0)) + deal.amount
    return tuple(sorted(((amount, currency) for currency, amount in sums.items()), reverse=True))


def _reach(session: Session, viewer: Viewer) -> list[int] | None:
    return None if viewer.roles & _SEE_ALL else [viewer.id, *tree(session, viewer)]


def _with(people: Collection[int] | None) -> ColumnElement[bool]:
    if people is None:
        return true()
    return col(Deal.id).in_(select(col(DealMember.deal_id)).where(col(DealMember.person_id).in_(people)))


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stage:
        found.append(col(Deal.stage) == wanted.stage)
    if wanted.text:
        columns = (col(Deal.name), col(Deal.account), col(Deal.reference))
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A deal that somebody may see, whom that person leads, and whether that person may change it."""

    deal: DealFacts
    led: tuple[int, ...]
    may_change: bool


def opened(session: Session, viewer: Viewer, reference: str, as_of: datetime) -> Opened:
    """Return a deal by its reference. Raises NotFoundError also where it is not this person's to see."""
    found = deals(session, col(Deal.reference) == reference, as_of)
    led = tree(session, viewer)
    if found:
        deal = found[0]
        members = {each.person_id for each in deal.members}
        leads = not members.isdisjoint(led)
        owns = any(each.person_id == viewer.id and each.role == "owner" for each in deal.members)
        if leads or viewer.id in members or viewer.roles & _SEE_ALL:
            return Opened(deal, tuple(led), may_change=leads or owns or Role.ADMIN in viewer.roles)
    raise NotFoundError(_("There is no such deal, or it is not yours to see."))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be put on a deal."""

    id: int
    email: str
    name: str


def as_it_was(session: Session, opened: Opened, as_of: datetime) -> Opened:
    """Return the deal of a past moment to who may see it now. Raises NotFoundError where it was not there yet."""
    found = deals(session, col(Deal.id) == opened.deal.id, as_of)
    if not found:
        raise NotFoundError(_("There is no such deal, or it is not yours to see."))
    return replace(opened, deal=found[0])


def may_put(session: Session, viewer: Viewer, opened: Opened, email: str) -> bool:
    """Tell whether somebody may name a person on a deal: whoever is on it, or one of the candidates."""
    return opened.deal.member(email) is not None or bool(candidates(session, viewer, opened.led, email))


def candidates(
    session: Session,
    viewer: Viewer,
    led: Collection[int],
    email: str | None = None,
    *,
    most: int | None = MOST_CANDIDATES,
) -> list[Candidate]:
    """Return the active people whom somebody may put on deals: those led and those beside; all for administrators.

    With an address, only the person who has it.
    """
    me = select(col(Person.manager_id), col(Person.team_id)).where(col(Person.id) == viewer.id).cte("me")
    beside = or_(
        col(Person.id).in_([viewer.id, *led]),
        col(Person.manager_id).in_(select(me.c.manager_id)),
        col(Person.team_id).in_(select(me.c.team_id)),
    )
    sells = col(Person.id).in_(
        select(col(PersonRole.person_id)).where(col(PersonRole.role).in_([Role.REP, Role.MANAGER]))
    )
    rows = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name))
        .where(
            true() if Role.ADMIN in viewer.roles else beside,
            sells,
            col(Person.deactivated_at).is_(None),
            true() if email is None else col(Person.email) == email,
        )
        .order_by(func.lower(col(Person.name)), col(Person.id))
        .limit(most)
    )
    return [Candidate(*row) for row in rows]
