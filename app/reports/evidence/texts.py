"""The texts behind the records: every frozen version that was in force, or that a record cites."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentKind, ContentVersion, LessonProgress
from app.certification.models import CertificationPeriod, SignOff
from app.quizzes.models import Attempt
from app.redlines.models import Attestation
from app.reports.evidence.rows import chunks, text_name
from app.reports.evidence.subjects import Kind, Wanted

_CHUNK = 20
"""Documents in memory at once; some are large."""
_CITING: Final[tuple[tuple[Any, str], ...]] = (
    (CertificationPeriod, "program_version_id"),
    (CertificationPeriod, "redlines_version_id"),
    (Attestation, "content_version_id"),
    (Attempt, "content_version_id"),
    (LessonProgress, "content_version_id"),
    (SignOff, "program_version_id"),
)
_QUIZ_TERMS: Final = (
    "schema", "id", "product", "title", "pass_percent", "time_limit_minutes", "attempts", "cooldown_hours", "opens",
    "closes", "review",
)  # fmt: skip
_CARD: Final = ("id", "status", "severity", "title", "never_say", "say_instead", "why", "effective")


def texts(session: Session, wanted: Wanted, products: Collection[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each text with the name of its file."""
    statement = (
        select(
            col(ContentVersion.id),
            col(Content.kind),
            col(Content.slug),
            col(ContentVersion.number),
            col(ContentVersion.document),
            col(ContentVersion.digest),
            col(ContentVersion.verdict),
            col(ContentVersion.deadline),
            col(ContentVersion.published_at),
        )
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(_belongs(wanted, products), col(ContentVersion.published_at) <= wanted.as_of)
    )
    for rows in chunks(session, statement, col(ContentVersion.id), _CHUNK):
        for row in rows:
            document, whole = _shown(row.kind, row.document, wanted)
            yield (
                f"{text_name(row.kind.value, row.slug, row.number)}.json",
                {
                    "kind": row.kind,
                    "name": row.slug,
                    "number": row.number,
                    "published_at": row.published_at,
                    "verdict": row.verdict,
                    "deadline": row.deadline,
                    "sha256": row.digest,
                    "whole": whole,
                    "document": document,
                },
            )


def _belongs(wanted: Wanted, products: Collection[int]) -> ColumnElement[bool]:
    of_products = col(Content.product_id).in_(products)
    match wanted.subject.kind:
        case Kind.PRODUCT:
            return of_products
        case Kind.DEAL:
            # its decisions cite programs and red lines by their numbers
            return of_products & col(Content.kind).in_([ContentKind.PROGRAM, ContentKind.REDLINES])
    newest = (
        select(func.max(col(ContentVersion.id)))
        .join(Content, col(Content.id) == col(ContentVersion.content_id))
        .where(of_products, col(ContentVersion.published_at) <= wanted.as_of)
        .group_by(col(ContentVersion.content_id))
    )
    cited = [
        select(getattr(model, column)).where(
            getattr(model, column).is_not(None), col(model.person_id) == wanted.subject.id
        )
        for model, column in _CITING
    ]
    return or_(*(col(ContentVersion.id).in_(each) for each in (newest, *cited)))


def _shown(kind: ContentKind, document: Mapping[str, Any], wanted: Wanted) -> tuple[Mapping[str, Any], bool]:
    """Return what of a document may leave, and whether that is all of it: no key, and no pattern of a red line."""
    if wanted.whole or kind in {ContentKind.COURSE, ContentKind.PROGRAM}:
        return document, True
    if kind is ContentKind.QUIZ:
        return {name: document[name] for name in _QUIZ_TERMS if name in document}, False
    rules = [
        {name: rule[name] for name in _CARD if name in rule}
        for rule in document["rules"]
        if rule["status"] in {"active", "retired"}
    ]
    return {"schema": document.get("schema", 1), "rules": rules}, False
