"""The list of texts with findings that wait, the newest first, without a name on it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import localized
from app.clock import local_day
from app.conduct.masking import masked
from app.conduct.models import Disposition, Finding, SentText, Violation
from app.conduct.reviewing.forms import QueueFilter
from app.conduct.reviewing.people import numbers
from app.people.models import Person
from app.web.i18n import current_locale

PAGE: Final = 20
"""Texts on one page."""
NAMED: Final = 4
"""Findings of a text that the list names."""


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding in the list."""

    title: str
    severity: str
    state: str
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text in the list with its first findings, and how many more there are; `sender` is a number, not a name.

    The minute in which it was sent is left out: the audit trail has it beside the name.
    """

    id: int
    title: str
    sender: int
    own: bool
    sent_on: date
    keep_until: datetime
    forgotten: bool
    products: list[str]
    findings: list[ListedFinding]
    more: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of texts; `before` continues it, None at the end."""

    texts: list[ListedText]
    before: int | None


def texts(session: Session, wanted: QueueFilter, reviewer_id: int) -> Listing:
    """Return a page of texts with the findings that were asked for; three statements."""
    sender = numbers()
    query = (
        select(
            col(SentText.id),
            col(SentText.title),
            sender.c.number,
            col(SentText.person_id),
            col(SentText.sent_at),
            col(SentText.keep_until),
            col(SentText.forgotten_at),
            col(SentText.products),
            col(Person.name),
            col(Person.email),
        )
        .join(Person, col(Person.id) == col(SentText.person_id))
        .join(sender, sender.c.person_id == col(SentText.person_id))
        .where(*_of_texts(wanted))
        .order_by(col(SentText.id).desc())
        .limit(PAGE + 1)
    )
    rows = session.execute(query).all()
    shown = rows[:PAGE]
    findings, counts = _findings(session, [row.id for row in shown], wanted)
    names = _product_names(session)
    listed = [
        ListedText(
            id=row.id,
            title=masked(row.title, row.name, row.email),
            sender=row.number,
            own=row.person_id == reviewer_id,
            sent_on=local_day(row.sent_at),
            keep_until=row.keep_until,
            forgotten=row.forgotten_at is not None,
            products=[names.get(slug, slug) for slug in row.products],
            findings=findings[row.id],
            more=max(0, counts[row.id] - NAMED),
        )
        for row in shown
    ]
    return Listing(listed, shown[-1].id if len(rows) > PAGE else None)


def _of_texts(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    of_text = exists().where(col(Finding.sent_text_id) == col(SentText.id))
    conditions: list[ColumnElement[bool]] = []
    if wanted.before:
        conditions.append(col(SentText.id) < wanted.before)
    if wanted.show == "quiet":
        return [*conditions, ~of_text.where(col(Finding.gone_at).is_(None))]
    if wanted.show != "decided":
        conditions.append(col(SentText.forgotten_at).is_(None))
    return [*conditions, of_text.where(*_of_findings(wanted))]


def _of_findings(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    followed = exists().where(col(Violation.finding_id) == col(Finding.id))
    is_open = col(Finding.disposition) == Disposition.OPEN
    shows: dict[str, list[ColumnElement[bool]]] = {
        "waiting": [is_open, col(Finding.state) != "shadow"],
        "trial": [is_open, col(Finding.state) == "shadow"],
        "follow": [col(Finding.disposition) == Disposition.CONFIRMED, col(Finding.state) != "shadow", ~followed],
        "decided": [~is_open],
    }
    conditions = [*shows.get(wanted.show, shows["waiting"]), col(Finding.gone_at).is_(None)]
    if wanted.product:
        product = select(col(Product.id)).where(col(Product.slug) == wanted.product).scalar_subquery()
        # what several products hold in common belongs to each of them
        conditions.append(or_(col(Finding.product_id) == product, col(Finding.product_id).is_(None)))
    if wanted.red_line:
        conditions.append(col(Finding.red_line) == wanted.red_line)
    if wanted.severity:
        conditions.append(col(Finding.severity) == wanted.severity)
    return conditions


def _findings(
    session: Session, ids: Collection[int], wanted: QueueFilter
) -> tuple[dict[int, list[ListedFinding]], dict[int, int]]:
    """Return the first findings of each text, and how many there are; each carries its rule, so only these are read."""
    found: dict[int, list[ListedFinding]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    if wanted.show == "quiet":
        return found, counts
    of_text = col(Finding.sent_text_id)
    place = func.row_number().over(partition_by=of_text, order_by=(col(Finding.start), col(Finding.id)))
    ordered = (
        select(col(Finding.id), place.label("place"), func.count().over(partition_by=of_text).label("count"))
        .where(of_text.in_(ids), *_of_findings(wanted))
        .subquery()
    )
    locale = current_locale()
    rows = session.execute(
        select(
            of_text,
            col(Finding.rule),
            col(Finding.severity),
            col(Finding.state),
            col(Finding.disposition),
            ordered.c.count,
        )
        .join(ordered, ordered.c.id == col(Finding.id))
        .where(ordered.c.place <= NAMED)
        .order_by(of_text, ordered.c.place)
    )
    for text_id, rule, severity, state, disposition, count in rows:
        found[text_id].append(ListedFinding(localized(rule["title"], locale), severity, state, disposition))
        counts[text_id] = count
    return found, counts


def _product_names(session: Session) -> dict[str, str]:
    return dict(product_choices(session))


def product_choices(session: Session) -> list[tuple[str, str]]:
    """Return every product, retired ones too, by slug; one statement."""
    locale = current_locale()
    rows: Any = session.execute(select(col(Product.slug), col(Product.name)).order_by(col(Product.slug)))
    return [(slug, localized(name, locale)) for slug, name in rows]


def red_line_choices(session: Session) -> list[str]:
    """Return the red lines that have ever been found, by id; one statement."""
    return list(session.scalars(select(col(Finding.red_line)).distinct().order_by(col(Finding.red_line))))
