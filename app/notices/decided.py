"""What others decided about people's certifications lately: sanctions, appeals, credits and extensions."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.credits.queries import names
from app.certification.models import (
    Appeal,
    AppealOutcome,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodExtension,
    RequirementCredit,
)
from app.notices.rules import TOLD_FOR, Due, Kind
from app.people.models import Person

_OF_EVENT = {
    CertificationEventKind.SUSPENDED: Kind.SUSPENDED,
    CertificationEventKind.REVOKED: Kind.REVOKED,
    CertificationEventKind.REINSTATED: Kind.REINSTATED,
    CertificationEventKind.RECERTIFICATION: Kind.RECERTIFY,
}


def lately(moment_of: Any, moment: datetime) -> Any:
    """Return the condition that something happened so lately that it is news."""
    return moment_of.between(moment - TOLD_FOR, moment)


_LATER_EVENT = aliased(CertificationEvent)


def sanctioned(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the newest decision against or for each certification, unless it is long ago; one statement.

    A suspension is told for as long as it holds, however long ago it began.
    """
    event = CertificationEvent
    followed = (
        select(col(_LATER_EVENT.id))
        .where(
            col(_LATER_EVENT.person_id) == col(event.person_id),
            col(_LATER_EVENT.product_id) == col(event.product_id),
            col(_LATER_EVENT.kind).in_(list(_OF_EVENT)),
            col(_LATER_EVENT.at) <= moment,
            col(_LATER_EVENT.id) > col(event.id),
        )
        .exists()
    )
    holds = (col(event.kind) == CertificationEventKind.SUSPENDED) & (col(event.at) <= moment)
    rows = session.execute(
        select(
            col(event.id),
            col(event.person_id),
            col(event.product_id),
            col(event.kind),
            col(event.reason),
            col(event.preset),
            col(event.deadline),
            col(Product.slug),
        )
        .join(Product, col(Product.id) == col(event.product_id))
        .where(
            col(event.person_id).in_(people),
            col(event.kind).in_(list(_OF_EVENT)),
            or_(lately(col(event.at), moment), holds),
            ~followed,
        )
    )
    for row in rows:
        given_back = row.kind is CertificationEventKind.REINSTATED
        yield Due(
            person_id=row.person_id,
            kind=_OF_EVENT[row.kind],
            key=str(row.id),
            product_id=row.product_id,
            url=f"/products/{row.slug}" if given_back else f"/certifications/appeals/{row.id}",
            params={
                "reason": row.reason,
                "preset": row.preset,
                "day": row.deadline.isoformat() if row.deadline else None,
            },
        )


def appealed(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the appeals that wait for an answer or got one; one statement."""
    rows = session.execute(
        select(
            col(Appeal.id),
            col(Appeal.event_id),
            col(Appeal.person_id),
            col(Appeal.outcome),
            col(Appeal.answer),
            col(Appeal.decide_by),
            col(CertificationEvent.product_id),
        )
        .join(CertificationEvent, col(CertificationEvent.id) == col(Appeal.event_id))
        .where(
            col(Appeal.person_id).in_(people),
            col(Appeal.outcome).is_(None) | lately(col(Appeal.decided_at), moment),
        )
    )
    for row in rows:
        if row.outcome is AppealOutcome.WITHDRAWN:
            continue
        waits = row.outcome is None
        yield Due(
            person_id=row.person_id,
            kind=Kind.APPEAL_RECEIVED if waits else Kind.APPEAL_DECIDED,
            key=str(row.id),
            product_id=row.product_id,
            url=f"/certifications/appeals/{row.event_id}",
            params={"day": row.decide_by.isoformat()}
            if waits
            else {"outcome": row.outcome.value, "answer": row.answer},
        )


_HOLDER = aliased(Person)


def credited(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the credits that were decided about or ended, for whom they count and for who asked."""
    credit = RequirementCredit
    rows = session.execute(
        select(
            col(credit.id),
            col(credit.person_id),
            col(credit.asked_by),
            col(credit.product_id),
            col(credit.requirement_kind),
            col(credit.requirement_key),
            col(credit.approved),
            col(credit.answer),
            col(credit.ended_at),
            col(credit.ended_because),
            col(Product.slug),
            col(_HOLDER.name),
        )
        .join(Product, col(Product.id) == col(credit.product_id))
        .join(_HOLDER, col(_HOLDER.id) == col(credit.person_id))
        .where(
            or_(col(credit.person_id).in_(people), col(credit.asked_by).in_(people)),
            col(credit.approved).is_not(None),
            or_(lately(col(credit.decided_at), moment), lately(col(credit.ended_at), moment)),
        )
    ).all()
    named = names(session, {row.product_id for row in rows}, moment) if rows else {}
    for row in rows:
        kind = Kind.CREDIT_ENDED if row.ended_at else Kind.CREDIT_COUNTS if row.approved else Kind.CREDIT_REFUSED
        requirement = (row.requirement_kind, row.requirement_key)
        params = {
            "requirement": [row.requirement_kind.value, row.requirement_key],
            "title": named.get((row.product_id, requirement), row.requirement_key),
            "answer": row.ended_because if row.ended_at else row.answer,
        }
        # whoever asked for themselves is told once
        readers = {
            row.asked_by: (f"/team/people/{row.person_id}/credits/{row.slug}", row.name),
            row.person_id: (f"/certifications/{row.slug}/credits", ""),
        }
        for person_id, (url, name) in readers.items():
            yield Due(
                person_id=person_id,
                kind=kind,
                key=str(row.id),
                product_id=row.product_id,
                url=f"{url}#credit-{row.id}",
                params={**params, "name": name},
            )


_LATER_EXTENSION = aliased(PeriodExtension)


def extended(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the newest extension of each period that got one; one statement."""
    extension, period = PeriodExtension, CertificationPeriod
    followed = select(col(_LATER_EXTENSION.id)).where(
        col(_LATER_EXTENSION.period_id) == col(extension.period_id),
        col(_LATER_EXTENSION.id) > col(extension.id),
        col(_LATER_EXTENSION.at) <= moment,
    )
    rows = session.execute(
        select(
            col(extension.id),
            col(extension.through),
            col(extension.reason),
            col(period.person_id),
            col(period.product_id),
        )
        .join(period, col(period.id) == col(extension.period_id))
        .where(col(period.person_id).in_(people), lately(col(extension.at), moment), ~followed.exists())
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.EXTENDED,
            key=str(row.id),
            product_id=row.product_id,
            url="/certifications",
            params={"day": row.through.isoformat(), "reason": row.reason},
        )
