"""What happened to people lately that they are to be told: one statement a kind, for any number of people."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.live.models import LiveSession, Registration
from app.certification.models import (
    Appeal,
    AppealOutcome,
    CertificationEvent,
    CertificationEventKind,
    CertificationPeriod,
    PeriodOrigin,
    SignOff,
    SignOffOutcome,
)
from app.clock import local_day
from app.conduct.models import Finding, Violation
from app.notices.rules import TOLD_FOR, Due, Kind
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState

_OF_OUTCOME = {
    SignOffOutcome.PASSED: Kind.SIGN_OFF_PASSED,
    SignOffOutcome.RETURNED: Kind.SIGN_OFF_RETURNED,
    SignOffOutcome.FAILED: Kind.SIGN_OFF_FAILED,
}
_OF_EVENT = {
    CertificationEventKind.SUSPENDED: Kind.SUSPENDED,
    CertificationEventKind.REVOKED: Kind.REVOKED,
    CertificationEventKind.REINSTATED: Kind.REINSTATED,
    CertificationEventKind.RECERTIFICATION: Kind.RECERTIFY,
}


def happened(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return what is to be told of the last 30 days, and what still waits for these people to do it."""
    readers = (_certified, _signed_off, _events, _appeals, _violations, _seats, _essays, _marked)
    return chain.from_iterable(read(session, people, moment) for read in readers)


def _lately(moment_of: Any, moment: datetime) -> Any:
    return moment_of.between(moment - TOLD_FOR, moment)


def _certified(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    period = CertificationPeriod
    rows = session.execute(
        select(col(period.id), col(period.person_id), col(period.product_id), col(period.valid_through)).where(
            col(period.person_id).in_(people),
            col(period.origin) == PeriodOrigin.EARNED,
            _lately(col(period.awarded_at), moment),
        )
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.CERTIFIED,
            key=str(row.id),
            product_id=row.product_id,
            url="/certifications",
            params={"day": row.valid_through.isoformat()},
        )


def _signed_off(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    later = aliased(SignOff)
    followed = (
        select(col(later.id))
        .where(
            col(later.person_id) == col(SignOff.person_id),
            col(later.product_id) == col(SignOff.product_id),
            col(later.rubric) == col(SignOff.rubric),
            col(later.second_of).is_(None),
            col(later.id) > col(SignOff.id),
        )
        .exists()
    )
    rows = session.execute(
        select(
            col(SignOff.id),
            col(SignOff.person_id),
            col(SignOff.product_id),
            col(SignOff.rubric),
            col(SignOff.outcome),
            col(SignOff.note),
            col(Product.slug),
        )
        .join(Product, col(Product.id) == col(SignOff.product_id))
        .where(
            col(SignOff.person_id).in_(people),
            col(SignOff.second_of).is_(None),
            _lately(col(SignOff.decided_at), moment),
            ~followed,
        )
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=_OF_OUTCOME[row.outcome],
            key=str(row.id),
            product_id=row.product_id,
            url=f"/products/{row.slug}/sign-offs/{row.rubric}",
            params={"note": row.note},
        )


def _events(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    event, later = CertificationEvent, aliased(CertificationEvent)
    lifted = (
        select(col(later.id))
        .where(
            col(later.person_id) == col(event.person_id),
            col(later.product_id) == col(event.product_id),
            col(later.kind) == CertificationEventKind.REINSTATED,
            col(later.id) > col(event.id),
        )
        .exists()
    )
    rows = session.execute(
        select(
            col(event.id),
            col(event.person_id),
            col(event.product_id),
            col(event.kind),
            col(event.reason),
            col(event.deadline),
            col(Product.slug),
        )
        .join(Product, col(Product.id) == col(event.product_id))
        .where(
            col(event.person_id).in_(people),
            col(event.kind).in_(list(_OF_EVENT)),
            _lately(col(event.at), moment),
            ~lifted,
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
            params={"reason": row.reason, "day": row.deadline.isoformat() if row.deadline else None},
        )


def _appeals(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
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
            col(Appeal.outcome).is_(None) | _lately(col(Appeal.decided_at), moment),
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


def _violations(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    rows = session.execute(
        select(
            col(Violation.id),
            col(Violation.person_id),
            col(Violation.product_id),
            col(Violation.consequence),
            col(Violation.reason),
            col(Finding.sent_text_id),
        )
        .join(Finding, col(Finding.id) == col(Violation.finding_id))
        .where(col(Violation.person_id).in_(people), _lately(col(Violation.at), moment))
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.VIOLATION,
            key=str(row.id),
            product_id=row.product_id,
            url=f"/check/sent/{row.sent_text_id}",
            params={"reason": row.reason, "consequence": row.consequence.value},
        )


def _seats(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    rows = session.execute(
        select(
            col(Registration.id),
            col(Registration.person_id),
            col(LiveSession.id).label("live_session_id"),
            col(LiveSession.product_id),
            col(LiveSession.title),
            col(LiveSession.starts_at),
        )
        .join(LiveSession, col(LiveSession.id) == col(Registration.live_session_id))
        .where(
            col(Registration.person_id).in_(people),
            col(Registration.seated_at) > col(Registration.registered_at),
            col(Registration.cancelled_at).is_(None),
            col(LiveSession.cancelled_at).is_(None),
            col(LiveSession.starts_at) > moment,
        )
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.SEAT,
            key=str(row.id),
            product_id=row.product_id,
            url=f"/sessions/{row.live_session_id}",
            params={"title": row.title, "day": local_day(row.starts_at).isoformat()},
        )


def _essays(session: Session, people: Collection[int], _moment: datetime) -> Iterator[Due]:
    verdicts = select(func.count(col(EssayMark.id))).where(col(EssayMark.essay_id) == col(Essay.id)).scalar_subquery()
    rows = session.execute(
        select(
            col(Essay.id),
            col(Attempt.person_id),
            col(Attempt.product_id),
            col(Attempt.id).label("attempt_id"),
            col(AttemptItem.position),
            verdicts.label("verdicts"),
        )
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(Attempt.person_id).in_(people), col(Essay.state) == EssayState.RETURNED)
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.ESSAY_RETURNED,
            key=f"{row.id}:{row.verdicts}",
            product_id=row.product_id,
            url=f"/attempts/{row.attempt_id}/essays/{row.position}",
        )


def _marked(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the attempts that waited for an assessor and have a result by now."""
    read_by_somebody = (
        select(col(Essay.id))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .where(col(AttemptItem.attempt_id) == col(Attempt.id))
        .exists()
    )
    rows = session.execute(
        select(col(Attempt.id), col(Attempt.person_id), col(Attempt.product_id), col(Attempt.passed)).where(
            col(Attempt.person_id).in_(people),
            col(Attempt.passed).is_not(None),
            _lately(col(Attempt.marked_at), moment),
            read_by_somebody,
        )
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.QUIZ_MARKED,
            key=str(row.id),
            product_id=row.product_id,
            url=f"/attempts/{row.id}",
            params={"passed": bool(row.passed)},
        )
