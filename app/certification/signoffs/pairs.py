"""What two assessors said of the same demonstrations, read in pairs by rubric; three statements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import ContentVersion, Product
from app.catalog.text import Text
from app.certification.models import SignOff, SignOffOutcome
from app.certification.signoffs.agreement import Agreement, Judgement, Share, agreement
from app.certification.signoffs.rubrics import rubric_of
from app.people.models import Person


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A demonstration of which two assessors said different things."""

    request_id: int
    rep: str
    first: str
    first_outcome: SignOffOutcome
    first_note: str
    second: str
    second_outcome: SignOffOutcome
    second_note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """A rubric with how far two assessors agree by it."""

    slug: str
    product: Text
    name: Text
    agreement: Agreement
    criteria: list[tuple[Text, Share]]
    disagreements: list[Disagreement]


_SECOND = aliased(SignOff)


def waiting(session: Session) -> int:
    """Count the sign-offs that were drawn and wait for a second assessor."""
    drawn = select(func.count()).where(
        col(SignOff.second_wanted).is_(True),
        ~select(col(_SECOND.id)).where(col(_SECOND.second_of) == col(SignOff.id)).exists(),
    )
    return session.scalar(drawn) or 0


def compared(session: Session) -> list[Compared]:
    """Return every rubric by which somebody judged a second time, the newest program's words first."""
    rows = _rows(session)
    documents = _documents(session, {row.version for row in rows})
    by_rubric: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        by_rubric[row.slug, row.rubric].append(row)
    return [_compared(found, documents) for _, found in sorted(by_rubric.items())]


_FIRST = aliased(SignOff)
_REP, _FIRST_PERSON, _SECOND_PERSON = aliased(Person), aliased(Person), aliased(Person)


def _rows(session: Session) -> list[Any]:
    statement: Any = (
        select(
            col(Product.slug),
            col(Product.name).label("product"),
            col(_FIRST.rubric),
            col(_FIRST.request_id),
            col(_FIRST.program_version_id).label("version"),
            col(_REP.name).label("rep"),
            col(_FIRST_PERSON.name).label("first"),
            col(_FIRST.outcome).label("first_outcome"),
            col(_FIRST.note).label("first_note"),
            col(_FIRST.scores).label("first_scores"),
            col(_SECOND_PERSON.name).label("second"),
            col(_SECOND.outcome).label("second_outcome"),
            col(_SECOND.note).label("second_note"),
            col(_SECOND.scores).label("second_scores"),
            col(_SECOND.decided_at).label("at"),
        )
        .join(_SECOND, col(_SECOND.second_of) == col(_FIRST.id))
        .join(Product, col(Product.id) == col(_FIRST.product_id))
        .join(_REP, col(_REP.id) == col(_FIRST.person_id))
        .join(_FIRST_PERSON, col(_FIRST_PERSON.id) == col(_FIRST.assessor_id))
        .join(_SECOND_PERSON, col(_SECOND_PERSON.id) == col(_SECOND.assessor_id))
        .order_by(col(_SECOND.decided_at).desc(), col(_SECOND.id).desc())
    )
    return list(session.execute(statement))


def _documents(session: Session, versions: Iterable[int]) -> dict[int, dict[str, Any]]:
    found = select(col(ContentVersion.id), col(ContentVersion.document)).where(col(ContentVersion.id).in_(versions))
    return {row.id: row.document for row in session.execute(found)}


def _compared(rows: list[Any], documents: dict[int, dict[str, Any]]) -> Compared:
    newest = rows[0]
    whole = agreement(
        [
            (
                Judgement(row.first_outcome, _met(row.first_scores)),
                Judgement(row.second_outcome, _met(row.second_scores)),
            )
            for row in rows
        ]
    )
    rubric = rubric_of(documents[newest.version], newest.rubric)
    texts = {
        each.id: each.text for version in documents.values() for each in rubric_of(version, newest.rubric).criteria
    }
    texts |= {each.id: each.text for each in rubric.criteria}
    return Compared(
        slug=newest.slug,
        product=newest.product,
        name=rubric.name,
        agreement=whole,
        criteria=[(texts.get(criterion, criterion), share) for criterion, share in whole.criteria.items()],
        disagreements=[_disagreement(row) for row in rows if row.first_outcome is not row.second_outcome],
    )


def _met(scores: dict[str, Any] | None) -> dict[str, bool]:
    return {criterion: bool(score["met"]) for criterion, score in (scores or {}).items()}


def _disagreement(row: Any) -> Disagreement:
    return Disagreement(
        row.request_id,
        row.rep,
        row.first,
        row.first_outcome,
        row.first_note,
        row.second,
        row.second_outcome,
        row.second_note,
        row.at,
    )
