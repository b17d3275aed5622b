"""Every read of incidents: who sees which, the list, and one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.clock import end_of_day
from app.conduct.models import Finding, Violation
from app.deals.incidents.models import Incident, IncidentStatus, Origin
from app.deals.incidents.rules import Case
from app.deals.lists import Viewer, tree
from app.deals.models import Deal, DealMember
from app.errors import NotFoundError
from app.people.models import Person, Role
from app.redlines.checking import rule_set
from app.redlines.queries import known_by
from app.web.i18n import gettext as _

PAGE = 25
"""Incidents on one page."""
MOST_OTHERS = 10
"""Other incidents of a red line that a case names; the newest."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; an empty field lets every one through."""

    product: str = ""
    red_line: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident as a list shows it; `person` and `reference` are empty where none is known."""

    id: int
    title: str
    happened_on: date
    opened_at: datetime
    status: IncidentStatus
    origin: Origin
    red_line: str
    cost: Decimal | None
    currency: str
    product: Text
    person: str
    reference: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One incident with everything that is stored about it."""

    id: int
    title: str
    text: str
    happened_on: date
    origin: Origin
    red_line: str
    cost: Decimal | None
    currency: str
    status: IncidentStatus
    note: str
    product_id: int
    slug: str
    product: Text
    deal_id: int | None
    reference: str
    deal: str
    person_id: int | None
    person: str
    email: str
    finding_id: int | None
    sent_text_id: int | None
    violation_id: int | None
    opened_by: int
    opener: str
    opened_at: datetime
    decider: str
    decided_at: datetime | None


