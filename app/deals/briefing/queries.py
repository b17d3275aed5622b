"""Everything that a brief says, as published and stored at a moment; the statements do not grow with the products."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.content import CourseDocument, Lesson
from app.catalog.markdown import Block, Html, render
from app.catalog.models import ContentKind
from app.catalog.queries import courses, in_force
from app.catalog.text import nearest
from app.conduct.models import Disposition, Finding
from app.deals.briefing import rules
from app.deals.briefing.rules import Meeting
from app.deals.facts import DealFacts
from app.deals.fieldnotes.models import FieldNote, NoteKind
from app.deals.incidents.models import Incident, IncidentStatus
from app.redlines.queries import Card, card_of, known_by
from app.web.i18n import current_locale

LATELY = timedelta(days=365)
"""How far back crossed red lines are counted."""
MOST_NOTES = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A lesson with its text in the reader's language, or in the nearest that it is written in."""

    lesson: Lesson
    locale: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class ProductBrief:
    """One product of the deal: what it is, what to say about it, what not to say.

    `near` are talk tracks of the same industry for others; `red_lines` are the first of `red_lines_total`;
    `materials` are documents and links to bring or to have read.
    """

    slug: str
    document: CourseDocument
    tracks: tuple[Reading, ...]
    near: tuple[Lesson, ...]
    cases: tuple[Reading, ...]
    materials: tuple[Lesson, ...]
    red_lines: tuple[Card, ...]
    red_lines_total: int


@dataclass(frozen=True, slots=True)
class Note:
    """What the customer said before."""

    kind: NoteKind
    text: str
    answer: str
    at: datetime


def meeting_of(deal: DealFacts) -> Meeting:
    """Read from a deal whom one meets."""
    return Meeting(deal.industry, deal.stage, deal.region, frozenset(each.role for each in deal.contacts))


def products(session: Session, deal: DealFacts, moment: datetime) -> list[ProductBrief]:
    """Return what there is to say about each product of a deal about which something is published."""
    ids = [each.id for each in deal.products]
    published = courses(session, moment, ids)
    texts = {each.product_id: each for each in in_force(session, [ContentKind.REDLINES], moment, products=ids)}
    crossed = _crossed(session, ids, moment)
    meeting = meeting_of(deal)
    found = []
    for each in deal.products:
        course = published.get(each.id)
        if course is None:
            continue
        known = known_by(texts[each.id].document["rules"], moment) if each.id in texts else []
        here = rules.red_lines(known, meeting, crossed)
        found.append(_product(each.slug, course.document, meeting, [card_of(rule) for rule in here]))
    return found


def external(session: Session, deal: DealFacts, moment: datetime) -> list[ProductBrief]:
    """Return of that only what may be left with the customer: nothing internal, no talk track and no red line."""
    found = []
    for each in products(session, deal, moment):
        cases = tuple(text for text in each.cases if text.lesson.audience == "external")
        materials = tuple(lesson for lesson in each.materials if lesson.audience == "external")
        found.append(
            replace(each, tracks=(), near=(), cases=cases, materials=materials, red_lines=(), red_lines_total=0)
        )
    return found


def _product(slug: str, document: CourseDocument, meeting: Meeting, cards: Sequence[Card]) -> ProductBrief:
    return ProductBrief(
        slug=slug,
        document=document,
        tracks=tuple(map(_reading, rules.tracks(document.lessons, meeting))),
        near=tuple(rules.near(document.lessons, meeting)),
        cases=tuple(map(_reading, rules.cases(document.lessons, meeting))),
        materials=tuple(each for each in document.lessons if each.kind in {"document", "link"}),
        red_lines=tuple(cards[: rules.MOST_RED_LINES]),
        red_lines_total=len(cards),
    )


def _reading(lesson: Lesson) -> Reading:
    if not lesson.body:
        return Reading(lesson, current_locale(), ())
    locale = nearest(lesson.body, current_locale())
    return Reading(lesson, locale, [block for block in render(lesson.body[locale], locale) if isinstance(block, Html)])


def _crossed(session: Session, product_ids: Collection[int], moment: datetime) -> Mapping[str, int]:
    """Count how often each red line was confirmed to be crossed lately, in texts and with customers."""
    in_texts = (
        select(col(Finding.red_line), func.count().label("number"))
        .where(
            col(Finding.product_id).in_(product_ids),
            col(Finding.disposition) == Disposition.CONFIRMED,
            col(Finding.decided_at).between(moment - LATELY, moment),
        )
        .group_by(col(Finding.red_line))
    )
    with_customers = (
        select(col(Incident.red_line), func.count().label("number"))
        .where(
            col(Incident.product_id).in_(product_ids),
            col(Incident.status) == IncidentStatus.CONFIRMED,
            col(Incident.decided_at).between(moment - LATELY, moment),
        )
        .group_by(col(Incident.red_line))
    )
    counted: dict[str, int] = {}
    for red_line, number in session.execute(in_texts.union_all(with_customers)):
        counted[red_line] = counted.get(red_line, 0) + number
    return counted


def notes(session: Session, deal: DealFacts, moment: datetime) -> list[Note]:
    """Return what was last written down about the customer on this deal, the newest first."""
    rows = session.execute(
        select(col(FieldNote.kind), col(FieldNote.text), col(FieldNote.answer), col(FieldNote.at))
        .where(col(FieldNote.deal_id) == deal.id, col(FieldNote.at) <= moment)
        .order_by(col(FieldNote.at).desc(), col(FieldNote.id).desc())
        .limit(MOST_NOTES)
    )
    return [Note(*row) for row in rows]
