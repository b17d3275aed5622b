"""Every write of regrading: the decision, and one attempt after another."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import Withdrawn, announce, withdraw
from app.catalog.models import Content, ContentVersion
from app.jobs.actions import enqueue
from app.people.models import Person
from app.quizzes.models import Attempt, AttemptItem, AttemptRegrade, ItemVersion, Regrade, RegradePolicy
from app.quizzes.queries import attempts, passes
from app.quizzes.regrading import queries
from app.quizzes.regrading.queries import MarkedAttempt, Target, Wording
from app.quizzes.regrading.rules import Effect, Regraded, regrade
from app.quizzes.spaced.actions import plant

JOB = "quizzes.regrade"


@dataclass(frozen=True, slots=True)
class Decision:
    """Which question is marked again: by the key of which version, for the attempts of which, how and why."""

    target: Target
    key: Wording
    versions: tuple[int, ...]
    policy: RegradePolicy
    reason: str


def decide(session: Session, decision: Decision, *, attempts: int, by: str, moment: datetime) -> Regrade:
    """Decide to mark a question again; the work is done by jobs, one attempt in each transaction.

    The same decision again, while the work of the first goes on, is the first: a button may be pressed twice.
    """
    target = decision.target
    session.execute(select(col(Content.id)).where(col(Content.id) == target.content_id).with_for_update())
    if known := queries.running_regrade(session, target, decision.key.id, decision.policy, decision.versions):
        return known
    decided = Regrade(
        content_id=target.content_id,
        item=target.item,
        item_version_id=decision.key.id,
        versions=list(decision.versions),
        policy=decision.policy,
        reason=decision.reason,
        total=attempts,
        created_at=moment,
        created_by=by,
    )
    session.add(decided)
    session.flush()
    assert decided.id is not None  # noqa: S101 (just stored)
    enqueue(session, JOB, {"regrade": decided.id, "after": 0}, moment=moment, due_at=moment)
    record(
        session,
        at=moment,
        actor=by,
        action="regrade.decided",
        subject=("question", f"{target.quiz} {target.item}"),
        details={
            "regrade": decided.id,
            "policy": decision.policy.value,
            "key": decision.key.number,
            "versions": decided.versions,
        },
    )
    return decided


def mark_late(session: Session, attempt_id: int, moment: datetime) -> None:
    """Ask for the regrades of questions that an attempt shows in a version which was found wrong.

    They may have been decided while it ran or waited, or before it began: a quiz may draw a pinned version.
    """
    for regrade_id in queries.regrades_shown(session, attempt_id):
        enqueue(session, JOB, {"regrade": regrade_id, "only": attempt_id}, moment=moment, due_at=moment)


def mark_next(session: Session, regrade_id: int, after: int, moment: datetime) -> None:
    """Mark the next attempt of a regrade again and ask for the one after it; the last one ends the regrade."""
    decided = session.scalars(select(Regrade).where(col(Regrade.id) == regrade_id).with_for_update()).one()
    if decided.finished_at is not None:
        return
    attempt_id = queries.next_attempt(session, decided, after)
    if attempt_id is None:
        decided.finished_at = moment
        record(
            session,
            at=moment,
            actor=decided.created_by,
            action="regrade.finished",
            subject=("regrade", str(regrade_id)),
            details={"attempts": decided.done},
        )
        return
    decided.done += 1
    decided.total = max(decided.total, decided.done)
    enqueue(session, JOB, {"regrade": regrade_id, "after": attempt_id}, moment=moment, due_at=moment)
    _mark(session, decided, attempt_id, moment)


def mark_only(session: Session, regrade_id: int, attempt_id: int, moment: datetime) -> None:
    """Mark one attempt again that got its mark after the regrade was decided."""
    decided = session.scalars(select(Regrade).where(col(Regrade.id) == regrade_id)).one()
    _mark(session, decided, attempt_id, moment)


def outcome(session: Session, decided: Regrade, attempt: MarkedAttempt) -> Regraded:
    """Work out what a decided regrade does to an attempt."""
    key = session.scalars(select(col(ItemVersion.document)).where(col(ItemVersion.id) == decided.item_version_id)).one()
    return regrade(attempt.held, attempt.places, key, decided.policy, attempt.pass_percent)


def _mark(session: Session, decided: Regrade, attempt_id: int, moment: datetime) -> None:
    # locked before it is read: another regrade of the same attempt may be at work
    owner = select(col(Attempt.person_id)).where(col(Attempt.id) == attempt_id).scalar_subquery()
    session.execute(select(col(Person.id)).where(col(Person.id) == owner).with_for_update(key_share=True))
    attempt = session.scalars(select(Attempt).where(col(Attempt.id) == attempt_id).with_for_update()).one()
    shown = queries.marked_attempts(session, decided.content_id, decided.item, decided.versions, only=attempt_id)
    if not shown:
        return  # its answers were forgotten meanwhile
    (found,) = shown
    known = select(col(AttemptRegrade.id)).where(
        col(AttemptRegrade.regrade_id) == decided.id, col(AttemptRegrade.attempt_id) == found.id
    )
    marked = outcome(session, decided, found)
    if not marked.items or session.scalar(known) is not None:
        return
    assert decided.id is not None  # noqa: S101 (a stored regrade has one)
    session.add(
        AttemptRegrade(
            regrade_id=decided.id,
            attempt_id=found.id,
            at=moment,
            points_before=found.held.points,
            points_after=marked.points,
            percent_before=found.held.percent,
            percent_after=marked.percent,
            passed_before=found.held.passed,
            passed_after=marked.passed,
            items=[
                {"position": each.position, "before": str(each.points_before), "after": str(each.points_after)}
                for each in marked.items
            ],
        )
    )
    attempt.points, attempt.percent, attempt.passed = marked.points, marked.percent, marked.passed
    changes = {each.position: each for each in marked.items}
    for place in session.scalars(select(AttemptItem).where(col(AttemptItem.attempt_id) == found.id)):
        if change := changes.get(place.position):
            place.points, place.correct = change.points_after, change.correct_after
    session.flush()
    # evidence before the audit trail: who holds a person may be waiting for the trail
    if marked.effect is Effect.PASSES_NOW:
        announce(session, found.person_id, found.product_id, moment)
        plant(session, found.id, moment)
    elif marked.effect is Effect.FAILS_NOW and not _still_passed(session, attempt, moment):
        withdraw(session, found.person_id, found.product_id, Withdrawn(found.quiz, decided.reason), moment)
    record(
        session,
        at=moment,
        actor=decided.created_by,
        action="attempt.regraded",
        subject=("attempt", str(found.id)),
        details={
            "regrade": decided.id,
            "percent": [str(found.held.percent), str(marked.percent)],
            "passed": [found.held.passed, marked.passed],
        },
    )


def _still_passed(session: Session, attempt: Attempt, moment: datetime) -> bool:
    """Say whether another attempt of the same person shows what this one, which fails now, no longer does."""
    whole = passes(session, [attempt.person_id], moment, content_ids=[attempt.content_id])
    if attempt.delta_of is None:
        return bool(whole)
    change = session.get_one(ContentVersion, attempt.delta_of)
    tries = attempts(session, attempt.person_id, attempt.content_id, delta_of=attempt.delta_of)
    return any(each.passed for each in tries) or any(each.passed_at >= change.published_at for each in whole)
