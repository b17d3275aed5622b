"""What happened to people lately that they are to be told: one statement a kind, for any number of people."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.catalog.models import Product
from app.certification.live.models import LiveSession, Registration
from app.certification.models import CertificationPeriod, PeriodOrigin, SignOff, SignOffOutcome
from app.clock import local_day
from app.conduct.models import Finding, Violation
from app.conduct.reviewing.queries import told_at
from app.notices.decided import appealed, credited, extended, lately, sanctioned
from app.notices.exceptions import waivers_decided, waivers_lapsing
from app.notices.field import answered
from app.notices.rules import ONE_DAY, Due, Kind
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState

_OF_OUTCOME = {
    SignOffOutcome.PASSED: Kind.SIGN_OFF_PASSED,
    SignOffOutcome.RETURNED: Kind.SIGN_OFF_RETURNED,
    SignOffOutcome.FAILED: Kind.SIGN_OFF_FAILED,
}


def happened(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return what is to be told of the last 30 days, and what still waits for these people to do it."""
    readers = (
        _certified,
        _signed_off,
        sanctioned,
        appealed,
        credited,
        extended,
        waivers_decided,
        waivers_lapsing,
        _violations,
        _seats,
        _essays,
        _marked,
        answered,
    )
    return chain.from_iterable(read(session, people, moment) for read in readers)


def _certified(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    period = CertificationPeriod
    rows = session.execute(
        select(col(period.id), col(period.person_id), col(period.product_id), col(period.valid_through)).where(
            col(period.person_id).in_(people),
            col(period.origin) == PeriodOrigin.EARNED,
            lately(col(period.awarded_at), moment),
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


_LATER = aliased(SignOff)


def _signed_off(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    followed = (
        select(col(_LATER.id))
        .where(
            col(_LATER.person_id) == col(SignOff.person_id),
            col(_LATER.product_id) == col(SignOff.product_id),
            col(_LATER.rubric) == col(SignOff.rubric),
            col(_LATER.second_of).is_(None),
            col(_LATER.id) > col(SignOff.id),
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
            lately(col(SignOff.decided_at), moment),
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


def _violations(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    rows = session.execute(
        select(
            col(Violation.id),
            col(Violation.person_id),
            col(Violation.product_id),
            col(Violation.consequence),
            col(Violation.reason),
            col(Violation.incident_id),
            col(Finding.sent_text_id),
        )
        .outerjoin(Finding, col(Finding.id) == col(Violation.finding_id))
        .where(col(Violation.person_id).in_(people), lately(col(Violation.at), moment))
    )
    for row in rows:
        yield Due(
            person_id=row.person_id,
            kind=Kind.VIOLATION,
            key=str(row.id),
            product_id=row.product_id,
            url=told_at(row.sent_text_id, row.incident_id),
            params={
                "reason": row.reason,
                "consequence": row.consequence.value,
                "incident": row.incident_id is not None,
            },
        )


def _seats(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the live sessions to come: a seat that came free, and from the day before each of which is at hand."""
    rows = session.execute(
        select(
            col(Registration.id),
            col(Registration.person_id),
            col(Registration.registered_at),
            col(Registration.seated_at),
            col(LiveSession.id).label("live_session_id"),
            col(LiveSession.product_id),
            col(LiveSession.title),
            col(LiveSession.starts_at),
            col(LiveSession.timezone),
            col(LiveSession.place),
        )
        .join(LiveSession, col(LiveSession.id) == col(Registration.live_session_id))
        .where(
            col(Registration.person_id).in_(people),
            col(Registration.seated_at).is_not(None),
            col(Registration.cancelled_at).is_(None),
            col(LiveSession.cancelled_at).is_(None),
            col(LiveSession.starts_at) > moment,
        )
    )
    for row in rows:
        day = local_day(row.starts_at)
        if row.seated_at > row.registered_at:
            yield Due(
                person_id=row.person_id,
                kind=Kind.SEAT,
                key=str(row.id),
                product_id=row.product_id,
                url=f"/sessions/{row.live_session_id}",
                params={"title": row.title, "day": day.isoformat()},
            )
        if day <= local_day(moment) + ONE_DAY:
            begins = row.starts_at.astimezone(ZoneInfo(row.timezone))
            yield Due(
                person_id=row.person_id,
                kind=Kind.SESSION_SOON,
                key=f"{row.id}:{row.starts_at.isoformat()}",
                product_id=row.product_id,
                url=f"/sessions/{row.live_session_id}",
                params={
                    "title": row.title,
                    "day": begins.date().isoformat(),
                    "time": f"{begins:%H:%M}",
                    "timezone": row.timezone,
                    "starts_at": row.starts_at.isoformat(),
                    "place": row.place,
                },
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
            lately(col(Attempt.marked_at), moment),
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
