"""Reading tables that people saved from a spreadsheet: the encoding, the delimiter, the header, and the cells."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import islice

from app.web.i18n import gettext as _

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of a file."""
_MOST_WRONG_COLUMNS = 50
"""Columns of a header that are named when they are wrong: a file of commas alone has millions."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place. `row` counts as spreadsheets do: the header is 1."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = _("row %(row)s") % {"row": self.row}
        return f"{place}: {self.column}: {self.sentence}" if self.column else f"{place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: the columns of its header in lower case, its rows by number, and what is wrong with it."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[int, dict[str, str]], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_table(content: bytes, columns: Sequence[str], required: Sequence[str], *, most: int, too_many: str) -> Table:
    """Read a file: UTF-8 with or without a byte order mark, cells parted by commas, semicolons or tabs.

    `too_many` is what to say of a file with more than `most` rows. A cell that a row lacks is empty.
    """
    if len(content) > LARGEST_FILE:
        return _unreadable(1, _("The file is larger than 5 MB. Split it."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        return _unreadable(row, _("This is not UTF-8. Save the file as “CSV UTF-8”."))
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for number, record in enumerate(reader, start=1):
            cells = [cell.strip() for cell in record]
            if any(cells):
                records.append((number, cells))
            if len(records) > most + 1:
                return _unreadable(number, too_many)
    except csv.Error:
        return _unreadable(
            reader.line_num, _("This is not CSV: a quotation mark is not closed, or a cell is too long.")
        )
    return _table(records, columns, required)


def day_problem(cell: str) -> str | None:
    """Say what is wrong with a day; it is written as 2026-01-05."""
    day = _day(*re.split(r"[-/.年月]", cell.removesuffix("日")))
    if day is not None and day.isoformat() == cell:
        return None
    if day is not None:
        return _("%(cell)s is not written as dates are here. Write %(day)s.") % {"cell": cell, "day": day.isoformat()}
    return _("%(cell)s is not a date. Write year, month and day, such as 2026-01-05.") % {"cell": cell[:40]}


def _day(*parts: str) -> date | None:
    """Read year, month and day; which of them is which must be beyond doubt, so the year comes first."""
    if [len(part) for part in parts[:1]] != [4] or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        year, month, day = map(int, parts)
        return date(year, month, day)
    except ValueError:
        return None


def _unreadable(row: int, sentence: str) -> Table:
    return Table(problems=(Problem(row, "", sentence),))


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _table(records: list[tuple[int, list[str]]], columns: Sequence[str], required: Sequence[str]) -> Table:
    if not records:
        return _unreadable(1, _("The file is empty."))
    header_row, header = records[0]
    names = [name.lower() for name in header]
    problems = list(islice(_header_problems(header_row, names, columns, required), _MOST_WRONG_COLUMNS))
    if problems:
        return Table(problems=tuple(problems))
    rows = []
    for number, cells in records[1:]:
        if len(cells) > len(names) and any(cells[len(names) :]):
            problems.append(Problem(number, "", _("There are more cells than columns in the header.")))
        else:
            rows.append((number, dict(zip(names, [*cells, *[""] * len(names)], strict=False))))
    return Table(tuple(names), tuple(rows), tuple(problems))


def _header_problems(row: int, names: list[str], columns: Sequence[str], required: Sequence[str]) -> Iterator[Problem]:
    for name in required:
        if name not in names:
            yield Problem(row, name, _("This column is missing in the header."))
    known = set()
    for position, name in enumerate(names):
        if name not in columns:
            sentence = _("There is no such column; the columns are %(columns)s.") % {"columns": ", ".join(columns)}
            yield Problem(row, name or f"#{position + 1}", sentence)
        elif name in known:
            yield Problem(row, name, _("This column is there twice."))
        known.add(name)
