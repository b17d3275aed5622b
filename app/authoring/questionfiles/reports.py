"""What a file of questions came to, as it is kept with an upload and printed by the command.

The report holds codes and no sentences, so that it can be read in any language later.
"""

from dataclasses import dataclass
from typing import Any, Literal

from app.quizzes.interchange import words
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    Loss,
    LossCode,
    Reading,
    SkipCode,
    Skipped,
    UnreadableError,
)

Status = Literal["imported", "imported_with_loss", "skipped"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the file, in words of the request's language."""

    line: int
    name: str
    status: Status
    document: dict[str, Any] | None
    losses: tuple[str, ...] = ()
    why: str = ""


def report(reading: Reading) -> dict[str, Any]:
    """Write down what was read."""
    return {"entries": [_entry(each) for each in reading.entries]}


def failure_report(error: UnreadableError) -> dict[str, Any]:
    """Write down why nothing could be read."""
    return {"unreadable": {"code": error.code.value, "line": error.line, "detail": error.detail}}


def failure(stored: dict[str, Any]) -> str:
    """Say why nothing could be read."""
    found = stored["unreadable"]
    return words.unreadable(UnreadableError(FileCode(found["code"]), found["line"], found["detail"]))


def _entry(entry: Imported | Skipped) -> dict[str, Any]:
    if isinstance(entry, Skipped):
        code, detail = entry.code.value, entry.detail
        return {"line": entry.line, "name": entry.name, "status": "skipped", "code": code, "detail": detail}
    return {
        "line": entry.line,
        "name": entry.name,
        "status": "imported_with_loss" if entry.losses else "imported",
        "document": entry.document,
        "losses": [{"code": each.code.value, "detail": each.detail} for each in entry.losses],
    }


def entries(stored: dict[str, Any]) -> list[Entry]:
    """Read a report that was written down."""
    return [_read(each) for each in stored["entries"]]


def _read(entry: dict[str, Any]) -> Entry:
    line, name, status = entry["line"], entry["name"], entry["status"]
    if status == "skipped":
        skipped = Skipped(line, name, SkipCode(entry["code"]), entry["detail"])
        return Entry(line, name, status, None, why=words.skip(skipped))
    losses = tuple(words.loss(Loss(LossCode(each["code"]), each["detail"])) for each in entry["losses"])
    return Entry(line, name, status, entry["document"], losses)


def documents(stored: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a report that can be taken over."""
    return [each["document"] for each in stored["entries"] if each["status"] != "skipped"]
