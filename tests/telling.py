"""What the tests of the demonstration share: its night, and how to look things up in it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.queries import record
from app.certification.rules import StandingVerdict
from app.people.models import Person

A_SUNDAY_NIGHT = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
"""When the story is told: on a day and at an hour when hardly anybody works."""


def verdict_of(session: Session, email: str, slug: str) -> StandingVerdict:
    """Where somebody stands with a product on the day of the story."""
    person = session.scalars(select(col(Person.id)).where(col(Person.email) == email)).one()
    product = session.scalars(select(col(Product.id)).where(col(Product.slug) == slug)).one()
    found = record(session, person or 0, product or 0, A_SUNDAY_NIGHT)
    assert found is not None
    return found.verdict


def with_email(session: Session, *columns: Any, of: Any) -> set[tuple[Any, ...]]:
    """Rows of a table that names a person, with that person's address first."""
    return {tuple(row) for row in session.execute(select(col(Person.email), *columns).where(col(Person.id) == of))}
