"""Forgetting what was answered in attempts that finished long ago. Their marks stay, and what rests on those."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Exists, delete, exists, func, or_, select, tuple_, update
from sqlalchemy import false as sql_false
from sqlmodel import Session, col

from app.audit.actions import record
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState, ItemReport, ItemVersion, Regrade

JOB: Final = "quizzes.forget_answers"
AT_ONCE: Final = 500
"""Attempts that one transaction looks at, so that nobody waits for long."""


@dataclass(frozen=True, slots=True)
class Old:
    """An attempt whose answers may be forgotten, as far as quizzes know."""

    id: int
    person_id: int
    product_id: int
    content_id: int
    delta_of: int | None
    finished_at: datetime
    marked_at: datetime
    passed: bool

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the order in which attempts are looked at."""
        return self.finished_at, self.id


def old_attempts(session: Session, before: datetime, after: tuple[datetime, int] | None) -> Sequence[Old]:
    """Return the next attempts that were finished and marked before a moment and still have answers, locked.

    Left out are those of which an essay is open, a report is unsettled, or a question is being marked again.
    """
    ended, number = col(Attempt.finished_at), col(Attempt.id)
    statement = (
        select(
            number,
            col(Attempt.person_id),
            col(Attempt.product_id),
            col(Attempt.content_id),
            col(Attempt.delta_of),
            ended,
            col(Attempt.marked_at),
            func.coalesce(col(Attempt.passed), sql_false()),
        )
        .where(
            ended.is_not(None),
            col(Attempt.answers_forgotten_at).is_(None),
            ended < before,
            col(Attempt.marked_at) < before,
            ~_in_progress(),
        )
        .order_by(ended, number)
        .limit(AT_ONCE)
        .with_for_update(of=Attempt, skip_locked=True)
    )
    if after is not None:
        # the first condition lets both databases begin at the right place of the index
        statement = statement.where(ended >= after[0], or_(ended > after[0], number > after[1]))
    return [Old(*row) for row in session.execute(statement)]


def _in_progress() -> Exists:
    place = col(AttemptItem.id)
    essay = exists().where(col(Essay.attempt_item_id) == place, col(Essay.state) != EssayState.MARKED)
    report = exists().where(col(ItemReport.attempt_item_id) == place, col(ItemReport.settled_at).is_(None))
    regrade = exists().where(
        col(ItemVersion.id) == col(AttemptItem.item_version_id),
        tuple_(col(ItemVersion.content_id), col(ItemVersion.item)).in_(
            select(col(Regrade.content_id), col(Regrade.item)).where(col(Regrade.finished_at).is_(None))
        ),
    )
    return exists().where(col(AttemptItem.attempt_id) == col(Attempt.id), or_(essay, report, regrade))


def later_passes(session: Session, attempts: Collection[Old]) -> dict[tuple[int, int, int | None], list[datetime]]:
    """Return when these people were found to have passed these quizzes, by person, quiz and change asked about."""
    rows = session.execute(
        select(col(Attempt.person_id), col(Attempt.content_id), col(Attempt.delta_of), col(Attempt.marked_at)).where(
            col(Attempt.person_id).in_({each.person_id for each in attempts}),
            col(Attempt.content_id).in_({each.content_id for each in attempts}),
            col(Attempt.passed).is_(True),
            col(Attempt.marked_at).is_not(None),
        )
    )
    found: dict[tuple[int, int, int | None], list[datetime]] = {}
    for person_id, content_id, delta_of, marked_at in rows:
        found.setdefault((person_id, content_id, delta_of), []).append(marked_at)
    return found


def forget(session: Session, attempt_ids: Collection[int], moment: datetime) -> None:
    """Forget the questions and answers of attempts. Of questions that an essay or a report names, only the answers."""
    if not attempt_ids:
        return
    here = col(AttemptItem.attempt_id).in_(attempt_ids)
    essay = exists().where(col(Essay.attempt_item_id) == col(AttemptItem.id))
    report = exists().where(col(ItemReport.attempt_item_id) == col(AttemptItem.id))
    unsynchronized = {"synchronize_session": False}
    essays = (
        select(col(Essay.id)).join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id)).where(here)
    ).scalar_subquery()
    session.execute(
        update(EssayMark).where(col(EssayMark.essay_id).in_(essays)).values(answer=""),
        execution_options=unsynchronized,
    )
    session.execute(delete(AttemptItem).where(here, ~essay, ~report), execution_options=unsynchronized)
    session.execute(update(AttemptItem).where(here, essay).values(answer=""), execution_options=unsynchronized)
    session.execute(update(AttemptItem).where(here, ~essay).values(answer=None), execution_options=unsynchronized)
    session.execute(
        update(Attempt).where(col(Attempt.id).in_(attempt_ids)).values(answers_forgotten_at=moment),
        execution_options=unsynchronized,
    )
    record(
        session,
        at=moment,
        actor="system",
        action="answers.forgotten",
        subject=("answers", "attempts"),
        details={"attempts": len(attempt_ids)},
    )
