"""Every write of sanctions: deciding about a certification, with the reason and the case behind it."""

from datetime import date, datetime

from sqlmodel import Session

from app.audit.actions import record as audit
from app.certification import queries
from app.certification.actions import award_earned, one_at_a_time, subject_of
from app.certification.models import CertificationEvent, CertificationEventKind
from app.certification.rules import Standing
from app.errors import ConflictError, InvalidError
from app.web.i18n import gettext as _


def sanction(
    session: Session,
    person_id: int,
    product_id: int,
    kind: CertificationEventKind,
    *,
    reason: str,
    by: str,
    moment: datetime,
    red_line: str | dict[str, str] | None = None,
    case: str = "",
    deadline: date | None = None,
) -> CertificationEvent:
    """Suspend, reinstate or revoke, with the reason; the clearance of every deal follows at once.

    `red_line` is the title of the red line that was crossed; the gate names it. `case` is where to read about what
    happened, and `deadline` the last day for a spot recertification.

    Raises ConflictError where it would change nothing, InvalidError without a reason.
    """
    if not reason.strip():
        raise InvalidError(_("Give the reason; the person and everybody who asks later will read it."))
    one_at_a_time(session, person_id)
    if kind not in possible_sanctions(queries.record(session, person_id, product_id, moment)):
        raise ConflictError(_("The standing has changed since you opened the page. Look at it again first."))
    event = CertificationEvent(
        person_id=person_id,
        product_id=product_id,
        kind=kind,
        reason=reason,
        red_line=red_line,
        case=case,
        deadline=deadline,
        at=moment,
        by=by,
    )
    session.add(event)
    session.flush()
    audit(
        session,
        at=moment,
        actor=by,
        action=f"certification.{kind.value}",
        subject=subject_of(session, person_id, product_id),
        details={"reason": reason},
    )
    if kind is CertificationEventKind.REINSTATED:  # what was earned meanwhile is stored now
        award_earned(session, person_id, product_id, moment)
    return event


def possible_sanctions(record: queries.Record | None) -> list[CertificationEventKind]:
    """Return what may be done about a standing: a revoked one is only reinstated, a suspended one also revoked."""
    if record is None:
        return []
    if record.verdict.standing is Standing.REVOKED:
        return [CertificationEventKind.REINSTATED]
    if record.verdict.standing is Standing.SUSPENDED:
        return [CertificationEventKind.REINSTATED, CertificationEventKind.REVOKED]
    return [CertificationEventKind.SUSPENDED, CertificationEventKind.REVOKED]
