"""Writing one zip file piece by piece: constant memory, and the same bytes for the same content."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from app.web.csvfile import cell

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name; all files have it, so that equal content makes equal bytes."""
_UNIX = 3
_READABLE = 0o644 << 16
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file of the pack as its manifest lists it; `rows` is None where it holds none."""

    name: str
    sha256: str
    size: int
    rows: int | None = None


class _Entry:
    """A file that is being written; it counts and digests on the way."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._digest = hashlib.sha256()
        self.size = 0
        self.rows: int | None = None

    def write(self, data: bytes) -> None:
        self._target.write(data)
        self._digest.update(data)
        self.size += len(data)

    def text(self, text: str) -> None:
        self.write(text.encode())

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Archive:
    """A zip file that is being written, and what it holds so far."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: list[PackedFile] = []

    @contextmanager
    def entry(self, name: str) -> Iterator[_Entry]:
        """Give a file to write; it is listed when it is complete."""
        info = zipfile.ZipInfo(name, _EARLIEST)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = _UNIX
        info.external_attr = _READABLE
        with self._zip.open(info, "w", force_zip64=True) as target:
            entry = _Entry(target)
            yield entry
        self.files.append(PackedFile(name, entry.sha256, entry.size, entry.rows))

    def text(self, name: str, text: str) -> None:
        """Add a text."""
        with self.entry(name) as entry:
            entry.text(text)

    def bytes(self, name: str, data: bytes) -> None:
        """Add a file as it is."""
        with self.entry(name) as entry:
            entry.write(data)

    def document(self, name: str, content: Any) -> None:
        """Add a JSON document."""
        self.text(name, json.dumps(content, ensure_ascii=False, indent=1, default=plain) + "\n")

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows twice: as JSON for programs, and as CSV for people."""
        with SpooledTemporaryFile(_IN_MEMORY) as kept:
            text = io.TextIOWrapper(kept, encoding="utf-8", newline="")
            text.write("\ufeff")
            writer = csv.writer(text)
            writer.writerow(columns)

            def noted() -> Iterator[Mapping[str, Any]]:
                for row in rows:
                    writer.writerow([cell(_in_a_cell(row[column])) for column in columns])
                    yield row

            count = self.rows(f"{name}.json", noted())
            text.flush()
            text.detach()
            kept.seek(0)
            with self.entry(f"{name}.csv") as entry:
                while piece := kept.read(_PIECE):
                    entry.write(piece)
                entry.rows = count

    def rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add a JSON array of rows, one on each line; returns how many there were."""
        with self.entry(name) as entry:
            count = 0
            entry.text("[")
            for row in rows:
                entry.text(",\n" if count else "\n")
                entry.text(json.dumps(row, ensure_ascii=False, default=plain))
                count += 1
            entry.text("\n]\n")
            entry.rows = count
        return count

    def lines(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add plain values as CSV alone; for numbers and digests, which no spreadsheet takes for a formula."""
        with self.entry(name) as entry:
            entry.text(",".join(columns) + "\n")
            count = 0
            for row in rows:
                entry.text(",".join(str(each) for each in row) + "\n")
                count += 1
            entry.rows = count

    def close(self) -> None:
        """Write the list of files at the end of the archive."""
        self._zip.close()


def plain(value: object) -> Any:
    """Write what JSON has no form for: moments in UTC, days, and exact numbers as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _in_a_cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=plain)
    if isinstance(value, datetime | date | StrEnum | Decimal):
        return plain(value)
    return value
