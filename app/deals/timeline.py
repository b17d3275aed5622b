"""The whole timeline of what was decided about a deal, with the answers as they were given."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.deals import words
from app.deals.ledger import content
from app.deals.models import Decision, KeptClearance
from app.deals.rules import ProductDecision
from app.people.models import Person

PAGE = 20
"""Decisions on one page of the timeline."""
RECENT = 8
"""Decisions on the page of a deal."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that a decision rests on; `number` opens it."""

    number: str
    name: str
    role: str
    products: tuple[ProductDecision, ...]

    @property
    def allowed(self) -> bool:
        """Whether the person might act."""
        return bool(self.products) and all(each.allowed for each in self.products)


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision; `person` is empty where it was about nobody in particular.

    `asked_by` is a name, or the address or client of somebody who has no account.
    """

    number: str
    action: str
    person: str
    asked_by: str
    decided_at: datetime
    answer: Mapping[str, Any]
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a deal's decisions, the last one first, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


_ASKER = aliased(Person)


def timeline(session: Session, deal_id: int, as_of: datetime, *, page: int = 1, size: int = PAGE) -> Timeline:
    """Return the decisions about a deal up to a moment; three statements."""
    chosen = (col(Decision.deal_id) == deal_id, col(Decision.decided_at) <= as_of)
    rows = session.execute(
        select(
            col(Decision.id),
            col(Decision.action),
            func.coalesce(col(Person.name), ""),
            func.coalesce(col(_ASKER.name), col(Decision.asked_by)),
            col(Decision.decided_at),
            col(Decision.answer),
        )
        .outerjoin(Person, col(Person.id) == col(Decision.person_id))
        .outerjoin(_ASKER, col(_ASKER.email) == col(Decision.asked_by))
        .where(*chosen)
        .order_by(col(Decision.decided_at).desc(), col(Decision.id).desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    total = session.scalar(select(func.count()).select_from(Decision).where(*chosen)) or 0
    given = _given(session, [row[0] for row in rows])
    entries = tuple(
        Entry(row[0], row[1], row[2], words.asker(row[3]), row[4], row[5], tuple(given[row[0]])) for row in rows
    )
    return Timeline(entries, total)


def _given(session: Session, numbers: Collection[str]) -> defaultdict[str, list[Given]]:
    rows = session.execute(
        select(
            col(KeptClearance.decision_id),
            col(KeptClearance.id),
            func.coalesce(col(Person.name), col(KeptClearance.rep)),
            col(KeptClearance.asked),
            col(KeptClearance.answer),
        )
        .outerjoin(Person, col(Person.id) == col(KeptClearance.person_id))
        .where(col(KeptClearance.decision_id).in_(numbers))
        .order_by(col(KeptClearance.id))
    )
    found: defaultdict[str, list[Given]] = defaultdict(list)
    for decision_id, number, name, asked, answer in rows:
        products = tuple(content.decision(each) for each in answer["products"])
        found[decision_id].append(Given(number, name, asked["role"] or "", products))
    for answers in found.values():
        answers.sort(key=lambda each: (each.allowed, each.name))
    return found
