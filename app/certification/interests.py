"""Who gains something when this person is certified on that product?

An assessor must not be one of them. What somebody gains, such as a part in the same deal, is known on floors above, so
whoever knows it registers here, as evidence is announced in `catalog/evidence.py`.
"""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

Interest = Callable[[Session, int, int, datetime], set[int]]
"""Called with the session, the person's id, the product's id and the moment; returns ids of people."""

_interests: list[Interest] = []


def on_interest(interest: Interest) -> Interest:
    """Register somebody who knows who gains; used as a decorator."""
    _interests.append(interest)
    return interest


Gains = Callable[[Session, int, datetime], set[tuple[int, int]]]
"""Called with the session, a person's id and the moment; returns (person's id, product's id) of whom they gain by."""

_gains: list[Gains] = []


def on_gain(gain: Gains) -> Gains:
    """Register the same the other way round, for lists that would ask it for each row; used as a decorator."""
    _gains.append(gain)
    return gain


def gains(session: Session, person_id: int, moment: datetime) -> set[tuple[int, int]]:
    """Return by whose certification on which product a person gains."""
    found = (gain(session, person_id, moment) for gain in _gains)
    return {pair for each in found for pair in each if pair[0] != person_id}


def beneficiaries(session: Session, person_id: int, product_id: int, moment: datetime) -> set[int]:
    """Return everybody but the person themselves who gains from the person's certification."""
    found = (interest(session, person_id, product_id, moment) for interest in _interests)
    return set().union(*found) - {person_id}
