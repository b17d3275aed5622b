"""Where in a file a finding stands, as code hosts count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.redlines.sarif import Lines


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("", 0, (1, 1)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\n", 2, (2, 1)),
        ("\n\n", 1, (2, 1)),
        ("🚀🚀", 1, (1, 2)),
        ("a\r\nb", 3, (2, 1)),
        ("a\u2028b", 2, (1, 3)),
    ],
)
def test_lines_and_columns_are_counted_from_one(text: str, place: int, expected: tuple[int, int]) -> None:
    assert Lines(text).position(place) == expected


@given(st.text(alphabet="a\n", max_size=30), st.data())
def test_a_line_is_what_stands_after_as_many_ends(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    line, column = Lines(text).position(place)

    before = text[:place].split("\n")
    assert (line, column) == (len(before), len(before[-1]) + 1)
