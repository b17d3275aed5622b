"""Reads of findings, texts and violations that other parts of the product use."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import localized
from app.clock import local_day
from app.conduct.checking.sentences import sentence_around
from app.conduct.models import Consequence, Disposition, DrillTry, Finding, SentText, Violation
from app.conduct.reviewing.rules import Precision
from app.web.i18n import current_locale


def precision(session: Session, red_lines: Collection[str]) -> dict[str, Precision]:
    """Return how well red lines hit, by their ids, those without findings included; one statement.

    Findings of rules on trial count like those of active ones. Open findings that a later reading no longer makes
    do not count.
    """
    rows = session.execute(
        select(col(Finding.red_line), col(Finding.disposition), func.count())
        .where(
            col(Finding.red_line).in_(red_lines),
            or_(col(Finding.gone_at).is_(None), col(Finding.disposition) != Disposition.OPEN),
        )
        .group_by(col(Finding.red_line), col(Finding.disposition))
    )
    counts: dict[str, dict[Disposition, int]] = defaultdict(dict)
    for red_line, disposition, number in rows:
        counts[red_line][disposition] = number
    return {red_line: _precision(counts[red_line]) for red_line in red_lines}


def _precision(counts: dict[Disposition, int]) -> Precision:
    return Precision(
        found=sum(counts.values()),
        open=counts.get(Disposition.OPEN, 0),
        confirmed=counts.get(Disposition.CONFIRMED, 0),
        allowed=counts.get(Disposition.ALLOWED, 0),
        wrong=counts.get(Disposition.WRONG_MATCH, 0),
        duplicates=counts.get(Disposition.DUPLICATE, 0),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed from a confirmed finding or incident, as the person reads it.

    `event_id` is the decision about a certification that it led to. `title` and `product` are in the reader's
    language, `drill` is the address where it is practised, if it can be; `practised` says that it was, since then.
    `to_discuss` is what a coaching is to be about. Of an incident without a red line `red_line` is empty.
    """

    id: int
    finding_id: int | None
    sent_text_id: int | None
    incident_id: int | None
    red_line: str
    title: str
    slug: str
    product: str
    consequence: Consequence
    reason: str
    at: datetime
    drill: str
    practised: bool
    event_id: int | None
    to_discuss: str = ""

    @property
    def url(self) -> str:
        """Where the person reads what was decided."""
        return told_at(self.sent_text_id, self.incident_id)

    @property
    def to_do(self) -> bool:
        """Whether the person was asked to practise, and has not yet."""
        return self.consequence is Consequence.COACHING and bool(self.drill) and not self.practised


def told_at(sent_text_id: int | None, incident_id: int | None) -> str:
    """Return where a person reads what was decided about a text of theirs, or about an incident."""
    return f"/check/sent/{sent_text_id}" if incident_id is None else f"/incidents/{incident_id}/decision"


def outcome(session: Session, sent_text_id: int) -> list[Outcome]:
    """Return what followed from the findings of a text, in its order; one statement."""
    found = _outcomes().where(col(Finding.sent_text_id) == sent_text_id).order_by(col(Finding.start), col(Finding.id))
    return [_outcome(dict(row)) for row in session.execute(found).mappings()]


def violations(session: Session, person_id: int) -> list[Outcome]:
    """Return the violations on a person's record, the newest first; one statement."""
    found = _outcomes().where(col(Violation.person_id) == person_id)
    newest = found.order_by(col(Violation.at).desc(), col(Violation.id).desc())
    return [_outcome(dict(row)) for row in session.execute(newest).mappings()]


def _outcomes() -> Select[Any]:
    practised = exists().where(
        col(DrillTry.person_id) == col(Violation.person_id),
        col(DrillTry.red_line) == crossed_line(),
        col(DrillTry.passed).is_(True),
        col(DrillTry.at) >= col(Violation.at),
    )
    return (
        select(
            col(Violation.id),
            col(Violation.finding_id),
            col(Finding.sent_text_id),
            col(Violation.incident_id),
            crossed_line().label("red_line"),
            col(Finding.rule),
            col(Violation.rule).label("incident_rule"),
            col(Violation.title),
            col(Violation.to_discuss),
            col(Product.slug),
            col(Product.name),
            col(Violation.consequence),
            col(Violation.reason),
            col(Violation.at),
            practised.label("practised"),
            col(Violation.certification_event_id),
        )
        .outerjoin(Finding, col(Finding.id) == col(Violation.finding_id))
        .outerjoin(Product, col(Product.id) == col(Violation.product_id))
    )


def crossed_line() -> ColumnElement[str | None]:
    """Return the red line of a violation: its finding's, or the one that it keeps itself."""
    return func.coalesce(col(Finding.red_line), col(Violation.red_line))


def _outcome(row: Mapping[str, Any]) -> Outcome:
    locale = current_locale()
    rule = row["rule"] or row["incident_rule"]
    has_drill = bool(rule and rule.get("drills")) and row["slug"] is not None
    return Outcome(
        id=row["id"],
        finding_id=row["finding_id"],
        sent_text_id=row["sent_text_id"],
        incident_id=row["incident_id"],
        red_line=row["red_line"] or "",
        title=localized(rule["title"], locale) if rule else row["title"] or "",
        slug=row["slug"] or "",
        product=localized(row["name"], locale) if row["name"] is not None else "",
        consequence=row["consequence"],
        reason=row["reason"],
        at=row["at"],
        drill=f"/drills/{row['slug']}/{row['red_line']}" if has_drill else "",
        practised=row["practised"],
        event_id=row["certification_event_id"],
        to_discuss=row["to_discuss"] or "",
    )


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a red line was crossed: the sentence, empty once it is forgotten, the day, and the reviewer's note."""

    sentence: str
    sent_on: date
    note: str


def crossing(session: Session, finding_id: int) -> Crossing:
    """Return where a red line was crossed, for whoever may know whose text it is; one statement."""
    row = session.execute(
        select(col(SentText.text), col(SentText.sent_at), col(Finding.start), col(Finding.end), col(Finding.note))
        .join(Finding, col(Finding.sent_text_id) == col(SentText.id))
        .where(col(Finding.id) == finding_id)
    ).one()
    start, end = sentence_around(row.text, row.start, row.end) if row.text else (0, 0)
    return Crossing(row.text[start:end].strip(), local_day(row.sent_at), row.note)


@dataclass(frozen=True, slots=True)
class Waits:
    """How much waits for compliance: findings without a decision, and confirmed ones without a consequence."""

    findings: int
    texts: int
    to_follow: int


def waits(session: Session, reviewer_id: int) -> Waits:
    """Count what waits for a reviewer, who does not decide about the own texts; two statements."""
    readable = (
        select(func.count(), func.count(col(Finding.sent_text_id).distinct()))
        .join(SentText, col(SentText.id) == col(Finding.sent_text_id))
        .where(
            col(SentText.person_id) != reviewer_id,
            col(SentText.forgotten_at).is_(None),
            col(Finding.gone_at).is_(None),
            col(Finding.state) != "shadow",
        )
    )
    findings, texts = session.execute(readable.where(col(Finding.disposition) == Disposition.OPEN)).one()
    follow, _texts = session.execute(
        readable.outerjoin(Violation, col(Violation.finding_id) == col(Finding.id)).where(
            col(Finding.disposition) == Disposition.CONFIRMED, col(Violation.id).is_(None)
        )
    ).one()
    return Waits(findings, texts, follow)
