"""A chain tells each step once, whatever days the job runs on, and never more than one step at a time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notices.models import Rhythm
from app.notices.rules import Asked, Catching, Held, Kind, OnDeal, assignment, catching_up, digest_due, on_deal, renewal

ENDS = date(2027, 3, 31)
MANAGER = 9


def held(opens: date = date(2027, 3, 1), ends: date = ENDS, manager: int | None = None) -> Held:
    return Held(
        person_id=1,
        name="Ana",
        manager_id=manager,
        product_id=7,
        slug="keeper",
        period_id=3,
        window_opens_on=opens,
        valid_through=ends,
    )


def asked(assigned: date = date(2027, 1, 1), due: date | None = ENDS) -> Asked:
    return Asked(person_id=1, product_id=7, slug="keeper", assignment_id=5, assigned_on=assigned, due_on=due)


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("today", "kind", "days"),
    [
        ("2027-01-29", None, 0),
        ("2027-01-30", Kind.WINDOW_OPEN, 0),
        ("2027-02-28", Kind.WINDOW_OPEN, 0),
        ("2027-03-01", Kind.ENDS_SOON, 30),
        ("2027-03-16", Kind.ENDS_SOON, 30),
        ("2027-03-17", Kind.ENDS_SOON, 14),
        ("2027-03-24", Kind.ENDS_SOON, 7),
        ("2027-03-30", Kind.ENDS_SOON, 1),
        ("2027-03-31", Kind.ENDS_SOON, 1),
        ("2027-04-01", Kind.EXPIRED, 0),
        ("2027-06-29", Kind.EXPIRED, 0),
        ("2027-06-30", None, 0),
    ],
)
def test_the_end_of_a_certification_is_told_in_steps(today: str, kind: Kind | None, days: int) -> None:
    found = [(each.kind, each.key) for each in renewal(held(opens=date(2027, 1, 30)), on(today))]
    assert found == ([(kind, f"3:2027-03-31:{days}")] if kind else [])


@pytest.mark.parametrize(
    ("opens", "today", "kind"),
    [
        ("2027-03-01", "2027-03-01", Kind.ENDS_SOON),  # the window opens 30 days before the end: one notice, not two
        ("2027-03-11", "2027-03-10", None),  # nothing is said before it can be renewed
        ("2027-03-11", "2027-03-11", Kind.WINDOW_OPEN),
        ("2027-03-31", "2027-03-31", Kind.WINDOW_OPEN),
        ("2027-03-31", "2027-03-30", None),
    ],
)
def test_nothing_is_told_before_it_can_be_done(opens: str, today: str, kind: Kind | None) -> None:
    assert [each.kind for each in renewal(held(opens=on(opens)), on(today))] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("today", "kinds"),
    [
        ("2027-03-16", [Kind.ENDS_SOON]),
        ("2027-03-17", [Kind.ENDS_SOON, Kind.TEAM_ENDS]),
        ("2027-03-31", [Kind.ENDS_SOON, Kind.TEAM_ENDS]),
        ("2027-04-01", [Kind.EXPIRED, Kind.TEAM_EXPIRED]),
    ],
)
def test_a_manager_hears_of_it_when_little_time_is_left(today: str, kinds: list[Kind]) -> None:
    found = renewal(held(manager=MANAGER), on(today))
    assert [each.kind for each in found] == kinds
    assert [each.person_id for each in found] == [1, MANAGER][: len(kinds)]


def runs(days: Sequence[int]) -> list[date]:
    return [date(2026, 12, 1) + timedelta(days=each) for each in sorted(set(days))]


@given(
    days=st.lists(st.integers(0, 300), min_size=1),
    window=st.integers(0, 120),
    extended=st.integers(0, 60),
)
def test_on_whatever_days_the_job_runs_each_step_is_told_at_most_once_and_the_last_one_always(
    days: list[int], window: int, extended: int
) -> None:
    opens, ends = ENDS - timedelta(days=window), ENDS + timedelta(days=extended)
    told: list[str] = []
    for today in runs([*days, (ends - date(2026, 12, 1)).days]):
        found = renewal(held(opens=opens, ends=ends), today)
        assert len(found) <= 1
        told += [f"{each.kind}:{each.key}" for each in found if f"{each.kind}:{each.key}" not in told]
    left = [int(each.rpartition(":")[2]) for each in told if each.startswith(Kind.ENDS_SOON)]
    assert left == sorted(left, reverse=True)
    assert told  # the last valid day was one of the days


def test_a_job_that_was_down_for_weeks_tells_one_thing() -> None:
    assert [each.key for each in renewal(held(), ENDS - timedelta(days=2))] == ["3:2027-03-31:7"]


def test_an_extension_begins_the_chain_anew() -> None:
    before, after = held(), held(ends=date(2027, 5, 31))
    assert renewal(before, date(2027, 3, 24))[0].key == "3:2027-03-31:7"
    assert renewal(after, date(2027, 3, 24))[0].kind is Kind.WINDOW_OPEN
    assert renewal(after, date(2027, 5, 24))[0].key == "3:2027-05-31:7"


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2027-01-01", [(Kind.ASSIGNED, "5")]),
        ("2027-01-31", [(Kind.ASSIGNED, "5")]),
        ("2027-02-01", []),
        ("2027-03-17", [(Kind.DUE, "7:2027-03-31:14")]),
        ("2027-03-31", [(Kind.DUE, "7:2027-03-31:1")]),
        ("2027-04-01", [(Kind.OVERDUE, "7:2027-03-31:0")]),
        ("2027-06-29", [(Kind.OVERDUE, "7:2027-03-31:0")]),
        ("2027-06-30", []),
    ],
)
def test_an_assignment_is_told_when_it_is_made_and_when_its_day_comes(today: str, told: list[tuple[Kind, str]]) -> None:
    assert [(each.kind, each.key) for each in assignment(asked(), on(today))] == told


@pytest.mark.parametrize(
    ("assigned", "today", "kinds"),
    [
        ("2027-03-20", "2027-03-20", [Kind.ASSIGNED]),  # two weeks before are over: the assignment says the day
        ("2027-03-20", "2027-03-24", [Kind.DUE]),
        ("2027-04-05", "2027-04-05", [Kind.ASSIGNED]),  # the day had passed when it was made
    ],
)
def test_what_an_assignment_says_itself_is_not_said_again(assigned: str, today: str, kinds: list[Kind]) -> None:
    assert [each.kind for each in assignment(asked(assigned=on(assigned)), on(today))] == kinds


def test_an_assignment_without_a_day_is_told_once() -> None:
    (told,) = assignment(asked(due=None), date(2027, 1, 5))
    assert (told.kind, told.params) == (Kind.ASSIGNED, {"day": None})


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2027-03-23", []),
        ("2027-03-24", [(Kind.CATCH_UP, "7:2027-03-31:7")]),
        ("2027-03-30", [(Kind.CATCH_UP, "7:2027-03-31:1")]),
        ("2027-04-01", [(Kind.CATCH_UP_OVERDUE, "7:2027-03-31:0")]),
    ],
)
def test_the_deadline_after_a_change_is_told_in_steps(today: str, told: list[tuple[Kind, str]]) -> None:
    catching = Catching(person_id=1, product_id=7, url="/products/keeper", deadline=ENDS)
    assert [(each.kind, each.key) for each in catching_up(catching, on(today))] == told


def member(**facts: object) -> OnDeal:
    usual: dict[str, object] = {
        "person_id": 1,
        "name": "Ana",
        "manager_id": None,
        "product_id": 7,
        "deal_id": 4,
        "reference": "D-1",
        "deal": "Harbour",
        "closes_on": date(2027, 4, 30),
        "allowed": True,
        "stops": False,
    }
    return OnDeal(**{**usual, **facts})  # type: ignore[arg-type]  # the table of cases names them


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, []),
        ({"ends_on": date(2027, 4, 30)}, []),
        ({"ends_on": date(2027, 4, 29)}, [(1, Kind.ENDS_BEFORE_CLOSE, False)]),
        ({"ends_on": ENDS, "closes_on": None}, []),
        ({"allowed": False, "stops": True, "code": "expired"}, [(1, Kind.BLOCKED, True)]),
        ({"allowed": False, "stops": False, "code": "expired"}, [(1, Kind.BLOCKED, False)]),
        ({"allowed": False, "stops": True, "closes_on": None}, [(1, Kind.BLOCKED, True)]),
        ({"allowed": False, "stops": True, "closes_on": date(2027, 2, 28)}, []),
        (
            {"allowed": False, "stops": True, "manager_id": MANAGER},
            [(1, Kind.BLOCKED, True), (MANAGER, Kind.TEAM_DEAL, False)],
        ),
    ],
)
def test_what_stands_in_the_way_of_a_deal_is_told(facts: dict[str, object], told: list[tuple[int, Kind, bool]]) -> None:
    found = on_deal(member(**facts), date(2027, 3, 1))
    assert [(each.person_id, each.kind, each.urgent) for each in found] == told


@pytest.mark.parametrize(
    ("rhythm", "sent_for", "now", "sent"),
    [
        (Rhythm.DAILY, None, "2027-03-01T07:59", False),
        (Rhythm.DAILY, None, "2027-03-01T08:00", True),
        (Rhythm.DAILY, "2027-02-28", "2027-03-01T17:59", True),
        (Rhythm.DAILY, "2027-02-28", "2027-03-01T18:00", False),
        (Rhythm.DAILY, "2027-03-01", "2027-03-01T09:00", False),
        (Rhythm.WEEKLY, "2027-02-22", "2027-02-28T09:00", False),  # Sunday
        (Rhythm.WEEKLY, "2027-02-22", "2027-03-01T09:00", True),  # Monday
        (Rhythm.WEEKLY, "2027-02-22", "2027-03-03T09:00", True),  # nothing ran on Monday
        (Rhythm.WEEKLY, "2027-03-03", "2027-03-07T09:00", False),
        (Rhythm.WEEKLY, "2027-03-03", "2027-03-08T09:00", True),
        (Rhythm.AT_ONCE, "2027-03-01", "2027-03-01T23:00", True),
    ],
)
def test_a_digest_comes_in_its_rhythm_and_at_its_hour(
    rhythm: Rhythm, sent_for: str | None, now: str, sent: bool
) -> None:
    assert digest_due(rhythm, on(sent_for) if sent_for else None, datetime.fromisoformat(now), 8) is sent
