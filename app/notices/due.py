"""Everything that is due to be told to a batch of people: a number of statements that their number does not change."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy import or_, select
from sqlmodel import Session, col

from app.certification.models import Leave
from app.clock import local_day
from app.notices import rules
from app.notices.happened import happened
from app.notices.queues import waiting
from app.notices.rules import Due, Kind
from app.notices.standings import Reporting, Standings
from app.people.models import Person, PersonRole, Role


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told things, with the language they are told in and whether they are on leave."""

    id: int
    email: str
    name: str
    locale: str
    away: bool


def everybody(session: Session) -> list[int]:
    """Return the ids of all active people."""
    return list(
        session.scalars(select(col(Person.id)).where(col(Person.deactivated_at).is_(None)).order_by(col(Person.id)))
    )


def recipients(session: Session, people: Collection[int], today: date) -> list[Recipient]:
    """Return the active among `people`; one statement."""
    away = (
        select(col(Leave.id))
        .where(
            col(Leave.person_id) == col(Person.id),
            col(Leave.withdrawn_at).is_(None),
            col(Leave.from_on) <= today,
            or_(col(Leave.through_on).is_(None), col(Leave.through_on) >= today),
        )
        .exists()
    )
    rows = session.execute(
        select(col(Person.id), col(Person.email), col(Person.name), col(Person.locale), away.label("away"))
        .where(col(Person.id).in_(people), col(Person.deactivated_at).is_(None))
        .order_by(col(Person.id))
    )
    return [Recipient(*row) for row in rows]


def due(session: Session, people: Collection[int], moment: datetime) -> list[Due]:
    """Return what each of `people` is to be told as of a moment, whether or not they have been."""
    today = local_day(moment)
    held = _roles(session, people)
    reporting = _reporting(session, people, {each for each, roles in held.items() if Role.MANAGER in roles})
    standings = Standings(session, reporting, moment)
    derived: tuple[Iterator[Due], ...] = (
        chain.from_iterable(rules.renewal(each, today) for each in standings.held()),
        chain.from_iterable(rules.assignment(each, today) for each in standings.asked()),
        chain.from_iterable(rules.catching_up(each, today) for each in standings.catching()),
        chain.from_iterable(rules.on_deal(each, today) for each in standings.on_deals()),
        standings.changes(),
        (
            each
            for each in happened(session, people, moment)
            # what a person asked for again is over when it is done, whatever else stands
            if each.kind is not Kind.RECERTIFY or standings.asks_again(each.person_id, each.product_id or 0)
        ),
        waiting(session, held, moment),
    )
    wanted = set(people)
    # two levels may lead to one notice, and a report's own notices are for another batch
    return list(
        {(each.person_id, each.kind, each.key): each for each in chain(*derived) if each.person_id in wanted}.values()
    )


def _roles(session: Session, people: Collection[int]) -> dict[int, frozenset[Role]]:
    found: dict[int, frozenset[Role]] = dict.fromkeys(people, frozenset())
    for row in session.execute(
        select(col(PersonRole.person_id), col(PersonRole.role)).where(col(PersonRole.person_id).in_(people))
    ):
        found[row.person_id] |= {row.role}
    return found


def _reporting(session: Session, people: Collection[int], managers: Collection[int]) -> dict[int, Reporting]:
    """Return the active among `people` and those who report to one of `managers` directly."""
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(Person.manager_id)).where(
            or_(col(Person.id).in_(people), col(Person.manager_id).in_(managers)),
            col(Person.deactivated_at).is_(None),
        )
    )
    return {row.id: Reporting(row.id, row.name, row.manager_id if row.manager_id in managers else None) for row in rows}
