"""Opens content files from a tree that is not trusted: no way out of it, nothing huge, only plain files."""

from pathlib import Path
from typing import Final

from app.catalog.yamlfile import Problem

MAX_BYTES: Final = 1 << 20


def load(path: Path, within: Path) -> tuple[bytes | None, list[Problem]]:
    """Read a file's bytes unless it is missing, too large, no plain file, or a link that leaves `within`."""
    refusal = _refusal(path, within)
    if refusal:
        return None, [Problem(path.as_posix(), 1, 1, "", refusal)]
    try:
        return path.read_bytes(), []
    except OSError as error:
        return None, [Problem(path.as_posix(), 1, 1, "", f"cannot be read: {error.strerror}")]


def folder_entries(folder: Path, within: Path) -> tuple[list[Path], list[Problem]]:
    """List a folder by name, without what begins with a dot. Links that leave `within` are refused."""
    if leaves(folder, within):
        return [], [Problem(folder.as_posix(), 1, 1, "", "is a link that leaves the folder being read")]
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        return [], [Problem(folder.as_posix(), 1, 1, "", f"cannot be read: {error.strerror}")]
    return entries, []


def leaves(path: Path, within: Path) -> bool:
    """Tell whether `path`, with all links followed, lies outside `within`."""
    return not path.resolve().is_relative_to(within.resolve())


def _refusal(path: Path, within: Path) -> str | None:
    if leaves(path, within):
        return "is a link that leaves the folder being read"
    if not path.exists():
        return "is missing"
    if not path.is_file():
        return "is not a file"
    if (size := path.stat().st_size) > MAX_BYTES:
        return f"is {size:,} bytes long; at most {MAX_BYTES:,} are read"
    return None
