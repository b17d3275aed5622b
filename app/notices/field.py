"""What comes back from the field: notes and incidents that wait, and the answers that authors of notes get."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.clock import local_day
from app.deals.fieldnotes.models import FieldNote
from app.deals.fieldnotes.queries import UNANSWERED
from app.deals.incidents.models import Incident, IncidentStatus
from app.deals.models import DealMember
from app.notices.decided import lately
from app.notices.rules import Due, Kind


def answered(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the field notes that a trainer answered lately, for who wrote them; one statement."""
    rows = session.execute(
        select(col(FieldNote.id), col(FieldNote.person_id), col(FieldNote.product_id), col(FieldNote.answer)).where(
            col(FieldNote.person_id).in_(people), lately(col(FieldNote.answered_at), moment)
        )
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.FIELD_NOTE_ANSWERED,
            key=str(row.id),
            product_id=row.product_id,
            url=f"/field-notes/{row.id}",
            params={"answer": row.answer},
        )


def notes_waiting(session: Session, trainers: Collection[int], moment: datetime, week: str) -> Iterator[Due]:
    """Return, once a week, how many field notes wait for each trainer: those of nobody, and their own; one statement.

    Nobody is told of the notes that they wrote themselves.
    """
    rows = session.execute(
        select(col(FieldNote.person_id), col(FieldNote.taken_by), col(FieldNote.at)).where(
            col(FieldNote.status).in_(UNANSWERED), col(FieldNote.at) <= moment
        )
    ).all()
    for trainer in trainers:
        written = [row.at for row in rows if row.person_id != trainer and row.taken_by in {None, trainer}]
        if written:
            params = {"count": len(written), "day": local_day(min(written)).isoformat()}
            yield Due(person_id=trainer, kind=Kind.FIELD_NOTES_WAITING, key=week, url="/field-notes", params=params)


def incidents_waiting(session: Session, deciders: Collection[int], moment: datetime, week: str) -> Iterator[Due]:
    """Return, once a week, how many incidents each of compliance may decide; two statements."""
    rows = session.execute(
        select(col(Incident.opened_by), col(Incident.person_id), col(Incident.deal_id)).where(
            col(Incident.status) == IncidentStatus.OPEN, col(Incident.opened_at) <= moment
        )
    ).all()
    deals = {row.deal_id for row in rows if row.deal_id is not None}
    members = session.execute(
        select(col(DealMember.deal_id), col(DealMember.person_id)).where(
            col(DealMember.deal_id).in_(deals), col(DealMember.person_id).in_(deciders)
        )
    )
    on_deals = {(row.deal_id, row.person_id) for row in members}
    for decider in deciders:
        count = sum(
            decider not in {row.opened_by, row.person_id} and (row.deal_id, decider) not in on_deals for row in rows
        )
        if count:
            yield Due(
                person_id=decider,
                kind=Kind.INCIDENTS_WAITING,
                key=week,
                url="/incidents?status=open",
                params={"count": count},
            )
