"""JSON that means one thing, as the hooks of a decoder: no key twice (RFC 8259, 4), no NaN and no Infinity."""

from typing import Any


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object. Raises ValueError for a key that stands twice, which could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def no_constant(name: str) -> None:
    """Raise ValueError for what Python reads as a number and JSON does not know."""
    raise ValueError(f"{name} is no JSON")
