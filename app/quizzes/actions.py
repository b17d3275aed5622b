"""Every write of items and attempts."""

from datetime import datetime, timedelta
from enum import StrEnum
from random import SystemRandom
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.document import digest
from app.catalog.evidence import announce
from app.catalog.models import Content, ContentVersion
from app.catalog.queries import Version
from app.errors import NotFoundError
from app.people.access import CurrentPerson
from app.people.models import Person
from app.quizzes import clock, itemqueries, queries
from app.quizzes.drawing import draw, option_order
from app.quizzes.grading import grade, grade_attempt, rounded
from app.quizzes.items import parse_item
from app.quizzes.models import Attempt, AttemptItem, ItemVersion
from app.quizzes.starting import verdict
from app.web.i18n import gettext as _

_CHANCE = SystemRandom()
_SYSTEM = "system"
_AT_ONCE = 200  # attempts that one run of the job finishes, so that its transaction stays short


class Outcome(StrEnum):
    """What became of a save."""

    SAVED = "saved"
    STALE = "stale"
    OVER = "over"


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


def start(session: Session, person: CurrentPerson, slug: str, moment: datetime) -> int | None:
    """Return the id of the attempt that runs, started now if there is none; None when none may start."""
    version = queries.quiz_in_force(session, slug, moment)
    running = session.scalar(_running(person.id, version.content_id).with_for_update())
    if running is not None:
        if not clock.is_over(moment, running.deadline_at):
            return running.id
        _close(session, running, moment, person.email)
    past = queries.attempts(session, person.id, version.content_id)
    settings = queries.settings_of(version.document)
    if not verdict(past, settings, moment).allowed:
        return None
    try:
        with session.begin_nested():
            return _begin(session, person, version, past[-1].number + 1 if past else 1, moment)
    except IntegrityError:  # another tab was faster; it has committed, so its attempt can be seen now
        winner = session.scalar(_running(person.id, version.content_id))
        if winner is None:
            raise
        return winner.id


def _running(person_id: int, content_id: int) -> Select[Attempt]:
    return select(Attempt).where(
        col(Attempt.person_id) == person_id, col(Attempt.content_id) == content_id, col(Attempt.finished_at).is_(None)
    )


def _begin(session: Session, person: CurrentPerson, version: Version, number: int, moment: datetime) -> int:
    settings = queries.settings_of(version.document)
    minutes = settings.time_limit_minutes
    attempt = Attempt(
        person_id=person.id,
        product_id=version.product_id,
        content_id=version.content_id,
        content_version_id=version.id,
        number=number,
        started_at=moment,
        deadline_at=clock.deadline(moment, timedelta(minutes=minutes) if minutes else None),
    )
    session.add(attempt)
    session.flush()
    assert attempt.id is not None  # noqa: S101 (just stored)
    documents = {document["id"]: document for document in version.document["items"]}
    seen = itemqueries.times_seen(session, person.id, version.content_id)
    drawn = draw({item: seen.get(item, 0) for item in documents}, settings.draw, _CHANCE)
    wordings = itemqueries.items_worded(session, version.content_id, {digest(documents[item]) for item in drawn})
    session.add_all(
        AttemptItem(
            attempt_id=attempt.id,
            position=position,
            item_version_id=wordings[item],
            option_order=list(option_order(parse_item(documents[item]), _CHANCE)),
        )
        for position, item in enumerate(drawn, start=1)
    )
    session.flush()
    record(
        session,
        at=moment,
        actor=person.email,
        action="attempt.started",
        subject=("attempt", str(attempt.id)),
        details={"quiz": version.slug, "version": version.number, "number": number},
    )
    return attempt.id


def save(
    session: Session,
    person: CurrentPerson,
    attempt_id: int,
    position: int,
    *,
    step: int,
    answer: Any,
    flag: bool | None,
    moment: datetime,
) -> Outcome:
    """Keep the answer to one question, and its flag unless that is None.

    `step` is the one that the page was made from. A stale one is refused, unless what it brings is stored already:
    so a save may be sent again when its reply was lost. An attempt that is over is finished, with its own end.
    """
    attempt = _own(session, person.id, attempt_id)
    if attempt.finished_at is not None:
        return Outcome.OVER
    if clock.is_over(moment, attempt.deadline_at):
        _close(session, attempt, moment, person.email)
        return Outcome.OVER
    place = session.scalars(
        select(AttemptItem).where(col(AttemptItem.attempt_id) == attempt_id, col(AttemptItem.position) == position)
    ).one()
    flagged = place.flagged if flag is None else flag
    if (place.answer, place.flagged) == (answer, flagged):
        return Outcome.SAVED
    if attempt.step != step:
        return Outcome.STALE
    if place.answer != answer:
        place.answer = answer
        place.answered_at = moment
    place.flagged = flagged
    attempt.step += 1
    session.flush()
    return Outcome.SAVED


def finish(session: Session, person: CurrentPerson, attempt_id: int, moment: datetime) -> None:
    """Finish an attempt and mark it. One that is finished stays as it is."""
    attempt = _own(session, person.id, attempt_id)
    if attempt.finished_at is None:
        _close(session, attempt, moment, person.email)


def finish_overdue(session: Session, moment: datetime) -> int:
    """Finish attempts that are past their end, with that end; return how many there were."""
    overdue = session.scalars(
        select(Attempt)
        .where(col(Attempt.finished_at).is_(None), col(Attempt.deadline_at) < moment - clock.SLACK)
        .order_by(col(Attempt.deadline_at))
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    # all of them before the first entry in the audit trail: who holds a person may be waiting for the trail
    people = {attempt.person_id for attempt in overdue}
    session.execute(select(col(Person.id)).where(col(Person.id).in_(people)).order_by(col(Person.id)).with_for_update())
    for attempt in overdue:
        _close(session, attempt, moment, _SYSTEM)
    return len(overdue)


def _own(session: Session, person_id: int, attempt_id: int) -> Attempt:
    attempt = session.scalar(
        select(Attempt).where(col(Attempt.id) == attempt_id, col(Attempt.person_id) == person_id).with_for_update()
    )
    if attempt is None:
        raise NotFoundError(_("There is no such attempt of yours."))
    return attempt


def _close(session: Session, attempt: Attempt, moment: datetime, actor: str) -> None:
    rows = session.execute(
        select(AttemptItem, col(ItemVersion.document))
        .join(ItemVersion, col(ItemVersion.id) == col(AttemptItem.item_version_id))
        .where(col(AttemptItem.attempt_id) == attempt.id)
        .order_by(col(AttemptItem.position))
    ).all()
    marks = []
    for place, document in rows:
        mark = grade(parse_item(document), place.answer)
        place.points = rounded(mark.points, 4)
        place.correct = mark.correct
        marks.append(mark)
    quiz, pass_percent = queries.pass_mark(session, attempt.content_version_id)
    result = grade_attempt(marks, pass_percent)
    attempt.points = rounded(result.points, 4)
    attempt.max_points = rounded(result.max_points, 4)
    attempt.percent = result.percent
    attempt.passed = result.passed
    attempt.finished_at = clock.finished_at(moment, attempt.deadline_at)
    attempt.marked_at = moment
    session.flush()
    if attempt.passed:
        announce(session, attempt.person_id, attempt.product_id, moment)
    record(
        session,
        at=moment,
        actor=actor,
        action="attempt.finished",
        subject=("attempt", str(attempt.id)),
        details={
            "quiz": quiz,
            "number": attempt.number,
            "percent": str(attempt.percent),
            "passed": attempt.passed,
            "finished_at": attempt.finished_at.isoformat(),
        },
    )
