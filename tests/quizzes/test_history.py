"""What a person's attempts at a quiz come to, which the database adds up, is what the rule says of each of them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session

from app.quizzes import queries
from app.quizzes.clock import AttemptLimits, may_start_after
from app.quizzes.history import Running, history
from app.quizzes.models import Attempt
from app.quizzes.starting import verdict
from factories import NOW, person, published_quiz

HOUR = timedelta(hours=1)
PASSED, FAILED, FOUND_LATE, WAITS = "passed", "failed", "found late", "waits for its mark"


def attempt(number: int, outcome: str, content_id: int, delta_of: int | None = None) -> Attempt:
    """The attempt of this number, begun as many hours after the quiz was published."""
    began = NOW + abs(number) * HOUR
    return Attempt(
        person_id=1,
        product_id=1,
        content_id=content_id,
        content_version_id=1,
        delta_of=delta_of,
        number=number,
        started_at=began,
        deadline_at=began + timedelta(minutes=20) if outcome == FOUND_LATE else None,
        finished_at=began + timedelta(minutes=50 if outcome == FOUND_LATE else 10),
        marked_at=None if outcome == WAITS else began + timedelta(minutes=50),
        passed={PASSED: True, WAITS: None}.get(outcome, False),
    )


@pytest.fixture
def content_id(session: Session) -> int:
    person(session, "ana@example.com")
    return published_quiz(session).content_id


@given(
    outcomes=st.lists(st.sampled_from([PASSED, FAILED, FOUND_LATE, WAITS]), max_size=6),
    deltas=st.lists(st.sampled_from([PASSED, FAILED]), max_size=3),
    limits=st.builds(
        AttemptLimits,
        attempts=st.none() | st.integers(1, 4),
        cooldown=st.integers(0, 3).map(lambda hours: hours * HOUR),
    ),
)
@example(outcomes=[FAILED], deltas=[FAILED, PASSED], limits=AttemptLimits(attempts=2, cooldown=HOUR))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_of_all_attempts_decides_as_the_attempts_do(
    session: Session, content_id: int, outcomes: list[str], deltas: list[str], limits: AttemptLimits
) -> None:
    session.execute(delete(Attempt))
    session.add_all(attempt(number, outcome, content_id) for number, outcome in enumerate(outcomes, start=1))
    session.add_all(attempt(-number, outcome, content_id, delta_of=1) for number, outcome in enumerate(deltas, start=1))
    session.flush()
    now = NOW + (len(outcomes) + 1) * HOUR

    found = history(session, 1, content_id)

    past = queries.attempts(session, 1, content_id)
    assert may_start_after(found.since_pass, limits, now) == verdict(past, limits, now)
    assert (found.last_number, found.running) == (len(outcomes), None)


@pytest.mark.parametrize("delta_of", [None, 1])
def test_the_one_that_runs_is_named_and_has_no_end(session: Session, content_id: int, delta_of: int | None) -> None:
    until: datetime = NOW + 9 * HOUR
    runs = attempt(2 if delta_of is None else -1, FAILED, content_id, delta_of)
    runs.finished_at, runs.deadline_at = None, until
    session.add_all([attempt(1, FAILED, content_id), runs])
    session.flush()
    found = history(session, 1, content_id)
    assert found.running == Running(runs.id or 0, delta_of, until)
    assert found.since_pass.ended_at == NOW + HOUR + timedelta(minutes=10)
