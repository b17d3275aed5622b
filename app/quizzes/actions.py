"""Every write of items and attempts."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from app.catalog.document import digest
from app.catalog.models import Content, ContentVersion
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import clock, itemqueries
from app.quizzes.holding import HeldPlace, hold, hold_own
from app.quizzes.marking import close
from app.quizzes.models import Attempt, AttemptItem, ItemVersion

_SYSTEM = "system"
_AT_ONCE = 200  # attempts that one run of the job finishes, so that its transaction stays short


class Outcome(StrEnum):
    """What became of a save."""

    SAVED = "saved"
    STALE = "stale"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save, and what is stored now: the step of the attempt, and the question's answer and flag."""

    outcome: Outcome
    step: int
    answer: Any
    answered_at: datetime | None
    flagged: bool


def publish_items(session: Session, content: Content, version: ContentVersion, moment: datetime) -> int:
    """Add a version of each item that the published quiz words anew; return how many there are."""
    assert content.id is not None  # noqa: S101 (a stored content has one)
    newest = itemqueries.newest_items(session, content.id)
    added = 0
    for document in version.document["items"]:
        known = newest.get(document["id"])
        wording = digest(document)
        if known and known.digest == wording:
            continue
        session.add(
            ItemVersion(
                content_id=content.id,
                item=document["id"],
                number=known.number + 1 if known else 1,
                digest=wording,
                document=document,
                created_at=moment,
            )
        )
        added += 1
    session.flush()
    return added


_KEEP = update(AttemptItem).where(col(AttemptItem.id) == bindparam("place_id"))
_TOUCH = update(Attempt).where(col(Attempt.id) == bindparam("attempt_id"))


def save(
    session: Session,
    person: CurrentPerson,
    place: HeldPlace,
    *,
    step: int,
    answer: Any,
    flag: bool | None,
    moment: datetime,
) -> Saved:
    """Keep the answer to one question, its flag unless that is None, and how long it was looked at.

    `step` is the one that the page was made from. A stale one is refused, unless what it brings is stored already:
    so a save may be sent again when its reply was lost. An attempt that is over is finished, with its own end.
    """
    attempt = place.attempt
    stored = Saved(Outcome.SAVED, attempt.step, place.answer, place.answered_at, flagged=place.flagged)
    if attempt.finished_at is not None:
        return replace(stored, outcome=Outcome.OVER)
    if clock.is_over(moment, attempt.deadline_at):
        close(session, attempt, moment, person.email)
        return replace(stored, outcome=Outcome.OVER)
    flagged = place.flagged if flag is None else flag
    is_stored = (place.answer, place.flagged) == (answer, flagged)
    if attempt.step != step:
        return stored if is_stored else replace(stored, outcome=Outcome.STALE)
    if not is_stored:
        answered_at = place.answered_at if place.answer == answer else moment
        stored = Saved(Outcome.SAVED, attempt.step + 1, answer, answered_at, flagged=flagged)
    seconds = place.seconds + clock.spent(attempt.touched_at or attempt.started_at, moment)
    kept = {"answer": stored.answer, "answered_at": stored.answered_at, "flagged": stored.flagged, "seconds": seconds}
    connection = session.connection()
    connection.execute(_KEEP, {"place_id": place.id, **kept})
    connection.execute(_TOUCH, {"attempt_id": attempt.id, "touched_at": moment, "step": stored.step})
    return stored


def finish(session: Session, person: CurrentPerson, attempt_id: int, moment: datetime) -> None:
    """Finish an attempt and mark it. One that is finished stays as it is."""
    attempt = hold_own(session, person.id, attempt_id)
    if attempt.finished_at is None:
        close(session, attempt, moment, person.email)


def finish_overdue(session: Session, moment: datetime) -> int:
    """Finish attempts that are past their end, with that end; return how many there were."""
    overdue = session.execute(
        select(col(Attempt.id), col(Attempt.person_id))
        .where(col(Attempt.finished_at).is_(None), col(Attempt.deadline_at) < moment - clock.SLACK)
        .order_by(col(Attempt.deadline_at))
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    # all of them before the first entry in the audit trail: who holds a person may be waiting for the trail
    people = {attempt.person_id for attempt in overdue}
    locked = (
        select(col(Person.id))
        .where(col(Person.id).in_(people))
        .order_by(col(Person.id))
        .with_for_update(key_share=True)
    )
    session.execute(locked)
    for attempt_id, person_id in overdue:
        if attempt := hold(session, person_id, attempt_id):
            close(session, attempt, moment, _SYSTEM)
    return len(overdue)
