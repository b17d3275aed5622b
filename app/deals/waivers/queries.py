"""Which exceptions hold: read by the gate, as of a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.database import rows
from app.deals.waivers.models import Waiver

Scope = tuple[int, int, int]
"""What a waiver is for: a deal, a person and a product, by their ids."""

_HOLDING = (
    select(
        col(Waiver.deal_id),
        col(Waiver.person_id),
        col(Waiver.product_id),
        col(Waiver.id),
        col(Waiver.through),
        col(Waiver.decided_at),
    )
    .where(
        any_of(col(Waiver.deal_id), "deals"),
        col(Waiver.approved).is_(True),
        col(Waiver.decided_at) <= bindparam("as_of"),
        or_(col(Waiver.ended_at).is_(None), col(Waiver.ended_at) > bindparam("as_of")),
    )
    .order_by(col(Waiver.through), col(Waiver.id))
)


@dataclass(frozen=True, slots=True)
class Holding:
    """An approved waiver that nobody ended; it holds through its last day, inclusive."""

    id: int
    through: date
    decided_at: datetime


def holding(session: Session, deal_ids: Collection[int], as_of: datetime) -> dict[Scope, Holding]:
    """Return the waivers on these deals that were approved and not ended by a moment; one statement.

    Of several for one scope the one with the latest last day. Whether that day has passed is for the reader to see.
    """
    found = rows(session, _HOLDING, deals=deal_ids, as_of=as_of)
    return {(row.deal_id, row.person_id, row.product_id): Holding(row.id, row.through, row.decided_at) for row in found}
