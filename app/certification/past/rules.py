"""What an import of past certifications would do: rows compared with what is stored, everything wrong at once."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.certification.dates import ONE_DAY, PeriodDates, ProgramTerms, add_months, following_period
from app.certification.models import PeriodOrigin
from app.certification.past.reading import Entry
from app.web import i18n
from app.web.csvtable import Problem
from app.web.i18n import gettext as _

LONGEST_MONTHS = 120
"""How long a certification may hold at most; as in programs."""

Chain = tuple[int, int, str]
"""(person's id, product's id, level), along which periods follow each other."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A product on which people can be certified: its terms, and its levels, of which the first is `base`."""

    product_id: int
    terms: ProgramTerms
    base: str
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A period that is stored already."""

    number: int
    origin: PeriodOrigin
    evidence: str
    dates: PeriodDates


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored: people by their address, what may be certified by the product's id, the periods in order.

    `taker` is the address of who takes the file over.
    """

    people: Mapping[str, int]
    offers: Mapping[str, Offer]
    without_program: frozenset[str]
    periods: Mapping[Chain, Sequence[Stored]]
    taker: str = ""


@dataclass(frozen=True, slots=True)
class NewPeriod:
    """A period that an import adds."""

    chain: Chain
    number: int
    entry: Entry
    dates: PeriodDates


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does, or everything that keeps it from doing anything."""

    problems: tuple[Problem, ...] = ()
    new: tuple[NewPeriod, ...] = ()
    unchanged: int = 0


def past_dates(terms: ProgramTerms, done_on: date, old: PeriodDates | None, valid_through: date | None) -> PeriodDates:
    """Return the days of a past period: by the program's terms, or with the last valid day that is known."""
    if valid_through is None:
        return following_period(terms, done_on, old)
    return PeriodDates(
        done_on=done_on,
        window_opens_on=max(terms.window.before(valid_through + ONE_DAY), done_on + ONE_DAY),
        valid_through=valid_through,
        grace_through=valid_through + timedelta(days=terms.grace_days),
        baseline_through=valid_through,
    )


def plan_past(rows: Sequence[tuple[int, Entry]], known: Known, today: date) -> Plan:
    """Compare rows (number, entry) with what is stored, which is never written over; new periods come after it."""
    problems: list[Problem] = []
    wanted: dict[Chain, list[tuple[int, Entry]]] = defaultdict(list)
    seen: dict[tuple[Chain, date], int] = {}
    for number, entry in rows:
        faults = [Problem(number, *fault) for fault in _faults(entry, known, today)]
        problems += faults
        if faults:
            continue
        chain = _chain(entry, known)
        first = seen.setdefault((chain, entry.completed_on), number)
        if first != number:
            sentence = _("The same certification is in row %(row)s already.") % {"row": first}
            problems.append(Problem(number, "completed_on", sentence))
        else:
            wanted[chain].append((number, entry))
    new: list[NewPeriod] = []
    unchanged = 0
    for chain, entries in wanted.items():
        entries.sort(key=lambda row: row[1].completed_on)
        added, same, wrong = _continued(chain, entries, known)
        new += added
        unchanged += same
        problems += wrong
    if problems:
        return Plan(problems=tuple(sorted(problems, key=lambda each: each.row)))
    return Plan(new=tuple(new), unchanged=unchanged)


def _faults(entry: Entry, known: Known, today: date) -> Iterator[tuple[str, str]]:
    """Say in which column a row is wrong by itself, and how."""
    if entry.email not in known.people:
        yield "email", _("Nobody has the address %(email)s.") % {"email": entry.email}
    elif entry.email == known.taker:
        yield "email", _("Nobody certifies themselves. Somebody else takes over what you have earned.")
    offer = known.offers.get(entry.product)
    if entry.product in known.without_program:
        yield "product", _("%(product)s has no published program yet.") % {"product": entry.product}
    elif offer is None:
        yield "product", _("There is no product %(product)s.") % {"product": entry.product[:80]}
    elif entry.level not in {"", offer.base, *offer.levels}:
        levels = ", ".join([offer.base, *sorted(offer.levels)])
        yield "level", _("There is no such level; the levels are %(levels)s.") % {"levels": levels}
    yield from _wrong_days(entry, today)


def _wrong_days(entry: Entry, today: date) -> Iterator[tuple[str, str]]:
    if entry.completed_on > today:
        yield "completed_on", _("%(day)s lies in the future.") % {"day": entry.completed_on.isoformat()}
    if entry.completed_on.year < 1990:  # noqa: PLR2004 (before that it is a slip of the pen)
        yield "completed_on", _("%(day)s lies too far back.") % {"day": entry.completed_on.isoformat()}
    elif entry.valid_through is not None:
        if entry.valid_through < entry.completed_on:
            yield "valid_through", _("The last day lies before the first.")
        elif entry.valid_through > add_months(entry.completed_on, LONGEST_MONTHS):
            yield "valid_through", _("A certification holds for ten years at most.")


def _chain(entry: Entry, known: Known) -> Chain:
    offer = known.offers[entry.product]
    level = "" if entry.level == offer.base else entry.level
    return known.people[entry.email], offer.product_id, level


def _continued(
    chain: Chain, entries: Sequence[tuple[int, Entry]], known: Known
) -> tuple[list[NewPeriod], int, list[Problem]]:
    """Put rows, the oldest first, behind the stored periods; return what is new, what is there, what is wrong."""
    stored = known.periods.get(chain, ())
    by_day = {each.dates.done_on: each for each in stored}
    old = stored[-1].dates if stored else None
    number = stored[-1].number if stored else 0
    new: list[NewPeriod] = []
    unchanged = 0
    problems: list[Problem] = []
    for row, entry in entries:
        same = by_day.get(entry.completed_on)
        if same is not None:
            difference = _difference(entry, same)
            problems += [Problem(row, *difference)] if difference else []
            unchanged += not difference
        elif stored and entry.completed_on < stored[-1].dates.done_on:
            sentence = _("A later one, of %(day)s, is stored already; none is put before it.")
            day = i18n.day(stored[-1].dates.done_on)
            problems.append(Problem(row, "completed_on", sentence % {"day": day}))
        else:
            number += 1
            old = past_dates(known.offers[entry.product].terms, entry.completed_on, old, entry.valid_through)
            new.append(NewPeriod(chain, number, entry, old))
    return new, unchanged, problems


def _difference(entry: Entry, stored: Stored) -> tuple[str, str] | None:
    """Say in which column a row says otherwise than the period that is stored for its day, and how."""
    if stored.origin is PeriodOrigin.EARNED:
        return "completed_on", _("On this day it was earned here; what was earned is never written over.")
    if entry.valid_through not in {None, stored.dates.baseline_through}:
        sentence = _("It is stored with %(day)s; what is stored is never written over.")
        return "valid_through", sentence % {"day": stored.dates.baseline_through.isoformat()}
    if entry.evidence not in {"", stored.evidence}:
        return "evidence", _("It is stored with other evidence; what is stored is never written over.")
    return None
