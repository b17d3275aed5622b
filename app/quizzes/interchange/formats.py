"""The formats of question files that are read and written, by the names that commands and pages use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

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


def _reading(module: str) -> Read:
    """Read by a module of this package, imported when a file is there: few processes ever see one."""

    def read(data: bytes) -> Reading:
        found: Reading = import_module(f"{__package__}.{module}").read(data)
        return found

    return read


def _writing(module: str) -> Write:
    def write(items: Sequence[Mapping[str, Any]], media: Mapping[str, bytes], locale: str) -> Written:
        written: Written = import_module(f"{__package__}.{module}").write(items, media, locale)
        return written

    return write


FORMATS: Final[Mapping[str, Format]] = {
    "gift": Format("GIFT", "gift", "text/plain; charset=utf-8", _reading("gift"), _writing("giftwriter")),
    "moodle-xml": Format("Moodle XML", "xml", "application/xml", _reading("moodlexml"), _writing("moodlewriter")),
    "aiken": Format("Aiken", "txt", "text/plain; charset=utf-8", _reading("aiken")),
    "qti": Format("QTI", "zip", "application/zip", _reading("qti"), _writing("qtiwriter")),
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", _reading("csvfile")),
    "json": Format("JSON", "json", "application/json", _reading("jsonfile"), _writing("jsonfile")),
}
"""Every format can be read; Aiken and CSV cannot say enough of a question to be written."""

WRITTEN: Final = tuple(name for name, each in FORMATS.items() if each.write)
