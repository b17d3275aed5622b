"""Giving accommodations, and withdrawing them."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.models import Content, ContentVersion
from app.errors import ConflictError, NotFoundError
from app.people.models import Person
from app.quizzes import clock, queries
from app.quizzes.accommodations.forms import AccommodationForm
from app.quizzes.models import Accommodation, Attempt
from app.quizzes.startactions import running
from app.quizzes.starting import time_limit
from app.web.i18n import gettext as _


def give(
    session: Session, quiz: Content, person: Person, form: AccommodationForm, *, by: str, moment: datetime
) -> None:
    """Give somebody more time or more attempts at a quiz. An attempt that runs gets its time at once.

    Raises ConflictError when they start an attempt at this very moment.
    """
    assert quiz.id is not None  # noqa: S101 (stored)
    assert person.id is not None  # noqa: S101 (stored)
    found = session.scalar(running(person.id, quiz.id).with_for_update())
    # the same order of locks as a start has; and who starts now waits, and sees what is given here
    session.execute(select(col(Person.id)).where(col(Person.id) == person.id).with_for_update(key_share=True))
    if found is None and session.scalar(running(person.id, quiz.id)):
        raise ConflictError(_("An attempt was just started. Give it once more."))
    session.add(
        Accommodation(
            person_id=person.id,
            content_id=quiz.id,
            extra_time_percent=form.extra_time_percent,
            extra_attempts=form.extra_attempts,
            reason=form.reason,
            given_at=moment,
            given_by=by,
        )
    )
    if found is not None:
        _lengthen(session, found, form.extra_time_percent, moment)
    session.flush()
    details = {
        "person": person.email,
        "extra_time_percent": form.extra_time_percent,
        "extra_attempts": form.extra_attempts,
    }
    record(session, at=moment, actor=by, action="accommodation.given", subject=("quiz", quiz.slug), details=details)


def _lengthen(session: Session, attempt: Attempt, extra_percent: int, moment: datetime) -> None:
    if attempt.deadline_at is None or clock.is_over(moment, attempt.deadline_at, timedelta(0)):
        return
    version = session.get_one(ContentVersion, attempt.content_version_id)
    settings = queries.settings_of(version.document)
    limit = time_limit(settings.time_limit_minutes, extra_percent)
    later = clock.deadline(attempt.started_at, limit, settings.closes)
    if later is not None:
        attempt.deadline_at = max(attempt.deadline_at, later)


def withdraw(session: Session, quiz: Content, accommodation_id: int, *, by: str, moment: datetime) -> None:
    """Take back what was given; what runs keeps its time. A second time changes nothing. Raises NotFoundError."""
    row = session.execute(
        select(Accommodation, col(Person.email))
        .join(Person, col(Person.id) == col(Accommodation.person_id))
        .where(col(Accommodation.id) == accommodation_id, col(Accommodation.content_id) == quiz.id)
        .with_for_update(of=Accommodation)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such accommodation."))
    given, email = row
    if given.withdrawn_at is not None:
        return
    given.withdrawn_at = moment
    given.withdrawn_by = by
    session.flush()
    record(
        session,
        at=moment,
        actor=by,
        action="accommodation.withdrawn",
        subject=("quiz", quiz.slug),
        details={"person": email, "given_at": given.given_at.isoformat()},
    )
