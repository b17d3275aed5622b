from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from app.redlines.findings import SEVERITIES, Crossing, Finding, State, resolved

STATES: tuple[State, ...] = ("active", "downgraded", "suppressed")


def crossing(rule: str, start: int, length: int, severity: str, state: State) -> Crossing:
    return Crossing(rule, start, start + length, severity, state, None)


CROSSINGS = st.lists(
    st.builds(
        crossing,
        st.sampled_from("abc"),
        st.integers(0, 30),
        st.integers(1, 12),
        st.sampled_from(SEVERITIES),
        st.sampled_from(STATES),
    ),
    max_size=14,
)


def hidden(one: Crossing, other: Crossing) -> bool:
    """Tell whether `other`, which remains, leaves no room for `one`."""
    if one.red_line == other.red_line:
        return one.start < other.end and other.start < one.end
    inside = other.start <= one.start and one.end <= other.end
    return inside and SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity)


def one_by_one(crossings: list[Crossing]) -> Iterator[Crossing]:
    kept: list[Crossing] = []
    for one in sorted(
        crossings,
        key=lambda c: (STATES.index(c.state), c.start - c.end, -SEVERITIES.index(c.severity), c.start, c.red_line),
    ):
        if not any(hidden(one, other) for other in kept):
            kept.append(one)
            yield one


@given(CROSSINGS)
def test_what_remains_is_what_comparing_each_with_each_leaves(crossings: list[Crossing]) -> None:
    expected = sorted(one_by_one(crossings), key=lambda c: (c.start, -c.end, c.red_line))

    assert resolved(crossings) == expected


def test_a_finding_is_read_from_its_text() -> None:
    assert crossing("a", 3, 4, "warn", "active").read("It best") == Finding("a", 3, 7, "best", "warn", "active", None)
