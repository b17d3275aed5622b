"""Sealed secrets open with the same secret for the same purpose, and not otherwise."""

from collections.abc import Callable

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
    ("change", "secret", "label"),
    [
        (str, "another secret", "a purpose"),
        (str, SECRET, "another purpose"),
        (lambda sealed: sealed[:-8] + "AAAAAAA=", SECRET, "a purpose"),
        (lambda _sealed: "", SECRET, "a purpose"),
        (lambda _sealed: "no base64!", SECRET, "a purpose"),
    ],
    ids=["another secret", "another purpose", "another end", "nothing", "no base64"],
)
def test_anything_else_does_not_open(change: Callable[[str], str], secret: str, label: str) -> None:
    sealed = seal("whsec", SECRET, "a purpose")
    with pytest.raises(SealError):
        unseal(change(sealed), secret, label)
