"""Exceptions with the names of everybody who had a part in them: who sees which, the ledger and what waits."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.deals.facts import OWNER
from app.deals.lists import Viewer, tree
from app.deals.models import Deal, DealMember
from app.deals.waivers.models import Review, Waiver
from app.deals.waivers.rules import WaiverState, lapses_soon, state
from app.errors import NotFoundError
from app.people.models import Person, Role
from app.web.i18n import gettext as _

PAGE = 25
"""Exceptions on one page of the ledger."""
ON_DEAL = 100
"""Exceptions that are looked at on one deal."""
LARGEST_FILE = 10_000
"""Lines of the ledger as a file."""
MOST_WAITING = 100
"""Requests that the queue shows, the oldest first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which exceptions to list; an empty field lets every one through."""

    text: str = ""
    state: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An exception with the deal, the person, the product, and everybody who had a part in it."""

    id: int
    deal_id: int
    reference: str
    deal: str
    account: str
    amount: Decimal
    currency: str
    outcome: str | None
    person_id: int
    person: str
    email: str
    product_id: int
    slug: str
    product: Text
    reason: str
    codes: list[str]
    through: date
    break_glass: bool
    asked_by: int
    asker: str
    asked_at: datetime
    approved: bool | None
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    answer: str
    ended_by: int | None
    ender: str | None
    ended_at: datetime | None
    ended_because: str
    review: Review | None
    reviewer: str | None
    reviewed_at: datetime | None
    review_note: str

    def state(self, today: date) -> WaiverState:
        """Say where it stands on a day."""
        return state(approved=self.approved, ended=self.ended_at is not None, through=self.through, today=today)

    def lapses_soon(self, today: date) -> bool:
        """Tell whether it holds, and ends within days."""
        return self.state(today) is WaiverState.HOLDS and lapses_soon(self.through, today)

    @property
    def to_review(self) -> bool:
        """Whether it was given in an emergency and nobody has reviewed it."""
        return self.break_glass and self.review is None


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody sees: everything, or what they and the people whom they lead have a part in."""

    person_id: int
    everything: bool
    led: frozenset[int]


def reach(session: Session, viewer: Viewer) -> Reach:
    """Return what somebody sees; one statement for managers."""
    everything = bool(viewer.roles & {Role.COMPLIANCE, Role.ADMIN})
    return Reach(viewer.id, everything, frozenset(tree(session, viewer)))


def listed(session: Session, seen: Reach, wanted: Filter, today: date, page: int) -> tuple[list[Listed], int]:
    """Return one page of the ledger, the newest first, and how many there are in all."""
    condition = and_(visible(seen), *_conditions(wanted, today))
    count = _count(session, condition)
    query = _newest(condition).limit(PAGE).offset((page - 1) * PAGE)
    return _read(session, query), count


def every(session: Session, seen: Reach, wanted: Filter, today: date) -> list[Listed]:
    """Return the ledger as it goes into a file, the newest first."""
    return _read(session, _newest(and_(visible(seen), *_conditions(wanted, today))).limit(LARGEST_FILE))


def of_deal(session: Session, deal_id: int) -> list[Listed]:
    """Return the exceptions on one deal, the newest first."""
    return _read(session, _newest(col(Waiver.deal_id) == deal_id).limit(ON_DEAL))


def waiting(session: Session, seen: Reach, today: date) -> list[Listed]:
    """Return what nobody has decided, the oldest first."""
    condition = and_(visible(seen), is_waiting(today))
    query = _query().where(condition).order_by(col(Waiver.asked_at), col(Waiver.id)).limit(MOST_WAITING)
    return _read(session, query)


def to_review(session: Session) -> list[Listed]:
    """Return what was given in an emergency and not reviewed, the oldest first."""
    query = _query().where(is_to_review()).order_by(col(Waiver.asked_at), col(Waiver.id)).limit(MOST_WAITING)
    return _read(session, query)


def opened(session: Session, seen: Reach, waiver_id: int) -> Listed:
    """Return one exception. Raises NotFoundError also where it is not this person's to see."""
    found = _read(session, _query().where(col(Waiver.id) == waiver_id, visible(seen)))
    if not found:
        raise NotFoundError(_("There is no such exception, or it is not yours to see."))
    return found[0]


def before(session: Session, one: Listed) -> int:
    """Count the exceptions that were given earlier to the same person for the same product on the same deal."""
    return _count(
        session,
        and_(
            col(Waiver.deal_id) == one.deal_id,
            col(Waiver.person_id) == one.person_id,
            col(Waiver.product_id) == one.product_id,
            col(Waiver.approved).is_(True),
            col(Waiver.id) < one.id,
        ),
    )


def is_closed(session: Session, deal_id: int) -> bool:
    """Tell whether a deal is won or lost."""
    return session.scalar(select(col(Deal.outcome)).where(col(Deal.id) == deal_id)) is not None


def is_waiting(today: date) -> ColumnElement[bool]:
    """Return the condition that nobody has decided, and that there is still something to decide."""
    return and_(col(Waiver.approved).is_(None), col(Waiver.ended_at).is_(None), col(Waiver.through) >= today)


def is_to_review() -> ColumnElement[bool]:
    """Return the condition that an exception was given in an emergency and not reviewed."""
    return and_(col(Waiver.break_glass).is_(True), col(Waiver.review).is_(None))


