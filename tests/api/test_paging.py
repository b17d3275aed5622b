"""Pages of a list, and what is no cursor."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.api.paging import PageQuery, cut
from app.errors import InvalidError

Row = tuple[str, int]
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=20)


def read(rows: list[Row], query: PageQuery) -> list[Row]:
    """What a statement would read: one row more than the page holds, in order, behind the cursor."""
    after = query.after(tuple[str, int])
    return [row for row in sorted(rows) if after is None or row > after][: query.limit + 1]


@given(st.sets(st.tuples(WORDS, st.integers(0, 2**63 - 1))), st.integers(1, 200))
def test_the_pages_together_are_the_list(rows: set[Row], limit: int) -> None:
    found: list[Row] = []
    query = PageQuery(limit=limit)
    while True:
        page, following = cut(read(list(rows), query), limit, lambda row: row)
        assert len(page) <= limit
        found += page
        if following is None:
            break
        assert len(page) == limit
        query = PageQuery(limit=limit, cursor=following)
    assert found == sorted(rows)


def test_who_comes_and_goes_shifts_nothing() -> None:
    rows = [("b", 1), ("d", 2), ("f", 3)]
    first = cut(read(rows, PageQuery(limit=2)), 2, lambda row: row)
    rows = [("a", 4), ("e", 5), ("f", 3)]
    assert cut(read(rows, PageQuery(limit=2, cursor=first.next)), 2, lambda row: row) == ([("e", 5), ("f", 3)], None)


def packed(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "a",
        "1.5",
        "ключ",
        "====",
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        packed(None),
        packed("word"),
        packed({}),
        packed([]),
        packed(["word"]),
        packed([1, "word"]),
        packed(["word", "1"]),
        packed(["word", 1, 2]),
        packed(["word", True]),
        packed(["word", 1.0]),
        packed(["word", -1]),
        packed(["word", 2**63]),
        packed(["nul\x00", 1]),
        packed(["half \ud800", 1]),
        packed([["word"], 1]),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
        base64.urlsafe_b64encode(b"[" + b"1" * 700 + b"]").decode(),
        "A" * 5_000,
    ],
)
def test_what_no_list_gave_is_refused_at_the_cursor(cursor: str) -> None:
    with pytest.raises(InvalidError) as refused:
        PageQuery(cursor=cursor).after(tuple[str, int])
    assert refused.value.errors == [{"pointer": "/cursor", "detail": "Send `next` of the page before, as it is."}]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_whatever_is_sent_as_a_cursor_is_a_place_or_refused(text: str) -> None:
    try:
        place = PageQuery(cursor=text).after(tuple[str, int])
    except InvalidError:
        return
    assert place is not None


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.0", "1_0", "+1", "١", "", "9" * 10_000])
def test_a_limit_is_a_whole_number_from_1_to_200(limit: str) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})
