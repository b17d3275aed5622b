"""Where people stood for products at the moment of the pack, with every level and every reason."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from app.certification import words
from app.certification.models import Assignment, CertificationEvent, CertificationPeriod
from app.certification.queries import Record, records
from app.people.models import Person
from app.redlines.models import Attestation
from app.reports.evidence.rows import Names, chunks, text_name
from app.reports.evidence.subjects import Kind, Wanted

STANDINGS: Final = (
    "person", "product", "level", "standing", "may_sell_alone", "supervised_only", "valid_through", "ends_on",
    "recertify_by", "due_on", "program", "reasons",
)  # fmt: skip
_PEOPLE: Final = 200
"""People whose standings are derived at once."""


def standings(session: Session, wanted: Wanted, found: Names, products: Collection[int]) -> Iterator[dict[str, Any]]:
    """Derive the standings, in the order of people and products."""
    for people in _people(session, wanted, products):
        derived = records(session, people, wanted.as_of, products)
        holders = found.accounts.holders(people)
        for person_id, product_id in sorted(derived):
            if wanted.subject.kind is Kind.PRODUCT or person_id in holders:
                yield from _lines(derived[person_id, product_id], holders[person_id], found)


def _people(session: Session, wanted: Wanted, products: Collection[int]) -> Iterator[list[int]]:
    if wanted.subject.kind is Kind.PERSON:
        yield [wanted.subject.id]
        return
    models: tuple[Any, ...] = (CertificationPeriod, Assignment, Attestation, CertificationEvent)
    begun = [select(col(each.person_id)).where(col(each.product_id).in_(products)) for each in models]
    everybody = select(col(Person.id)).where(
        col(Person.id).in_(begun[0].union(*begun[1:])), col(Person.created_at) <= wanted.as_of
    )
    for rows in chunks(session, everybody, col(Person.id), _PEOPLE):
        yield [row.id for row in rows]


def _lines(record: Record, holder: str, found: Names) -> Iterator[dict[str, Any]]:
    program = record.program
    slug = found.products[record.product_id]
    for level in record.every_level:
        verdict = level.verdict
        yield {
            "person": holder,
            "product": slug,
            "level": level.level,
            "standing": verdict.standing,
            "may_sell_alone": verdict.allowed,
            "supervised_only": verdict.supervised_only,
            "valid_through": verdict.valid_through,
            "ends_on": verdict.ends_on,
            "recertify_by": verdict.recertify_by,
            "due_on": record.due_on,
            "program": text_name("program", slug, program.version),
            "reasons": [words.sentence(each) for each in verdict.reasons],
        }
