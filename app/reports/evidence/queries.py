"""What is asked before a pack is made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.deals.models import Deal
from app.people.models import Person
from app.reports.evidence.subjects import Kind, Subject

_MODELS: Mapping[Kind, Any] = {Kind.PERSON: Person, Kind.PRODUCT: Product, Kind.DEAL: Deal}


def begun_at(session: Session, subject: Subject) -> datetime:
    """Return since when something is on record about a subject."""
    model = _MODELS[subject.kind]
    created: datetime = session.execute(select(col(model.created_at)).where(col(model.id) == subject.id)).scalar_one()
    return created
