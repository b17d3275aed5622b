"""What a person's answers to the items of a quiz came to, as far as it says which of them are missed.

The database adds answers up: after a hundred attempts there are thousands, and few items.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from app.anyof import any_of
from app.database import rows
from app.quizzes.models import Attempt, AttemptItem, ItemVersion, Practice, PracticeItem
from app.quizzes.practice.rules import Key, Outcome

_LAST_PASS = (
    select(func.coalesce(func.max(col(Attempt.number)), 0))
    .where(
        col(Attempt.person_id) == bindparam("person_id"),
        col(Attempt.content_id) == bindparam("content_id"),
        col(Attempt.passed).is_(True),
    )
    .scalar_subquery()
)
_COUNTS = (
    col(Attempt.person_id) == bindparam("person_id"),
    col(Attempt.content_id) == bindparam("content_id"),
    col(Attempt.marked_at).is_not(None),
    col(Attempt.number) >= _LAST_PASS,
)
_BY_VERSION = (
    select(
        col(AttemptItem.item_version_id).label("version_id"),
        func.max(col(Attempt.finished_at)).label("at"),
        col(AttemptItem.correct).label("correct"),
    )
    .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
    .where(*_COUNTS)
    .group_by(col(AttemptItem.item_version_id), col(AttemptItem.correct))
    .subquery()
)
_LAST = select(col(ItemVersion.content_id), col(ItemVersion.item), _BY_VERSION.c.at, _BY_VERSION.c.correct).join(
    _BY_VERSION, _BY_VERSION.c.version_id == col(ItemVersion.id)
)
_BY_AGE = (
    select(
        col(ItemVersion.content_id),
        col(ItemVersion.item),
        col(Attempt.finished_at),
        col(AttemptItem.correct),
        func.row_number()
        .over(
            partition_by=(col(ItemVersion.content_id), col(ItemVersion.item)),
            order_by=(col(Attempt.finished_at).desc(), col(Attempt.id).desc()),
        )
        .label("age"),
    )
    .join(AttemptItem, col(AttemptItem.item_version_id) == col(ItemVersion.id))
    .join(Attempt, col(Attempt.id) == col(AttemptItem.attempt_id))
    .where(*_COUNTS, any_of(col(ItemVersion.item), "items"))
    .subquery()
)
_SECOND_LAST = select(_BY_AGE.c.content_id, _BY_AGE.c.item, _BY_AGE.c.finished_at, _BY_AGE.c.correct).where(
    _BY_AGE.c.age == 2  # noqa: PLR2004 (1 is the last)
)
_PRACTISED = (
    select(col(ItemVersion.content_id), col(ItemVersion.item), col(PracticeItem.answered_at), col(PracticeItem.correct))
    .join(PracticeItem, col(PracticeItem.item_version_id) == col(ItemVersion.id))
    .join(Practice, col(Practice.id) == col(PracticeItem.practice_id))
    .where(
        col(Practice.person_id) == bindparam("person_id"),
        any_of(col(ItemVersion.content_id), "contents"),
        col(PracticeItem.answered_at).is_not(None),
    )
)


def outcomes(session: Session, person_id: int, content_id: int) -> list[Outcome]:
    """Return all practice of a quiz's items, and of the answers in attempts at it those that `missed` asks for.

    Of each item these are the last right and the last wrong one since the last pass, that one included; and where
    the last is right after a wrong one, what was before it.
    """
    who = {"person_id": person_id, "content_id": content_id}
    found = [_outcome(*row) for row in rows(session, _LAST, **who)]
    unsure = _unsure(found)
    if unsure:
        found += [_outcome(*row) for row in rows(session, _SECOND_LAST, **who, items=unsure)]
    contents = {content_id, *(each.item[0] for each in found)}
    answered = rows(session, _PRACTISED, person_id=person_id, contents=contents)
    return found + [_outcome(*row, practised=True) for row in answered]


def _outcome(content_id: int, item: str, at: datetime, correct: bool | None, *, practised: bool = False) -> Outcome:  # noqa: FBT001 (a row's column)
    return Outcome((content_id, item), at, bool(correct), practised)


def _unsure(last: Iterable[Outcome]) -> set[str]:
    """Return the items that were wrong and right since, perhaps more than once."""
    right: dict[Key, datetime] = {}
    wrong: dict[Key, datetime] = {}
    for each in last:
        kept = right if each.right else wrong
        kept[each.item] = max(each.at, kept.get(each.item, each.at))
    return {key[1] for key in right.keys() & wrong.keys() if right[key] > wrong[key]}
