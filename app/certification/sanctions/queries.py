"""Every read of sanctions and appeals: what was decided about whom, what stands, and what waits for a decision."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.models import Appeal, AppealOutcome, CertificationEvent, CertificationEventKind
from app.certification.sanctions.rules import (
    STEP_OF,
    AppealState,
    Asked,
    Decided,
    Preset,
    Taken,
    appeal_until,
)
from app.clock import local_day
from app.errors import NotFoundError
from app.people.models import Person
from app.web.i18n import gettext as _

MOST_DECIDED = 50
"""Decided appeals on the list; the newest."""


@dataclass(frozen=True, slots=True)
class AppealFacts:
    """An appeal with what was answered, and by whom."""

    id: int
    text: str
    asked_at: datetime
    decide_by: date
    outcome: AppealOutcome | None
    answer: str
    decided_at: datetime | None
    decided_by: str | None

    @property
    def asked(self) -> Asked:
        """The appeal as the rules see it."""
        return Asked(self.decide_by, self.outcome)

    def state(self, today: date) -> AppealState:
        """Tell where it stands on a day."""
        return self.asked.state(today)


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision about a certification, with who took it and the appeal against it.

    `stands` until it is lifted or a later sanction takes its place; `person` and `decider` are names.
    """

    id: int
    person_id: int
    person: str
    product_id: int
    slug: str
    product: str | dict[str, str]
    kind: CertificationEventKind
    reason: str
    preset: Preset | None
    red_line: str | dict[str, str] | None
    case: str
    deadline: date | None
    at: datetime
    by: str
    by_id: int | None
    decider: str
    appeal: AppealFacts | None
    stands: bool = False

    @property
    def decided(self) -> Decided:
        """The decision as the rules of an appeal see it."""
        return Decided(self.kind, self.person_id, local_day(self.at), self.by, self.by_id, self.stands)

    @property
    def appeal_until(self) -> date:
        """The last day for an appeal."""
        return appeal_until(local_day(self.at))


def history(
    session: Session, person_id: int, products: Collection[int] | None = None, as_of: datetime | None = None
) -> list[Entry]:
    """Return everything that was decided about a person's certifications, the newest first; one statement.

    With `as_of`, as it was known at that moment, and as far as appeals had come then.
    """
    wanted = _entries().where(col(CertificationEvent.person_id) == person_id)
    if as_of is not None:
        wanted = wanted.where(col(CertificationEvent.at) <= as_of)
    if products is not None:
        wanted = wanted.where(col(CertificationEvent.product_id).in_(products))
    found = _with_standing(_entry(row) for row in session.execute(wanted).mappings())
    return found if as_of is None else [replace(each, appeal=_then(each.appeal, as_of)) for each in found]


def _then(appeal: AppealFacts | None, as_of: datetime) -> AppealFacts | None:
    """Think away what became of an appeal later."""
    if appeal is None or appeal.asked_at > as_of:
        return None
    if appeal.decided_at is not None and appeal.decided_at > as_of:
        return replace(appeal, outcome=None, answer="", decided_at=None, decided_by=None)
    return appeal


def standing_of(entries: Iterable[Entry]) -> dict[int, Entry]:
    """Return the sanction that stands for each product that has one."""
    return {each.product_id: each for each in entries if each.stands}


def own_entry(session: Session, person_id: int, event_id: int) -> Entry:
    """Return a sanction of a person's own. Raises NotFoundError for somebody else's, or what is none."""
    for each in history(session, person_id):
        if each.id == event_id and each.kind in STEP_OF:
            return each
    raise NotFoundError(_("There is no such decision about a certification of yours."))


def open_spots(entries: Iterable[Entry]) -> dict[int, date]:
    """Return the deadline of the spot recertification that stands, by product, whether or not it was met."""
    return {
        product_id: each.deadline
        for product_id, each in standing_of(entries).items()
        if each.kind is CertificationEventKind.RECERTIFICATION and each.deadline is not None
    }


def steps_taken(entries: Iterable[Entry]) -> list[Taken]:
    """Return the steps of the ladder among decisions, as many products as there are.

    One is overturned where an appeal was granted, or where it was lifted because it was unfounded.
    """
    taken: list[Taken] = []
    lifted: dict[int, Entry] = {}
    for each in entries:
        if each.kind is CertificationEventKind.REINSTATED:
            lifted[each.product_id] = each
        elif each.kind in STEP_OF:
            end = lifted.get(each.product_id)
            granted = each.appeal is not None and each.appeal.outcome is AppealOutcome.GRANTED
            unfounded = end is not None and end.preset is Preset.UNFOUNDED
            taken.append(Taken(STEP_OF[each.kind], local_day(each.at), overturned=granted or unfounded))
    return taken


