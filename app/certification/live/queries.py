"""Every read of live sessions: what programs ask for, the dates that are set, and who came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.catalog.queries import in_force, product_by_slug
from app.catalog.text import Text
from app.certification.asking import LiveSessionRequirement
from app.certification.content import LiveSessionDocument, ProgramDocument
from app.certification.live.models import CalendarFeed, LiveSession, Registration
from app.certification.live.rules import UNDESCRIBED_MINUTES, Seats, Span
from app.database import stored_id
from app.errors import NotFoundError
from app.people.access import digest
from app.people.models import Person, PersonRole, Role
from app.web.i18n import gettext as _

MOST_DATES = 100
"""Dates on one page."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A live session that the program of a product asks for, as the program describes it."""

    product_id: int
    slug: str
    product_name: Text
    key: str
    name: Text
    minutes: int
    presence_percent: int
    checks: int


Names = dict[tuple[int, str], Asked]


def asked_sessions(session: Session, moment: datetime, products: Collection[int] | None = None) -> Names:
    """Return every live session that a program asks for or describes, by product and key; three statements at most."""
    versions = in_force(session, [ContentKind.PROGRAM], moment, products=products)
    known = {
        row.id: row
        for row in session.execute(
            select(col(Product.id), col(Product.slug), col(Product.name)).where(
                col(Product.id).in_([each.product_id for each in versions]), col(Product.retired_at).is_(None)
            )
        )
    }
    found: Names = {}
    for version in versions:
        if version.product_id in known:
            product = known[version.product_id]
            for each in described(version.document):
                found[version.product_id, each.id] = Asked(
                    product_id=version.product_id,
                    slug=product.slug,
                    product_name=product.name,
                    key=each.id,
                    name=each.name,
                    minutes=each.minutes,
                    presence_percent=each.presence_percent,
                    checks=each.checks,
                )
    return found


def described(document: dict[str, Any]) -> list[LiveSessionDocument]:
    """Return the live sessions of a program's document, those too that it asks for and does not describe."""
    program = ProgramDocument.model_validate(document)
    known = {each.id: each for each in program.live_sessions}
    asked = [each.live_session for each in program.every() if isinstance(each, LiveSessionRequirement)]
    missing = [each for each in dict.fromkeys(asked) if each not in known]
    return [
        *known.values(),
        *(LiveSessionDocument(id=each, name=each, minutes=UNDESCRIBED_MINUTES) for each in missing),
    ]


def asked_of(session: Session, slug: str, moment: datetime) -> list[Asked]:
    """Return the live sessions of one product. Raises NotFoundError for an unknown product."""
    product = product_by_slug(session, slug)
    if product is None:
        raise NotFoundError(_("There is no such product."))
    return list(asked_sessions(session, moment, [stored_id(product)]).values())


