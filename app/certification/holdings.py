"""What people hold: their periods with what was extended since, what was taken from them, and what they are to get."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    String,
    and_,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy import true as always
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import ContentKind
from app.catalog.queries import in_force
from app.certification.dates import ONE_DAY, PeriodDates
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
)
from app.certification.programs import Program, base_level
from app.certification.requirements import Span, Spans, united, without
from app.certification.rules import Sanction
from app.clock import local_day
from app.database import rows

Key = tuple[int, int]
"""(person's id, product's id)"""


@dataclass(frozen=True, slots=True)
class Held:
    """A stored period with the days that hold now; `awarded_at` is when it was stored."""

    id: int
    dates: PeriodDates
    awarded_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody was asked, at a moment, to be certified by a day or when they like."""

    due_on: date | None
    at: datetime


def extended_through(as_of: datetime | BindParameter[datetime] | None) -> Any:
    """Return the column of the day through which a period was extended, by a moment if given; null where not."""
    known = always() if as_of is None else col(PeriodExtension.at) <= as_of
    return (
        select(col(PeriodExtension.through))
        .where(col(PeriodExtension.period_id) == col(CertificationPeriod.id), known)
        .order_by(col(PeriodExtension.id).desc())
        .limit(1)
        .correlate(CertificationPeriod)
        .scalar_subquery()
        .label("extended")
    )


def of_people(table: Any) -> ColumnElement[bool]:
    """Choose the rows about any of the `people` and any of the `products` that are sent along."""
    return and_(any_of(col(table.person_id), "people"), any_of(col(table.product_id), "products"))


_PERIOD, _ASSIGNMENT = "period", "assignment"
_NOTHING: Any = null()
_HELD: Any = union_all(
    select(
        literal_column(f"'{_PERIOD}'", String).label("what"),
        col(CertificationPeriod.person_id),
        col(CertificationPeriod.product_id),
        col(CertificationPeriod.id),
        col(CertificationPeriod.awarded_at).label("at"),
        col(CertificationPeriod.number),
        col(CertificationPeriod.level),
        col(CertificationPeriod.done_on).label("day"),
        col(CertificationPeriod.window_opens_on),
        col(CertificationPeriod.valid_through),
        col(CertificationPeriod.grace_through),
        col(CertificationPeriod.baseline_through),
        extended_through(bindparam("as_of")),
        cast(_NOTHING, JSON).label("red_line"),
    ).where(of_people(CertificationPeriod), col(CertificationPeriod.awarded_at) <= bindparam("as_of")),
    select(
        col(CertificationEvent.kind),
        col(CertificationEvent.person_id),
        col(CertificationEvent.product_id),
        col(CertificationEvent.id),
        col(CertificationEvent.at),
        _NOTHING,
        _NOTHING,
        col(CertificationEvent.deadline),
        *[_NOTHING] * 5,
        col(CertificationEvent.red_line),
    ).where(
        of_people(CertificationEvent),
        col(CertificationEvent.kind) != CertificationEventKind.REGRADED,
        col(CertificationEvent.at) <= bindparam("as_of"),
    ),
    select(
        literal_column(f"'{_ASSIGNMENT}'", String),
        col(Assignment.person_id),
        col(Assignment.product_id),
        col(Assignment.id),
        col(Assignment.assigned_at),
        _NOTHING,
        _NOTHING,
        col(Assignment.due_on),
        *[_NOTHING] * 6,
    ).where(of_people(Assignment), col(Assignment.assigned_at) <= bindparam("as_of")),
)


def effective(dates: PeriodDates, extended: date | None) -> PeriodDates:
    """Return a period's days after an extension, if there was one."""
    return dates.extended(extended) if extended is not None and extended > dates.valid_through else dates


