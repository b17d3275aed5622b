"""Every read of reports of questions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Content
from app.catalog.text import Text
from app.quizzes.models import Attempt, AttemptItem, ItemReport, ItemVersion


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What somebody said about one question of their attempt; settled once a trainer has looked at it."""

    text: str
    reported_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A report that waits for a trainer. Who wrote it is not told: the question is looked at, not the person."""

    id: int
    quiz: str
    item: str
    prompt: Text
    version: int
    text: str
    reported_at: datetime


def how_many_open(session: Session) -> int:
    """Count all reports that wait for a trainer."""
    return session.scalar(select(func.count()).where(col(ItemReport.settled_at).is_(None))) or 0


def waiting_reports(session: Session) -> list[OpenReport]:
    """Return all reports that wait for a trainer, question by question, the oldest first."""
    prompt: Any = col(ItemVersion.document)["prompt"]
    rows = session.execute(
        select(
            col(ItemReport.id),
            col(Content.slug),
            col(ItemReport.item),
            prompt,
            col(ItemVersion.number),
            col(ItemReport.text),
            col(ItemReport.reported_at),
        )
        .join(Content, col(Content.id) == col(ItemReport.content_id))
        .join(AttemptItem, col(AttemptItem.id) == col(ItemReport.attempt_item_id))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(ItemReport.settled_at).is_(None))
        .order_by(col(ItemReport.reported_at), col(ItemReport.id))
    )
    return [OpenReport(*row) for row in rows]


def own_reports(session: Session, person_id: int, attempt_id: int) -> dict[int, OwnReport]:
    """Return what a person said about the questions of an attempt, in whichever attempt they said it, by place."""
    places = (
        select(col(AttemptItem.position), col(ItemVersion.content_id), col(ItemVersion.item))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == attempt_id)
        .subquery()
    )
    rows = session.execute(
        select(
            places.c.position,
            col(ItemReport.text),
            col(ItemReport.reported_at),
            col(ItemReport.settled_at),
        )
        .join(ItemReport, (col(ItemReport.content_id) == places.c.content_id) & (col(ItemReport.item) == places.c.item))
        .join(AttemptItem, col(AttemptItem.id) == col(ItemReport.attempt_item_id))
        .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
        .where(col(Attempt.person_id) == person_id)
        .order_by(col(ItemReport.id))
    )
    return {row[0]: OwnReport(*row[1:]) for row in rows}
