"""Which lesson comes next?"""

import pytest

from app.catalog.rules import next_lesson

COURSE = ["one", "two", "three"]


@pytest.mark.parametrize(
    ("done", "after", "comes"),
    [
        (set(), None, "one"),
        ({"one"}, None, "two"),
        ({"two"}, None, "one"),
        ({"two"}, "two", "three"),
        ({"two", "three"}, "three", "one"),
        ({"one"}, "one", "two"),
        ({"one", "two", "three"}, "three", None),
        (set(), "three", "one"),
    ],
)
def test_the_next_is_the_first_behind_that_is_not_done(done: set[str], after: str | None, comes: str | None) -> None:
    assert next_lesson(COURSE, done, after) == comes
