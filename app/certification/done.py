"""What people have done for products, and what counts as if they had: one statement for nearly all of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, func, literal_column, null, select, type_coerce, union_all
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion, LessonProgress
from app.certification.holdings import of_people
from app.certification.live.models import Attendance
from app.certification.models import RequirementCredit, SignOff, SignOffOutcome
from app.certification.requirements import RequirementKind
from app.database import rows
from app.quizzes.models import Attempt
from app.quizzes.queries import passed
from app.redlines.models import Attestation

CREDIT = "credit"

_AS_OF: Any = bindparam("as_of")
_NOTHING: Any = null()


def _what(name: str) -> Any:
    return literal_column(f"'{name}'", String).label("what")


_DONE: Any = union_all(
    # first, because a union takes the types of its columns from here
    select(
        _what(CREDIT),
        col(RequirementCredit.person_id),
        col(RequirementCredit.product_id),
        col(RequirementCredit.requirement_key).label("key"),
        col(RequirementCredit.decided_at).label("at"),
        col(RequirementCredit.ended_at).label("begun_at"),
        col(RequirementCredit.id).label("version"),
        type_coerce(col(RequirementCredit.kind), String).label("credit"),
        type_coerce(col(RequirementCredit.requirement_kind), String).label("kind"),
        col(RequirementCredit.done_on),
        col(RequirementCredit.through),
    ).where(
        of_people(RequirementCredit),
        col(RequirementCredit.approved).is_(True),
        col(RequirementCredit.decided_at) <= _AS_OF,
    ),
    select(
        _what(RequirementKind.LESSON),
        col(LessonProgress.person_id),
        col(LessonProgress.product_id),
        col(LessonProgress.lesson),
        col(LessonProgress.completed_at),
        *[_NOTHING] * 6,
    ).where(of_people(LessonProgress), col(LessonProgress.completed_at) <= _AS_OF),
    select(
        _what(RequirementKind.ATTESTATION),
        col(Attestation.person_id),
        col(Attestation.product_id),
        _NOTHING,
        col(Attestation.signed_at),
        _NOTHING,
        col(ContentVersion.number),
        *[_NOTHING] * 4,
    )
    .join(ContentVersion, col(ContentVersion.id) == col(Attestation.content_version_id))
    .where(of_people(Attestation), col(Attestation.signed_at) <= _AS_OF),
    select(
        _what(RequirementKind.QUIZ),
        col(Attempt.person_id),
        col(Attempt.product_id),
        col(Content.slug),
        col(Attempt.finished_at),
        col(Attempt.started_at),
        col(Attempt.delta_of),
        *[_NOTHING] * 4,
    )
    .join(Content, col(Content.id) == col(Attempt.content_id))
    .where(of_people(Attempt), passed(_AS_OF), col(Attempt.marked_at) <= _AS_OF),
    select(
        _what(RequirementKind.SIGN_OFF),
        col(SignOff.person_id),
        col(SignOff.product_id),
        col(SignOff.rubric),
        col(SignOff.decided_at),
        *[_NOTHING] * 6,
    ).where(
        of_people(SignOff),
        col(SignOff.outcome) == SignOffOutcome.PASSED,
        # not `IS NULL`: SQLite would read every assessment that is no second one
        func.coalesce(col(SignOff.second_of), 0) == 0,
        col(SignOff.decided_at) <= _AS_OF,
    ),
)
_ATTENDANCE = (
    select(
        col(Attendance.live_session_id),
        col(Attendance.person_id),
        col(Attendance.product_id),
        col(Attendance.key),
        col(Attendance.held_at),
        col(Attendance.attended),
    )
    .where(of_people(Attendance), col(Attendance.recorded_at) <= _AS_OF)
    .order_by(col(Attendance.by_hand), col(Attendance.recorded_at), col(Attendance.id))
)


def done(session: Session, people: Collection[int], products: Collection[int], as_of: datetime) -> Sequence[Any]:
    """Return what was done at moments by `as_of`, one row each.

    `what` is the kind of requirement, with its key; or `CREDIT` for what counts without having been done here.
    `version` is the number of the red lines that were signed, or the id of the version that a delta quiz is about.
    `begun_at` is when a quiz was begun; of a credit, when it was ended.
    """
    return rows(session, _DONE, people=people, products=products, as_of=as_of)


def attended(session: Session, people: Collection[int], products: Collection[int], as_of: datetime) -> list[Any]:
    """Return who was present at live sessions: what was recorded by hand wins, then what was recorded last."""
    newest: dict[tuple[int, int], Any] = {}
    for row in rows(session, _ATTENDANCE, people=people, products=products, as_of=as_of):
        newest[row.live_session_id, row.person_id] = row
    return [row for row in newest.values() if row.attended]
