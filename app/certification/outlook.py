"""Where many people stand on many products, in few words: what a matrix shows, and a summary counts.

Nearly all of it follows from the days of the newest period, or from there being nothing at all, so that what people
did is read only of those on whom it depends; `records` answers for these. The rules are the same, and so is the
answer, but for what is missing and why: that is there only where the standing is `IN_PROGRESS`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import SelectBase, bindparam, select, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.anyof import any_of
from app.catalog.models import LessonProgress
from app.certification.changes import changes
from app.certification.dates import ONE_DAY, PeriodDates, ProgramTerms
from app.certification.holdings import Key
from app.certification.keys import keys_table, written
from app.certification.levels import highest_held
from app.certification.live.models import Attendance
from app.certification.models import (
    Assignment,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
    RequirementCredit,
    SignOff,
)
from app.certification.programs import Program
from app.certification.queries import Record, programs, records_under
from app.certification.requirements import LASTING, Requirement, RequirementKind
from app.certification.rules import Missing, Standing, StandingFacts, StandingVerdict, standing
from app.clock import local_day
from app.database import rows
from app.quizzes.models import Attempt
from app.redlines.models import Attestation

VERDICTS = 20_000
"""How many verdicts that follow from days alone a process keeps: of a company, a few hundred a product and day."""
MARGIN = timedelta(days=2)
"""How far a moment's day may be from its day in UTC, and a day more."""
SOON_DAYS = 30
"""A standing that ends within so many days "lapses soon"."""
FEW = 500
"""How many records too many are worked out rather than asked for product by product."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A standing on the level that the gate asks for; `StandingVerdict` says what its words mean.

    `certified` is whether the first level allows to act, `level` the highest held above it. `missing` is there only
    where the standing is `IN_PROGRESS`, with `lessons`, how many of them the program asks for.
    """

    standing: Standing
    allowed: bool
    supervised_only: bool
    ends_on: date | None
    days_left: int | None
    certified: bool
    level: str | dict[str, str] | None = None
    missing: tuple[Missing, ...] = ()
    lessons: int = 0

    @property
    def may_sell(self) -> bool:
        """Whether the standing lets a person sell, alone or beside a colleague."""
        return self.allowed or self.supervised_only

    @property
    def lapses_soon(self) -> bool:
        """Whether the standing lets a person sell, and ends within `SOON_DAYS`."""
        return self.days_left is not None and self.days_left <= SOON_DAYS


def outlook(record: Record) -> Outlook:
    """Put a record into few words."""
    found = _in_few_words(record.on_deals.verdict)
    missing = record.on_deals.verdict.missing if found.standing is Standing.IN_PROGRESS else ()
    return replace(
        found,
        certified=record.verdict.allowed,
        level=highest_held(record),
        missing=missing,
        lessons=sum(each.kind is RequirementKind.LESSON for each in record.program.requirements) if missing else 0,
    )


def _in_few_words(verdict: StandingVerdict) -> Outlook:
    return Outlook(
        verdict.standing,
        verdict.allowed,
        verdict.supervised_only,
        verdict.ends_on,
        verdict.days_left,
        verdict.allowed,
    )


_AS_OF: Any = bindparam("as_of")
_LATER = aliased(CertificationPeriod)
_RUNNING = select(
    col(CertificationPeriod.person_id),
    col(CertificationPeriod.product_id),
    col(CertificationPeriod.done_on),
    col(CertificationPeriod.valid_through),
).where(
    any_of(col(CertificationPeriod.person_id), "people"),
    any_of(col(CertificationPeriod.product_id), "products"),
    col(CertificationPeriod.level) == "",
    col(CertificationPeriod.awarded_at) <= _AS_OF,
    col(CertificationPeriod.window_opens_on) > bindparam("today"),
    col(CertificationPeriod.valid_through) >= bindparam("today"),
    ~select(1)
    .where(
        col(_LATER.person_id) == col(CertificationPeriod.person_id),
        col(_LATER.product_id) == col(CertificationPeriod.product_id),
        col(_LATER.level) == "",
        col(_LATER.number) > col(CertificationPeriod.number),
        col(_LATER.awarded_at) <= _AS_OF,
    )
    .exists(),
)
"""The newest periods, as far as their renewal is still to open."""
_DECIDED = union(
    select(col(CertificationEvent.person_id), col(CertificationEvent.product_id)).where(
        any_of(col(CertificationEvent.person_id), "people")
    ),
    select(col(CertificationPeriod.person_id), col(CertificationPeriod.product_id))
    .join(PeriodExtension, col(PeriodExtension.period_id) == col(CertificationPeriod.id))
    .where(any_of(col(CertificationPeriod.person_id), "people")),
)
"""About whom somebody decided something: a sanction, its end, an extension."""
_ASKED = select(col(Assignment.person_id), col(Assignment.product_id)).where(
    any_of(col(Assignment.person_id), "people"),
    any_of(col(Assignment.product_id), "products"),
    col(Assignment.assigned_at) <= _AS_OF,
)
_STOPPED = (
    select(col(CertificationEvent.person_id))
    .where(
        col(CertificationEvent.kind).in_((CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED)),
        col(CertificationEvent.at) <= _AS_OF,
    )
    .distinct()
)
_KEYS = keys_table()


