"""What waits for people who decide: demonstrations and notes for trainers, appeals and more for compliance."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.certification.models import Appeal, CertificationEvent, RequirementCredit
from app.certification.signoffs.models import SignOffRequest
from app.clock import local_day
from app.notices.exceptions import waivers_waiting
from app.notices.field import incidents_waiting, notes_waiting
from app.notices.rules import ONE_DAY, Due, Kind
from app.people.models import Person, Role

PATIENCE = timedelta(days=2)
"""How long a demonstration may wait before its assessors hear of it."""


def waiting(session: Session, roles: Mapping[int, frozenset[Role]], moment: datetime) -> Iterator[Due]:
    """Return what waits for each of these people, by the roles that they hold; a constant number of statements.

    Of a queue they hear once a week, of each appeal by itself: its clock runs.
    """
    trainers = [person_id for person_id, held in roles.items() if Role.TRAINER in held]
    deciders = [person_id for person_id, held in roles.items() if Role.COMPLIANCE in held]
    today = local_day(moment)
    week = str(today - today.weekday() * ONE_DAY)
    yield from _sign_offs(session, trainers, moment, week)
    yield from _appeals(session, deciders)
    yield from _credits(session, deciders, week)
    yield from notes_waiting(session, trainers, moment, week)
    yield from incidents_waiting(session, deciders, moment, week)
    yield from waivers_waiting(session, roles, moment)


def _sign_offs(session: Session, trainers: list[int], moment: datetime, week: str) -> Iterator[Due]:
    rows = session.execute(
        select(col(SignOffRequest.person_id), col(SignOffRequest.taken_by), col(SignOffRequest.asked_at)).where(
            col(SignOffRequest.closed_at).is_(None), col(SignOffRequest.asked_at) < moment - PATIENCE
        )
    ).all()
    for trainer in trainers:
        asked = [row.asked_at for row in rows if row.person_id != trainer and row.taken_by in {None, trainer}]
        if asked:
            params = {"count": len(asked), "day": local_day(min(asked)).isoformat()}
            yield Due(person_id=trainer, kind=Kind.SIGN_OFFS_WAITING, key=week, url="/sign-offs", params=params)


def _appeals(session: Session, deciders: list[int]) -> Iterator[Due]:
    rows = session.execute(
        select(
            col(Appeal.id),
            col(Appeal.person_id),
            col(Appeal.decide_by),
            col(CertificationEvent.product_id),
            col(Person.id).label("decided_by"),
        )
        .join(CertificationEvent, col(CertificationEvent.id) == col(Appeal.event_id))
        .outerjoin(Person, col(Person.email) == func.lower(col(CertificationEvent.by)))
        .where(col(Appeal.outcome).is_(None))
    ).all()
    for decider in deciders:
        for row in rows:
            if decider not in {row.person_id, row.decided_by}:
                yield Due(
                    person_id=decider,
                    kind=Kind.APPEAL_WAITING,
                    key=str(row.id),
                    product_id=row.product_id,
                    url=f"/review/appeals/{row.id}",
                    params={"day": row.decide_by.isoformat()},
                )


def _credits(session: Session, deciders: list[int], week: str) -> Iterator[Due]:
    rows = session.execute(
        select(col(RequirementCredit.person_id), col(RequirementCredit.asked_by)).where(
            col(RequirementCredit.approved).is_(None), col(RequirementCredit.ended_at).is_(None)
        )
    ).all()
    for decider in deciders:
        count = sum(decider not in {row.person_id, row.asked_by} for row in rows)
        if count:
            yield Due(
                person_id=decider,
                kind=Kind.CREDITS_WAITING,
                key=week,
                url="/review/credits",
                params={"count": count},
            )
