"""Everything on record about one person, product by product."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion, LessonProgress, Product
from app.catalog.queries import courses, products
from app.catalog.text import localized
from app.certification import words
from app.certification.awaiting import awaiting
from app.certification.levels import LevelLine, higher_levels, level_names
from app.certification.models import (
    Assignment,
    CertificationEventKind,
    SignOff,
    SignOffOutcome,
)
from app.certification.otherways import of_step
from app.certification.queries import HeldPeriod, Record, periods, records
from app.certification.requirements import RequirementKind
from app.certification.sanctions.actions import possible_sanctions
from app.certification.sanctions.queries import Entry, history, open_spots
from app.certification.signoffs.rubrics import asked_rubrics
from app.certification.way import STEP_OF_KIND, Step, StepKind, StepState
from app.certification.words import Awaiting
from app.people.models import Person, Team
from app.quizzes.queries import marks_of
from app.redlines.models import Attestation
from app.web.i18n import current_locale
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose record it is."""

    id: int
    name: str
    email: str
    team: str | None
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened: when, what, and what was said about it."""

    at: datetime
    what: str
    note: str = ""


@dataclass(slots=True)
class ProductRecord:
    """One product in a person's record."""

    product: Product
    record: Record
    state: words.State
    until: str
    reasons: list[tuple[str, words.Fix | None]]
    steps: list[tuple[Step, str, str, str]]
    levels: list[LevelLine]
    level_names: Mapping[str, str | dict[str, str]]
    rubrics: list[str]
    sanctions: list[CertificationEventKind]
    lessons_done: int
    lessons: int
    periods: list[HeldPeriod] = field(default_factory=list)
    attempts: list[tuple[datetime, datetime | None, Decimal | None, bool | None]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    events: list[Entry] = field(default_factory=list)
    assigned: Assignment | None = None


STEP_ICONS = {StepState.DONE: "cleared", StepState.CURRENT: "progress", StepState.TODO: "todo"}


def holder(session: Session, person_id: int) -> Holder | None:
    """Find whose record it is."""
    row = session.execute(
        select(
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Team.name),
            col(Person.deactivated_at),
            col(Person.created_at),
        )
        .outerjoin(Team, col(Team.id) == col(Person.team_id))
        .where(col(Person.id) == person_id)
    ).first()
    return Holder(row[0], row[1], row[2], row[3], row[4] is None, row[5]) if row else None


def record_of(
    session: Session, person_id: int, moment: datetime, today: date, unseen: Collection[int] = frozenset()
) -> list[ProductRecord]:
    """Return the record of a person as of a moment, for every product that had a program; the statements are constant.

    `unseen` are the sign-offs of which it is not told what was said, by their ids.
    """
    sold = {product.id: product for product in products(session, moment) if product.id}
    found = records(session, [person_id], moment, list(sold))
    waiting = awaiting(session, person_id, moment)
    decided = history(session, person_id, as_of=moment)
    spots = open_spots(decided)
    whole = {
        product_id: _product_record(sold[product_id], record, today, waiting.get(product_id, {}), spots.get(product_id))
        for (_person, product_id), record in found.items()
    }
    for each, entry in _known(whole, decided):
        each.events.append(entry)
    _add_history(session, person_id, whole, moment, unseen)
    return sorted(whole.values(), key=lambda each: (_rank(each), each.product.slug))


def _rank(each: ProductRecord) -> int:
    return {"no": 0, "due": 1, "go": 2}.get(each.state[0], 3)


def waits(record: Record, step: Step, awaiting: Awaiting) -> str:
    """Say what a step of the way waits for, where nothing of it is to do; empty otherwise."""
    missing = [each for each in record.verdict.missing if STEP_OF_KIND[each.requirement.kind] is step.kind]
    return words.waits(missing, awaiting)


def steps(record: Record, today: date, awaiting: Awaiting = words.NOTHING_WAITS) -> list[tuple[Step, str, str, str]]:
    """Return each step of a person's way with its icon, its name and its note."""
    months = record.program.terms.valid_months
    found = []
    for step in record.way(today):
        name, note = words.step(step, waits(record, step, awaiting))
        if step.kind is StepKind.CERTIFIED and not note:
            note = words.for_months(months)
        for other in of_step(record.verdict.missing, step.kind, record.program, "", awaiting):
            note = _("%(step)s, %(other)s") % {"step": note, "other": other.text}
        found.append((step, STEP_ICONS[step.state], name, note))
    return found


