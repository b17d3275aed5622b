"""Every read of essays: for assessors, who are not told whose they are, and for their writers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session, col

from app.catalog.models import Content, ContentVersion
from app.catalog.text import Text
from app.errors import ForbiddenError, NotFoundError
from app.quizzes.models import Attempt, AttemptItem, Essay, EssayMark, EssayState, ItemVersion
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an assessor said: points by criterion, or nothing of them when the essay was returned."""

    number: int
    returned: bool
    points: dict[str, str]
    comment: str
    answer: str
    marked_at: datetime
    marked_by: str


@dataclass(frozen=True, slots=True)
class QueuedEssay:
    """An essay in the queue of the assessors. Nothing tells whose it is."""

    id: int
    quiz: Text
    prompt: Text
    submitted_at: datetime
    times_returned: int


@dataclass(frozen=True, slots=True)
class EssayToMark:
    """An essay as an assessor reads it, with the document of its question. Nothing tells whose it is."""

    id: int
    state: EssayState
    submitted_at: datetime
    answer: str
    document: dict[str, Any]
    quiz: Text
    verdicts: Sequence[Verdict]

    @property
    def next_number(self) -> int:
        """The number that the next verdict gets: a form that carries another one is stale."""
        return len(self.verdicts) + 1


@dataclass(frozen=True, slots=True)
class OwnEssay:
    """An essay as its writer follows it."""

    position: int
    state: EssayState
    submitted_at: datetime
    verdicts: Sequence[Verdict]


@dataclass(frozen=True, slots=True)
class ReturnedEssay:
    """An essay that waits for its writer."""

    attempt_id: int
    position: int
    quiz: Text
    returned_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """How many essays wait for an assessor, and since when the oldest does."""

    count: int
    oldest: datetime | None


def _waiting_for(person_id: int) -> tuple[Any, Any]:
    return col(Essay.state) == EssayState.WAITING, col(Attempt.person_id) != person_id


def _attempts_of(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return statement.join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id)).join(
        Attempt, col(Attempt.id) == col(AttemptItem.attempt_id)
    )


def queue_length(session: Session, person_id: int) -> Queue:
    """Count the essays that wait for an assessor who is this person: their own are not among them."""
    statement = _attempts_of(select(func.count(), func.min(col(Essay.submitted_at))).select_from(Essay))
    row = session.execute(statement.where(*_waiting_for(person_id))).one()
    return Queue(*row)


def queue(session: Session, person_id: int, most: int) -> list[QueuedEssay]:
    """Return the essays that wait for an assessor who is this person, the oldest first."""
    returned = (
        select(func.count())
        .where(col(EssayMark.essay_id) == col(Essay.id), col(EssayMark.returned).is_(True))
        .correlate(Essay)
        .scalar_subquery()
    )
    document: Any = col(ContentVersion.document)
    item: Any = col(ItemVersion.document)
    statement = _attempts_of(
        select(col(Essay.id), document["title"], item["prompt"], col(Essay.submitted_at), returned).select_from(Essay)
    )
    rows = session.execute(
        statement.join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .where(*_waiting_for(person_id))
        .order_by(col(Essay.submitted_at), col(Essay.id))
        .limit(most)
    )
    return [QueuedEssay(*row) for row in rows]


def essay_to_mark(session: Session, person_id: int, essay_id: int) -> EssayToMark:
    """Return an essay for an assessor. Raises NotFoundError, and ForbiddenError for their own."""
    document: Any = col(ContentVersion.document)
    statement = _attempts_of(
        select(
            col(Attempt.person_id),
            col(Essay.id),
            col(Essay.state),
            col(Essay.submitted_at),
            col(AttemptItem.answer),
            col(ItemVersion.document),
            document["title"],
        ).select_from(Essay)
    )
    row = session.execute(
        statement.join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .where(col(Essay.id) == essay_id)
    ).first()
    if row is None:
        raise NotFoundError(_("There is no such essay."))
    if row[0] == person_id:
        raise ForbiddenError(_("This essay is your own. Somebody else marks it."))
    return EssayToMark(row[1], row[2], row[3], row[4], row[5], row[6], _verdicts(session, [essay_id])[essay_id])


def own_essays(session: Session, attempt_id: int) -> dict[int, OwnEssay]:
    """Return the essays of an attempt, by the place of their questions; two statements."""
    rows = session.execute(
        select(col(Essay.id), col(AttemptItem.position), col(Essay.state), col(Essay.submitted_at))
        .join(AttemptItem, col(AttemptItem.id) == col(Essay.attempt_item_id))
        .where(col(AttemptItem.attempt_id) == attempt_id)
        .order_by(col(AttemptItem.position))
    ).all()
    verdicts = _verdicts(session, [row.id for row in rows])
    return {row.position: OwnEssay(row.position, row.state, row.submitted_at, verdicts[row.id]) for row in rows}


def returned_to(session: Session, person_id: int) -> list[ReturnedEssay]:
    """Return the essays that wait for this person to mend them, the longest waiting first."""
    document: Any = col(ContentVersion.document)
    statement = _attempts_of(
        select(
            col(Attempt.id), col(AttemptItem.position), document["title"], func.max(col(EssayMark.marked_at))
        ).select_from(Essay)
    )
    rows = session.execute(
        statement.join(EssayMark, col(EssayMark.essay_id) == col(Essay.id))
        .join(ContentVersion, col(ContentVersion.id) == col(Attempt.content_version_id))
        .where(col(Attempt.person_id) == person_id, col(Essay.state) == EssayState.RETURNED)
        .group_by(col(Attempt.id), col(AttemptItem.position), col(ContentVersion.id))
        .order_by(func.max(col(EssayMark.marked_at)), col(Attempt.id))
    )
    return [ReturnedEssay(*row) for row in rows]


def awaiting_mark(session: Session, person_id: int, as_of: datetime) -> list[tuple[int, str, int | None]]:
    """Return (product's id, quiz, version) of what this person's newest attempts wait for an assessor with.

    It is as of a moment. The version is the one whose change was asked about; None for the whole quiz.
    """
    newest = (
        select(func.max(col(Attempt.id)))
        .where(col(Attempt.person_id) == person_id, col(Attempt.started_at) <= as_of)
        .group_by(col(Attempt.content_id), col(Attempt.delta_of))
    )
    rows = session.execute(
        select(col(Attempt.product_id), col(Content.slug), col(Attempt.delta_of))
        .join(Attempt, col(Attempt.content_id) == col(Content.id))
        .where(
            col(Attempt.id).in_(newest),
            col(Attempt.finished_at) <= as_of,
            or_(col(Attempt.marked_at).is_(None), col(Attempt.marked_at) > as_of),
        )
    )
    return [(row.product_id, row.slug, row.delta_of) for row in rows]


def _verdicts(session: Session, essay_ids: Sequence[int]) -> defaultdict[int, list[Verdict]]:
    found: defaultdict[int, list[Verdict]] = defaultdict(list)
    for essay_id, *rest in session.execute(
        select(
            col(EssayMark.essay_id),
            col(EssayMark.number),
            col(EssayMark.returned),
            col(EssayMark.points),
            col(EssayMark.comment),
            col(EssayMark.answer),
            col(EssayMark.marked_at),
            col(EssayMark.marked_by),
        )
        .where(col(EssayMark.essay_id).in_(essay_ids))
        .order_by(col(EssayMark.essay_id), col(EssayMark.number))
    ):
        found[essay_id].append(Verdict(*rest))
    return found
