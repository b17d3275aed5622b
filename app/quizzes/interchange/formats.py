"""The formats of question files that are read and written, by the names that commands and pages use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.quizzes.interchange import (
    aiken,
    csvfile,
    gift,
    giftwriter,
    jsonfile,
    moodlewriter,
    moodlexml,
    qti,
    qtiwriter,
)
from app.quizzes.interchange.outcome import Reading, Written

Read = Callable[[bytes], Reading]
Write = Callable[[Sequence[Mapping[str, Any]], Mapping[str, bytes], str], Written]
"""Called with the items, the media that they name, and the language to write."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name for people, how files end, their content type, and how it is read and written."""

    name: str
    ending: str
    content_type: str
    read: Read
    write: Write | None = None


FORMATS: Final[Mapping[str, Format]] = {
    "gift": Format("GIFT", "gift", "text/plain; charset=utf-8", gift.read, giftwriter.write),
    "moodle-xml": Format("Moodle XML", "xml", "application/xml", moodlexml.read, moodlewriter.write),
    "aiken": Format("Aiken", "txt", "text/plain; charset=utf-8", aiken.read),
    "qti": Format("QTI", "zip", "application/zip", qti.read, qtiwriter.write),
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", csvfile.read),
    "json": Format("JSON", "json", "application/json", jsonfile.read, jsonfile.write),
}
"""Every format can be read; Aiken and CSV cannot say enough of a question to be written."""

WRITTEN: Final = tuple(name for name, each in FORMATS.items() if each.write)
