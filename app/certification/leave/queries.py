"""Reading when people are away."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.certification.leave.rules import Away, away
from app.certification.models import Leave
from app.clock import local_day
from app.database import rows

_LEAVES = select(col(Leave.person_id), col(Leave.from_on), col(Leave.through_on)).where(
    any_of(col(Leave.person_id), "people"),
    col(Leave.recorded_at) <= bindparam("moment"),
    or_(col(Leave.withdrawn_at).is_(None), col(Leave.withdrawn_at) > bindparam("moment")),
)


def leaves(session: Session, people: Collection[int], moment: datetime) -> dict[int, list[Away]]:
    """Return when people are away, as known at a moment; a leave without an end counts through that day."""
    found: dict[int, list[Away]] = defaultdict(list)
    if not people:
        return found
    for row in rows(session, _LEAVES, people=people, moment=moment):
        found[row.person_id].append(away(row.from_on, row.through_on, local_day(moment)))
    return found
