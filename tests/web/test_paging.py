"""Which page an address asks for: whatever is no number, or too high a one, is the first."""

import pytest
from fastapi import Request

from app.web.paging import page_number


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 1),
        ("page=", 1),
        ("page=3", 3),
        ("page=0", 1),
        ("page=-2", 1),
        ("page=x", 1),
        ("page=1e3", 1),
        ("page=²", 1),
        ("page=99999", 99999),
        ("page=100000", 1),
    ],
)
def test_the_page_of_an_address(query: str, number: int) -> None:
    assert page_number(Request({"type": "http", "query_string": query.encode()})) == number
