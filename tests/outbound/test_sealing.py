"""Sealed secrets open with the same secret for the same purpose, and not otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.sealing import SealError, seal, unseal

SECRET = "a secret of at least thirty-two characters"


@given(st.text())
def test_what_was_sealed_opens_again_and_does_not_show(text: str) -> None:
    sealed = seal(text, SECRET, "a purpose")
    assert unseal(sealed, SECRET, "a purpose") == text
    assert sealed != seal(text, SECRET, "a purpose")


@pytest.mark.parametrize(
    ("sealed", "secret", "label"),
    [
        (seal("whsec", SECRET, "a purpose"), "another secret", "a purpose"),
        (seal("whsec", SECRET, "a purpose"), SECRET, "another purpose"),
        (seal("whsec", SECRET, "a purpose")[:-8] + "AAAAAAA=", SECRET, "a purpose"),
        ("", SECRET, "a purpose"),
        ("no base64!", SECRET, "a purpose"),
    ],
)
def test_anything_else_does_not_open(sealed: str, secret: str, label: str) -> None:
    with pytest.raises(SealError):
        unseal(sealed, secret, label)
