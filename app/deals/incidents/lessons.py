"""What incidents teach: which red lines cost most, and which quiz items told it beforehand. No names of people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Content, Product
from app.catalog.text import Text
from app.certification.models import Appeal, AppealOutcome, CertificationPeriod
from app.clock import end_of_day, local_day
from app.conduct.models import Disposition, Finding, SentText, Violation
from app.conduct.reviewing.queries import crossed_line
from app.deals.incidents.models import Incident, IncidentStatus
from app.deals.incidents.predicting import Answered, Comparison, Share, Verdict, compare
from app.quizzes.models import Attempt, AttemptItem, ItemVersion

PER = 100
"""Costs are counted for so many people who are or were certified."""


@dataclass(slots=True)
class Cost:
    """What crossing one red line of a product has cost; `red_line` is empty for incidents that name none."""

    product_id: int
    slug: str
    product: Text
    red_line: str
    title: Text | None = None
    incidents: int = 0
    findings: int = 0
    certified: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    quarters: Counter[tuple[int, int]] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        """How often it was crossed: confirmed incidents, and confirmed findings that are no incident as well."""
        return self.incidents + self.findings

    @property
    def per_certified(self) -> float | None:
        """How often it was crossed for each 100 people who are or were certified; None where nobody is."""
        return PER * self.number / self.certified if self.certified else None

    @property
    def amounts(self) -> list[tuple[Decimal, str]]:
        """The money by currency, the largest sum first."""
        return sorted(((amount, currency) for currency, amount in self.money.items()), reverse=True)


def quarter(day: date) -> tuple[int, int]:
    """Return year and quarter of a day."""
    return day.year, (day.month - 1) // 3 + 1


def costs(session: Session, product: str = "") -> list[Cost]:
    """Return what each red line has cost, the most often crossed first; four statements, whatever there is."""
    found: dict[tuple[int, str], Cost] = {}
    products = {row.id: row for row in session.execute(select(col(Product.id), col(Product.slug), col(Product.name)))}

    def cost(product_id: int, red_line: str) -> Cost:
        row = products[product_id]
        return found.setdefault((product_id, red_line), Cost(product_id, row.slug, row.name, red_line))

    for row in session.execute(_confirmed_incidents()):
        one = cost(row.product_id, row.red_line)
        one.incidents += 1
        one.quarters[quarter(row.happened_on)] += 1
        if row.cost is not None:
            one.money[row.currency] = one.money.get(row.currency, Decimal(0)) + row.cost
    for row in session.execute(_confirmed_findings()):
        one = cost(row.product_id, row.red_line)
        one.title = one.title or row.title
        one.findings += 1
        one.quarters[quarter(local_day(row.sent_at))] += 1
    holders = _holders(session)
    for (product_id, _red_line), one in found.items():
        one.certified = holders.get(product_id, 0)
    chosen = [each for each in found.values() if not product or each.slug == product]
    return sorted(chosen, key=lambda each: (-each.number, each.slug, each.red_line))


def _confirmed_incidents() -> Any:
    return select(
        col(Incident.product_id),
        col(Incident.red_line),
        col(Incident.happened_on),
        col(Incident.cost),
        col(Incident.currency),
    ).where(col(Incident.status) == IncidentStatus.CONFIRMED)


def _confirmed_findings() -> Any:
    """Choose the confirmed findings of a product's red lines; one that is an incident as well counts there."""
    product_id = func.coalesce(col(Finding.product_id), col(Violation.product_id))
    confirmed_incident = select(col(Incident.id)).where(
        col(Incident.finding_id) == col(Finding.id), col(Incident.status) == IncidentStatus.CONFIRMED
    )
    return (
        select(
            product_id.label("product_id"),
            col(Finding.red_line),
            col(Finding.rule)["title"].label("title"),
            col(SentText.sent_at),
        )
        .join(SentText, col(SentText.id) == col(Finding.sent_text_id))
        .outerjoin(Violation, col(Violation.finding_id) == col(Finding.id))
        .where(
            col(Finding.disposition) == Disposition.CONFIRMED,
            col(Finding.state) != "shadow",
            product_id.is_not(None),
            ~confirmed_incident.exists(),
        )
    )


