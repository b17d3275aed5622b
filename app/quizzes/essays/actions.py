"""Every write of essays: marked, returned to be mended, sent again.

The attempt's row is locked first: of two assessors, the second sees what the first has stored.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.audit.actions import record
from app.database import stored_id
from app.errors import ForbiddenError, NotFoundError
from app.people.access import CurrentPerson
from app.quizzes.grading import grade_essay
from app.quizzes.items import Essay as EssayItem
from app.quizzes.items import parse_item
from app.quizzes.marking import keep, settle_read
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState, ItemVersion
from app.web.i18n import gettext as _


class Outcome(StrEnum):
    """What became of a verdict, or of an essay that was sent again."""

    STORED = "stored"
    STALE = "stale"


def mark(
    session: Session,
    assessor: CurrentPerson,
    essay_id: int,
    *,
    number: int,
    points: Mapping[str, str],
    comment: str,
    moment: datetime,
) -> Outcome:
    """Mark an essay against its rubric; the last one of an attempt marks the attempt.

    `number` is the verdict's, as the page had it: another one is stale, and stores nothing. The same verdict sent
    twice is stored once.
    """
    attempt, place, essay = _locked(session, assessor, essay_id)
    given = EssayMark(
        essay_id=essay_id,
        number=number,
        returned=False,
        points=dict(points),
        comment=comment,
        answer=str(place.answer),
        marked_at=moment,
        marked_by=assessor.email,
    )
    if (outcome := _refusal(session, essay, given)) is not None:
        return outcome
    session.add(given)
    keep(place, grade_essay(_item(session, place), points))
    essay.state = EssayState.MARKED
    session.flush()
    if not _open_essays(session, attempt):
        settle_read(session, attempt.person_id, stored_id(attempt), moment, assessor.email)
    _record(session, essay, assessor.email, "essay.marked", moment, points=dict(points))
    return Outcome.STORED


def send_back(
    session: Session, assessor: CurrentPerson, essay_id: int, *, number: int, comment: str, moment: datetime
) -> Outcome:
    """Return an essay to its writer with what to mend. `number` is as in `mark`."""
    _attempt, place, essay = _locked(session, assessor, essay_id)
    given = EssayMark(
        essay_id=essay_id,
        number=number,
        returned=True,
        points={},
        comment=comment,
        answer=str(place.answer),
        marked_at=moment,
        marked_by=assessor.email,
    )
    if (outcome := _refusal(session, essay, given)) is not None:
        return outcome
    session.add(given)
    essay.state = EssayState.RETURNED
    _record(session, essay, assessor.email, "essay.returned", moment)
    return Outcome.STORED


def send_again(
    session: Session, person: CurrentPerson, attempt_id: int, position: int, *, number: int, text: str, moment: datetime
) -> Outcome:
    """Send a returned essay again, mended. `number` is that of the verdict which returned it."""
    own = (
        select(col(Essay.id))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(
            col(Attempt.id) == attempt_id,
            col(Attempt.person_id) == person.id,
            col(AttemptItem.position) == position,
        )
    )
    essay_id = session.scalar(own)
    if essay_id is None:
        raise NotFoundError(_("There is no such essay of yours."))
    _attempt, place, essay = _rows(session, essay_id)
    if essay.state is EssayState.WAITING and place.answer == text:
        return Outcome.STORED
    if essay.state is not EssayState.RETURNED or _verdicts(session, essay) != number:
        return Outcome.STALE
    place.answer = text
    place.answered_at = moment
    essay.state = EssayState.WAITING
    essay.submitted_at = moment
    _record(session, essay, person.email, "essay.sent_again", moment)
    return Outcome.STORED


def _locked(session: Session, assessor: CurrentPerson, essay_id: int) -> tuple[Attempt, AttemptItem, Essay]:
    attempt, place, essay = _rows(session, essay_id)
    if attempt.person_id == assessor.id:
        raise ForbiddenError(_("This essay is your own. Somebody else marks it."))
    return attempt, place, essay


def _rows(session: Session, essay_id: int) -> tuple[Attempt, AttemptItem, Essay]:
    attempt = session.scalar(
        select(Attempt)
        .join(AttemptItem, col(AttemptItem.attempt_id) == col(Attempt.id))
        .join(Essay, col(Essay.attempt_item_id) == col(AttemptItem.id))
        .where(col(Essay.id) == essay_id)
        .with_for_update(of=Attempt)
    )
    if attempt is None:
        raise NotFoundError(_("There is no such essay."))
    row = session.execute(
        select(AttemptItem, Essay)
        .join(Essay, col(Essay.attempt_item_id) == col(AttemptItem.id))
        .where(col(Essay.id) == essay_id)
        .execution_options(populate_existing=True)
    ).one()
    return attempt, row[0], row[1]


def _refusal(session: Session, essay: Essay, given: EssayMark) -> Outcome | None:
    """Say what becomes of a verdict that cannot be added any more; None when it can."""
    if essay.state is EssayState.WAITING and _verdicts(session, essay) + 1 == given.number:
        return None
    stored = session.scalar(
        select(EssayMark).where(col(EssayMark.essay_id) == essay.id, col(EssayMark.number) == given.number)
    )
    is_same = stored is not None and all(
        getattr(stored, name) == getattr(given, name) for name in ("returned", "points", "comment", "marked_by")
    )
    return Outcome.STORED if is_same else Outcome.STALE


def _verdicts(session: Session, essay: Essay) -> int:
    return session.scalar(select(func.count()).where(col(EssayMark.essay_id) == essay.id)) or 0


def _item(session: Session, place: AttemptItem) -> EssayItem:
    document = session.scalars(
        select(col(ItemVersion.document)).where(col(ItemVersion.id) == place.item_version_id)
    ).one()
    item = parse_item(document)
    assert isinstance(item, EssayItem)  # noqa: S101 (only essays have a row of their own)
    return item


def _open_essays(session: Session, attempt: Attempt) -> int:
    statement = (
        select(func.count())
        .select_from(Essay)
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .where(col(AttemptItem.attempt_id) == attempt.id, col(Essay.state) != EssayState.MARKED)
    )
    return session.scalar(statement) or 0


def _record(
    session: Session, essay: Essay, actor: str, action: str, moment: datetime, **details: dict[str, str]
) -> None:
    session.flush()
    record(session, at=moment, actor=actor, action=action, subject=("essay", str(essay.id)), details=details)
