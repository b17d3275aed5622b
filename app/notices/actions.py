"""Every write of notices: storing what is due, ending what no longer holds, marking as seen, wishes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.audit.actions import record
from app.notices.models import Notice, NoticeWish, Rhythm
from app.notices.rules import Due
from app.people.access import CurrentPerson


def keep(
    session: Session, people: Collection[int], away: Collection[int], due: Sequence[Due], moment: datetime
) -> None:
    """Store what is due and not stored yet, and end what these people were told that no longer holds.

    What was ended and holds again is opened again, and not sent a second time. For people on leave only what is
    urgent is added: the rest is worked out anew when they are back.
    """
    wanted = {(each.person_id, each.kind.value, each.key): each for each in due}
    rows = session.execute(
        select(col(Notice.id), col(Notice.person_id), col(Notice.kind), col(Notice.key))
        .where(col(Notice.person_id).in_(people), col(Notice.ended_at).is_(None))
        .with_for_update()
    )
    stored = {(row.person_id, row.kind, row.key): row.id for row in rows}
    new = [each for key, each in wanted.items() if key not in stored and (each.urgent or each.person_id not in away)]
    over = [notice_id for key, notice_id in stored.items() if key not in wanted]
    if new:
        _store(session, new, moment)
    if over:
        session.execute(update(Notice).where(col(Notice.id).in_(over)).values(ended_at=moment))


def _store(session: Session, new: Sequence[Due], moment: datetime) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Notice).on_conflict_do_update(
        index_elements=["person_id", "kind", "key"], set_={"ended_at": None}
    )
    session.execute(
        statement,
        [
            {
                "person_id": each.person_id,
                "kind": each.kind.value,
                "key": each.key,
                "product_id": each.product_id,
                "params": dict(each.params),
                "url": each.url,
                "urgent": each.urgent,
                "created_at": moment,
            }
            # everybody stores in one order: two workers wait for each other, and neither for ever
            for each in sorted(new, key=lambda one: (one.person_id, one.kind, one.key))
        ],
    )


def see(session: Session, person_id: int, notice_id: int, moment: datetime) -> str | None:
    """Mark one of a person's notices as seen and return where it leads; None when there is no such notice."""
    notice = session.scalar(select(Notice).where(col(Notice.id) == notice_id, col(Notice.person_id) == person_id))
    if notice is None:
        return None
    notice.seen_at = notice.seen_at or moment
    return notice.url


def see_all(session: Session, person_id: int, moment: datetime) -> None:
    """Mark all of a person's notices as seen."""
    session.execute(
        update(Notice).where(col(Notice.person_id) == person_id, col(Notice.seen_at).is_(None)).values(seen_at=moment)
    )


def wish(session: Session, person: CurrentPerson, rhythm: Rhythm, moment: datetime) -> None:
    """Keep how often a person wants to be written to."""
    stored = session.get(NoticeWish, person.id)
    if stored is None:
        stored = NoticeWish(person_id=person.id)
        session.add(stored)
    stored.rhythm = rhythm
    session.flush()
    record(
        session,
        at=moment,
        actor=person.email,
        action="notice_wish.changed",
        subject=("person", person.email),
        details={"rhythm": rhythm.value},
    )
