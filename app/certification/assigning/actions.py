"""Every write of assignments beyond a single one: rules, many people at once, and leave."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlmodel import Session, col

from app.audit.actions import Event, record, record_all
from app.catalog.models import Product
from app.certification.assigning.queries import Fitting, asked_last, fitting
from app.certification.models import Assignment, AssignmentRule, Leave
from app.errors import ConflictError, InvalidError, NotFoundError
from app.people.models import Person
from app.web.i18n import gettext as _

JOB = "certification.apply_rules"


def create_rule(session: Session, rule: AssignmentRule, moment: datetime) -> int:
    """Store a rule and ask at once whom it fits; return how many people that is."""
    session.add(rule)
    session.flush()
    details = {"product": _slug(session, rule.product_id)}
    record(
        session,
        at=moment,
        actor=rule.created_by,
        action="assignment_rule.created",
        subject=("assignment_rule", str(rule.id)),
        details=details,
    )
    return _apply(session, rule, moment)


def end_rule(session: Session, rule_id: int, manager_id: int | None, *, by: str, moment: datetime) -> None:
    """End a rule; whom it has asked stay asked.

    `manager_id` is whose rules may be ended, any with None. Raises NotFoundError for others, ConflictError where it
    has ended already.
    """
    rule = session.scalar(select(AssignmentRule).where(col(AssignmentRule.id) == rule_id).with_for_update())
    if rule is None or (manager_id is not None and rule.manager_id != manager_id):
        raise NotFoundError(_("There is no such rule in your part of the company."))
    if rule.ended_at is not None:
        raise ConflictError(_("Somebody has ended this rule already."))
    rule.ended_at = moment
    rule.ended_by = by
    session.flush()
    subject = ("assignment_rule", str(rule_id))
    record(session, at=moment, actor=by, action="assignment_rule.ended", subject=subject)


def apply_rules(session: Session, moment: datetime) -> int:
    """Ask everybody whom a rule in force fits and has not asked yet; return how many that is.

    Safe to run twice and at once: a rule is locked while it asks, and asks a person once.
    """
    in_force = select(AssignmentRule).where(col(AssignmentRule.ended_at).is_(None))
    rules = session.scalars(in_force.order_by(col(AssignmentRule.id)).with_for_update()).all()
    return sum(_apply(session, rule, moment) for rule in rules)


def _apply(session: Session, rule: AssignmentRule, moment: datetime) -> int:
    lock_people(session, [each.person_id for each in fitting(session, rule, moment)])
    # read again: whoever was waited for may have asked one of them
    found = fitting(session, rule, moment)
    if not found:
        return 0
    _store(session, rule.product_id, found, rule.created_by, moment, rule.id)
    return len(found)


def assign_many(
    session: Session, people: Collection[int], product_id: int, *, due_on: date | None, by: str, moment: datetime
) -> int:
    """Ask people to get certified by a day; return how many were not asked for that very day before."""
    lock_people(session, people)
    before = asked_last(session, people, [product_id], moment)
    held = {person_id for (person_id, _product), asked in before.items() if asked.day == due_on}
    wanted = [Fitting(person_id, "", due_on) for person_id in sorted(set(people) - held)]
    if wanted:
        _store(session, product_id, wanted, by, moment, None)
    return len(wanted)


def _store(
    session: Session, product_id: int, whom: Sequence[Fitting], by: str, moment: datetime, rule_id: int | None
) -> None:
    rows = [
        {
            "person_id": each.person_id,
            "product_id": product_id,
            "due_on": each.due_on,
            "assigned_at": moment,
            "assigned_by": by,
            "rule_id": rule_id,
        }
        for each in whom
    ]
    session.execute(insert(Assignment), rows)
    slug = _slug(session, product_id)
    emails = dict(
        session.execute(
            select(col(Person.id), col(Person.email)).where(col(Person.id).in_([each.person_id for each in whom]))
        ).all()
    )
    rule = {"rule": rule_id} if rule_id is not None else {}
    events = [
        Event(
            "certification.assigned",
            ("certification", f"{emails[each.person_id]} {slug}"),
            {"due_on": each.due_on.isoformat() if each.due_on else None, **rule},
        )
        for each in whom
    ]
    record_all(session, at=moment, actor=by, events=events)


def lock_people(session: Session, people: Collection[int]) -> None:
    """Wait for others who write about one of these people; always in the order of their ids."""
    locked = (
        select(col(Person.id))
        .where(col(Person.id).in_(people))
        .order_by(col(Person.id))
        .with_for_update(key_share=True)
    )
    session.execute(locked)


def add_leave(
    session: Session, person_id: int, from_on: date, through_on: date | None, *, by: str, moment: datetime
) -> Leave:
    """Record that a person is away; due dates wait for them. Raises ConflictError where the very same is recorded."""
    lock_people(session, [person_id])
    same = select(col(Leave.id)).where(
        col(Leave.person_id) == person_id,
        col(Leave.from_on) == from_on,
        col(Leave.through_on).is_not_distinct_from(through_on),
        col(Leave.withdrawn_at).is_(None),
    )
    if session.scalar(same.limit(1)) is not None:
        raise ConflictError(_("This leave is recorded already."))
    leave = Leave(person_id=person_id, from_on=from_on, through_on=through_on, recorded_at=moment, recorded_by=by)
    session.add(leave)
    session.flush()
    _record_leave(session, leave, "leave.recorded", by, moment)
    return leave


def withdraw_leave(session: Session, person_id: int, leave_id: int, *, by: str, moment: datetime) -> None:
    """Take back a leave that was not taken. Raises NotFoundError, and ConflictError where that is done already."""
    lock_people(session, [person_id])
    leave = session.scalar(select(Leave).where(col(Leave.id) == leave_id, col(Leave.person_id) == person_id))
    if leave is None:
        raise NotFoundError(_("There is no such leave."))
    if leave.withdrawn_at is not None:
        raise ConflictError(_("Somebody has withdrawn this leave already."))
    leave.withdrawn_at = moment
    leave.withdrawn_by = by
    session.flush()
    _record_leave(session, leave, "leave.withdrawn", by, moment)


def end_leave(session: Session, person_id: int, leave_id: int, through_on: date, *, by: str, moment: datetime) -> Leave:
    """Give a leave whose end was not known its last day; what was known before stays on record.

    Raises NotFoundError, ConflictError where it was withdrawn or has an end, InvalidError for a day before the first.
    """
    lock_people(session, [person_id])
    leave = session.scalar(select(Leave).where(col(Leave.id) == leave_id, col(Leave.person_id) == person_id))
    if leave is None:
        raise NotFoundError(_("There is no such leave."))
    if leave.withdrawn_at is not None or leave.through_on is not None:
        raise ConflictError(_("Somebody has changed this leave already. Look at it again first."))
    if through_on < leave.from_on:
        raise InvalidError(_("The last day lies before the first."), field="through_on")
    leave.withdrawn_at = moment
    leave.withdrawn_by = by
    known = Leave(person_id=person_id, from_on=leave.from_on, through_on=through_on, recorded_at=moment, recorded_by=by)
    session.add(known)
    session.flush()
    _record_leave(session, known, "leave.ended", by, moment)
    return known


def _record_leave(session: Session, leave: Leave, action: str, by: str, moment: datetime) -> None:
    email = session.scalar(select(col(Person.email)).where(col(Person.id) == leave.person_id))
    details = {
        "from": leave.from_on.isoformat(),
        "through": leave.through_on.isoformat() if leave.through_on else None,
    }
    record(session, at=moment, actor=by, action=action, subject=("person", email or ""), details=details)


def _slug(session: Session, product_id: int) -> str:
    return session.scalar(select(col(Product.slug)).where(col(Product.id) == product_id)) or ""
