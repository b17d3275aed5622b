"""Every write of appeals: asking, withdrawing, and the answer of somebody who did not take the decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.audit.actions import record as audit
from app.certification.actions import one_at_a_time, subject_of
from app.certification.models import Appeal, AppealOutcome, CertificationEventKind
from app.certification.sanctions import rules
from app.certification.sanctions.actions import possible_now, sanction
from app.certification.sanctions.queries import Entry, appealed, own_entry
from app.certification.sanctions.rules import AppealRefusal, Decider
from app.certification.sanctions.words import appeal_refusal
from app.clock import local_day
from app.errors import ConflictError, ForbiddenError, InvalidError
from app.people.somebody import Somebody


def ask(session: Session, event_id: int, person: Somebody, text: str, moment: datetime) -> Appeal:
    """Appeal against a sanction of one's own; it holds until somebody else has decided.

    Raises NotFoundError for somebody else's sanction, ConflictError where no appeal is possible (any more),
    InvalidError without a text.
    """
    one_at_a_time(session, person.id)
    entry = own_entry(session, person.id, event_id)
    today = local_day(moment)
    _refuse(rules.refuse_appeal(entry.decided, entry.appeal.asked if entry.appeal else None, today))
    if not text.strip():
        raise InvalidError(appeal_refusal(AppealRefusal.TEXT_MISSING), field="text")
    appeal = Appeal(
        event_id=event_id,
        person_id=person.id,
        text=text.strip(),
        asked_at=moment,
        decide_by=rules.decide_by(today),
    )
    session.add(appeal)
    session.flush()
    _note(session, entry, "asked", person, moment, {"decide_by": appeal.decide_by.isoformat()})
    return appeal


def withdraw(session: Session, event_id: int, person: Somebody, moment: datetime) -> None:
    """Take an appeal of one's own back; the sanction stays. Raises as `ask` does."""
    one_at_a_time(session, person.id)
    entry = own_entry(session, person.id, event_id)
    if entry.appeal is None or entry.appeal.outcome is not None:
        raise ConflictError(appeal_refusal(AppealRefusal.CLOSED))
    _close(session, entry, AppealOutcome.WITHDRAWN, "", person, moment)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody decides about an appeal."""

    outcome: AppealOutcome
    text: str


def decide(session: Session, appeal_id: int, answer: Answer, decider: Somebody, moment: datetime) -> bool:
    """Answer an appeal; granting it lifts the sanction at once, with the answer as the reason.

    Return whether something was lifted: a sanction that no longer stands, or that a later one replaced, is not.
    Raises NotFoundError, ConflictError where it is closed, InvalidError without an answer, and ForbiddenError for
    whoever took the decision or is concerned.
    """
    one_at_a_time(session, appealed(session, appeal_id).person_id)
    entry = appealed(session, appeal_id)
    assert entry.appeal is not None  # noqa: S101 (it was found by its appeal)
    _refuse(rules.refuse_answer(entry.decided, entry.appeal.asked, Decider(decider.id, decider.email)))
    if not answer.text.strip():
        raise InvalidError(appeal_refusal(AppealRefusal.ANSWER_MISSING), field="answer")
    _close(session, entry, answer.outcome, answer.text.strip(), decider, moment)
    lifts = (
        answer.outcome is AppealOutcome.GRANTED
        and entry.stands
        and CertificationEventKind.REINSTATED in possible_now(session, entry.person_id, entry.product_id, moment)
    )
    if lifts:
        sanction(
            session,
            entry.person_id,
            entry.product_id,
            CertificationEventKind.REINSTATED,
            reason=answer.text,
            case=entry.case,
            by=decider.email,
            moment=moment,
        )
    return lifts


def _close(
    session: Session, entry: Entry, outcome: AppealOutcome, answer: str, person: Somebody, moment: datetime
) -> None:
    assert entry.appeal is not None  # noqa: S101 (callers have seen it)
    appeal = session.get_one(Appeal, entry.appeal.id)
    appeal.outcome = outcome
    appeal.answer = answer
    appeal.decided_at = moment
    appeal.decided_by = person.email
    session.flush()
    _note(session, entry, outcome.value, person, moment, {"answer": answer} if answer else {})


def _note(
    session: Session, entry: Entry, what: str, person: Somebody, moment: datetime, details: dict[str, Any]
) -> None:
    audit(
        session,
        at=moment,
        actor=person.email,
        action=f"appeal.{what}",
        subject=subject_of(session, entry.person_id, entry.product_id),
        details={"against": f"certification.{entry.kind.value}", **details},
    )


def _refuse(why: AppealRefusal | None) -> None:
    if why is None:
        return
    own = {AppealRefusal.DECIDED_IT, AppealRefusal.IS_ABOUT_ME}
    raise (ForbiddenError if why in own else ConflictError)(appeal_refusal(why))
