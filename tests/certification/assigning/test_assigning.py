"""Rules ask everybody whom they fit once, also twice at once; leave and hands are respected."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.models import AuditEntry
from app.certification.actions import assign
from app.certification.assigning.actions import (
    JOB,
    add_leave,
    apply_rules,
    assign_many,
    create_rule,
    end_rule,
    withdraw_leave,
)
from app.certification.assigning.queries import asked_last, fitting, rules_in_force
from app.certification.models import Assignment, AssignmentRule, DueFrom
from app.certification.queries import programs, record
from app.commands.work import HANDLERS, PERIODIC
from app.database import Database
from app.errors import ConflictError, NotFoundError
from app.jobs.worker import Worker
from app.people.models import Person, Role, Team
from factories import NOW, attest, person, sellable
from tools.statements import count_statements

CAROL = "carol@example.com"
TODAY = NOW.date()


def rule(product_id: int | None, **more: Any) -> AssignmentRule:
    """A rule for every rep, due 30 days after being asked."""
    facts: dict[str, Any] = {
        "role": Role.REP,
        "due_from": DueFrom.ASSIGNED,
        "due_days": 30,
        "created_at": NOW,
        "created_by": CAROL,
    }
    return AssignmentRule(product_id=product_id or 0, **{**facts, **more})


def asked(session: Session) -> list[tuple[str, date | None, int | None]]:
    """Who was asked, in order: (address, day, rule)."""
    rows = session.execute(
        select(col(Person.email), col(Assignment.due_on), col(Assignment.rule_id))
        .join(Person, col(Person.id) == col(Assignment.person_id))
        .order_by(col(Assignment.id))
    )
    return [tuple(row) for row in rows]


def ids(people: Sequence[Person]) -> list[int]:
    return [each.id or 0 for each in people]


def test_a_rule_asks_at_once_then_newcomers_and_nobody_twice(session: Session) -> None:
    keeper = sellable(session)
    person(session, "ana@example.com")
    person(session, "tom@example.com", Role.TRAINER)
    gone = person(session, "gone@example.com")
    gone.deactivated_at = NOW
    made = rule(keeper.id)
    assert create_rule(session, made, NOW) == 1
    assert apply_rules(session, NOW) == 0
    person(session, "ben@example.com")
    assert apply_rules(session, NOW + timedelta(days=1)) == 1
    assert asked(session) == [
        ("ana@example.com", date(2026, 12, 23), made.id),
        ("ben@example.com", date(2026, 12, 24), made.id),
    ]
    trail = session.execute(select(col(AuditEntry.action), col(AuditEntry.subject)).order_by(col(AuditEntry.id)))
    assert [tuple(row) for row in trail][-3:] == [
        ("assignment_rule.created", str(made.id)),
        ("certification.assigned", "ana@example.com keeper"),
        ("certification.assigned", "ben@example.com keeper"),
    ]


def test_teams_mean_those_below_and_a_managers_rule_means_the_own_people(session: Session) -> None:
    keeper = sellable(session)
    europe = Team(name="Europe")
    session.add(europe)
    session.flush()
    iberia = Team(name="Iberia", parent_id=europe.id)
    session.add(iberia)
    session.flush()
    boss = person(session, "boss@example.com", Role.MANAGER)
    ana, ben, eva = (person(session, f"{name}@example.com", manager=boss) for name in ("ana", "ben", "eva"))
    person(session, "otto@example.com").team_id = iberia.id
    ana.team_id, ben.team_id, eva.region, eva.hired_on = europe.id, iberia.id, "DE", date(2026, 11, 10)
    session.flush()

    def fit(**more: Any) -> list[tuple[str, date | None]]:
        return [(each.name, each.due_on) for each in fitting(session, rule(keeper.id, **more), NOW)]

    day = date(2026, 12, 23)
    assert fit(team_id=europe.id) == [("Ana", day), ("Ben", day), ("Otto", day)]
    assert fit(team_id=europe.id, manager_id=boss.id) == [("Ana", day), ("Ben", day)]
    assert fit(region="de", due_from=DueFrom.HIRED) == [("Eva", date(2026, 12, 10))]
    assert fit(role=None, manager_id=boss.id, hired_through=date(2026, 11, 9)) == []


def test_a_rule_leaves_sooner_days_and_certifications_that_hold(session: Session) -> None:
    keeper = sellable(session)
    soon, far, done, lapsed, late = (person(session, f"{n}@example.com") for n in ("a", "b", "c", "d", "e"))
    years_ago = NOW - timedelta(days=800)
    old = sellable(session, "old", at=years_ago)

    def ask(who: Person, day: date, at: datetime = NOW) -> None:
        assign(session, who.id or 0, old.id or 0, due_on=day, by="boss@example.com", moment=at)

    ask(soon, date(2026, 12, 1))
    ask(far, date(2027, 3, 1))
    ask(late, date(2026, 11, 2), NOW - timedelta(days=60))
    ask(done, date(2026, 12, 5))
    attest(session, done, old)
    ask(lapsed, date(2024, 10, 1), years_ago)
    attest(session, lapsed, old, at=years_ago + timedelta(days=1))
    create_rule(session, rule(old.id), NOW)
    held = asked_last(session, ids([soon, far, done, lapsed, late]), [old.id or 0, keeper.id or 0], NOW)
    assert [held[who.id or 0, old.id or 0].day for who in (soon, far, done, lapsed, late)] == [
        date(2026, 12, 1),
        date(2026, 12, 23),
        date(2026, 12, 5),
        date(2026, 12, 23),
        date(2026, 11, 2),
    ]
    # what a manager sets after the rule holds, and no later run of the rule touches it
    ask(far, date(2027, 5, 1))
    assert apply_rules(session, NOW + timedelta(days=1)) == 0
    assert asked_last(session, [far.id or 0], [old.id or 0], NOW)[far.id or 0, old.id or 0].day == date(2027, 5, 1)


def test_an_ended_rule_asks_nobody_and_ends_once(session: Session) -> None:
    keeper = sellable(session)
    boss = person(session, "boss@example.com", Role.MANAGER)
    made = rule(keeper.id)
    create_rule(session, made, NOW)
    with pytest.raises(NotFoundError):
        end_rule(session, made.id or 0, boss.id, by=boss.email, moment=NOW)
    end_rule(session, made.id or 0, None, by=CAROL, moment=NOW)
    with pytest.raises(ConflictError):
        end_rule(session, made.id or 0, None, by=CAROL, moment=NOW)
    person(session, "ana@example.com")
    assert (apply_rules(session, NOW), asked(session), rules_in_force(session)) == (0, [], [])


def test_the_job_at_once_with_itself_asks_everybody_once(session: Session, database: Database) -> None:
    keeper = sellable(session)
    everybody = [person(session, f"rep{number}@example.com") for number in range(5)]
    session.add(rule(keeper.id))
    session.commit()
    together = Barrier(2)

    def run(_turn: int) -> int:
        together.wait()
        with database.write() as writing:
            return apply_rules(writing, NOW)

    with ThreadPoolExecutor(2) as threads:
        counts = list(threads.map(run, range(2)))
    assert (sorted(counts), len(asked(session))) == ([0, 5], len(everybody))


def test_the_worker_applies_the_rules_by_itself(session: Session, database: Database) -> None:
    keeper = sellable(session)
    person(session, "ana@example.com")
    session.add(rule(keeper.id))
    session.commit()
    worker = Worker(database, {JOB: HANDLERS[JOB]}, {JOB: PERIODIC[JOB]})
    with time_machine.travel(NOW, tick=False) as clock:
        worker.plan()
        clock.shift(timedelta(minutes=15))
        assert worker.run_once() == 1
    assert [row[0] for row in asked(session)] == ["ana@example.com"]


def test_as_many_statements_for_many_as_for_few(session: Session, database: Database) -> None:
    counts = []
    for amount in (2, 12):
        slug = f"product-{amount}"
        made = rule(sellable(session, slug).id, region=slug)
        for number in range(amount):
            person(session, f"rep{amount}-{number}@example.com").region = slug
        session.commit()
        programs(session, NOW)  # a document that the process has not seen yet takes a statement more
        session.commit()
        with database.write() as writing, count_statements(database) as statements:
            counts.append((create_rule(writing, made, NOW), len(statements)))
    assert counts == [(2, counts[0][1]), (12, counts[0][1])]


def test_asking_many_by_hand_leaves_out_who_has_that_very_day(session: Session) -> None:
    keeper = sellable(session)
    ana, ben = person(session, "ana@example.com"), person(session, "ben@example.com")
    day = date(2026, 12, 1)
    assign(session, ana.id or 0, keeper.id or 0, due_on=day, by=CAROL, moment=NOW)
    assert assign_many(session, ids([ana, ben]), keeper.id or 0, due_on=day, by=CAROL, moment=NOW) == 1
    assert assign_many(session, ids([ana, ben]), keeper.id or 0, due_on=day, by=CAROL, moment=NOW) == 0
    assert asked(session) == [("ana@example.com", day, None), ("ben@example.com", day, None)]


def test_leave_moves_the_due_date_until_it_is_withdrawn(session: Session) -> None:
    keeper = sellable(session)
    ana = person(session, "ana@example.com")
    who, what = ana.id or 0, keeper.id or 0
    assign(session, who, what, due_on=date(2026, 12, 3), by=CAROL, moment=NOW)

    def due(moment: datetime = NOW) -> tuple[date | None, date | None]:
        standing = record(session, who, what, moment)
        assert standing is not None
        return asked_last(session, [who], [what], moment)[who, what].due_on, standing.due_on

    first = add_leave(session, who, date(2026, 11, 25), date(2026, 12, 8), by=CAROL, moment=NOW)
    with pytest.raises(ConflictError):
        add_leave(session, who, date(2026, 11, 25), date(2026, 12, 8), by=CAROL, moment=NOW)
    assert due() == (date(2026, 12, 17), date(2026, 12, 17))
    later = NOW + timedelta(days=2)
    withdraw_leave(session, who, first.id or 0, by=CAROL, moment=later)
    with pytest.raises(ConflictError):
        withdraw_leave(session, who, first.id or 0, by=CAROL, moment=later)
    with pytest.raises(NotFoundError):
        withdraw_leave(session, what + who, first.id or 0, by=CAROL, moment=later)
    assert due(later) == (date(2026, 12, 3), date(2026, 12, 3))
    assert due(NOW + timedelta(days=1)) == (date(2026, 12, 17), date(2026, 12, 17))  # as it was known then
    add_leave(session, who, TODAY, None, by=CAROL, moment=later)
    assert due(later + timedelta(days=1)) == (date(2026, 12, 7), date(2026, 12, 7))
