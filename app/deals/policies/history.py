"""Every policy that was ever set for a product, and what it makes of the days."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.programs import Program
from app.clock import local_day
from app.deals.policies.models import GatePolicy
from app.deals.policies.queries import UNPUBLISHED, Policy, of_document, of_program
from app.deals.policies.rules import Term, holding


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """A policy that was set, with who did it and why."""

    term: Term
    document: Mapping[str, Any]
    reason: str
    made_at: datetime
    made_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    @property
    def policy(self) -> Policy:
        """What it asks."""
        return of_document(self.document, self.term.id, self.term.starts_on, self.term.ends_on)


@dataclass(frozen=True, slots=True)
class History:
    """The policies of one product in the order in which they were set. `step` counts the changes."""

    found: Sequence[SetPolicy] = ()

    @property
    def step(self) -> int:
        """How often something was set or withdrawn; a page that shows another number is stale."""
        return len(self.found) + sum(each.withdrawn_at is not None for each in self.found)

    @property
    def terms(self) -> list[Term]:
        """The days of each."""
        return [each.term for each in self.found]

    def get(self, policy_id: int | None) -> SetPolicy | None:
        """Find a policy by its id."""
        return next((each for each in self.found if each.term.id == policy_id), None)

    def on(self, day: date) -> SetPolicy | None:
        """Return what was set for a day."""
        held = holding(self.terms, day)
        return self.get(held.id) if held else None

    def policy(self, day: date, program: Program | None) -> Policy:
        """Return what is asked on a day: what was set, else what the program says."""
        found = self.on(day)
        if found:
            return found.policy
        return of_program(program) if program else UNPUBLISHED


def histories(session: Session, products: Collection[int]) -> dict[int, History]:
    """Return the history of each product; one statement."""
    rows: dict[int, list[SetPolicy]] = defaultdict(list)
    stored = session.execute(
        select(*GatePolicy.__table__.columns)  # type: ignore[attr-defined]  # every SQLModel table has one
        .where(col(GatePolicy.product_id).in_(products))
        .order_by(col(GatePolicy.id))
    )
    for row in stored:
        withdrawn_on = local_day(row.withdrawn_at) if row.withdrawn_at else None
        rows[row.product_id].append(
            SetPolicy(
                term=Term(row.id, row.starts_on, row.ends_on, withdrawn_on),
                document=row.document,
                reason=row.reason,
                made_at=row.made_at,
                made_by=row.made_by,
                withdrawn_at=row.withdrawn_at,
                withdrawn_by=row.withdrawn_by,
            )
        )
    return {product_id: History(rows[product_id]) for product_id in products}
