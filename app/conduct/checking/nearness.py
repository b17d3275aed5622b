"""Which products are near to a person: those that the features above know of, such as the ones on their open deals."""

from collections.abc import Callable, Collection
from datetime import date

from sqlmodel import Session

Source = Callable[[Session, int, date], Collection[int]]
"""Called with the session, the person's id and today; gives ids of products, in one statement."""

_sources: list[Source] = []


def on_nearness(source: Source) -> Source:
    """Register a source; used as a decorator."""
    _sources.append(source)
    return source


def near_products(session: Session, person_id: int, today: date) -> set[int]:
    """Return the ids of the products that are near to a person."""
    return {product for source in _sources for product in source(session, person_id, today)}