def _of_both(table: Any) -> Any:
    return (col(table.person_id) == _KEYS.c.person_id) & (col(table.product_id) == _KEYS.c.product_id)


_OVER = (
    select(
        col(CertificationPeriod.person_id),
        col(CertificationPeriod.product_id),
        col(CertificationPeriod.done_on),
        col(CertificationPeriod.window_opens_on),
        col(CertificationPeriod.valid_through),
        col(CertificationPeriod.grace_through),
        col(CertificationPeriod.baseline_through),
    )
    .join(_KEYS, _of_both(CertificationPeriod))
    .where(col(CertificationPeriod.level) == "", col(CertificationPeriod.awarded_at) <= _AS_OF)
    .order_by(col(CertificationPeriod.number))
)


def _there(*conditions: Any) -> Any:
    return select(1).where(*conditions).correlate(_KEYS).exists()


_SINCE: Any = _KEYS.c.since


_MOVED = select(_KEYS.c.person_id, _KEYS.c.product_id).where(
    _there(_of_both(LessonProgress), col(LessonProgress.completed_at) >= _SINCE)
    | _there(_of_both(Attempt), col(Attempt.finished_at) >= _SINCE)
    | _there(_of_both(Attestation), col(Attestation.signed_at) >= _SINCE)
    | _there(_of_both(SignOff), col(SignOff.decided_at) >= _SINCE)
    | _there(_of_both(Attendance), col(Attendance.held_at) >= _SINCE)
    | _there(_of_both(RequirementCredit))
)
"""Who did something since a day, or has something that counts whenever it was."""


def outlooks(
    session: Session, people: Collection[int], as_of: datetime, products: Collection[int]
) -> dict[Key, Outlook]:
    """Return where each of `people` stands on each of `products` that has a program.

    The statements depend on neither, unless there is much to work out: then they grow with the products.
    """
    found = programs(session, as_of, products) if people else {}
    if not found:
        return {}
    return _Outlooks(session, list(people), found, as_of).found


def asked(session: Session, people: Collection[int], as_of: datetime, products: Collection[int]) -> set[Key]:
    """Return who was asked for which certification by a moment; one statement."""
    return {tuple(row) for row in rows(session, _ASKED, people=list(people), products=list(products), as_of=as_of)}


def stopped(session: Session, as_of: datetime) -> set[int]:
    """Return whose certification was suspended or revoked by a moment, whatever became of it since; one statement."""
    return {row.person_id for row in rows(session, _STOPPED, as_of=as_of)}


