"""Which forms an English word has."""

import pytest

from app.redlines.inflection import forms


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("guarantee", {"guarantee", "guarantees", "guaranteed", "guaranteeing"}),
        ("guest", {"guest", "guests", "guested", "guesting"}),
        ("test", {"test", "tests", "tested", "testing"}),
        ("cheapest", {"cheapest"}),
        ("saving", {"saving", "savings"}),
        ("savings", {"saving", "savings"}),
        ("building", {"building", "buildings"}),
        ("king", {"king", "kings", "kinged", "kinging"}),
        ("nothing", {"nothing"}),
        ("guaranteed", {"guaranteed"}),
        ("lock-box", {"lock-box", "lock-boxes", "lock-boxed", "lock-boxing"}),
    ],
)
def test_forms(word: str, expected: set[str]) -> None:
    assert set(forms(word)) == expected
