"""Every write of reviews: opening a name, deciding about a finding, and what follows from a confirmed one."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.conduct.models import Disposition, Finding, NameOpening, SentText, Violation
from app.conduct.reviewing import rules
from app.conduct.reviewing.recording import Cause, Concerned, Following, put_on_record
from app.conduct.reviewing.rules import Refusal
from app.conduct.reviewing.words import FIELDS, refusal
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError
from app.people.models import Person
from app.people.somebody import Somebody
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer says of a finding; `seen` names the decision before, as the page showed it."""

    disposition: Disposition
    note: str = ""
    original: int | None = None
    seen: str = ""


def open_name(session: Session, sent_text_id: int, reviewer: Somebody, reason: str, moment: datetime) -> None:
    """Let a reviewer see whose text it is, from now on, and put on record that they asked, and why.

    Asking again changes nothing. Raises InvalidError without a reason.
    """
    if not reason.strip():
        raise InvalidError(_("Say why you must know whose text this is."))
    session.execute(select(col(SentText.id)).where(col(SentText.id) == sent_text_id).with_for_update())
    known = select(col(NameOpening.id)).where(
        col(NameOpening.sent_text_id) == sent_text_id, col(NameOpening.person_id) == reviewer.id
    )
    if session.scalar(known) is not None:
        return
    session.add(NameOpening(sent_text_id=sent_text_id, person_id=reviewer.id, reason=reason, at=moment))
    session.flush()
    record(
        session,
        at=moment,
        actor=reviewer.email,
        action="name.opened",
        subject=("text", str(sent_text_id)),
        details={"reason": reason},
    )


def decide(
    session: Session, case: rules.Case, finding_id: int, decision: Decision, reviewer: Somebody, moment: datetime
) -> None:
    """Store what a reviewer decided; the same decision of the same reviewer again, a second click, changes nothing.

    `case` is the finding as it was read in this transaction. Raises ConflictError when somebody else was first,
    InvalidError with the `field` that is to be mended, ForbiddenError for the own text.
    """
    forgotten = _lock_text(session, finding_id)
    # both rows in one order, so that two that are said to repeat each other at once do not wait in a circle
    ids = [finding_id, *([decision.original] if decision.original else [])]
    locked = select(Finding).where(col(Finding.id).in_(ids)).order_by(col(Finding.id)).with_for_update()
    rows = {each.id: each for each in session.scalars(locked.execution_options(populate_existing=True))}
    finding = rows[finding_id]
    if _is_repeated(finding, decision, reviewer):
        return
    if decision.seen != (finding.decided_at.isoformat() if finding.decided_at else ""):
        raise ConflictError(_("Somebody has decided about this finding meanwhile. Nothing was changed."))
    original = rows.get(decision.original)
    if original is not None and original.disposition is Disposition.DUPLICATE:
        raise ConflictError(_("The finding that this one repeats was called a duplicate itself. Nothing was changed."))
    case = _as_locked(session, case, finding, forgotten=forgotten)
    _refuse(rules.refuse_decision(case, decision.disposition, decision.note, decision.original))
    before = finding.disposition
    finding.disposition = decision.disposition
    finding.note = decision.note
    finding.duplicate_of = decision.original if decision.disposition is Disposition.DUPLICATE else None
    finding.decided_at = moment
    finding.decided_by = reviewer.id
    session.flush()
    record(
        session,
        at=moment,
        actor=reviewer.email,
        action="finding.decided",
        subject=("finding", str(finding_id)),
        details={
            "red_line": finding.red_line,
            "before": before.value,
            "decision": decision.disposition.value,
            "note": decision.note,
            "duplicate_of": finding.duplicate_of,
        },
    )


def _is_repeated(finding: Finding, decision: Decision, reviewer: Somebody) -> bool:
    return (
        finding.disposition is decision.disposition
        and finding.decided_by == reviewer.id
        and finding.note == decision.note
        and finding.duplicate_of == (decision.original if decision.disposition is Disposition.DUPLICATE else None)
    )


def follow(
    session: Session, case: rules.Case, finding_id: int, following: Following, reviewer: Somebody, moment: datetime
) -> Violation:
    """Put a confirmed finding on the sender's record, with what it leads to; a sanction holds at once.

    `case` is the finding as it was read in this transaction. Raises as `decide` does.
    """
    forgotten = _lock_text(session, finding_id)
    finding = session.scalars(
        select(Finding).where(col(Finding.id) == finding_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    case = _as_locked(session, case, finding, forgotten=forgotten)
    if case.has_violation:
        raise ConflictError(_("Somebody has decided what follows meanwhile. Nothing was changed."))
    _refuse(rules.refuse_violation(case, following.reason))
    sender = session.execute(
        select(col(Person.id), col(Person.email))
        .join(SentText, col(SentText.person_id) == col(Person.id))
        .where(col(SentText.id) == finding.sent_text_id)
    ).one()
    cause = Cause(finding.red_line, red_line_title=finding.rule["title"], finding_id=finding_id)
    return put_on_record(session, Concerned(*sender), cause, following, reviewer, moment)


def _lock_text(session: Session, finding_id: int) -> bool:
    """Lock the text of a finding, which others lock before its findings too; say whether its words are forgotten."""
    text = (
        select(col(SentText.forgotten_at))
        .join(Finding, col(Finding.sent_text_id) == col(SentText.id))
        .where(col(Finding.id) == finding_id)
    )
    return session.scalar(text.with_for_update(of=SentText)) is not None


def _as_locked(session: Session, case: rules.Case, finding: Finding, *, forgotten: bool) -> rules.Case:
    """Return a case as it is now that nobody else can change the finding."""
    violation = session.scalar(select(col(Violation.id)).where(col(Violation.finding_id) == finding.id))
    return replace(
        case,
        disposition=finding.disposition,
        gone=finding.gone_at is not None,
        forgotten=forgotten,
        has_violation=violation is not None,
    )


def _refuse(why: Refusal | None) -> None:
    if why is None:
        return
    if why in FIELDS:
        raise InvalidError(refusal(why), field=FIELDS[why])
    error: type[AppError] = ForbiddenError if why is Refusal.OWN_TEXT else ConflictError
    raise error(refusal(why))