class _Outlooks:
    def __init__(self, session: Session, people: list[int], programs: Mapping[int, Program], as_of: datetime) -> None:
        self._session = session
        self._people = people
        self._programs = programs
        self._as_of = as_of
        self._today = local_day(as_of)
        self._made: dict[tuple[Any, ...], Outlook] = {}
        self._decided = {tuple(row) for row in rows(session, _DECIDED, people=people)}
        # whoever was certified by the day of a change may have to do something again
        self._changed_on = {
            product_id: max(each.published_on for each in asked)
            for product_id, asked in changes(session, programs, as_of).items()
        }
        self.found: dict[Key, Outlook] = {}
        self._take_running([each for each, program in programs.items() if _is_plain(program)])
        self._take_over([key for key in self._left() if _is_plain(programs[key[1]]) and key not in self._decided])
        self._work_out(self._left())

    def _left(self) -> list[Key]:
        found = self.found
        return [
            key for product_id in self._programs for each in self._people if (key := (each, product_id)) not in found
        ]

    def _read(self, statement: SelectBase, **values: Any) -> Iterable[Any]:
        return rows(self._session, statement, as_of=self._as_of, **values)

    def _take_running(self, products: list[int]) -> None:
        """Take the periods that run and need no renewal yet."""
        found, today, decided, changed_on = self.found, self._today, self._decided, self._changed_on
        for row in self._read(_RUNNING, people=self._people, products=products, today=today):
            person_id, product_id, done_on, through = row
            key = (person_id, product_id)
            if changed_on.get(product_id, date.min) < done_on <= today and key not in decided:
                found[key] = _running(through, today)

    def _take_over(self, keys: list[Key]) -> None:
        """Take those without a period, and those whose renewal is open, if they have done nothing for it."""
        if not keys:
            return
        sent = written([(*key, date.min) for key in keys])
        held = {(row[0], row[1]): tuple(row[2:]) for row in self._read(_OVER, keys=sent)}
        since = {
            key: self._counts_from(key, held.get(key))
            for key in keys
            if key not in held or self._rests_on(key, held[key][0])
        }
        moved = rows(self._session, _MOVED, keys=written([(*key, day) for key, day in since.items()]))
        for key in since.keys() - {tuple(row) for row in moved}:
            self.found[key] = self._by_days(key[1], held.get(key, ()))

    def _rests_on(self, key: Key, done_on: date) -> bool:
        """Tell whether a period may be taken as it is stored."""
        changed_on = self._changed_on.get(key[1], date.min)
        return changed_on < done_on <= self._today and key not in self._decided

    def _counts_from(self, key: Key, days: tuple[date, ...] | None) -> date:
        """Return a day before the first on which something that was done may count for the next period."""
        if days is None:
            return date.min
        done_on, opens_on, *_rest = days
        early = timedelta(days=self._programs[key[1]].terms.early_days)
        return max(opens_on - early, done_on + ONE_DAY) - MARGIN

    def _by_days(self, product_id: int, days: tuple[date, ...]) -> Outlook:
        """Give the outlook on a product of somebody with a period of these days, or none; the same to all of them."""
        kept = self._made.get((product_id, *days))
        if kept is None:
            program = self._programs[product_id]
            dates = PeriodDates(*days) if days else None
            kept = self._made[product_id, *days] = _by_days(program.terms, program.requirements, dates, self._today)
        return kept

    def _work_out(self, keys: list[Key]) -> None:
        """Ask for the records of those who are left."""
        people: dict[int, list[int]] = defaultdict(list)
        for person_id, product_id in keys:
            people[product_id].append(person_id)
        everybody = {key[0] for key in keys}
        groups = [([*people], [*everybody])]
        if len(everybody) * len(people) > len(keys) + FEW:
            groups = [([product_id], whom) for product_id, whom in people.items()]
        for products, whom in groups:
            asked = {product_id: self._programs[product_id] for product_id in products}
            for key, record in records_under(self._session, whom, self._as_of, asked).items():
                self.found.setdefault(key, outlook(record))


def _is_plain(program: Program) -> bool:
    """Tell whether nobody meets a program, or renews it, without doing something new that the program names."""
    return not program.levels and any(each.kind not in LASTING and not each.options for each in program.requirements)


# pure functions of what they are given; requirements are equal whatever minutes they take, of which nothing is said
@lru_cache(maxsize=VERDICTS)
def _by_days(
    terms: ProgramTerms, requirements: tuple[Requirement, ...], dates: PeriodDates | None, today: date
) -> Outlook:
    return _in_few_words(standing(StandingFacts(terms=terms, requirements=requirements, period=dates), today))


@lru_cache(maxsize=VERDICTS)
def _running(through: date, today: date) -> Outlook:
    """Give the outlook of whoever has a period that needs no renewal yet: it follows from its last day alone."""
    dates = PeriodDates(today, today + ONE_DAY, through, through, through)
    return _by_days(_ANY, (), dates, today)


_ANY = ProgramTerms(valid_months=12)
