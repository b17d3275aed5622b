"""Every read of who came to a live session."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from app.certification.live.models import Attendance, CheckIn, Registration
from app.certification.live.rules import Judgement, judged
from app.people.models import Person


class Ruling(NamedTuple):
    """What holds of somebody's presence, and who said so when."""

    attended: bool
    by_hand: bool
    recorded_by: str
    recorded_at: datetime


@dataclass
class Presence:
    """One line of the list of a date: a person, the parts checked in to, and what holds."""

    person_id: int
    name: str
    email: str
    seated: bool = False
    waiting: bool = False
    parts: dict[int, CheckIn] = field(default_factory=dict)
    ruling: Ruling | None = None


def presence(session: Session, session_id: int, person_id: int | None = None) -> list[Presence]:
    """Return everybody who registered for a date, checked in, or was judged, by name; four statements.

    With `person_id`, that person alone.
    """
    lines: dict[int, Presence] = {}

    def rows(table: Any, *conditions: Any) -> list[Any]:
        query = select(table).where(table.live_session_id == session_id, *conditions).order_by(table.id)
        if person_id is not None:
            query = query.where(table.person_id == person_id)
        return list(session.scalars(query))

    registrations = rows(Registration, col(Registration.cancelled_at).is_(None))
    check_ins, judgements = rows(CheckIn), rows(Attendance)
    people = {each.person_id for each in (*registrations, *check_ins, *judgements)}
    for row in session.execute(
        select(col(Person.id), col(Person.name), col(Person.email)).where(col(Person.id).in_(people))
    ):
        lines[row.id] = Presence(row.id, row.name, row.email)
    for each in registrations:
        line = lines[each.person_id]
        line.seated, line.waiting = each.seated_at is not None, each.seated_at is None
    for each in check_ins:
        lines[each.person_id].parts[each.part] = each
    by_person: dict[int, list[Attendance]] = defaultdict(list)
    for each in judgements:
        by_person[each.person_id].append(each)
    for somebody, all_of_them in by_person.items():
        lines[somebody].ruling = _ruling(all_of_them)
    return sorted(lines.values(), key=lambda line: (line.name.casefold(), line.person_id))


def _ruling(rows: list[Attendance]) -> Ruling | None:
    held = judged(Judgement(each.attended, each.by_hand) for each in rows)
    if held is None:
        return None
    last = [each for each in rows if each.by_hand is held.by_hand][-1]
    return Ruling(last.attended, last.by_hand, last.recorded_by, last.recorded_at)


def rulings_of(session: Session, person_id: int, session_ids: Collection[int]) -> dict[int, Ruling]:
    """Return what holds of one person's presence at each of some dates, where anything was stored."""
    by_session: dict[int, list[Attendance]] = defaultdict(list)
    for each in session.scalars(
        select(Attendance)
        .where(col(Attendance.person_id) == person_id, col(Attendance.live_session_id).in_(session_ids))
        .order_by(col(Attendance.id))
    ):
        by_session[each.live_session_id].append(each)
    return {key: ruling for key, rows in by_session.items() if (ruling := _ruling(rows))}