def asked(session: Session, slug: str, key: str, moment: datetime) -> Asked:
    """Return one live session of a product. Raises NotFoundError where no program asks for it."""
    for each in asked_of(session, slug, moment):
        if each.key == key:
            return each
    raise NotFoundError(_("The product’s program asks for no such live session."))


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a live session, with its seats and what it is to one person: registered, waiting, or neither."""

    id: int
    product_id: int
    slug: str
    product_name: Text
    key: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    place: str
    join_url: str
    note: str
    capacity: int | None
    presence_percent: int
    parts: int
    sequence: int
    changed_at: datetime
    uid: str
    cancelled_at: datetime | None
    cancel_reason: str
    host_id: int
    host_name: str
    host_email: str
    host_left: bool
    seated: int
    waiting: int
    registered_at: datetime | None
    seated_at: datetime | None
    place_in_line: int
    name: Text = ""

    @property
    def span(self) -> Span:
        """When it is, and its parts."""
        return Span(self.starts_at, self.ends_at, self.parts)

    @property
    def seats(self) -> Seats:
        """How many seats there are, are given, and are waited for."""
        return Seats(self.capacity, self.seated, self.waiting)


_COLUMNS = (
    "id",
    "product_id",
    "key",
    "title",
    "starts_at",
    "ends_at",
    "timezone",
    "place",
    "join_url",
    "note",
    "capacity",
    "presence_percent",
    "parts",
    "sequence",
    "changed_at",
    "uid",
    "cancelled_at",
    "cancel_reason",
    "host_id",
)


_MINE = aliased(Registration)
_HOST = aliased(Person)


def dates(
    session: Session, person_id: int, moment: datetime, *conditions: Any, newest_first: bool = False
) -> list[Date]:
    """Return dates that meet `conditions` as one person sees them; four statements, however many there are.

    `moment` decides which program gives them their names.
    """
    ahead = (
        _registrations(col(Registration.seated_at).is_(None), col(Registration.id) <= _MINE.id)
        if person_id
        else _registrations(col(Registration.seated_at).is_(None))
    )
    order = col(LiveSession.starts_at).desc() if newest_first else col(LiveSession.starts_at)
    rows = session.execute(
        select(
            *(col(getattr(LiveSession, name)) for name in _COLUMNS),
            col(Product.slug),
            col(Product.name).label("product_name"),
            col(_HOST.name).label("host_name"),
            col(_HOST.email).label("host_email"),
            col(_HOST.deactivated_at).is_not(None).label("host_left"),
            _registrations(col(Registration.seated_at).is_not(None)).label("seated"),
            _registrations(col(Registration.seated_at).is_(None)).label("waiting"),
            col(_MINE.registered_at),
            col(_MINE.seated_at),
            ahead.label("place_in_line"),
        )
        .join(Product, col(Product.id) == col(LiveSession.product_id))
        .join(_HOST, col(_HOST.id) == col(LiveSession.host_id))
        .outerjoin(
            _MINE,
            and_(
                col(_MINE.live_session_id) == col(LiveSession.id),
                col(_MINE.person_id) == person_id,
                col(_MINE.cancelled_at).is_(None),
            ),
        )
        .where(*conditions)
        .order_by(order, col(LiveSession.id))
        .limit(MOST_DATES)
    ).mappings()
    found = [dict(row) for row in rows]
    names = asked_sessions(session, moment, {row["product_id"] for row in found}) if found else {}
    return [Date(**row, name=_name(names, row)) for row in found]


def _name(names: Names, row: dict[str, Any]) -> Text:
    asked = names.get((row["product_id"], row["key"]))
    return asked.name if asked else str(row["title"])


def _registrations(*conditions: Any) -> Any:
    """Count the open registrations of a date; who can no longer sign in takes no seat."""
    return (
        select(func.count())
        .select_from(Registration)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.live_session_id) == col(LiveSession.id),
            col(Registration.cancelled_at).is_(None),
            col(Person.deactivated_at).is_(None),
            *conditions,
        )
        .correlate_except(Registration, Person)
        .scalar_subquery()
    )


def next_dates(session: Session, person_id: int, moment: datetime) -> list[Date]:
    """Return what a person is registered for or hosts and is not over, the next first."""
    return dates(session, person_id, moment, upcoming(moment), or_(of_person(person_id), hosted_by(person_id)))


def seats_to_come(session: Session, person_id: int, moment: datetime) -> dict[tuple[int, str], date]:
    """Return the day, where the session is held, of the next date that a person has a seat in, by product and key."""
    rows = session.execute(
        select(col(LiveSession.product_id), col(LiveSession.key), col(LiveSession.starts_at), col(LiveSession.timezone))
        .where(upcoming(moment), of_person(person_id, seated=True))
        .order_by(col(LiveSession.starts_at).desc())
    )
    return {(row.product_id, row.key): row.starts_at.astimezone(ZoneInfo(row.timezone)).date() for row in rows}


def date_of(session: Session, session_id: int, person_id: int, moment: datetime) -> Date:
    """Return one date as a person sees it. Raises NotFoundError."""
    found = dates(session, person_id, moment, col(LiveSession.id) == session_id)
    if not found:
        raise NotFoundError(_("There is no such live session."))
    return found[0]


def upcoming(moment: datetime) -> Any:
    """Give the condition of dates that are not over and not cancelled."""
    return and_(col(LiveSession.ends_at) >= moment, col(LiveSession.cancelled_at).is_(None))


def of_person(person_id: int, *, seated: bool = False) -> Any:
    """Give the condition of dates that a person is registered for, or has a seat in."""
    query = select(col(Registration.live_session_id)).where(
        col(Registration.person_id) == person_id, col(Registration.cancelled_at).is_(None)
    )
    return col(LiveSession.id).in_(query.where(col(Registration.seated_at).is_not(None)) if seated else query)


def hosted_by(person_id: int) -> Any:
    """Give the condition of dates that a person hosts."""
    return col(LiveSession.host_id) == person_id


def locked(session: Session, session_id: int) -> LiveSession:
    """Return a date that nobody else can write to, or register for, before this transaction ends."""
    found = session.scalar(select(LiveSession).where(col(LiveSession.id) == session_id).with_for_update())
    if found is None:
        raise NotFoundError(_("There is no such live session."))
    return found


def twin(session: Session, asked: Asked, starts_at: datetime, host_id: int) -> LiveSession | None:
    """Return the date that a host has set for this time already; nobody else sets one for this product meanwhile."""
    session.execute(select(col(Product.id)).where(col(Product.id) == asked.product_id).with_for_update(key_share=True))
    return session.scalar(
        select(LiveSession).where(
            col(LiveSession.product_id) == asked.product_id,
            col(LiveSession.key) == asked.key,
            col(LiveSession.starts_at) == starts_at,
            col(LiveSession.host_id) == host_id,
            col(LiveSession.cancelled_at).is_(None),
        )
    )


def seats(session: Session, live: LiveSession) -> Seats:
    """Count the seats of a date."""
    row = session.execute(
        select(
            _registrations(col(Registration.seated_at).is_not(None)),
            _registrations(col(Registration.seated_at).is_(None)),
        ).where(col(LiveSession.id) == live.id)
    ).one()
    return Seats(live.capacity, row[0], row[1])


class Registered(NamedTuple):
    """Somebody who is registered for a date."""

    registration: Registration
    person: Person


def registered(session: Session, session_id: int, *, person_id: int | None = None) -> list[Registered]:
    """Return the open registrations of active people for a date in their order, those of one person if given."""
    query = (
        select(Registration, Person)
        .join(Person, col(Person.id) == col(Registration.person_id))
        .where(
            col(Registration.live_session_id) == session_id,
            col(Registration.cancelled_at).is_(None),
            col(Person.deactivated_at).is_(None),
        )
        .order_by(col(Registration.id))
    )
    if person_id is not None:
        query = query.where(col(Registration.person_id) == person_id)
    return [Registered(*row) for row in session.execute(query)]


class Host(NamedTuple):
    """Somebody who can host a session."""

    id: int
    name: str
    email: str


def hosts(session: Session) -> list[Host]:
    """Return the active trainers by name."""
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(Person.email))
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(PersonRole.role) == Role.TRAINER, col(Person.deactivated_at).is_(None))
        .order_by(func.lower(col(Person.name)), col(Person.id))
    )
    return [Host(*row) for row in rows]


def feed_of(session: Session, person_id: int) -> datetime | None:
    """Return since when a person's calendar has its address, or None where it has none."""
    return session.scalar(select(col(CalendarFeed.created_at)).where(col(CalendarFeed.person_id) == person_id))


class Reader(NamedTuple):
    """Whose calendar it is."""

    id: int
    name: str
    locale: str


def feed_reader(session: Session, secret: str) -> Reader | None:
    """Find the active person whose calendar has this secret."""
    row = session.execute(
        select(col(Person.id), col(Person.name), col(Person.locale))
        .join(CalendarFeed, col(CalendarFeed.person_id) == col(Person.id))
        .where(col(CalendarFeed.digest) == digest(secret), col(Person.deactivated_at).is_(None))
    ).first()
    return Reader(*row) if row else None


def feed_dates(session: Session, person_id: int, since: datetime, moment: datetime) -> list[Date]:
    """Return the dates of a person's calendar that end after `since`: seats and what they host, cancelled or not."""
    concerned = or_(of_person(person_id, seated=True), hosted_by(person_id))
    return dates(session, person_id, moment, concerned, col(LiveSession.ends_at) >= since, newest_first=True)
