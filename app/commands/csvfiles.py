"""CSV files that a command takes over: how one is read, and how a file with mistakes is refused."""

from collections.abc import Iterable
from pathlib import Path

from app.commands.base import CommandError
from app.web.csvtable import LARGEST_FILE, Problem


def content_of(file: Path) -> bytes:
    """Return a file's bytes, of one that is too large enough to tell that it is. Raises CommandError."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", 2) from error


def refuse(file: Path, problems: Iterable[Problem]) -> None:
    """Raise CommandError, a line for each problem, if there is any."""
    lines = [f"{file}: {problem}" for problem in problems]
    if lines:
        raise CommandError("\n".join([*lines, "Nothing was stored."]))
