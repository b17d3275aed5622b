"""Whom a rule fits, and the day that it sets."""

from datetime import date

import pytest

from app.certification.assigning.fitting import Before, Candidate, Conditions, DueTerms, day_that_holds, due_date
from app.certification.models import DueFrom
from app.people.models import Role

TODAY = date(2026, 11, 23)
ANA = Candidate(7, frozenset({Role.REP, Role.TRAINER}), team_id=3, region="DE", hired_on=date(2026, 9, 1))
NEW = Candidate(8, frozenset({Role.REP}))


@pytest.mark.parametrize(
    ("conditions", "ana", "new"),
    [
        (Conditions(), True, True),
        (Conditions(role=Role.TRAINER), True, False),
        (Conditions(role=Role.MANAGER), False, False),
        (Conditions(teams=frozenset({2, 3})), True, False),
        (Conditions(teams=frozenset()), False, False),
        (Conditions(people=frozenset({8})), False, True),
        (Conditions(region="de"), True, False),
        (Conditions(region="ES"), False, False),
        (Conditions(hired_from=date(2026, 9, 1)), True, False),
        (Conditions(hired_from=date(2026, 9, 2)), False, False),
        (Conditions(hired_through=date(2026, 9, 1)), True, False),
        (Conditions(hired_through=date(2026, 8, 31)), False, False),
        (Conditions(role=Role.REP, region="DE", hired_through=date(2026, 12, 31)), True, False),
        (Conditions(role=Role.MANAGER, region="DE"), False, False),
    ],
)
def test_all_conditions_must_fit(conditions: Conditions, ana: bool, new: bool) -> None:
    assert (conditions.fit(ANA), conditions.fit(NEW)) == (ana, new)


@pytest.mark.parametrize(
    ("terms", "hired_on", "day"),
    [
        (DueTerms(DueFrom.NOTHING, 30), date(2026, 11, 1), None),
        (DueTerms(DueFrom.ASSIGNED, 30), None, date(2026, 12, 23)),
        (DueTerms(DueFrom.ASSIGNED, 0), None, TODAY),
        (DueTerms(DueFrom.HIRED, 30), date(2026, 11, 1), date(2026, 12, 1)),
        (DueTerms(DueFrom.HIRED, 30), date(2026, 12, 1), date(2026, 12, 31)),
        (DueTerms(DueFrom.HIRED, 22), date(2026, 11, 1), TODAY),
        # too late for that, or nobody knows when: as many days from being asked
        (DueTerms(DueFrom.HIRED, 21), date(2026, 11, 1), date(2026, 12, 14)),
        (DueTerms(DueFrom.HIRED, 30), None, date(2026, 12, 23)),
        (DueTerms(DueFrom.LAUNCH, 14, date(2027, 1, 15)), None, date(2027, 1, 1)),
        (DueTerms(DueFrom.LAUNCH, 0, date(2027, 1, 15)), None, date(2027, 1, 15)),
        # shortly before the launch: until then
        (DueTerms(DueFrom.LAUNCH, 14, date(2026, 11, 30)), None, date(2026, 11, 30)),
        (DueTerms(DueFrom.LAUNCH, 14, TODAY), None, TODAY),
        # after the launch
        (DueTerms(DueFrom.LAUNCH, 14, date(2026, 11, 22)), None, date(2026, 12, 7)),
    ],
)
def test_nobody_is_asked_for_a_day_that_has_passed(terms: DueTerms, hired_on: date | None, day: date | None) -> None:
    assert due_date(terms, hired_on, TODAY) == day


EARLY, LATE = date(2026, 11, 1), date(2026, 12, 23)


@pytest.mark.parametrize(
    ("asked", "before", "day_before", "day"),
    [
        (LATE, Before.NOTHING, None, LATE),
        (LATE, Before.OPEN, EARLY, EARLY),
        (EARLY, Before.OPEN, LATE, EARLY),
        (None, Before.OPEN, LATE, LATE),
        (LATE, Before.OPEN, None, LATE),
        (None, Before.OPEN, None, None),
        (LATE, Before.LAPSED, EARLY, LATE),
        (None, Before.LAPSED, EARLY, None),
        (LATE, Before.HOLDS, EARLY, EARLY),
        (LATE, Before.HOLDS, None, None),
    ],
)
def test_of_two_days_the_sooner_holds_while_an_assignment_is_open(
    asked: date | None, before: Before, day_before: date | None, day: date | None
) -> None:
    assert day_that_holds(asked, before, day_before) == day