def _product_record(
    product: Product, record: Record, today: date, awaiting: Awaiting, spot: date | None
) -> ProductRecord:
    verdict = record.verdict
    asked = record.program.requirements
    lessons = sum(each.kind is RequirementKind.LESSON for each in asked)
    return ProductRecord(
        product=product,
        record=record,
        state=words.state(verdict.standing, allowed=verdict.allowed),
        until=words.until(verdict, today, record.due_on, awaiting),
        reasons=[(words.sentence(each), words.fix(each, product.slug)) for each in verdict.reasons],
        steps=steps(record, today, awaiting),
        levels=higher_levels(record, product.slug, today, awaiting),
        level_names=level_names(record),
        rubrics=asked_rubrics(record.program.document),
        sanctions=possible_sanctions(record, spot),
        lessons_done=lessons and len(_lessons_done(record)),
        lessons=lessons,
    )


def _lessons_done(record: Record) -> set[str]:
    asked = {each.key for each in record.program.requirements if each.kind is RequirementKind.LESSON}
    done = {each.requirement.key for each in record.facts.evidence if each.requirement.kind is RequirementKind.LESSON}
    return asked & done


def _add_history(
    session: Session, person_id: int, whole: Mapping[int, ProductRecord], moment: datetime, unseen: Collection[int]
) -> None:
    titles = _lesson_titles(session, list(whole), moment)
    for each, period in _known(whole, periods(session, person_id, moment)):
        each.periods.append(period)
    for each, row in _known(whole, marks_of(session, person_id, moment)):
        each.attempts.append((row.started_at, row.finished_at, row.percent, row.passed))
    for each, row in _known(whole, _rows(session, person_id, moment, LessonProgress, "completed_at", "lesson")):
        title = titles.get((row.product_id, row.lesson), row.lesson)
        each.facts += [Fact(row.completed_at, _("Lesson done"), title)] if row.completed_at else []
    for each, row in _known(whole, _attestations(session, person_id, moment)):
        what = _("Red lines signed, version %(number)s") % {"number": row.number}
        each.facts.append(Fact(row.signed_at, what, row.signed_name))
    for each, row in _known(
        whole, _rows(session, person_id, moment, SignOff, "decided_at", "id", "outcome", "note", "rubric", "second_of")
    ):
        if row.second_of is not None:  # it decided nothing
            continue
        if row.id in unseen:
            note = _("told after the second look, which you may be asked for")
            each.facts.append(Fact(row.decided_at, f"{_('Sign-off')} · {row.rubric}", note))
            continue
        each.facts.append(Fact(row.decided_at, f"{outcome(row.outcome)} · {row.rubric}", row.note))
    for each, assignment in _known(
        whole,
        session.scalars(
            select(Assignment)
            .where(col(Assignment.person_id) == person_id, col(Assignment.assigned_at) <= moment)
            .order_by(col(Assignment.id))
        ),
    ):
        each.assigned = assignment
    for each in whole.values():
        each.facts.sort(key=lambda fact: fact.at, reverse=True)


def _lesson_titles(session: Session, products: Collection[int], moment: datetime) -> dict[tuple[int, str], str]:
    """Name each lesson of the courses in force, by product and the lesson's own id."""
    return {
        (product_id, lesson.id): localized(lesson.title, current_locale())
        for product_id, course in courses(session, moment, products).items()
        for lesson in course.document.lessons
    }


def _known(whole: Mapping[int, ProductRecord], rows: Iterable[Any]) -> Iterator[tuple[ProductRecord, Any]]:
    """Pair each row with the record of its product, where that is shown."""
    return ((whole[row.product_id], row) for row in rows if row.product_id in whole)


def _rows(session: Session, person_id: int, as_of: datetime, table: Any, *columns: str) -> Sequence[Any]:
    """Read a person's rows of a table by a moment, which stands in the first of `columns`, the latest first."""
    return session.execute(
        select(col(table.product_id), *(col(getattr(table, name)) for name in columns))
        .where(col(table.person_id) == person_id, col(getattr(table, columns[0])) <= as_of)
        .order_by(col(getattr(table, columns[0])).desc(), col(table.id).desc())
    ).all()


def _attestations(session: Session, person_id: int, as_of: datetime) -> Sequence[Any]:
    return session.execute(
        select(
            col(Attestation.product_id),
            col(Attestation.signed_at),
            col(Attestation.signed_name),
            col(ContentVersion.number),
        )
        .join(ContentVersion, col(ContentVersion.id) == col(Attestation.content_version_id))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(col(Attestation.person_id) == person_id, col(Attestation.signed_at) <= as_of)
    ).all()


def outcome(value: SignOffOutcome) -> str:
    """Say what an assessor decided."""
    return {
        SignOffOutcome.PASSED: _("Sign-off passed"),
        SignOffOutcome.RETURNED: _("Sign-off returned, to be shown again"),
        SignOffOutcome.FAILED: _("Sign-off failed"),
    }[value]
