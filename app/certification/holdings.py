"""What people hold: their periods with what was extended since, and what was taken from them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import BindParameter, bindparam, select, true
from sqlmodel import Session, col

from app.catalog.models import ContentKind
from app.catalog.queries import in_force
from app.certification.dates import ONE_DAY, PeriodDates
from app.certification.models import CertificationEvent, CertificationEventKind, CertificationPeriod, PeriodExtension
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


def extended_through(as_of: datetime | BindParameter[datetime] | None) -> Any:
    """Return the column of the day through which a period was extended, by a moment if given; null where not."""
    known = true() if as_of is None else col(PeriodExtension.at) <= as_of
    return (
        select(col(PeriodExtension.through))
        .where(col(PeriodExtension.period_id) == col(CertificationPeriod.id), known)
        .order_by(col(PeriodExtension.id).desc())
        .limit(1)
        .correlate(CertificationPeriod)
        .scalar_subquery()
        .label("extended")
    )


_PERIODS = (
    select(
        col(CertificationPeriod.id),
        col(CertificationPeriod.person_id),
        col(CertificationPeriod.product_id),
        col(CertificationPeriod.level),
        col(CertificationPeriod.done_on),
        col(CertificationPeriod.window_opens_on),
        col(CertificationPeriod.valid_through),
        col(CertificationPeriod.grace_through),
        col(CertificationPeriod.baseline_through),
        col(CertificationPeriod.awarded_at),
        extended_through(bindparam("as_of")),
    )
    .where(
        col(CertificationPeriod.person_id).in_(bindparam("people", expanding=True)),
        col(CertificationPeriod.product_id).in_(bindparam("products", expanding=True)),
        col(CertificationPeriod.awarded_at) <= bindparam("as_of"),
    )
    .order_by(col(CertificationPeriod.number))
)
_EVENTS = (
    select(
        col(CertificationEvent.person_id),
        col(CertificationEvent.product_id),
        col(CertificationEvent.kind),
        col(CertificationEvent.at),
        col(CertificationEvent.red_line),
        col(CertificationEvent.deadline),
    )
    .where(
        col(CertificationEvent.person_id).in_(bindparam("people", expanding=True)),
        col(CertificationEvent.product_id).in_(bindparam("products", expanding=True)),
        col(CertificationEvent.kind) != CertificationEventKind.REGRADED,
        col(CertificationEvent.at) <= bindparam("as_of"),
    )
    .order_by(col(CertificationEvent.at), col(CertificationEvent.id))
)


def effective(dates: PeriodDates, extended: date | None) -> PeriodDates:
    """Return a period's days after an extension, if there was one."""
    return dates.extended(extended) if extended is not None and extended > dates.valid_through else dates


class Holdings:
    """What people hold on some products, and on those that their programs ask to be certified on before."""

    def __init__(
        self, session: Session, people: Collection[int], programs: Mapping[int, Program], as_of: datetime
    ) -> None:
        self._session = session
        self._people = people
        self._as_of = as_of
        self.suspensions: dict[Key, Sanction] = {}
        self.revocations: dict[Key, Sanction] = {}
        self.spot_recertifications: dict[Key, list[tuple[datetime, date | None]]] = defaultdict(list)
        self._taken: dict[Key, list[Span]] = defaultdict(list)
        self._periods: dict[tuple[int, int, str], list[Held]] = defaultdict(list)
        self._named = self._read_named({slug for program in programs.values() for slug in program.prerequisites})
        products = {*programs, *(product_id for product_id, _base in self._named.values())}
        self._read_periods(products)
        self._read_events(products)

    def newest(self, key: Key, level: str) -> Held | None:
        """Return the latest period that a person was awarded for a level, over or not."""
        found = self._periods.get((*key, level))
        return found[-1] if found else None

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
            for each in self._periods.get((*key, level), ())
        )
        return reduce(without, self._taken.get(key, ()), spans)

    def _read_named(self, slugs: Collection[str]) -> dict[str, tuple[int, str]]:
        """Return the id and the first level's name of each product that a program asks for."""
        if not slugs:
            return {}
        found = in_force(self._session, [ContentKind.PROGRAM], self._as_of, slugs=slugs)
        return {each.slug: (each.product_id, base_level(each.document)) for each in found}

    def _read_periods(self, products: Collection[int]) -> None:
        people = list(self._people)
        for row in rows(self._session, _PERIODS, people=people, products=list(products), as_of=self._as_of):
            held = Held(row.id, effective(PeriodDates(*row[4:9]), row.extended), row.awarded_at)
            self._periods[row.person_id, row.product_id, row.level].append(held)

    def _read_events(self, products: Collection[int]) -> None:
        people = list(self._people)
        for row in rows(self._session, _EVENTS, people=people, products=list(products), as_of=self._as_of):
            key, day = (row.person_id, row.product_id), local_day(row.at)
            if row.kind is CertificationEventKind.RECERTIFICATION:
                self.spot_recertifications[key].append((row.at, row.deadline))
            elif row.kind is CertificationEventKind.REINSTATED:
                self._reinstate(key, day)
            else:
                stopped = self.suspensions if row.kind is CertificationEventKind.SUSPENDED else self.revocations
                if stopped.setdefault(key, Sanction(day, red_line=row.red_line)).since == day:
                    self._taken[key].append((day, date.max))

    def _reinstate(self, key: Key, day: date) -> None:
        """End what was taken: it is given back on the day itself, for days that have passed it stays taken."""
        self.suspensions.pop(key, None)
        self.revocations.pop(key, None)
        self.spot_recertifications.pop(key, None)
        taken = ((start, min(end, day - ONE_DAY)) for start, end in self._taken.pop(key, ()))
        self._taken[key].extend((start, end) for start, end in taken if start <= end)
