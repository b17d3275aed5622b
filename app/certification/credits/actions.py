"""Every write of credits: asking, withdrawing, deciding, ending."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import announce
from app.catalog.models import Product
from app.certification.assigning.actions import lock_people
from app.certification.credits.queries import Name, creditable
from app.certification.credits.rules import may_decide
from app.certification.models import CreditKind, RequirementCredit
from app.certification.queries import programs
from app.clock import local_day
from app.database import stored_id
from app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.people.models import Person
from app.people.somebody import Somebody
from app.web.i18n import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; an exemption has no title of its own and counts from the day it is asked for."""

    kind: CreditKind
    requirement: Name
    reason: str
    title: str = ""
    evidence_url: str = ""
    done_on: date | None = None
    through: date | None = None


def ask(
    session: Session, person_id: int, product_id: int, wish: Wish, *, by: Somebody, moment: datetime
) -> RequirementCredit:
    """Ask that something else counts for a requirement, or that nothing is needed.

    Raises InvalidError naming each field that is wrong, ConflictError where the same waits already.
    """
    lock_people(session, [person_id])
    today = local_day(moment)
    program = programs(session, moment, [product_id]).get(product_id)
    offered = creditable(program) if program else []
    wrong = [{"pointer": f"/{name}", "detail": sentence} for name, sentence in _faults(wish, offered, today).items()]
    if wrong:
        raise InvalidError(_("Something has to be mended first."), wrong)
    waits = select(col(RequirementCredit.id)).where(
        col(RequirementCredit.person_id) == person_id,
        col(RequirementCredit.product_id) == product_id,
        col(RequirementCredit.requirement_kind) == wish.requirement[0],
        col(RequirementCredit.requirement_key) == wish.requirement[1],
        col(RequirementCredit.approved).is_(None),
        col(RequirementCredit.ended_at).is_(None),
    )
    if session.scalar(waits.limit(1)) is not None:
        raise ConflictError(_("A request for this requirement waits for a decision already."))
    exempt = wish.kind is CreditKind.EXEMPTION
    credit = RequirementCredit(
        person_id=person_id,
        product_id=product_id,
        kind=wish.kind,
        requirement_kind=wish.requirement[0],
        requirement_key=wish.requirement[1],
        title="" if exempt else wish.title,
        reason=wish.reason,
        evidence_url=wish.evidence_url,
        done_on=today if exempt else wish.done_on or today,
        through=wish.through,
        asked_at=moment,
        asked_by=by.id,
    )
    session.add(credit)
    session.flush()
    _record(session, credit, "credit.asked", by, moment, wish.reason)
    return credit


def _faults(wish: Wish, offered: list[Name], today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    if wish.requirement not in offered:
        found["requirement"] = _("Choose one of the list.")
    if wish.evidence_url and not wish.evidence_url.startswith(("https://", "http://")):
        found["evidence_url"] = _("Write an address that begins with https://.")
    if wish.through is not None and wish.through < max(today, wish.done_on or today):
        found["through"] = _("Choose today or a later day.")
    if wish.kind is CreditKind.EXEMPTION:
        if wish.through is None:
            found["through"] = _("Say through which day; an exemption has an end.")
        return found
    if not wish.title:
        found["title"] = _("Say what was done, such as the name of the certificate.")
    if wish.done_on is None:
        found["done_on"] = _("Say when it was done.")
    elif wish.done_on > today:
        found["done_on"] = _("Choose today or an earlier day.")
    if not wish.evidence_url:
        found.setdefault("evidence_url", _("Give a link to the evidence, so that somebody else can look at it."))
    return found


def withdraw(session: Session, credit_id: int, person_id: int, *, by: Somebody, moment: datetime) -> RequirementCredit:
    """Take back what one asked for, for that person, while nobody has decided.

    Raises NotFoundError for what somebody else asked for, ConflictError where that is decided or done already.
    """
    credit = _locked(session, credit_id)
    if credit.asked_by != by.id or credit.person_id != person_id:
        raise NotFoundError(_("There is no such request."))
    if credit.approved is not None:
        raise ConflictError(_("Somebody has decided about this request already. Look at it again first."))
    if credit.ended_at is not None:
        raise ConflictError(_("This request is withdrawn already."))
    credit.ended_at = moment
    credit.ended_by = by.id
    session.flush()
    _record(session, credit, "credit.withdrawn", by, moment, "")
    return credit


def decide(
    session: Session, credit_id: int, *, approve: bool, answer: str, by: Somebody, moment: datetime
) -> RequirementCredit:
    """Let a credit count, or not; when it counts, what is complete now is awarded.

    Raises ForbiddenError for who asked and for whom it counts, ConflictError where somebody else was faster.
    """
    credit = _locked(session, credit_id)
    if not may_decide(by.id, person_id=credit.person_id, asked_by=credit.asked_by):
        raise ForbiddenError(_("Nobody decides about what they asked for, or about themselves. Ask a colleague."))
    if credit.approved is not None:
        raise ConflictError(_("Somebody has decided about this request already. Look at it again first."))
    if credit.ended_at is not None:
        raise ConflictError(_("This request was withdrawn meanwhile. There is nothing to decide."))
    if approve and credit.through is not None and credit.through < local_day(moment):
        raise ConflictError(_("This would have counted only until a day that has passed. Refuse it."))
    credit.approved = approve
    credit.answer = answer
    credit.decided_at = moment
    credit.decided_by = by.id
    session.flush()
    _record(session, credit, "credit.approved" if approve else "credit.refused", by, moment, answer)
    if approve:
        announce(session, credit.person_id, credit.product_id, moment)
    return credit


def end(session: Session, credit_id: int, *, reason: str, by: Somebody, moment: datetime) -> RequirementCredit:
    """End a credit before its time: it counts for no later award; what was awarded stays.

    Raises ForbiddenError for whom it counts, ConflictError where it does not count any more.
    """
    credit = _locked(session, credit_id)
    if by.id == credit.person_id:
        raise ForbiddenError(_("Nobody decides about what they asked for, or about themselves. Ask a colleague."))
    if not credit.approved or credit.ended_at is not None:
        raise ConflictError(_("This does not count any more. Look at it again first."))
    credit.ended_at = moment
    credit.ended_by = by.id
    credit.ended_because = reason
    session.flush()
    _record(session, credit, "credit.ended", by, moment, reason)
    return credit


def _locked(session: Session, credit_id: int) -> RequirementCredit:
    person_id = session.scalar(select(col(RequirementCredit.person_id)).where(col(RequirementCredit.id) == credit_id))
    if person_id is None:
        raise NotFoundError(_("There is no such request."))
    lock_people(session, [person_id])
    return session.scalars(select(RequirementCredit).where(col(RequirementCredit.id) == credit_id)).one()


def _record(
    session: Session, credit: RequirementCredit, action: str, by: Somebody, moment: datetime, reason: str
) -> None:
    email = session.scalar(select(col(Person.email)).where(col(Person.id) == credit.person_id))
    slug = session.scalar(select(col(Product.slug)).where(col(Product.id) == credit.product_id))
    details = {
        "credit": stored_id(credit),
        "kind": credit.kind.value,
        "requirement": f"{credit.requirement_kind.value} {credit.requirement_key}",
        "done_on": credit.done_on.isoformat(),
        "through": credit.through.isoformat() if credit.through else None,
        "reason": reason,
    }
    subject = ("certification", f"{email} {slug}")
    record(session, at=moment, actor=by.email, action=action, subject=subject, details=details)
