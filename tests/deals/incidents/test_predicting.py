"""The interval of a difference is that of the paper, and a sentence stands only on enough people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deals.incidents.predicting import (
    FEWEST_OTHERS,
    FEWEST_WHO_CROSSED,
    Answered,
    Comparison,
    Share,
    Verdict,
    compare,
    newcombe,
)

SHARES = st.integers(1, 500).flatmap(lambda people: st.builds(Share, st.integers(0, people), st.just(people)))


@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [
        # the vectors of Newcombe 1998, table II, method 10
        (Share(56, 70), Share(48, 80), (0.0524, 0.3339)),
        (Share(9, 10), Share(3, 10), (0.1705, 0.8090)),
        (Share(6, 7), Share(2, 7), (0.0582, 0.8062)),
        (Share(5, 56), Share(0, 29), (-0.0381, 0.1926)),
        (Share(0, 10), Share(0, 20), (-0.1611, 0.2775)),
        (Share(0, 10), Share(0, 10), (-0.2775, 0.2775)),
        (Share(10, 10), Share(0, 20), (0.6791, 1.0)),
        (Share(10, 10), Share(0, 10), (0.6075, 1.0)),
    ],
)
def test_the_interval_is_that_of_the_paper(first: Share, second: Share, interval: tuple[float, float]) -> None:
    assert newcombe(first, second) == pytest.approx(interval, abs=5e-5)


@given(SHARES, SHARES)
def test_the_interval_holds_the_difference_and_turns_with_it(first: Share, second: Share) -> None:
    low, high = newcombe(first, second)
    difference = first.wrong / first.people - second.wrong / second.people
    assert -1 <= low <= difference + 1e-12
    assert difference - 1e-12 <= high <= 1
    assert newcombe(second, first) == pytest.approx((-high, -low))


@pytest.mark.parametrize(
    ("crossed", "others", "verdict"),
    [
        (Share(4, 4), Share(0, 100), Verdict.TOO_FEW),
        (Share(100, 100), Share(0, 19), Verdict.TOO_FEW),
        (Share(0, 0), Share(0, 0), Verdict.TOO_FEW),
        (Share(5, 5), Share(2, 20), Verdict.NOBODY_KNEW),
        (Share(8, 10), Share(6, 30), Verdict.PREDICTED),
        (Share(0, 10), Share(15, 30), Verdict.OPPOSITE),
        (Share(3, 10), Share(8, 30), Verdict.NO_DIFFERENCE),
        (Share(10, 10), Share(20, 20), Verdict.NO_DIFFERENCE),
    ],
)
def test_what_the_numbers_say(crossed: Share, others: Share, verdict: Verdict) -> None:
    assert Comparison(crossed, others).verdict is verdict


@given(SHARES, SHARES)
def test_nothing_is_said_of_too_few(crossed: Share, others: Share) -> None:
    found = Comparison(crossed, others)
    too_few = crossed.people < FEWEST_WHO_CROSSED or others.people < FEWEST_OTHERS
    assert (found.verdict is Verdict.TOO_FEW) is too_few


def test_who_answered_after_crossing_the_line_is_in_neither_group() -> None:
    everybody = Share(wrong=5, people=30)
    crossed = [
        Answered(wrong=True, before=True),
        Answered(wrong=True, before=False),
        Answered(wrong=False, before=True),
    ]
    assert compare(everybody, crossed) == Comparison(Share(1, 2), Share(3, 27))
