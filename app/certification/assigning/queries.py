"""Every read of assignments: the rules, whom they fit, who was asked for what, and who is away."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.catalog.models import Product
from app.catalog.text import Text
from app.certification.assigning.fitting import Before, Candidate, Conditions, DueTerms, day_that_holds, due_date
from app.certification.holdings import Key
from app.certification.leave.queries import leaves
from app.certification.leave.rules import due_after_leave
from app.certification.models import Assignment, AssignmentRule, DueFrom, Leave
from app.certification.queries import records
from app.clock import local_day
from app.people.models import Person, PersonRole, Role, Team
from app.people.queries import reporting_tree, teams_below


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person was asked for last: the day as it was set, and what leave made of it."""

    person_id: int
    product_id: int
    day: date | None
    due_on: date | None
    asked_at: datetime
    asked_by: str
    rule_id: int | None


@dataclass(frozen=True, slots=True)
class ListedRule:
    """A rule as lists show it."""

    id: int
    slug: str
    product: Text
    role: Role | None
    team: str | None
    manager: str | None
    manager_id: int | None
    region: str | None
    hired_from: date | None
    hired_through: date | None
    due_from: DueFrom
    due_days: int
    launch_on: date | None
    created_at: datetime
    created_by: str
    asked: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """A person whom a rule would ask, with the day that would hold."""

    person_id: int
    name: str
    due_on: date | None


def asked_last(
    session: Session, people: Collection[int], products: Collection[int], moment: datetime
) -> dict[Key, Asked]:
    """Return the assignment that holds for each of `people` × `products` who were asked."""
    at_leave = leaves(session, people, moment)
    newest = (
        select(func.max(col(Assignment.id)))
        .where(
            col(Assignment.person_id).in_(people),
            col(Assignment.product_id).in_(products),
            col(Assignment.assigned_at) <= moment,
        )
        .group_by(col(Assignment.person_id), col(Assignment.product_id))
    )
    found = {}
    for each in session.scalars(select(Assignment).where(col(Assignment.id).in_(newest))):
        day = each.due_on
        due = day and due_after_leave(day, local_day(each.assigned_at), at_leave.get(each.person_id, ()))
        found[each.person_id, each.product_id] = Asked(
            each.person_id, each.product_id, day, due, each.assigned_at, each.assigned_by, each.rule_id
        )
    return found


def rules_in_force(session: Session) -> list[ListedRule]:
    """Return the rules that nobody has ended, the newest first, with how many people each has asked."""
    asked = (
        select(col(Assignment.rule_id).label("rule_id"), func.count().label("asked"))
        .where(col(Assignment.rule_id).is_not(None))
        .group_by(col(Assignment.rule_id))
        .subquery()
    )
    rows = session.execute(
        select(
            col(AssignmentRule.id),
            col(Product.slug),
            col(Product.name),
            col(AssignmentRule.role),
            col(Team.name),
            col(Person.name),
            col(AssignmentRule.manager_id),
            col(AssignmentRule.region),
            col(AssignmentRule.hired_from),
            col(AssignmentRule.hired_through),
            col(AssignmentRule.due_from),
            col(AssignmentRule.due_days),
            col(AssignmentRule.launch_on),
            col(AssignmentRule.created_at),
            col(AssignmentRule.created_by),
            func.coalesce(asked.c.asked, 0),
        )
        .join(Product, col(Product.id) == col(AssignmentRule.product_id))
        .outerjoin(Team, col(Team.id) == col(AssignmentRule.team_id))
        .outerjoin(Person, col(Person.id) == col(AssignmentRule.manager_id))
        .outerjoin(asked, asked.c.rule_id == col(AssignmentRule.id))
        .where(col(AssignmentRule.ended_at).is_(None))
        .order_by(col(AssignmentRule.id).desc())
    )
    return [ListedRule(*row) for row in rows]