def visible(seen: Reach) -> ColumnElement[bool]:
    """Return the condition that somebody may see an exception."""
    if seen.everything:
        return true()
    me = seen.person_id
    owned = select(col(DealMember.deal_id)).where(col(DealMember.person_id) == me, col(DealMember.role) == OWNER)
    parts = [
        col(Waiver.asked_by) == me,
        col(Waiver.person_id) == me,
        col(Waiver.decided_by) == me,
        col(Waiver.deal_id).in_(owned),
    ]
    if seen.led:
        led = list(seen.led)
        of_team = select(col(DealMember.deal_id)).where(col(DealMember.person_id).in_(led))
        parts += [col(Waiver.person_id).in_(led), col(Waiver.asked_by).in_(led), col(Waiver.deal_id).in_(of_team)]
    return or_(*parts)


def _conditions(wanted: Filter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        columns = (col(Deal.name), col(Deal.account), col(Deal.reference), col(Person.name))
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    if wanted.product:
        found.append(col(Product.slug) == wanted.product)
    if wanted.state == "break_glass":
        found.append(col(Waiver.break_glass).is_(True))
    elif wanted.state == "to_review":
        found.append(is_to_review())
    elif wanted.state in set(WaiverState):
        found.append(_in_state(WaiverState(wanted.state), today))
    return found


def _in_state(wanted: WaiverState, today: date) -> ColumnElement[bool]:
    """Return what `rules.state` says, as a condition."""
    undecided, ended = col(Waiver.approved).is_(None), col(Waiver.ended_at).is_not(None)
    given, past = col(Waiver.approved).is_(True), col(Waiver.through) < today
    return {
        WaiverState.WAITING: and_(undecided, ~ended, ~past),
        WaiverState.MISSED: and_(undecided, ~ended, past),
        WaiverState.WITHDRAWN: and_(undecided, ended),
        WaiverState.REFUSED: col(Waiver.approved).is_(False),
        WaiverState.ENDED: and_(given, ended),
        WaiverState.HOLDS: and_(given, ~ended, ~past),
        WaiverState.OVER: and_(given, ~ended, past),
    }[wanted]


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(Waiver)
        .join(Deal, col(Deal.id) == col(Waiver.deal_id))
        .join(Person, col(Person.id) == col(Waiver.person_id))
        .join(Product, col(Product.id) == col(Waiver.product_id))
    )
    return session.scalar(query.where(condition)) or 0


def _newest(condition: ColumnElement[bool]) -> Select[Any]:
    return _query().where(condition).order_by(col(Waiver.asked_at).desc(), col(Waiver.id).desc())


_ASKER, _DECIDER, _ENDER, _REVIEWER = aliased(Person), aliased(Person), aliased(Person), aliased(Person)


def _query() -> Select[Any]:
    columns: tuple[Any, ...] = (
        col(Waiver.id),
        col(Waiver.deal_id),
        col(Deal.reference),
        col(Deal.name).label("deal"),
        col(Deal.account),
        col(Deal.amount),
        col(Deal.currency),
        col(Deal.outcome),
        col(Waiver.person_id),
        col(Person.name).label("person"),
        col(Person.email),
        col(Waiver.product_id),
        col(Product.slug),
        col(Product.name).label("product"),
        col(Waiver.reason),
        col(Waiver.codes),
        col(Waiver.through),
        col(Waiver.break_glass),
        col(Waiver.asked_by),
        col(_ASKER.name).label("asker"),
        col(Waiver.asked_at),
        col(Waiver.approved),
        col(Waiver.decided_by),
        col(_DECIDER.name).label("decider"),
        col(Waiver.decided_at),
        col(Waiver.answer),
        col(Waiver.ended_by),
        col(_ENDER.name).label("ender"),
        col(Waiver.ended_at),
        col(Waiver.ended_because),
        col(Waiver.review),
        col(_REVIEWER.name).label("reviewer"),
        col(Waiver.reviewed_at),
        col(Waiver.review_note),
    )
    return (
        select(*columns)
        .join(Deal, col(Deal.id) == col(Waiver.deal_id))
        .join(Person, col(Person.id) == col(Waiver.person_id))
        .join(Product, col(Product.id) == col(Waiver.product_id))
        .join(_ASKER, col(_ASKER.id) == col(Waiver.asked_by))
        .outerjoin(_DECIDER, col(_DECIDER.id) == col(Waiver.decided_by))
        .outerjoin(_ENDER, col(_ENDER.id) == col(Waiver.ended_by))
        .outerjoin(_REVIEWER, col(_REVIEWER.id) == col(Waiver.reviewed_by))
    )


def _read(session: Session, query: Select[Any]) -> list[Listed]:
    return [Listed(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the charts count: when one was asked for, for which product, and what came of it."""

    asked_at: datetime
    approved: bool | None
    ended: bool
    break_glass: bool
    slug: str
    product: Text


def since(session: Session, seen: Reach, moment: datetime) -> list[Counted]:
    """Return what was asked for or given since a moment; one statement."""
    rows = session.execute(
        select(
            col(Waiver.asked_at),
            col(Waiver.approved),
            col(Waiver.ended_at).is_not(None),
            col(Waiver.break_glass),
            col(Product.slug),
            col(Product.name),
        )
        .join(Product, col(Product.id) == col(Waiver.product_id))
        .where(visible(seen), col(Waiver.asked_at) >= moment)
        .order_by(col(Waiver.asked_at))
    )
    return [Counted(*row) for row in rows]


def products(session: Session, seen: Reach) -> list[tuple[str, Text]]:
    """Return the products for which there are exceptions, to choose from."""
    rows = session.execute(
        select(col(Product.slug), col(Product.name))
        .where(col(Product.id).in_(select(col(Waiver.product_id)).where(visible(seen))))
        .order_by(col(Product.slug))
    )
    return [(row.slug, row.name) for row in rows]