def visible_to(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that somebody may see an incident.

    Compliance sees all, a manager those of the own tree and of the own deals, others what they reported. Nobody sees
    the case of an incident that is about them: who reported it stays unknown to them.
    """
    not_mine = col(Incident.person_id).is_distinct_from(viewer.id)
    if Role.COMPLIANCE in viewer.roles:
        return not_mine
    mine = col(Incident.opened_by) == viewer.id
    if Role.MANAGER not in viewer.roles:
        return and_(not_mine, mine)
    led = tree(session, viewer)
    on_deals = select(col(DealMember.deal_id)).where(col(DealMember.person_id).in_([viewer.id, *led]))
    return and_(not_mine, or_(mine, col(Incident.person_id).in_(led), col(Incident.deal_id).in_(on_deals)))


def listed(session: Session, viewer: Viewer, wanted: Filter, page: int) -> tuple[list[Listed], int]:
    """Return one page of the incidents that somebody may see, the open ones first, and how many there are."""
    seen = and_(visible_to(session, viewer), *_conditions(wanted))
    count = select(func.count()).select_from(Incident).join(Product, col(Product.id) == col(Incident.product_id))
    rows = session.execute(
        _list()
        .where(seen)
        .order_by(col(Incident.status) != IncidentStatus.OPEN, col(Incident.opened_at).desc(), col(Incident.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [Listed(*row) for row in rows], session.scalar(count.where(seen)) or 0


def same_red_line(session: Session, viewer: Viewer, incident: Facts) -> list[Listed]:
    """Return the newest other incidents of the same red line that somebody may see; none where it crossed none."""
    same = and_(
        col(Incident.red_line) == incident.red_line, col(Incident.red_line) != "", col(Incident.id) != incident.id
    )
    seen = and_(visible_to(session, viewer), same)
    rows = session.execute(_list().where(seen).order_by(col(Incident.happened_on).desc()).limit(MOST_OTHERS))
    return [Listed(*row) for row in rows]


def _list() -> Select[*tuple[Any, ...]]:
    return (
        select(
            col(Incident.id),
            col(Incident.title),
            col(Incident.happened_on),
            col(Incident.opened_at),
            col(Incident.status),
            col(Incident.origin),
            col(Incident.red_line),
            col(Incident.cost),
            col(Incident.currency),
            col(Product.name),
            func.coalesce(col(Person.name), ""),
            func.coalesce(col(Deal.reference), ""),
        )
        .join(Product, col(Product.id) == col(Incident.product_id))
        .outerjoin(Person, col(Person.id) == col(Incident.person_id))
        .outerjoin(Deal, col(Deal.id) == col(Incident.deal_id))
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.product:
        found.append(col(Product.slug) == wanted.product)
    if wanted.red_line:
        found.append(col(Incident.red_line) == wanted.red_line)
    if wanted.status in set(IncidentStatus):
        found.append(col(Incident.status) == IncidentStatus(wanted.status))
    return found


def opened(session: Session, viewer: Viewer, incident_id: int) -> Facts:
    """Return an incident. Raises NotFoundError also where it is not this person's to see."""
    return _facts(session, and_(col(Incident.id) == incident_id, visible_to(session, viewer)))


def own(session: Session, person_id: int, incident_id: int) -> Facts:
    """Return a confirmed incident to whom it is about. Raises NotFoundError for any other."""
    confirmed = col(Incident.status) == IncidentStatus.CONFIRMED
    mine = col(Incident.person_id) == person_id
    return _facts(session, and_(col(Incident.id) == incident_id, mine, confirmed))


def told(session: Session, incident_id: int) -> Facts:
    """Return an incident to a page that has asked already who may see it."""
    return _facts(session, col(Incident.id) == incident_id)


_OPENER, _DECIDER = aliased(Person), aliased(Person)


def _facts(session: Session, which: ColumnElement[bool]) -> Facts:
    row = session.execute(
        select(
            col(Incident.id),
            col(Incident.title),
            col(Incident.text),
            col(Incident.happened_on),
            col(Incident.origin),
            col(Incident.red_line),
            col(Incident.cost),
            col(Incident.currency),
            col(Incident.status),
            col(Incident.note),
            col(Incident.product_id),
            col(Product.slug),
            col(Product.name),
            col(Incident.deal_id),
            func.coalesce(col(Deal.reference), ""),
            func.coalesce(col(Deal.name), ""),
            col(Incident.person_id),
            func.coalesce(col(Person.name), ""),
            func.coalesce(col(Person.email), ""),
            col(Incident.finding_id),
            col(Finding.sent_text_id),
            col(Violation.id),
            col(Incident.opened_by),
            col(_OPENER.name),
            col(Incident.opened_at),
            func.coalesce(col(_DECIDER.name), ""),
            col(Incident.decided_at),
        )
        .join(Product, col(Product.id) == col(Incident.product_id))
        .join(_OPENER, col(_OPENER.id) == col(Incident.opened_by))
        .outerjoin(_DECIDER, col(_DECIDER.id) == col(Incident.decided_by))
        .outerjoin(Person, col(Person.id) == col(Incident.person_id))
        .outerjoin(Deal, col(Deal.id) == col(Incident.deal_id))
        .outerjoin(Finding, col(Finding.id) == col(Incident.finding_id))
        .outerjoin(
            Violation,
            or_(
                col(Violation.incident_id) == col(Incident.id),
                and_(col(Violation.finding_id) == col(Incident.finding_id), col(Incident.finding_id).is_not(None)),
            ),
        )
        .where(which)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such incident, or it is not yours to see."))
    return Facts(*row)


def case_of(session: Session, incident: Incident | Facts) -> Case:
    """Return what the decision about an incident depends on; one statement where it is about a deal."""
    members: Sequence[int] = ()
    if incident.deal_id is not None:
        members = session.scalars(
            select(col(DealMember.person_id)).where(col(DealMember.deal_id) == incident.deal_id)
        ).all()
    return Case(
        opened_by=incident.opened_by,
        person_id=incident.person_id,
        status=incident.status,
        team=frozenset(members),
        from_finding=incident.finding_id is not None,
    )


def red_lines_on(session: Session, slug: str, day: date) -> dict[str, Mapping[str, Any]]:
    """Return the red lines of a product, those of its rule packs too, as they were published at the end of a day."""
    then = end_of_day(day)
    documents = rule_set(session, [slug], then).documents
    return {rule["id"]: rule for rule in known_by((dict(each) for each in documents.values()), then)}


def waiting(session: Session, decider_id: int) -> int:
    """Count the incidents that somebody of compliance may decide; one statement."""
    return session.scalar(select(func.count()).select_from(Incident).where(_open_to(decider_id))) or 0


def _open_to(decider_id: int) -> ColumnElement[bool]:
    deals = select(col(DealMember.deal_id)).where(col(DealMember.person_id) == decider_id)
    return and_(
        col(Incident.status) == IncidentStatus.OPEN,
        col(Incident.opened_by) != decider_id,
        col(Incident.person_id).is_distinct_from(decider_id),
        or_(col(Incident.deal_id).is_(None), col(Incident.deal_id).not_in(deals)),
    )


def account(session: Session, email: str, among: Collection[int] | None) -> int | None:
    """Find the account with an address, of somebody who has left too; only one of `among` unless that is None."""
    within = true() if among is None else col(Person.id).in_(among)
    return session.scalar(select(col(Person.id)).where(col(Person.email) == email.strip().lower(), within))
