"""How many people one core serves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import mix

NAMES = [use.operation for use in mix.DAY]
MEASURED = {name: {"per_core": 100.0} for name in NAMES} | {"matrix": {"per_core": 250_000.0}}


def test_a_day_is_priced_with_what_was_measured() -> None:
    assert mix.milliseconds_a_day(MEASURED) == pytest.approx(
        {
            "sign_in_page": 2.5,
            "home": 40,
            "course_page": 20,
            "lesson_page": 20,
            "whole_attempt": 2,
            "clearance": 50,
            "matrix": 4,
            "team_report": 1,
            "password": 7.5,
        }
    )


def test_people_share_the_core_at_the_peak_of_the_day() -> None:
    # 28,800 s × 0.7 ÷ 4 ÷ 0.147 s, to two digits
    assert mix.people_per_core(MEASURED) == 34_000


@given(st.sampled_from(NAMES), st.floats(1.1, 100))
def test_what_gets_faster_serves_no_fewer(name: str, factor: float) -> None:
    faster = MEASURED | {name: {"per_core": MEASURED[name]["per_core"] * factor}}
    assert mix.people_per_core(faster) >= mix.people_per_core(MEASURED)


def test_a_day_with_something_that_was_not_measured_has_no_price() -> None:
    assert mix.measured(MEASURED)
    assert not mix.measured({name: MEASURED[name] for name in NAMES[1:]})
