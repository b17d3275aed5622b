"""Every write of incidents: reported, and decided by somebody of compliance."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.actions import record
from app.catalog.models import Product
from app.conduct.models import Consequence, Violation
from app.conduct.reviewing.recording import Cause, Concerned, Following, put_on_record
from app.database import stored_id
from app.deals.incidents.models import Incident, IncidentStatus, Origin
from app.deals.incidents.queries import case_of, red_lines_on
from app.deals.incidents.rules import Refusal, Wanted, refuse
from app.deals.incidents.words import FIELDS, refusal
from app.errors import AppError, ConflictError, ForbiddenError, InvalidError
from app.people.models import Person
from app.people.once import stored_before
from app.people.somebody import Somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An incident as somebody reports it."""

    product_id: int
    origin: Origin
    title: str
    text: str
    happened_on: date
    red_line: str = ""
    deal_id: int | None = None
    person_id: int | None = None
    finding_id: int | None = None
    cost: Decimal | None = None
    currency: str = ""


def report(session: Session, told: Report, key: str, by: Somebody, moment: datetime) -> Incident:
    """Store an incident. The same `key` again, a second click, or the same finding again returns what is there.

    Raises ConflictError for a key that somebody else has used.
    """
    with_key = select(Incident).where(col(Incident.key) == key)
    known = stored_before(session, with_key, by.id, lambda each: each.opened_by)
    if known is not None:
        return known
    incident = Incident(
        key=key,
        product_id=told.product_id,
        deal_id=told.deal_id,
        person_id=told.person_id,
        finding_id=told.finding_id,
        origin=told.origin,
        red_line=told.red_line,
        title=told.title,
        text=told.text,
        happened_on=told.happened_on,
        cost=told.cost,
        currency=told.currency if told.cost is not None else "",
        opened_by=by.id,
        opened_at=moment,
    )
    session.add(incident)
    session.flush()
    record(
        session,
        at=moment,
        actor=by.email,
        action="incident.opened",
        # not whom it concerns: their own record would tell them who reported it
        subject=("incident", str(incident.id)),
        details={"title": told.title, "origin": told.origin.value, "red_line": told.red_line or None},
    )
    return incident


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides; `person_id` names whom it concerns where that was not known before."""

    outcome: IncidentStatus
    note: str = ""
    person_id: int | None = None
    consequence: Consequence = Consequence.NONE
    reason: str = ""
    deadline: date | None = None
    to_discuss: str = ""


def decide(session: Session, incident_id: int, decision: Decision, decider: Somebody, moment: datetime) -> None:
    """Store a decision; a confirmed incident that concerns somebody goes on their record, and what follows holds.

    The same decision of the same person again, a second click, changes nothing. Raises ConflictError when somebody
    else was first, InvalidError with the `field` that is to be mended, ForbiddenError for who may not decide.
    """
    incident = session.scalars(
        select(Incident)
        .where(col(Incident.id) == incident_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if _is_repeated(session, incident, decision, decider):
        return
    person_id = incident.person_id or decision.person_id
    wanted = Wanted(
        decision.outcome, decision.note, person_id, decision.consequence, decision.reason, decision.to_discuss
    )
    _refuse(refuse(case_of(session, incident), wanted, decider.id))
    confirmed = decision.outcome is IncidentStatus.CONFIRMED
    if confirmed and person_id is not None and incident.finding_id is None:
        # first, because a sanction that does not hold leaves everything as it was
        _put_on_record(session, incident, person_id, decision, decider, moment)
    incident.status = decision.outcome
    incident.note = decision.note
    incident.decided_by = decider.id
    incident.decided_at = moment
    if confirmed:
        incident.person_id = person_id
    session.flush()
    record(
        session,
        at=moment,
        actor=decider.email,
        action="incident.decided",
        subject=("incident", str(incident_id)),
        details={"decision": decision.outcome.value, "red_line": incident.red_line or None, "note": decision.note},
    )


def _is_repeated(session: Session, incident: Incident, decision: Decision, decider: Somebody) -> bool:
    same = (incident.status, incident.note, incident.decided_by) == (decision.outcome, decision.note, decider.id)
    if not same or decision.outcome is not IncidentStatus.CONFIRMED:
        return same
    stored = session.execute(
        select(col(Violation.consequence), col(Violation.reason)).where(col(Violation.incident_id) == incident.id)
    ).first()
    return stored is None or (stored.consequence, stored.reason) == (decision.consequence, decision.reason)


def _put_on_record(
    session: Session, incident: Incident, person_id: int, decision: Decision, decider: Somebody, moment: datetime
) -> None:
    slug = session.scalars(select(col(Product.slug)).where(col(Product.id) == incident.product_id)).one()
    rule = red_lines_on(session, slug, incident.happened_on).get(incident.red_line)
    email = session.scalars(select(col(Person.email)).where(col(Person.id) == person_id)).one()
    cause = Cause(
        incident.red_line or slug,
        red_line_title=rule["title"] if rule else None,
        incident_id=stored_id(incident),
        red_line=incident.red_line or None,
        rule=rule,
        title=incident.title,
    )
    coached = decision.consequence is Consequence.COACHING
    following = Following(
        decision.consequence,
        incident.product_id,
        decision.reason,
        decision.deadline,
        decision.to_discuss if coached else "",
    )
    put_on_record(session, Concerned(person_id, email), cause, following, decider, moment)


def _refuse(why: Refusal | None) -> None:
    if why is None:
        return
    if why in FIELDS:
        raise InvalidError(refusal(why), field=FIELDS[why])
    error: type[AppError] = ConflictError if why is Refusal.DECIDED else ForbiddenError
    raise error(refusal(why))