def newest_event(session: Session, person_id: int, product_id: int) -> int:
    """Return the id of what was decided last, 0 where nothing was: what a page has seen."""
    newest = select(func.max(col(CertificationEvent.id))).where(
        col(CertificationEvent.person_id) == person_id, col(CertificationEvent.product_id) == product_id
    )
    return session.scalar(newest) or 0


def appealed(session: Session, appeal_id: int) -> Entry:
    """Return the decision that an appeal is about. Raises NotFoundError."""
    row = session.execute(
        select(col(Appeal.event_id), col(Appeal.person_id)).where(col(Appeal.id) == appeal_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such appeal."))
    return next(each for each in history(session, row.person_id) if each.id == row.event_id)


@dataclass(frozen=True, slots=True)
class Queue:
    """The appeals: those to be decided, the most urgent first, and the newest of those that are closed."""

    open: Sequence[Entry]
    closed: Sequence[Entry]


def queue(session: Session) -> Queue:
    """Return the appeals; two statements. `stands` is not worked out here."""
    asked = _entries().where(col(Appeal.id).is_not(None)).order_by(None)
    waiting = asked.where(col(Appeal.outcome).is_(None)).order_by(col(Appeal.decide_by), col(Appeal.id))
    closed = asked.where(col(Appeal.outcome).is_not(None)).order_by(col(Appeal.decided_at).desc(), col(Appeal.id))
    return Queue(
        [_entry(row) for row in session.execute(waiting).mappings()],
        [_entry(row) for row in session.execute(closed.limit(MOST_DECIDED)).mappings()],
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many appeals somebody may decide, and how many of them are overdue."""

    count: int
    overdue: int


def waiting(session: Session, person_id: int, email: str, today: date) -> Waiting:
    """Count the appeals that wait for somebody who neither took the decision nor is concerned; one statement."""
    rows = session.execute(
        select(col(Appeal.decide_by), func.count())
        .join(CertificationEvent, col(CertificationEvent.id) == col(Appeal.event_id))
        .where(
            col(Appeal.outcome).is_(None),
            col(Appeal.person_id) != person_id,
            col(CertificationEvent.by_id).is_distinct_from(person_id),
            func.lower(col(CertificationEvent.by)) != email.lower(),
        )
        .group_by(col(Appeal.decide_by))
    ).all()
    return Waiting(sum(row[1] for row in rows), sum(row[1] for row in rows if row[0] < today))


_HOLDER, _AUTHOR, _DECIDER = aliased(Person), aliased(Person), aliased(Person)


def _entries() -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = select(
        CertificationEvent,
        Appeal,
        col(_HOLDER.name).label("person"),
        col(Product.slug),
        col(Product.name).label("product"),
        func.coalesce(col(_AUTHOR.name), col(CertificationEvent.by)).label("decider"),
        func.coalesce(col(_DECIDER.name), col(Appeal.decided_by)).label("appeal_decider"),
    )
    return (
        found.join(_HOLDER, col(_HOLDER.id) == col(CertificationEvent.person_id))
        .join(Product, col(Product.id) == col(CertificationEvent.product_id))
        .outerjoin(_AUTHOR, col(_AUTHOR.email) == col(CertificationEvent.by))
        .outerjoin(Appeal, col(Appeal.event_id) == col(CertificationEvent.id))
        .outerjoin(_DECIDER, col(_DECIDER.email) == col(Appeal.decided_by))
        .order_by(col(CertificationEvent.at).desc(), col(CertificationEvent.id).desc())
        .execution_options(populate_existing=True)
    )


def _entry(row: Any) -> Entry:
    event: CertificationEvent = row["CertificationEvent"]
    appeal: Appeal | None = row["Appeal"]
    return Entry(
        id=event.id or 0,
        person_id=event.person_id,
        person=row["person"],
        product_id=event.product_id,
        slug=row["slug"],
        product=row["product"],
        kind=event.kind,
        reason=event.reason,
        preset=Preset(event.preset) if event.preset in set(Preset) else None,
        red_line=event.red_line,
        case=event.case,
        deadline=event.deadline,
        at=event.at,
        by=event.by,
        by_id=event.by_id,
        decider=row["decider"],
        appeal=_appeal(appeal, row["appeal_decider"]) if appeal else None,
    )


def _appeal(appeal: Appeal, decider: str | None) -> AppealFacts:
    return AppealFacts(
        appeal.id or 0,
        appeal.text,
        appeal.asked_at,
        appeal.decide_by,
        appeal.outcome,
        appeal.answer,
        appeal.decided_at,
        decider,
    )


def _with_standing(entries: Iterable[Entry]) -> list[Entry]:
    """Mark what stands; the newest comes first."""
    found = []
    settled: set[int] = set()
    for each in entries:
        if each.kind is CertificationEventKind.REGRADED:
            found.append(each)
            continue
        stands = each.kind in STEP_OF and each.product_id not in settled
        settled.add(each.product_id)
        found.append(replace(each, stands=stands))
    return found
