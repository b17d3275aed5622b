"""What happened since a moment and was not told yet: one statement a kind, however many people there are.

Facts are read from what is stored, so it does not matter when the job ran before, or whether it was killed.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.holdings import extended_through
from app.certification.models import SANCTIONS, CertificationEvent, CertificationEventKind, CertificationPeriod
from app.clock import local_day, site_zone
from app.deals.models import Deal
from app.deals.waivers.models import Waiver
from app.people.models import Person
from app.webhooks.events import EventType, Fact
from app.webhooks.models import WebhookEvent

MOST = 500
"""Facts of one kind that are told together; the rest follows at once."""
LOOKS_BACK = timedelta(days=30)
"""How long the worker may have stood still without anything being lost."""
_ONE_DAY = timedelta(days=1)
_OF_SANCTION = {
    CertificationEventKind.SUSPENDED: EventType.SUSPENDED,
    CertificationEventKind.REINSTATED: EventType.REINSTATED,
    CertificationEventKind.REVOKED: EventType.REVOKED,
}


def facts(session: Session, wanted: Collection[EventType], since: datetime, moment: datetime) -> list[Fact]:
    """Return what happened after `since`, and at most 30 days ago, that nobody was told of; in the order of time."""
    since = max(since, moment - LOOKS_BACK)
    readers = (
        ({EventType.AWARDED}, _awarded),
        ({EventType.EXPIRING}, _expiring),
        ({EventType.EXPIRED}, _expired),
        (set(_OF_SANCTION.values()), _sanctions),
        ({EventType.WAIVER_DECIDED}, _waivers),
    )
    found = [each for kinds, read in readers if kinds & set(wanted) for each in read(session, since, moment)]
    return sorted(found, key=lambda fact: (fact.occurred_at, fact.key))


def _untold(*parts: Any) -> ColumnElement[bool]:
    """Choose what has no event: `parts` make up the name of its fact."""
    name: ColumnElement[str] = literal("")
    for part in parts:
        name += part if isinstance(part, str) else cast(part, String)
    return ~select(col(WebhookEvent.id)).where(col(WebhookEvent.fact) == name).exists()


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), site_zone())


_PERIOD = CertificationPeriod
_PERIOD_COLUMNS = (
    col(_PERIOD.id),
    col(_PERIOD.person_id),
    col(_PERIOD.product_id),
    col(_PERIOD.level),
    col(_PERIOD.number),
    col(_PERIOD.origin),
    col(_PERIOD.window_opens_on),
    col(_PERIOD.valid_through),
    col(_PERIOD.awarded_at),
    col(Person.email),
    col(Product.slug),
)


def _periods() -> Any:
    return (
        select(*_PERIOD_COLUMNS, extended_through(None))
        .join(Person, col(Person.id) == col(_PERIOD.person_id))
        .join(Product, col(Product.id) == col(_PERIOD.product_id))
        .order_by(col(_PERIOD.id))
        .limit(MOST)
    )


def _of_period(row: Any) -> dict[str, Any]:
    return {"rep": row.email, "product": row.slug, "level": row.level or "standard", "period": row.number}


def _certification(row: Any) -> str:
    return f"certification/{row.person_id}/{row.product_id}"


def _awarded(session: Session, since: datetime, moment: datetime) -> Iterator[Fact]:
    rows = session.execute(
        _periods().where(
            col(_PERIOD.awarded_at) > since,
            col(_PERIOD.awarded_at) <= moment,
            _untold("awarded/", col(_PERIOD.id)),
        )
    )
    for row in rows:
        yield Fact(
            key=f"awarded/{row.id}",
            type=EventType.AWARDED,
            subject=_certification(row),
            occurred_at=row.awarded_at,
            data={**_of_period(row), "origin": row.origin.value, "valid_through": row.valid_through.isoformat()},
        )


_LATER = aliased(_PERIOD)


def _latest(today: date) -> list[ColumnElement[bool]]:
    """Choose periods that nothing followed, of active people from whom they were not taken for good."""
    taken = (
        select(col(CertificationEvent.id))
        .where(
            col(CertificationEvent.person_id) == col(_PERIOD.person_id),
            col(CertificationEvent.product_id) == col(_PERIOD.product_id),
            col(CertificationEvent.kind) == CertificationEventKind.REVOKED,
            col(CertificationEvent.at) >= col(_PERIOD.awarded_at),
        )
        .exists()
    )
    followed = (
        select(col(_LATER.id))
        .where(
            col(_LATER.person_id) == col(_PERIOD.person_id),
            col(_LATER.product_id) == col(_PERIOD.product_id),
            col(_LATER.level) == col(_PERIOD.level),
            col(_LATER.number) > col(_PERIOD.number),
            col(_LATER.done_on) <= today,
        )
        .exists()
    )
    return [~followed, ~taken, col(Person.deactivated_at).is_(None)]


def _through() -> ColumnElement[Any]:
    """Return the column of the last valid day; an extension is always a later one."""
    return func.coalesce(extended_through(None), col(_PERIOD.valid_through))


def _expiring(session: Session, since: datetime, moment: datetime) -> Iterator[Fact]:
    today = local_day(moment)
    rows = session.execute(
        _periods().where(
            col(_PERIOD.window_opens_on) <= today,
            or_(col(_PERIOD.window_opens_on) > local_day(since), col(_PERIOD.awarded_at) > since),
            _through() >= today,
            *_latest(today),
            _untold("expiring/", col(_PERIOD.id)),
        )
    )
    for row in rows:
        yield Fact(
            key=f"expiring/{row.id}",
            type=EventType.EXPIRING,
            subject=_certification(row),
            occurred_at=max(_begins(row.window_opens_on), row.awarded_at),
            data={**_of_period(row), "valid_through": (row.extended or row.valid_through).isoformat()},
        )


def _expired(session: Session, since: datetime, moment: datetime) -> Iterator[Fact]:
    today = local_day(moment)
    rows = session.execute(
        _periods().where(
            _through() < today,
            or_(_through() >= local_day(since), col(_PERIOD.awarded_at) > since),
            *_latest(today),
            _untold("expired/", col(_PERIOD.id), "/", _through()),
        )
    )
    for row in rows:
        through = row.extended or row.valid_through
        yield Fact(
            key=f"expired/{row.id}/{through.isoformat()}",
            type=EventType.EXPIRED,
            subject=_certification(row),
            occurred_at=max(_begins(through + _ONE_DAY), row.awarded_at),
            data={**_of_period(row), "valid_through": through.isoformat()},
        )


def _sanctions(session: Session, since: datetime, moment: datetime) -> Iterator[Fact]:
    event = CertificationEvent
    rows = session.execute(
        select(
            col(event.id),
            col(event.person_id),
            col(event.product_id),
            col(event.kind),
            col(event.at),
            col(Person.email),
            col(Product.slug),
        )
        .join(Person, col(Person.id) == col(event.person_id))
        .join(Product, col(Product.id) == col(event.product_id))
        .where(
            col(event.kind).in_(SANCTIONS),
            col(event.at) > since,
            col(event.at) <= moment,
            _untold("sanction/", col(event.id)),
        )
        .order_by(col(event.id))
        .limit(MOST)
    )
    for row in rows:
        yield Fact(
            key=f"sanction/{row.id}",
            type=_OF_SANCTION[row.kind],
            subject=_certification(row),
            occurred_at=row.at,
            data={"rep": row.email, "product": row.slug},
        )


def _waivers(session: Session, since: datetime, moment: datetime) -> Iterator[Fact]:
    rows = session.execute(
        select(
            col(Waiver.id),
            col(Waiver.deal_id),
            col(Waiver.approved),
            col(Waiver.through),
            col(Waiver.break_glass),
            col(Waiver.decided_at),
            col(Person.email),
            col(Product.slug),
            col(Deal.reference),
        )
        .join(Person, col(Person.id) == col(Waiver.person_id))
        .join(Product, col(Product.id) == col(Waiver.product_id))
        .join(Deal, col(Deal.id) == col(Waiver.deal_id))
        .where(
            col(Waiver.approved).is_not(None),
            col(Waiver.decided_at) > since,
            col(Waiver.decided_at) <= moment,
            _untold("waiver/", col(Waiver.id)),
        )
        .order_by(col(Waiver.id))
        .limit(MOST)
    )
    for row in rows:
        yield Fact(
            key=f"waiver/{row.id}",
            type=EventType.WAIVER_DECIDED,
            subject=f"deal/{row.deal_id}",
            occurred_at=row.decided_at,
            data={
                "waiver": row.id,
                "deal": row.reference,
                "rep": row.email,
                "product": row.slug,
                "approved": row.approved,
                "through": row.through.isoformat() if row.approved else None,
                "break_glass": row.break_glass,
            },
        )
