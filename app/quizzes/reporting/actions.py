"""Every write of reports of questions."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.errors import ConflictError, NotFoundError
from app.people.access import CurrentPerson
from app.quizzes.models import Attempt, AttemptItem, ItemReport, ItemVersion
from app.web.i18n import gettext as _


def report(
    session: Session, person: CurrentPerson, attempt_id: int, position: int, text: str, moment: datetime
) -> None:
    """Keep what somebody says is wrong with a question of their finished attempt.

    One report of a person and question is open at a time: saying more changes it. Raises NotFoundError, and
    ConflictError while the attempt runs.
    """
    # all attempts at the quiz, so that the same question reported from two of them is one report
    attempts = session.scalars(
        select(Attempt)
        .where(
            col(Attempt.person_id) == person.id,
            col(Attempt.content_id).in_(select(col(Attempt.content_id)).where(col(Attempt.id) == attempt_id)),
        )
        .order_by(col(Attempt.id))
        .with_for_update()
    ).all()
    own = next((each for each in attempts if each.id == attempt_id), None)
    if own is None:
        raise NotFoundError(_("There is no such attempt of yours."))
    if own.finished_at is None:
        raise ConflictError(_("A question can be reported once the attempt is finished."))
    row = session.execute(
        select(col(AttemptItem.id), col(ItemVersion.content_id), col(ItemVersion.item))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == attempt_id, col(AttemptItem.position) == position)
    ).first()
    if row is None:
        raise NotFoundError(_("This attempt has no such question."))
    stored = _open_report(session, person.id, row.content_id, row.item)
    if stored is None:
        stored = ItemReport(
            attempt_item_id=row.id, content_id=row.content_id, item=row.item, text=text, reported_at=moment
        )
        session.add(stored)
    elif stored.text == text:
        return
    stored.text = text
    session.flush()
    record(
        session,
        at=moment,
        actor=person.email,
        action="question.reported",
        subject=("question", row.item),
        details={"report": stored.id},
    )


def _open_report(session: Session, person_id: int, content_id: int, item: str) -> ItemReport | None:
    return session.scalar(
        select(ItemReport)
        .join(AttemptItem, col(AttemptItem.id) == col(ItemReport.attempt_item_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(
            col(Attempt.person_id) == person_id,
            col(ItemReport.content_id) == content_id,
            col(ItemReport.item) == item,
            col(ItemReport.settled_at).is_(None),
        )
    )


def settle(session: Session, person: CurrentPerson, report_id: int, moment: datetime) -> None:
    """Note that a trainer has looked at a report; a second time changes nothing. Raises NotFoundError."""
    stored = session.scalar(select(ItemReport).where(col(ItemReport.id) == report_id).with_for_update())
    if stored is None:
        raise NotFoundError(_("There is no such report."))
    if stored.settled_at is not None:
        return
    stored.settled_at = moment
    stored.settled_by = person.email
    session.flush()
    record(
        session,
        at=moment,
        actor=person.email,
        action="question_report.settled",
        subject=("question", stored.item),
        details={"report": stored.id},
    )
