"""Commands of this noun."""

from app.commands.base import Parsers


def register(parsers: Parsers) -> None:
    """Add the parsers."""
