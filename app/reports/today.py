"""A rep's day: the one thing to do next, what may be sold today, what lapses soon, which deals wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from app.catalog.queries import Course, OpenProduct
from app.certification import words
from app.certification.holdings import Key
from app.certification.otherways import OtherWay, other_ways
from app.certification.outlook import SOON_DAYS
from app.certification.queries import Record
from app.certification.requirements import RequirementKind
from app.certification.rules import Missing, Standing
from app.certification.way import Step
from app.certification.words import Awaiting
from app.deals.facts import DealFacts
from app.reports.coverage import may_sell
from app.reports.record import steps
from app.reports.risks import Risk


class Urgency(IntEnum):
    """Why something is to be done; the first is the most urgent."""

    DEADLINE = 1
    IN_GRACE = 2
    DEAL_WAITS = 3
    RENEWAL_OPEN = 4
    EXPIRED = 5
    IN_PROGRESS = 6
    ASSIGNED = 7


@dataclass(frozen=True, slots=True)
class Line:
    """One product of the rep's day."""

    product: OpenProduct
    record: Record
    state: words.State
    until: str
    fix: words.Fix | None
    awaiting: Awaiting
    deal: DealFacts | None

    @property
    def alone(self) -> bool:
        """Say whether the rep may sell it alone."""
        return self.record.on_deals.verdict.allowed

    @property
    def begun(self) -> bool:
        """Say whether the rep was asked for it, has begun it, or has a deal with it."""
        verdict = self.record.on_deals.verdict
        return self.record.assigned or verdict.standing is not Standing.NOT_STARTED or self.deal is not None

    @property
    def minutes(self) -> int:
        """The minutes that the rest of the way takes."""
        return words.minutes_left(self.to_do)

    @property
    def to_do(self) -> list[Missing]:
        """What is missing and does not wait for others."""
        return words.to_do(self.record.on_deals.verdict.missing, self.awaiting)


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do next: for which product, why, what, and by when."""

    line: Line
    urgency: Urgency
    missing: Missing
    by: date | None
    steps: list[tuple[Step, str, str, str]]
    ways: tuple[OtherWay, ...]

    @property
    def kind(self) -> str:
        """The kind of what is missing."""
        return self.missing.requirement.kind.value


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that a rep can only wait for: for an assessor, or for the day of a live session."""

    line: Line
    kind: str
    url: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that a rep's first screen shows."""

    next: Next | None
    lines: list[Line]
    soon: list[Line]
    waiting: list[Waiting]
    deals: list[tuple[DealFacts, Risk | None]]

    @property
    def alone(self) -> int:
        """How many products the rep may sell alone."""
        return sum(line.alone for line in self.lines)

    @property
    def beside(self) -> int:
        """How many products the rep may sell beside a colleague."""
        return sum(line.record.on_deals.verdict.supervised_only for line in self.lines)

    @property
    def closed(self) -> int:
        """How many products are not open to the rep."""
        return len(self.lines) - self.alone - self.beside


def day_of(
    person_id: int,
    sold: Sequence[OpenProduct],
    records: Mapping[Key, Record],
    deals: Sequence[DealFacts],
    today: date,
    awaiting: Mapping[int, Awaiting],
    at_risk: Sequence[Risk],
) -> Day:
    """Put a rep's day together from what was read; `awaiting` is what they can only wait for, by product."""
    lines = [
        _line(product, record, deals, today, awaiting.get(record.product_id, {}))
        for product in sold
        if (record := records.get((person_id, product.id))) is not None
    ]
    lines.sort(key=lambda line: (_ORDER[line.state[0]], not line.begun, line.product.slug))
    soon = [line for line in lines if _ends_within(line, SOON_DAYS)]
    soon.sort(key=lambda line: line.record.on_deals.verdict.days_left or 0)
    risk_of = {risk.deal.id: risk for risk in at_risk}
    open_deals = [(deal, risk_of.get(deal.id)) for deal in deals if deal.is_open(today)]
    waiting = sorted((each for line in lines for each in _waiting(line)), key=lambda each: each.day or date.min)
    return Day(_next(lines, today), lines, soon, waiting, open_deals)


_ORDER = {"go": 0, "due": 1, "no": 2, "rest": 3}


def _ends_within(line: Line, days: int) -> bool:
    left = line.record.on_deals.verdict.days_left
    return left is not None and left <= days


def _line(product: OpenProduct, record: Record, deals: Sequence[DealFacts], today: date, awaiting: Awaiting) -> Line:
    verdict = record.on_deals.verdict
    waiting = (deal for deal in deals if product.slug in deal.slugs and deal.is_open(today))
    return Line(
        product=product,
        record=record,
        state=words.state(verdict.standing, allowed=verdict.allowed),
        until=words.until(verdict, today, record.due_on, awaiting),
        fix=words.next_fix(verdict, product.slug, awaiting),
        awaiting=awaiting,
        deal=None if verdict.allowed else next(waiting, None),
    )


def _next(lines: Sequence[Line], today: date) -> Next | None:
    found = [each for line in lines if (each := _candidate(line, today)) is not None]
    return min(found, key=lambda each: (each.urgency, each.by or date.max, each.line.minutes), default=None)


def _candidate(line: Line, today: date) -> Next | None:
    urgent = _urgency(line)
    if urgent is None or not line.to_do:
        return None
    urgency, by = urgent
    first = line.to_do[0]
    ways = other_ways([first], line.record.program, line.product.slug, line.awaiting)
    return Next(line, urgency, first, by, steps(line.record, today, line.awaiting), ways)


def _waiting(line: Line) -> list[Waiting]:
    missing = [each for each in line.record.on_deals.verdict.missing if each.requirement in line.awaiting]
    if line.record.on_deals.verdict.standing in {Standing.REVOKED, Standing.SUSPENDED}:
        return []
    return [
        Waiting(line, each.requirement.kind.value, fix.url, line.awaiting[each.requirement])
        for each in missing
        if (fix := words.fix_of(each, line.product.slug))
    ]


def _urgency(line: Line) -> tuple[Urgency, date | None] | None:
    verdict = line.record.on_deals.verdict
    standing = verdict.standing
    if standing in {Standing.REVOKED, Standing.SUSPENDED}:
        return None
    if standing is Standing.RECERTIFICATION_REQUIRED:
        return Urgency.DEADLINE, verdict.recertify_by
    if standing is Standing.IN_GRACE:
        return Urgency.IN_GRACE, verdict.grace_through
    if line.deal is not None and not may_sell(verdict):
        return Urgency.DEAL_WAITS, line.deal.close_date
    others = {
        Standing.RENEWAL_OPEN: (Urgency.RENEWAL_OPEN, verdict.valid_through),
        Standing.EXPIRED: (Urgency.EXPIRED, line.record.due_on),
        Standing.IN_PROGRESS: (Urgency.IN_PROGRESS, line.record.due_on),
    }
    if standing in others:
        return others[standing]
    return (Urgency.ASSIGNED, line.record.due_on) if line.record.assigned else None


def lesson_of(next_: Next, course: Course | None) -> tuple[int, object] | None:
    """Return the number and the title of the lesson to do next, where it is one."""
    asked = next_.missing.requirement
    if course is None or asked.kind is not RequirementKind.LESSON:
        return None
    for position, lesson in enumerate(course.document.lessons):
        if lesson.id == asked.key:
            return position + 1, lesson.title
    return None
