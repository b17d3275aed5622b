"""Which policy holds on which day: the one that starts last, and of those the one made last."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.clock import end_of_day
from app.deals.policies.history import histories
from app.deals.policies.models import GatePolicy
from app.deals.policies.queries import policies
from app.deals.policies.rules import Phase, Stretch, Term, holding, phase, timeline
from factories import NOW, sellable

DAY = timedelta(days=1)
MONDAY = NOW.date()
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + number * DAY for number in range(1, 5))

DAYS = st.integers(0, 30).map(lambda number: MONDAY + number * DAY)
TERMS = st.lists(
    st.tuples(DAYS, st.none() | st.integers(0, 15), st.none() | DAYS).map(
        lambda drawn: (drawn[0], None if drawn[1] is None else drawn[0] + drawn[1] * DAY, drawn[2])
    ),
    max_size=6,
).map(lambda drawn: [Term(number, *days) for number, days in enumerate(drawn, start=1)])


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], []),
        ([Term(1, TUESDAY)], [Stretch(TUESDAY, None, 1)]),
        (
            [Term(1, TUESDAY, WEDNESDAY)],
            [Stretch(TUESDAY, WEDNESDAY, 1), Stretch(THURSDAY, None, None)],
        ),
        (
            # a shorter one inside a longer one, which goes on after it
            [Term(1, MONDAY), Term(2, TUESDAY, WEDNESDAY)],
            [Stretch(MONDAY, MONDAY, 1), Stretch(TUESDAY, WEDNESDAY, 2), Stretch(THURSDAY, None, 1)],
        ),
        (
            # of two that start on the same day the one made last
            [Term(1, TUESDAY), Term(2, TUESDAY)],
            [Stretch(TUESDAY, None, 2)],
        ),
        (
            # one made later that starts earlier does not take the days of one that comes
            [Term(1, THURSDAY), Term(2, TUESDAY)],
            [Stretch(TUESDAY, WEDNESDAY, 2), Stretch(THURSDAY, None, 1)],
        ),
        (
            # ended while it ran: its last day is the one before
            [Term(1, MONDAY, None, WEDNESDAY)],
            [Stretch(MONDAY, TUESDAY, 1), Stretch(WEDNESDAY, None, None)],
        ),
        (
            # taken back before it began, or on its first day
            [Term(1, THURSDAY, None, TUESDAY), Term(2, FRIDAY, None, FRIDAY)],
            [Stretch(THURSDAY, None, None)],
        ),
    ],
)
def test_what_holds_on_which_days(terms: list[Term], expected: list[Stretch]) -> None:
    assert timeline(terms) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Term(1, TUESDAY), [Phase.COMING, Phase.RUNNING, Phase.RUNNING]),
        (Term(1, MONDAY, TUESDAY), [Phase.RUNNING, Phase.RUNNING, Phase.OVER]),
        (Term(1, MONDAY, None, MONDAY), [Phase.OVER, Phase.OVER, Phase.OVER]),
    ],
)
def test_coming_running_and_over(term: Term, expected: list[Phase]) -> None:
    assert [phase(term, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == expected


@given(TERMS, DAYS)
def test_the_days_are_parted_without_a_gap_and_say_what_holds(terms: list[Term], day: date) -> None:
    found = timeline(terms)
    for before, after in pairwise(found):
        assert before.last is not None
        assert before.last + DAY == after.first
        assert before.policy != after.policy
    assert all(each.last is None for each in found[-1:])
    held = holding(terms, day)
    said = [each.policy for each in found if each.first <= day and (each.last is None or day <= each.last)]
    assert said == [held.id if held else None] or (not said and held is None)


@given(TERMS, DAYS)
def test_what_holds_starts_last_and_was_made_last(terms: list[Term], day: date) -> None:
    held = holding(terms, day)
    running = [each for each in terms if each.covers(day)]
    assert (held is None) == (not running)
    for each in running:
        assert held is not None
        assert (each.starts_on, each.id) <= (held.starts_on, held.id)


def test_the_days_of_the_page_are_those_of_the_gate(session: Session) -> None:
    keeper = sellable(session)
    product_id = keeper.id or 0
    for starts, ends, withdrawn in [(0, None, None), (2, 4, None), (3, 9, 5), (3, None, 4), (8, None, 6), (7, 7, None)]:
        session.add(
            GatePolicy(
                product_id=product_id,
                starts_on=MONDAY + starts * DAY,
                ends_on=None if ends is None else MONDAY + ends * DAY,
                document={"requirements": [{"enforcement": "block"}]},
                reason="As agreed",
                made_at=NOW,
                made_by="compliance@example.com",
                withdrawn_at=None if withdrawn is None else NOW + withdrawn * DAY,
            )
        )
        session.flush()
    history = histories(session, [product_id])[product_id]
    first = history.found[0].term.id
    page, gate = [], []
    for number in range(12):
        day = MONDAY + number * DAY
        held = history.on(day)
        page.append(held.term.id - first if held else None)
        policy = policies(session, [product_id], end_of_day(day)).get(product_id)
        gate.append((policy.id or 0) - first if policy else None)
    assert page == [0, 0, 1, 3, 2, 0, 0, 5, 0, 0, 0, 0]
    assert gate == page
