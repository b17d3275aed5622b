"""Every write of lesson progress: opened, watched, completed."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.content import Lesson
from app.catalog.evidence import announce
from app.catalog.models import LessonProgress
from app.catalog.queries import Course, lesson_progress
from app.catalog.video import Report, Watch, confirmable_at, credit, is_enough, player
from app.errors import ConflictError
from app.people.models import Person
from app.web.i18n import gettext as _


def open_lesson(session: Session, person_id: int, product_id: int, lesson: str, moment: datetime) -> LessonProgress:
    """Note that a person has opened a lesson, the first time; returns the progress, locked for this transaction."""
    # One writer a person: two tabs must not both make the row, nor both spend the same minute.
    session.execute(select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True))
    progress = lesson_progress(session, person_id, product_id, lesson)
    if progress is None:
        progress = LessonProgress(
            person_id=person_id, product_id=product_id, lesson=lesson, opened_at=moment, watched=[]
        )
        session.add(progress)
        session.flush()
    return progress


def watch(
    session: Session, person_id: int, product_id: int, lesson: Lesson, report: Report, moment: datetime
) -> LessonProgress:
    """Credit what a player reports. A person's wall time is spent once, whatever plays in other tabs."""
    progress = open_lesson(session, person_id, product_id, lesson.id, moment)
    if lesson.video is None or not player(lesson.video.url).counted:
        return progress
    last = session.scalar(
        select(func.max(col(LessonProgress.beat_at))).where(col(LessonProgress.person_id) == person_id)
    )
    credited = credit(
        Watch(tuple((start, end) for start, end in progress.watched)),
        report,
        spent_until=max(progress.opened_at, last or progress.opened_at),
        moment=moment,
        length=lesson.video.seconds,
    )
    progress.watched = [list(interval) for interval in credited.watch.intervals]
    progress.watched_seconds = credited.watch.seconds
    progress.position_seconds = credited.watch.position
    progress.beat_at = credited.spent_until
    session.flush()
    return progress


def complete_lesson(
    session: Session,
    *,
    person_id: int,
    email: str,
    course: Course,
    lesson: Lesson,
    confirmed: bool,
    moment: datetime,
) -> datetime | None:
    """Complete a lesson under the version of the course in force; the first completion stands for ever.

    A video must have been watched. Where its player reports nothing, or where there is no JavaScript, the person
    confirms it instead, and the record says so. Raises ConflictError when neither is the case. A confirmation that
    comes before the video can have been watched completes nothing: returns from when on it counts, else None.
    """
    progress = open_lesson(session, person_id, course.product_id, lesson.id, moment)
    if progress.completed_at is not None:
        return None
    watched = lesson.video is None or is_enough(progress.watched_seconds, lesson.video.seconds)
    if not watched and not confirmed:
        raise ConflictError(_("The video has not been watched to its end yet. What you watched is kept."))
    if lesson.video is not None and not watched:
        from_then_on = confirmable_at(progress.opened_at, lesson.video.seconds)
        if moment < from_then_on:
            return from_then_on
    progress.completed_at = moment
    progress.content_version_id = course.version_id
    progress.confirmed = confirmed and not watched
    announce(session, person_id, course.product_id, moment)
    record(
        session,
        at=moment,
        actor=email,
        action="lesson.completed",
        subject=("lesson", f"{course.slug}/{lesson.id}"),
        details={"version": course.number, "confirmed": progress.confirmed},
    )
    return None
