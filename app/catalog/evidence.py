"""Evidence: a stored fact that may complete somebody's way to a certification.

Whoever stores such a fact (a completed lesson, an attestation, a passed quiz) announces it here, in the same
transaction; certification, which lives on a floor above, listens and awards when everything is met. So a
certification exists the moment its last piece does, and no job can be late or lost. Evidence that turned out to be
none, such as a quiz that was marked under a wrong key, is withdrawn here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

Listener = Callable[[Session, int, int, datetime], None]
"""Called with the session, the person's id, the product's id and the moment."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Evidence that is none any more: the quiz that is not passed after all, by its id, and why."""

    quiz: str
    reason: str


Withdrawal = Callable[[Session, int, int, Withdrawn, datetime], None]
"""Called with the session, the person's id, the product's id, what is withdrawn, and the moment."""

_listeners: list[Listener] = []
_withdrawals: list[Withdrawal] = []


def on_evidence(listener: Listener) -> Listener:
    """Register a listener; used as a decorator."""
    _listeners.append(listener)
    return listener


def announce(session: Session, person_id: int, product_id: int, moment: datetime) -> None:
    """Tell the listeners that a person has new evidence for a product."""
    session.flush()
    for listener in _listeners:
        listener(session, person_id, product_id, moment)


def on_withdrawal(listener: Withdrawal) -> Withdrawal:
    """Register a listener; used as a decorator."""
    _withdrawals.append(listener)
    return listener


def withdraw(session: Session, person_id: int, product_id: int, withdrawn: Withdrawn, moment: datetime) -> None:
    """Tell the listeners that something no longer counts as a person's evidence for a product, and why."""
    session.flush()
    for listener in _withdrawals:
        listener(session, person_id, product_id, withdrawn, moment)
