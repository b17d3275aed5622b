"""Exceptions on deals: what waits for a decision or a review, what was decided, and what ends soon."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.clock import local_day
from app.deals.facts import OWNER
from app.deals.models import Deal, DealMember
from app.deals.waivers.cases import standings_of
from app.deals.waivers.listing import Listed, Reach, to_review, waiting
from app.deals.waivers.models import Review, Waiver
from app.deals.waivers.rules import LAPSES_SOON, Decider, decider_refusals, reviewer_refusals
from app.notices.decided import lately
from app.notices.rules import Due, Kind
from app.people.models import Person, Role


def waivers_waiting(session: Session, roles: Mapping[int, frozenset[Role]], moment: datetime) -> Iterator[Due]:
    """Return what these people are to decide or to review; the statements do not depend on how much it is."""
    asked = waiting(session, Reach(0, everything=True, led=frozenset()), local_day(moment))
    given = to_review(session)
    found = list(zip([*asked, *given], standings_of(session, [*asked, *given], moment), strict=True))
    above = _above(session, {one.person_id for one, _standing in found}) if found else {}
    for person_id, held in roles.items():
        for one, standing in found:
            decider = Decider(
                id=person_id,
                compliance=Role.COMPLIANCE in held,
                leads=Role.MANAGER in held and person_id in above[one.person_id],
            )
            refusals = reviewer_refusals if one.break_glass else decider_refusals
            if not refusals(decider, standing.case(one.asked_by)):
                yield _waits(person_id, one)


def _waits(reader: int, one: Listed) -> Due:
    kind = Kind.EMERGENCY_WAITING if one.break_glass else Kind.WAIVER_WAITING
    params = {"name": one.person, "by": one.asker, "deal": one.deal, "day": one.through.isoformat()}
    return Due(
        person_id=reader,
        kind=kind,
        key=str(one.id),
        product_id=one.product_id,
        url=f"/waivers/{one.id}",
        params={**params, "reason": one.reason},
    )


def _above(session: Session, people: Collection[int]) -> dict[int, frozenset[int]]:
    """Return, for each of `people`, everybody whom they report to, directly or through others."""
    chain = select(col(Person.id), col(Person.manager_id)).where(col(Person.id).in_(people))
    above = chain.cte("above", recursive=True)
    above = above.union(
        select(col(Person.id), col(Person.manager_id)).join(above, col(Person.id) == above.c.manager_id)
    )
    manager_of = {row.id: row.manager_id for row in session.execute(select(above.c.id, above.c.manager_id))}
    found = {}
    for each in people:
        seen: set[int] = set()
        manager = manager_of.get(each)
        while manager is not None and manager not in seen:
            seen.add(manager)
            manager = manager_of.get(manager)
        found[each] = frozenset(seen - {each})
    return found


_GIVER = aliased(Person)


def waivers_decided(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return what was decided about exceptions lately, for who asked and for whom they are; one statement."""
    rows = session.execute(
        _exceptions()
        .add_columns(col(_GIVER.manager_id), col(_GIVER.name).label("giver"))
        .join(_GIVER, col(_GIVER.id) == col(Waiver.asked_by))
        .where(
            or_(
                col(Waiver.person_id).in_(people),
                col(Waiver.asked_by).in_(people),
                and_(col(Waiver.review) == Review.FAULTED, col(_GIVER.manager_id).in_(people)),
            ),
            or_(
                lately(col(Waiver.decided_at), moment),
                lately(col(Waiver.ended_at), moment),
                lately(col(Waiver.reviewed_at), moment),
            ),
        )
    ).all()
    today = local_day(moment)
    for row in rows:
        if row.review is Review.FAULTED:
            yield _due(row, row.asked_by, Kind.EMERGENCY_FAULTED, answer=row.review_note, name=row.person, by="")
            if row.manager_id is not None:
                facts = {"answer": row.review_note, "name": row.person, "by": row.giver}
                yield _due(row, row.manager_id, Kind.EMERGENCY_FAULTED, **facts)
        kind, answer = _decided(row)
        over = row.through < today and kind is Kind.WAIVER_GIVEN
        for reader, name in {row.asked_by: row.person, row.person_id: ""}.items():
            knows = reader == row.ended_by or (row.break_glass and reader == row.asked_by)
            if kind is not None and not over and not knows:
                yield _due(row, reader, kind, answer=answer, name=name, day=row.through.isoformat())


def _decided(row: Any) -> tuple[Kind | None, str]:
    if row.approved is None:
        return None, ""
    if row.ended_at is not None:
        return Kind.WAIVER_ENDED, row.ended_because
    return (Kind.WAIVER_GIVEN if row.approved else Kind.WAIVER_REFUSED), row.answer


_LATER = aliased(Waiver)
_OWNER = aliased(DealMember)


def waivers_lapsing(session: Session, people: Collection[int], moment: datetime) -> Iterator[Due]:
    """Return the exceptions that end within days, for who asked, for whom they are and for the deal's owner."""
    today = local_day(moment)
    followed = (
        select(col(_LATER.id))
        .where(
            col(_LATER.deal_id) == col(Waiver.deal_id),
            col(_LATER.person_id) == col(Waiver.person_id),
            col(_LATER.product_id) == col(Waiver.product_id),
            col(_LATER.id) != col(Waiver.id),
            col(_LATER.approved).is_(True),
            col(_LATER.ended_at).is_(None),
            col(_LATER.through) > col(Waiver.through),
        )
        .exists()
    )
    rows = session.execute(
        _exceptions()
        .add_columns(col(_OWNER.person_id).label("owner_id"))
        .outerjoin(_OWNER, and_(col(_OWNER.deal_id) == col(Waiver.deal_id), col(_OWNER.role) == OWNER))
        .where(
            or_(
                col(Waiver.person_id).in_(people),
                col(Waiver.asked_by).in_(people),
                col(_OWNER.person_id).in_(people),
            ),
            col(Waiver.approved).is_(True),
            col(Waiver.break_glass).is_(False),
            col(Waiver.ended_at).is_(None),
            col(Waiver.through).between(today, today + LAPSES_SOON),
            col(Deal.outcome).is_(None),
            ~followed,
        )
    ).all()
    for row in rows:
        readers = {row.asked_by: row.person, row.owner_id: row.person, row.person_id: ""}
        for reader, name in readers.items():
            if reader is not None:
                yield _due(row, reader, Kind.WAIVER_LAPSES, name=name, day=row.through.isoformat())


def _exceptions() -> Any:
    return (
        select(
            col(Waiver.id),
            col(Waiver.person_id),
            col(Waiver.product_id),
            col(Waiver.asked_by),
            col(Waiver.approved),
            col(Waiver.answer),
            col(Waiver.through),
            col(Waiver.break_glass),
            col(Waiver.ended_at),
            col(Waiver.ended_by),
            col(Waiver.ended_because),
            col(Waiver.review),
            col(Waiver.review_note),
            col(Person.name).label("person"),
            col(Deal.name).label("deal"),
        )
        .join(Person, col(Person.id) == col(Waiver.person_id))
        .join(Deal, col(Deal.id) == col(Waiver.deal_id))
    )


def _due(row: Any, reader: int, kind: Kind, **params: Any) -> Due:
    return Due(
        person_id=reader,
        kind=kind,
        key=str(row.id),
        product_id=row.product_id,
        url=f"/waivers/{row.id}",
        params={"deal": row.deal, **params},
    )
