"""Giving a period more time."""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.evidence import announce
from app.certification.assigning.actions import lock_people
from app.certification.certificates.actions import issue
from app.certification.extending.queries import period
from app.certification.extending.rules import Refusal, latest, refusal
from app.certification.models import PeriodExtension
from app.certification.queries import asking_for
from app.certification.queries import record as standing_of
from app.certification.rules import Standing
from app.clock import local_day
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people.models import Person
from app.web import i18n
from app.web.i18n import gettext as _


def extend(
    session: Session,
    person_id: int,
    period_id: int,
    through: date,
    *,
    reason: str,
    from_through: date,
    by: str,
    moment: datetime,
) -> PeriodExtension:
    """Let a period hold through a later day; its window and its baseline stay, its grace moves along.

    `from_through` is the last valid day that the giver saw. Raises NotFoundError for somebody else's period,
    ConflictError where it has changed, was renewed or revoked, InvalidError for a day that is not possible.
    """
    lock_people(session, [person_id])
    found = period(session, person_id, period_id)
    if found is None:
        raise NotFoundError(_("There is no such certification period."))
    if found.dates.valid_through != from_through:
        raise ConflictError(_("Somebody has extended this period since you opened the page. Look at it again first."))
    if found.renewed:
        raise ConflictError(_("This period has been renewed. Extend the newest one."))
    standing = standing_of(session, person_id, found.product_id, moment)
    if standing is not None and standing.verdict.standing is Standing.REVOKED:
        raise ConflictError(_("This certification is revoked. Reinstate it first."))
    why = refusal(found.dates, through, local_day(moment))
    if why is not None:
        sentences = {
            Refusal.NOT_LATER: _("Choose a day after %(day)s.") % {"day": i18n.day(found.dates.valid_through)},
            Refusal.PASSED: _("Choose today or a later day."),
            Refusal.TOO_LATE: _("Choose a day up to %(day)s: 180 days beyond the baseline are the most.")
            % {"day": i18n.day(latest(found.dates))},
        }
        raise InvalidError(sentences[why], [{"pointer": "/through", "detail": sentences[why]}])
    extension = PeriodExtension(period_id=period_id, through=through, reason=reason, at=moment, by=by)
    session.add(extension)
    session.flush()
    issue(session, period_id, reason=reason, by=by, moment=moment)
    email = session.scalar(select(col(Person.email)).where(col(Person.id) == person_id))
    details = {
        "period": found.number,
        "level": found.level,
        "from": from_through.isoformat(),
        "through": through.isoformat(),
        "reason": reason,
    }
    record(
        session,
        at=moment,
        actor=by,
        action="certification.extended",
        subject=("certification", f"{email} {found.slug}"),
        details=details,
    )
    for product_id in asking_for(session, found.product_id, moment):
        announce(session, person_id, product_id, moment)
    return extension
