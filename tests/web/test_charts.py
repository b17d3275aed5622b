"""A bar chart keeps inside its box, and its lines stand at whole numbers."""

import pytest

from app.web.charts import BOTTOM, LEFT, WIDTH, Bar, Plot


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (0, [1]),
        (1, [1]),
        (3, [1, 2, 3]),
        (5, [2, 4, 6]),
        (40, [10, 20, 30, 40]),
        (41, [11, 22, 33, 44]),
    ],
)
def test_at_most_four_lines_at_whole_numbers_reach_over_the_highest_bar(most: int, lines: list[int]) -> None:
    plot = Plot(16, 20, most, 48)
    assert [count for count, _y in plot.lines] == lines
    assert plot.lines[-1][1] == 48
    assert 48 <= plot.y(most) <= BOTTOM


def test_bars_stand_side_by_side_on_the_ground() -> None:
    plot = Plot(4, 30, 8, 40)
    assert [plot.bar(place, place * 2) for place in range(4)] == [
        Bar(76, 160.0, 30),
        Bar(210, 130.0, 30),
        Bar(344, 100.0, 30),
        Bar(478, 70.0, 30),
    ]
    assert (plot.bar(1, 2).height, plot.bar(1, 2).middle) == (30.0, 225)
    assert (plot.edge(0), plot.edge(4)) == (LEFT, WIDTH)
