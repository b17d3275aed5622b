"""Commands as an operator runs them."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
"""Runs a command on a database, by its address; gives the exit status and what was written to output and to errors."""