def _holders(session: Session) -> dict[int, int]:
    period = CertificationPeriod
    rows = session.execute(
        select(col(period.product_id), func.count(col(period.person_id).distinct())).group_by(col(period.product_id))
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Predictor:
    """An item of a product's quiz, and whether those who crossed its lines later had it wrong."""

    quiz: str
    item: str
    prompt: Text
    critical: bool
    red_lines: tuple[str, ...]
    comparison: Comparison

    @property
    def verdict(self) -> Verdict:
        """What the numbers say."""
        return self.comparison.verdict


@dataclass(frozen=True, slots=True)
class _Crossed:
    """Somebody crossed a red line of a product at a moment."""

    person_id: int
    red_line: str
    at: datetime


def predictors(session: Session, product_id: int) -> list[Predictor]:
    """Return the items of a product's quizzes, those that told most beforehand first; four statements.

    An item that names red lines is held against violations of these, any other against every violation of the product.
    """
    crossed = _crossings(session, product_id)
    items = _items(session, product_id)
    everybody = _first_answers(session, product_id)
    theirs = _answers_of(session, product_id, {each.person_id for each in crossed})
    found = []
    for key, row in items.items():
        if key not in everybody:
            continue
        lines = tuple(row.document.get("red_line") or ())
        first = _first_of(crossed, lines)
        given = [Answered(wrong, at < first[who]) for who, wrong, at in theirs[key] if who in first]
        document = row.document
        found.append(
            Predictor(
                row.slug,
                row.item,
                document["prompt"],
                bool(document.get("critical")),
                lines,
                compare(everybody[key], given),
            )
        )
    order = list(_ORDER)
    return sorted(found, key=lambda each: (order.index(each.verdict), -(each.comparison.difference or 0), each.item))


_ORDER = (Verdict.NOBODY_KNEW, Verdict.PREDICTED, Verdict.OPPOSITE, Verdict.NO_DIFFERENCE, Verdict.TOO_FEW)


def _first_of(crossed: Sequence[_Crossed], lines: Collection[str]) -> dict[int, datetime]:
    """Return when each person crossed one of these lines first; any line where none is named."""
    found: dict[int, datetime] = {}
    for each in crossed:
        if not lines or each.red_line in lines:
            found[each.person_id] = min(each.at, found.get(each.person_id, each.at))
    return found


_GRANTED = aliased(Appeal)


def _crossings(session: Session, product_id: int) -> list[_Crossed]:
    """Return the violations of a product that stand: those whose appeal was granted do not."""
    rows = session.execute(
        select(
            col(Violation.person_id),
            crossed_line().label("red_line"),
            col(Violation.at),
            col(SentText.sent_at),
            col(Incident.happened_on),
        )
        .outerjoin(Finding, col(Finding.id) == col(Violation.finding_id))
        .outerjoin(SentText, col(SentText.id) == col(Finding.sent_text_id))
        .outerjoin(Incident, col(Incident.id) == col(Violation.incident_id))
        .outerjoin(
            _GRANTED,
            (col(_GRANTED.event_id) == col(Violation.certification_event_id))
            & (col(_GRANTED.outcome) == AppealOutcome.GRANTED),
        )
        .where(
            or_(col(Violation.product_id) == product_id, col(Finding.product_id) == product_id),
            col(_GRANTED.id).is_(None),
        )
    )
    return [
        _Crossed(
            row.person_id,
            row.red_line or "",
            row.sent_at or (end_of_day(row.happened_on) if row.happened_on else row.at),
        )
        for row in rows
    ]


_Key = tuple[int, str]


def _items(session: Session, product_id: int) -> dict[_Key, Any]:
    newest = (
        select(col(ItemVersion.content_id), col(ItemVersion.item), func.max(col(ItemVersion.number)).label("number"))
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(col(Content.product_id) == product_id)
        .group_by(col(ItemVersion.content_id), col(ItemVersion.item))
        .subquery()
    )
    rows = session.execute(
        select(col(ItemVersion.content_id), col(ItemVersion.item), col(ItemVersion.document), col(Content.slug))
        .join(
            newest,
            (newest.c.content_id == col(ItemVersion.content_id))
            & (newest.c.item == col(ItemVersion.item))
            & (newest.c.number == col(ItemVersion.number)),
        )
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
    )
    return {(row.content_id, row.item): row for row in rows}


def _first_attempts(product_id: int, *columns: Any) -> Any:
    return (
        select(col(ItemVersion.content_id), col(ItemVersion.item), *columns)
        .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(
            col(Attempt.product_id) == product_id,
            col(Attempt.number) == 1,
            col(Attempt.finished_at).is_not(None),
            col(AttemptItem.correct).is_not(None),
        )
    )


def _first_answers(session: Session, product_id: int) -> dict[_Key, Share]:
    wrong = func.sum(case((col(AttemptItem.correct).is_(False), 1), else_=0))
    counted = _first_attempts(product_id, wrong, func.count())
    rows = session.execute(counted.group_by(col(ItemVersion.content_id), col(ItemVersion.item)))
    return {(row[0], row[1]): Share(int(row[2]), row[3]) for row in rows}


def _answers_of(
    session: Session, product_id: int, people: Collection[int]
) -> Mapping[_Key, list[tuple[int, bool, datetime]]]:
    columns = (col(Attempt.person_id), col(AttemptItem.correct), col(Attempt.finished_at))
    rows = session.execute(_first_attempts(product_id, *columns).where(col(Attempt.person_id).in_(people)))
    found: dict[_Key, list[tuple[int, bool, datetime]]] = defaultdict(list)
    for content_id, item, person_id, correct, at in rows:
        found[content_id, item].append((person_id, not correct, at))
    return found