def candidates(session: Session) -> dict[int, tuple[Candidate, str]]:
    """Return every active person as rules look at them, with the name, by id."""
    roles: dict[int, set[Role]] = defaultdict(set)
    for person_id, role in session.execute(select(col(PersonRole.person_id), col(PersonRole.role))):
        roles[person_id].add(role)
    rows = session.execute(
        select(col(Person.id), col(Person.name), col(Person.team_id), col(Person.region), col(Person.hired_on))
        .where(col(Person.deactivated_at).is_(None))
        .order_by(func.lower(col(Person.name)), col(Person.id))
    )
    return {
        row.id: (Candidate(row.id, frozenset(roles[row.id]), row.team_id, row.region, row.hired_on), row.name)
        for row in rows
    }


def regions(session: Session) -> list[str]:
    """Return the regions that active people have, in their order; one statement."""
    has_one = (col(Person.deactivated_at).is_(None), col(Person.region).is_not(None), col(Person.region) != "")
    found = session.scalars(select(col(Person.region)).where(*has_one).distinct())
    return sorted((each for each in found if each), key=str.casefold)


def conditions(session: Session, rule: AssignmentRule, teams: Mapping[int, Collection[int]]) -> Conditions:
    """Write out whom a rule is for; `teams` are the ids of each team and those below it."""
    return Conditions(
        role=rule.role,
        teams=None if rule.team_id is None else frozenset(teams.get(rule.team_id, ())),
        people=None if rule.manager_id is None else frozenset(reporting_tree(session, rule.manager_id)),
        region=rule.region,
        hired_from=rule.hired_from,
        hired_through=rule.hired_through,
    )


def fitting(session: Session, rule: AssignmentRule, moment: datetime) -> list[Fitting]:
    """Return whom a rule would ask now who has not been asked by it, by name, with the day that would hold."""
    whom = conditions(session, rule, {team: inside for team, (_name, inside) in teams_below(session).items()})
    people = {person_id: each for person_id, each in candidates(session).items() if whom.fit(each[0])}
    if rule.id is not None:
        already = set(session.scalars(select(col(Assignment.person_id)).where(col(Assignment.rule_id) == rule.id)))
        people = {person_id: each for person_id, each in people.items() if person_id not in already}
    days = _days(session, rule, [each for each, _name in people.values()], moment)
    return [Fitting(person_id, name, days[person_id]) for person_id, (_each, name) in people.items()]


def _days(
    session: Session, rule: AssignmentRule, people: Iterable[Candidate], moment: datetime
) -> dict[int, date | None]:
    people = list(people)
    ids = [each.id for each in people]
    if not ids:
        return {}
    before = asked_last(session, ids, [rule.product_id], moment)
    standings = records(session, ids, moment, [rule.product_id])
    terms = DueTerms(rule.due_from, rule.due_days, rule.launch_on)
    found = {}
    for each in people:
        key = (each.id, rule.product_id)
        asked = before.get(key)
        state = Before.NOTHING
        if asked is not None:
            standing = standings.get(key)
            period = standing.facts.period if standing else None
            done = period is not None and period.done_on >= local_day(asked.asked_at)
            holds = standing is not None and standing.verdict.allowed
            state = Before.HOLDS if holds else Before.LAPSED if done else Before.OPEN
        day = due_date(terms, each.hired_on, local_day(moment))
        found[each.id] = day_that_holds(day, state, asked.day if asked else None)
    return found


@dataclass(frozen=True, slots=True)
class ListedLeave:
    """A leave as the page of a person shows it."""

    id: int
    from_on: date
    through_on: date | None
    recorded_at: datetime
    recorded_by: str


def leaves_of(session: Session, person_id: int) -> list[ListedLeave]:
    """Return a person's leaves that were not withdrawn, the latest first."""
    rows = session.execute(
        select(col(Leave.id), col(Leave.from_on), col(Leave.through_on), col(Leave.recorded_at), col(Leave.recorded_by))
        .where(col(Leave.person_id) == person_id, col(Leave.withdrawn_at).is_(None))
        .order_by(col(Leave.from_on).desc(), col(Leave.id).desc())
    )
    return [ListedLeave(*row) for row in rows]
