"""The red lines that hold for a text that somebody sent."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.redlines.checking import RuleSet, rule_set


def rules_of(session: Session, products: Collection[str], moment: datetime) -> RuleSet | None:
    """Return what holds at `moment` for the products of a text, or for all of them; None when they are all gone."""
    if not products:
        return rule_set(session, (), moment)
    known = list(session.scalars(select(col(Product.slug)).where(col(Product.slug).in_(products))))
    return rule_set(session, [each for each in products if each in known], moment) if known else None