class Holdings:
    """What people hold on some products, and on those that their programs ask to be certified on before."""

    def __init__(
        self, session: Session, people: Collection[int], programs: Mapping[int, Program], as_of: datetime
    ) -> None:
        self.suspensions: dict[Key, Sanction] = {}
        self.revocations: dict[Key, Sanction] = {}
        self.spot_recertifications: dict[Key, list[tuple[datetime, date | None]]] = defaultdict(list)
        self.asked: dict[Key, Asked] = {}
        """The newest of what was asked of people."""
        self._taken: dict[Key, list[Span]] = defaultdict(list)
        self._periods: dict[tuple[int, int, str], list[Any]] = defaultdict(list)
        slugs = {slug for program in programs.values() for slug in program.prerequisites}
        self._named = _named(session, slugs, as_of)
        self._read(session, people, {*programs, *(product_id for product_id, _base in self._named.values())}, as_of)

    def newest(self, key: Key, level: str) -> Held | None:
        """Return the latest period that a person was awarded for a level, over or not."""
        found = self._periods.get((*key, level))
        return _held(max(found, key=_number)) if found else None

    def named(self, name: str) -> tuple[int, str] | None:
        """Return the product's id and the level of a certification, named `product` or `product/level`."""
        slug, _, level = name.partition("/")
        if slug not in self._named:
            return None
        product_id, base = self._named[slug]
        return product_id, "" if level == base else level

    def spans(self, key: Key, level: str, missed: Callable[[Held], Spans]) -> Spans:
        """Return the days on which a person held a level; of each period without those that are `missed`."""
        spans = united(
            reduce(without, missed(each), ((each.dates.done_on, each.dates.valid_through),))
            for each in map(_held, self._periods.get((*key, level), ()))
        )
        return reduce(without, self._taken.get(key, ()), spans)

    def _read(self, session: Session, people: Collection[int], products: Collection[int], as_of: datetime) -> None:
        events: list[Any] = []
        assignments: list[Any] = []
        for row in rows(session, _HELD, people=people, products=products, as_of=as_of):
            if row.what == _PERIOD:
                self._periods[row.person_id, row.product_id, row.level].append(row)
            else:
                (assignments if row.what == _ASSIGNMENT else events).append(row)
        for row in sorted(events, key=lambda row: (row.at, row.id)):
            self._happened(row)
        for row in sorted(assignments, key=lambda row: int(row.id)):
            self.asked[row.person_id, row.product_id] = Asked(row.day, row.at)

    def _happened(self, row: Any) -> None:
        key, day = (row.person_id, row.product_id), local_day(row.at)
        if row.what == CertificationEventKind.RECERTIFICATION:
            self.spot_recertifications[key].append((row.at, row.day))
        elif row.what == CertificationEventKind.REINSTATED:
            self._reinstate(key, day)
        else:
            stopped = self.suspensions if row.what == CertificationEventKind.SUSPENDED else self.revocations
            if stopped.setdefault(key, Sanction(day, red_line=row.red_line)).since == day:
                self._taken[key].append((day, date.max))

    def _reinstate(self, key: Key, day: date) -> None:
        """End what was taken: it is given back on the day itself, for days that have passed it stays taken."""
        self.suspensions.pop(key, None)
        self.revocations.pop(key, None)
        self.spot_recertifications.pop(key, None)
        taken = ((start, min(end, day - ONE_DAY)) for start, end in self._taken.pop(key, ()))
        self._taken[key].extend((start, end) for start, end in taken if start <= end)


def _number(row: Any) -> int:
    return int(row.number)


def _held(row: Any) -> Held:
    return Held(row.id, effective(PeriodDates(*row[7:12]), row.extended), row.at)


def _named(session: Session, slugs: Collection[str], as_of: datetime) -> dict[str, tuple[int, str]]:
    """Return the id and the first level's name of each product that a program asks for."""
    if not slugs:
        return {}
    found = in_force(session, [ContentKind.PROGRAM], as_of, slugs=slugs)
    return {each.slug: (each.product_id, base_level(each.document)) for each in found}
