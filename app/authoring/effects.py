"""What a program would do to whom if it were published: the same people, the same work, the old program and the new.

Nothing is stored. A period that runs keeps its days and the version under which it was earned; what differs is what is
left to do, what somebody would be certified on at once, and what the next period asks for and how long it lasts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, select, union
from sqlmodel import Session, col

from app.authoring.queries import Course, Stored
from app.catalog.models import ContentKind, LessonProgress, Verdict
from app.catalog.queries import Version
from app.certification.dates import following_period
from app.certification.live.models import Attendance
from app.certification.models import Assignment, CertificationPeriod, RequirementCredit, SignOff
from app.certification.programs import Program, expand
from app.certification.queries import LevelRecord, Record, programs, records_under
from app.certification.requirements import Requirement
from app.certification.rules import Missing, award
from app.clock import local_day
from app.database import stored_id
from app.deals.facts import deals, is_open
from app.deals.gate import DealState, states
from app.deals.models import Deal, DealProduct
from app.people.models import Person
from app.quizzes.models import Attempt
from app.redlines.models import Attestation

MOST_SHOWN = 50
"""How many people or deals a list names; the rest are counted."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Many(Generic[T]):
    """How many there are, and the first of them."""

    count: int
    shown: tuple[T, ...]

    @classmethod
    def of(cls, found: Sequence[T]) -> "Many[T]":
        """Keep the first of a list."""
        return cls(len(found), tuple(found[:MOST_SHOWN]))


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody to whom the program does something on a level, which is empty for the first.

    `added` and `dropped` are what is left to do or no longer is. The days are the last ones of the period that runs,
    and of the one that would follow it under the old program and under the new, renewed on its last day.
    """

    person_id: int
    name: str
    level: str
    added: tuple[Requirement, ...] = ()
    dropped: tuple[Requirement, ...] = ()
    valid_through: date | None = None
    next_before: date | None = None
    next_after: date | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """An open deal whose answer at the gate would change."""

    reference: str
    name: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Open deals that would stop or go on, and their money by currency."""

    deals: Many[Stopped]
    money: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """What the next period asks for on one level, against what it asked for."""

    level: str
    added: tuple[Requirement, ...]
    dropped: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a program would do.

    `people` are those with any standing, `running` periods that are not over and keep their days. `awarded` would be
    certified at once, `more` and `less` have other work before them now, `later` from their next period on, and
    `renewed` would hold their next period until another day.
    """

    people: int
    running: int
    asked: tuple[LevelChange, ...]
    awarded: Many[Touched]
    more: Many[Touched]
    less: Many[Touched]
    later: Many[Touched]
    renewed: Many[Touched]
    stopped: Gate
    freed: Gate


def effect(session: Session, course: Course, moment: datetime) -> Effect:
    """Compare a product's program as it is published with its draft; the statements do not depend on whom it finds.

    The drafts of the product's other documents are taken with it, as a publication freezes them all.
    """
    product_id = stored_id(course.product)
    before = programs(session, moment, [product_id])
    after = {product_id: _to_come(course, moment)}
    names = _people(session, product_id)
    old, new = (records_under(session, list(names), moment, under) for under in (before, after))
    pairs = [(who, old.get((who[0], product_id)), new[who[0], product_id]) for who in names.values()]
    touched = _touched(pairs, local_day(moment))
    open_deals = deals(session, _carrying(product_id, moment), moment)
    standing_now = states(session, open_deals, moment)
    standing_then = states(session, open_deals, moment, after)
    gates = list(zip(standing_now, standing_then, strict=True))
    return Effect(
        people=len(names),
        running=sum(
            level.verdict.valid_through is not None and level.verdict.valid_through >= local_day(moment)
            for record in old.values()
            for level in record.every_level
        ),
        asked=tuple(_asked(before.get(product_id), after[product_id])),
        awarded=Many.of(touched["awarded"]),
        more=Many.of(touched["more"]),
        less=Many.of(touched["less"]),
        later=Many.of(touched["later"]),
        renewed=Many.of(touched["renewed"]),
        stopped=_gate(gates, lambda now, then: not now.stops and then.stops),
        freed=_gate(gates, lambda now, then: now.stops and not then.stops),
    )


def _to_come(course: Course, moment: datetime) -> Program:
    def version(stored: Stored) -> Version:
        content = stored.content
        return Version(
            id=0,
            content_id=content.id or 0,
            product_id=content.product_id,
            kind=content.kind,
            slug=content.slug,
            number=stored.number + stored.changed,
            digest=content.draft_digest,
            verdict=Verdict.NONE,
            deadline=None,
            published_at=moment,
            document=content.draft,
        )

    by_kind = {each.content.kind: version(each) for each in course.documents}
    return expand(
        by_kind[ContentKind.PROGRAM],
        course=by_kind.get(ContentKind.COURSE),
        redlines=by_kind.get(ContentKind.REDLINES),
        quizzes=[version(each) for each in course.quizzes],
    )


def _people(session: Session, product_id: int) -> dict[int, tuple[int, str]]:
    """Return the id and the name of everybody who did, holds or is to do something for a product, by name."""
    tables = (
        CertificationPeriod, Assignment, LessonProgress, Attestation, Attempt, SignOff, Attendance, RequirementCredit,
    )  # fmt: skip
    begun = union(*(select(col(table.person_id)).where(col(table.product_id) == product_id) for table in tables))
    rows = session.execute(
        select(col(Person.id), col(Person.name))
        .where(col(Person.id).in_(begun), col(Person.deactivated_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    )
    return {row.id: (row.id, row.name) for row in rows}


def _touched(pairs: Iterable[tuple[tuple[int, str], Record | None, Record]], today: date) -> dict[str, list[Touched]]:
    groups: dict[str, list[Touched]] = defaultdict(list)
    for (person_id, name), old, new in pairs:
        was_on = {each.level: each for each in old.every_level} if old else {}
        for level in new.every_level:
            for group, touched in _on_level(person_id, name, was_on.get(level.level), level, today):
                groups[group].append(touched)
    return groups


def _on_level(
    person_id: int, name: str, old: LevelRecord | None, new: LevelRecord, today: date
) -> Iterable[tuple[str, Touched]]:
    through = new.verdict.valid_through
    # what they did long ago may earn a period that is over by now
    if through and through >= today and award(new.facts, today) and not (old and award(old.facts, today)):
        yield "awarded", Touched(person_id, name, new.level, valid_through=through)
        return
    period = new.facts.period
    if period is not None and today < period.window_opens_on and today <= period.valid_through:
        added, dropped = _differing(old.facts.requirements if old else (), new.facts.requirements)
        if added or dropped:
            yield "later", Touched(person_id, name, new.level, added, dropped, period.valid_through)
    elif _is_begun(old, new):
        added, dropped = _differing(_left(old.verdict.missing if old else ()), _left(new.verdict.missing))
        if added:
            yield "more", Touched(person_id, name, new.level, added, dropped)
        elif dropped:
            yield "less", Touched(person_id, name, new.level, added, dropped)
    if period is not None and old is not None:
        done_on = max(period.valid_through, today)  # who lapsed cannot renew on the last day any more
        before, after = (
            following_period(each.facts.terms, done_on, period, due_on=each.facts.due_on).valid_through
            for each in (old, new)
        )
        if before != after:
            yield (
                "renewed",
                Touched(
                    person_id, name, new.level, valid_through=period.valid_through, next_before=before, next_after=after
                ),
            )


def _is_begun(old: LevelRecord | None, new: LevelRecord) -> bool:
    """Tell whether a level concerns somebody now: the first does, and a higher one that they hold."""
    return not new.level or new.facts.period is not None or (old is not None and old.facts.period is not None)


def _left(missing: Iterable[Missing]) -> tuple[Requirement, ...]:
    return tuple(each.requirement for each in missing)


def _differing(
    before: Sequence[Requirement], after: Sequence[Requirement]
) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """Return what came and what went."""
    return (
        tuple(each for each in after if each not in before),
        tuple(each for each in before if each not in after),
    )


def _asked(before: Program | None, after: Program) -> Iterable[LevelChange]:
    old, new = (_by_level(each) if each else {} for each in (before, after))
    for level in dict.fromkeys((*new, *old)):
        added, dropped = _differing(old.get(level, ()), new.get(level, ()))
        if added or dropped:
            yield LevelChange(level, added, dropped)


def _by_level(program: Program) -> Mapping[str, tuple[Requirement, ...]]:
    """List what each level asks for by itself."""
    found = {"": program.requirements}
    below = program.requirements
    for level in program.levels:
        found[level.id] = tuple(each for each in level.requirements if each not in below)
        below = level.requirements
    return found


def _carrying(product_id: int, moment: datetime) -> ColumnElement[bool]:
    carrying = select(col(DealProduct.deal_id)).where(col(DealProduct.product_id) == product_id)
    return col(Deal.id).in_(carrying) & is_open(local_day(moment))


def _gate(pairs: Iterable[tuple[DealState, DealState]], changes: Callable[[DealState, DealState], bool]) -> Gate:
    found = sorted((now.deal for now, then in pairs if changes(now, then)), key=lambda deal: (-deal.amount, deal.id))
    money: dict[str, Decimal] = defaultdict(Decimal)
    for deal in found:
        money[deal.currency] += deal.amount
    stopped = [Stopped(deal.reference, deal.name, deal.amount, deal.currency) for deal in found]
    return Gate(Many.of(stopped), tuple(sorted(money.items())))
