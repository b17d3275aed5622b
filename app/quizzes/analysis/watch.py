"""Which items should a trainer look at first, over all quizzes? A quick look at the latest first attempts."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from app.catalog.models import Content
from app.catalog.text import Text
from app.quizzes.analysis.flags import CRITICAL_FACILITY, FEWEST_FOR_CRITICAL, TOO_HARD, FlagKind
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.quizzes.statistics import FEWEST_ATTEMPTS

LATEST = 500
"""First attempts that are looked at, so that the first page costs the same whatever lies behind it."""

_WORST = 50


@dataclass(frozen=True, slots=True)
class Watched:
    """An item that misbehaves, with how many got it right."""

    quiz: str
    item: str
    prompt: Text
    flag: FlagKind
    attempts: int
    right: int

    @property
    def percent(self) -> float:
        """How many of those who were asked got it right."""
        return 100 * self.right / self.attempts


def misbehaving(session: Session, most: int = 3) -> list[Watched]:
    """Return the critical items that people miss, then those that hardly anybody gets right; two statements."""
    latest = (
        select(col(Attempt.id))
        .where(col(Attempt.number) == 1, col(Attempt.marked_at).is_not(None))
        .order_by(col(Attempt.id).desc())
        .limit(LATEST)
        .subquery()
    )
    right = func.sum(case((col(AttemptItem.correct).is_(True), 1), else_=0))
    counted = session.execute(
        select(col(AttemptItem.item_version_id), func.count(), right)
        .join(latest, latest.c.id == col(AttemptItem.attempt_id))
        .group_by(col(AttemptItem.item_version_id))
        .having(func.count() >= FEWEST_FOR_CRITICAL, right * 100 < func.count() * int(CRITICAL_FACILITY))
        .order_by(right * 1.0 / func.count())
        .limit(_WORST)
    ).all()
    numbers = {row[0]: (row[1], int(row[2])) for row in counted}
    document = col(ItemVersion.document)
    rows = session.execute(
        select(
            col(ItemVersion.id),
            col(Content.slug),
            col(ItemVersion.item),
            document["prompt"],
            document["critical"].as_boolean(),
        )
        .join(Content, col(Content.id) == col(ItemVersion.content_id))
        .where(col(ItemVersion.id).in_(numbers))
    )
    found = [
        Watched(quiz, item, prompt, FlagKind.CRITICAL_MISSED if critical else FlagKind.TOO_HARD, *numbers[version_id])
        for version_id, quiz, item, prompt, critical in rows
    ]
    worth = [each for each in found if each.flag is FlagKind.CRITICAL_MISSED or _is_hard(each)]
    order = list(FlagKind)
    return sorted(worth, key=lambda each: (order.index(each.flag), each.percent, each.quiz, each.item))[:most]


def _is_hard(item: Watched) -> bool:
    return item.attempts >= FEWEST_ATTEMPTS and item.percent <= TOO_HARD
