"""The review policy: what of a finished attempt is open, and what keeps the rest closed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.content import ReviewPolicy
from app.quizzes.opening import Bar, Opening, Part, opening, passed_before, scored
from factories import NOW

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Sitting:
    number: int
    finished_at: datetime | None
    marked_at: datetime | None
    passed: bool | None


def failed(number: int) -> Sitting:
    return Sitting(number, NOW, NOW, passed=False)


def passed(number: int) -> Sitting:
    return Sitting(number, NOW, NOW, passed=True)


def running(number: int) -> Sitting:
    return Sitting(number, None, None, passed=None)


def waiting(number: int) -> Sitting:
    return Sitting(number, NOW, None, passed=None)


def right_answers(past: list[Sitting], *, limit: int | None = None, own: int = 1) -> Bar | None:
    """What keeps the right answers of an attempt closed under the policy that holds when a quiz says nothing."""
    return opening(ReviewPolicy(), past[own - 1], past, limit=limit, closes=None, moment=NOW).bars.get(
        Part.RIGHT_ANSWERS
    )


@pytest.mark.parametrize(
    ("past", "limit", "expected"),
    [
        ([failed(1)], None, Bar.NOT_PASSED),
        ([failed(1)], 2, Bar.ATTEMPTS_LEFT),
        ([failed(1)], 1, None),
        ([failed(1), failed(2)], 2, None),
        ([failed(1), failed(2)], 3, Bar.ATTEMPTS_LEFT),
        ([passed(1)], 3, None),
        ([failed(1), passed(2)], 3, None),
        ([failed(1), running(2)], 2, Bar.RUNNING),
        ([passed(1), running(2)], None, Bar.RUNNING),
        ([waiting(1)], 1, Bar.NOT_MARKED),
        ([passed(1), waiting(2)], None, Bar.NOT_MARKED),
    ],
)
def test_right_answers_open_when_the_quiz_is_done(past: list[Sitting], limit: int | None, expected: Bar | None) -> None:
    assert right_answers(past, limit=limit) == expected


@pytest.mark.parametrize(
    ("past", "expected"), [([failed(1)], None), ([failed(1), running(2)], Bar.RUNNING), ([waiting(1)], Bar.NOT_MARKED)]
)
@pytest.mark.parametrize("limit", [None, 3])
def test_no_attempt_is_left_once_the_quiz_has_closed(
    past: list[Sitting], expected: Bar | None, limit: int | None
) -> None:
    found = opening(ReviewPolicy(), past[0], past, limit=limit, closes=NOW, moment=NOW)
    assert found.bars.get(Part.RIGHT_ANSWERS) == expected


def test_attempts_after_a_passed_one_begin_anew() -> None:
    past = [passed(1), failed(2)]
    assert right_answers(past, limit=2, own=2) == Bar.ATTEMPTS_LEFT
    assert right_answers(past, limit=2, own=1) is None
    assert passed_before(past[1], past) == 1


@pytest.mark.parametrize(
    ("closes", "moment", "expected"),
    [
        (None, NOW, Bar.NEVER_CLOSES),
        (NOW + HOUR, NOW, Bar.NOT_CLOSED),
        (NOW + HOUR, NOW + HOUR, None),
        (NOW + HOUR, NOW + 2 * HOUR, None),
    ],
)
def test_after_close_means_from_the_first_closed_moment_on(
    closes: datetime | None, moment: datetime, expected: Bar | None
) -> None:
    policy = ReviewPolicy.model_validate({part.value: "after_close" for part in Part})
    found = opening(policy, passed(1), [passed(1)], limit=None, closes=closes, moment=moment)
    assert found.bars == ({} if expected is None else dict.fromkeys(Part, expected))


def test_never_is_never() -> None:
    policy = ReviewPolicy.model_validate({part.value: "never" for part in Part})
    found = opening(policy, passed(1), [passed(1)], limit=1, closes=NOW, moment=NOW + HOUR)
    assert found == Opening(dict.fromkeys(Part, Bar.NEVER))
    assert not found.questions


def test_the_mark_is_closed_until_it_is_known_whatever_the_policy_says() -> None:
    assert opening(ReviewPolicy(), waiting(1), [waiting(1)], limit=None, closes=None, moment=NOW).bars == {
        Part.SCORE: Bar.NOT_MARKED,
        Part.RIGHT_ANSWERS: Bar.NOT_MARKED,
    }


@pytest.mark.parametrize("part", list(Part))
def test_each_part_has_a_rule_of_its_own(part: Part) -> None:
    policy = ReviewPolicy.model_validate({**{each.value: "at_once" for each in Part}, part.value: "never"})
    found = opening(policy, failed(1), [failed(1)], limit=None, closes=None, moment=NOW)
    assert {each for each in Part if not getattr(found, each.value)} == {part}


@given(
    kinds=st.lists(st.sampled_from([failed, passed, running, waiting]), max_size=6),
    rule=st.sampled_from(["at_once", "when_done", "after_close", "never"]),
    limit=st.none() | st.integers(1, 4),
    closes=st.none() | st.sampled_from([NOW - HOUR, NOW + HOUR]),
    sign=st.sampled_from([1, -1]),
)
def test_the_marks_of_many_are_open_as_that_of_each(
    kinds: list[Callable[[int], Sitting]], rule: str, limit: int | None, closes: datetime | None, sign: int
) -> None:
    policy = ReviewPolicy.model_validate({"score": rule})
    past = [kind(sign * number) for number, kind in enumerate(kinds, start=1)]
    each = [own for own in past if opening(policy, own, past, limit=limit, closes=closes, moment=NOW).score]
    assert scored(policy, past, limit=limit, closes=closes, moment=NOW) == each


@given(kinds=st.lists(st.sampled_from([failed, passed]), min_size=1, max_size=6), limit=st.none() | st.integers(1, 4))
def test_what_came_after_the_last_pass_counts_anew(kinds: list[Callable[[int], Sitting]], limit: int | None) -> None:
    past = [kind(number) for number, kind in enumerate(kinds, start=1)]
    for own in past:
        if any(each.passed and each.number >= own.number for each in past):
            expected = None
        else:
            before = max((each.number for each in past if each.passed and each.number < own.number), default=0)
            used = sum(each.number > before for each in past)
            expected = Bar.NOT_PASSED if limit is None else None if used >= limit else Bar.ATTEMPTS_LEFT
        assert right_answers(past, limit=limit, own=own.number) == expected
