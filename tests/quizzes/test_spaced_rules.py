"""When a question comes back, which ones come today, and what is expected to be remembered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.catalog.models import ContentKind
from app.catalog.queries import content
from app.database import stored_id
from app.quizzes.models import SpacedCard
from app.quizzes.spaced.rules import (
    Freshness,
    Memory,
    Readiness,
    Wish,
    after,
    first_memory,
    readiness,
    retrievability,
    todays,
)
from factories import NOW, person, published_quiz

DAY = timedelta(days=1)
ANSWERS = st.lists(st.tuples(st.booleans(), st.integers(0, 500 * 24)), max_size=12)
"""Right or not, and so many hours after the answer before."""


def remembered(*, right: bool = True) -> Memory:
    return first_memory(right=right, answered_at=NOW, passed_at=NOW)


def history(first: bool, answers: list[tuple[bool, int]]) -> tuple[Memory, datetime]:
    memory, at = remembered(right=first), NOW
    for right, hours in answers:
        at += timedelta(hours=hours)
        memory = after(memory, right=right, at=at)
    return memory, at


def test_a_card_is_first_due_after_two_days_whatever_the_answer_was() -> None:
    assert [remembered(right=right).due_at for right in (True, False)] == [NOW + 2 * DAY] * 2


def test_a_card_of_an_attempt_that_was_marked_late_is_due_two_days_after_that() -> None:
    assert first_memory(right=True, answered_at=NOW - 7 * DAY, passed_at=NOW).due_at == NOW + 2 * DAY


def test_right_answers_make_the_interval_grow_up_to_a_year() -> None:
    memory, days = remembered(), []
    for _answer in range(8):
        at = memory.due_at
        memory = after(memory, right=True, at=at)
        days.append((memory.due_at - at).days)
    assert days == [11, 46, 163, 365, 365, 365, 365, 365]


def test_a_wrong_answer_brings_the_question_back_soon() -> None:
    memory = after(remembered(), right=True, at=NOW + 2 * DAY)
    again = after(memory, right=False, at=memory.due_at)
    assert (again.due_at - memory.due_at).days in {1, 2}


@given(first=st.booleans(), answers=ANSWERS)
def test_the_next_day_is_never_in_the_past(first: bool, answers: list[tuple[bool, int]]) -> None:
    memory, at = history(first, answers)
    assert after(memory, right=True, at=at).due_at >= at + DAY
    assert after(memory, right=False, at=at).due_at >= at + DAY
    assert after(memory, right=True, at=at).due_at <= at + 365 * DAY


@given(first=st.booleans(), answers=ANSWERS, hours=st.integers(0, 10_000))
def test_what_is_remembered_only_fades(first: bool, answers: list[tuple[bool, int]], hours: int) -> None:
    memory, at = history(first, answers)
    now, later = retrievability(memory, at), retrievability(memory, at + timedelta(hours=hours))
    assert 0 <= later <= now <= 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(first=st.booleans(), answers=ANSWERS)
def test_a_memory_comes_out_of_the_table_as_it_went_in(
    session: Session, first: bool, answers: list[tuple[bool, int]]
) -> None:
    memory, _at = history(first, answers)
    with session.begin_nested() as point:
        ana = person(session, "ana@example.com")
        published_quiz(session)
        quiz = content(session, ContentKind.QUIZ, "keeper-quiz")
        assert quiz is not None
        names = Memory.__slots__
        fields = {name: getattr(memory, name) for name in names}
        card = SpacedCard(person_id=stored_id(ana), content_id=stored_id(quiz), item="one", **fields)
        session.add(card)
        session.flush()
        session.refresh(card)
        assert Memory(*(getattr(card, name) for name in names)) == memory
        point.rollback()


def test_today_the_weakest_of_what_is_due_come_and_no_more_than_three() -> None:
    strong = replace(remembered(), stability=90.0)
    weak = remembered(right=False)
    later = replace(remembered(), due_at=NOW + 9 * DAY)
    morning = NOW + 2 * DAY - timedelta(hours=3)
    end = morning + timedelta(hours=12)
    assert todays([strong, later, weak, remembered(), strong], morning, end) == [2, 3, 0]
    assert todays([later], morning, end) == []


@pytest.mark.parametrize(
    ("wish", "local", "holds"),
    [
        (Wish(), datetime(2026, 11, 23, 8, 59, tzinfo=UTC), False),
        (Wish(), datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True),
        (Wish(), datetime(2026, 11, 27, 23, 59, tzinfo=UTC), True),
        (Wish(), datetime(2026, 11, 28, 12, 0, tzinfo=UTC), False),
        (Wish(hour=0, weekdays=(5,)), datetime(2026, 11, 28, 0, 0, tzinfo=UTC), True),
        (Wish(hour=17), datetime(2026, 11, 24, 16, 0, tzinfo=UTC), False),
        (Wish(weekdays=()), datetime(2026, 11, 24, 16, 0, tzinfo=UTC), False),
    ],
)
def test_a_wish_holds_from_its_hour_on_its_weekdays(wish: Wish, local: datetime, holds: bool) -> None:
    assert wish.holds(local) == holds


@pytest.mark.parametrize(
    ("stability", "days", "expected"),
    [
        (10.0, 0, Readiness(Freshness.FRESH, 100, 2)),
        (10.0, 10, Readiness(Freshness.FRESH, 90, 2)),
        (10.0, 11, Readiness(Freshness.FADING, 89, 2)),
        (10.0, 55, Readiness(Freshness.FADING, 75, 2)),
        (10.0, 56, Readiness(Freshness.FADED, 74, 2)),
    ],
)
def test_readiness_is_fresh_from_90_percent_and_fading_from_75(
    stability: float, days: int, expected: Readiness
) -> None:
    memory = replace(remembered(), stability=stability)
    assert readiness([memory, memory], 2, NOW + days * DAY) == expected


def test_without_a_card_nothing_is_measured() -> None:
    assert readiness([], 0, NOW) == Readiness(Freshness.NOT_MEASURED, None, 0)
