"""Reading a CRM's deals from a table: CSV with a row for each deal, a column for each thing that is compared."""

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import IO, Any

from app.deals.reconciling.reading import Broken, Row, read
from app.deals.reconciling.rules import FACTS
from app.web.i18n import gettext as _

COLUMNS = ("id", *FACTS, "products", "team")
"""What a header may name, in any order; `id` must be there, and what is not there is not compared."""
_EMPTY_IS_NONE = frozenset({"close_date", "region", "industry", "outcome", "closed_on"})


class HeaderError(Exception):
    """The first line does not say which columns there are; `columns` are those that nobody knows, or none."""

    def __init__(self, columns: Sequence[str] = ()) -> None:
        super().__init__(", ".join(columns))
        self.columns = tuple(columns)


def table(file: IO[bytes]) -> Iterator[Row]:
    """Read the rows of a file in UTF-8, its cells parted by commas, semicolons or tabs. Raises HeaderError.

    A cell holds several products with spaces between, and a team as `ana@example.com:owner ben@example.com:specialist`.
    """
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    reader = None
    try:
        delimiter = _delimiter(text.readline())
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        names = _header(next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(reader.line_num, names, cells)
    except (UnicodeDecodeError, csv.Error):
        sentence = _("From here on this is no CSV in UTF-8; nothing after it was read.")
        yield Broken(max(reader.line_num if reader else 0, 1), None, (("", sentence),))


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _header(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name[:40] for name in names if name not in COLUMNS]
    if unknown or "id" not in names or len(set(names)) < len(names):
        raise HeaderError(unknown)
    return names


def _row(line: int, names: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) > len(names):
        return Broken(line, None, (("", _("There are more cells than columns in the header.")),))
    given: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=False):
        _give(given, name, cell.strip())
    return read(line, given)


def _give(given: dict[str, Any], name: str, cell: str) -> None:
    parts = cell.replace(";", " ").replace(",", " ").split()
    if name == "products":
        given[name] = parts
    elif name == "team":
        given[name] = [dict(zip(("rep", "role"), part.rpartition(":")[::2], strict=True)) for part in parts]
    elif cell:
        given[name] = cell
    elif name in _EMPTY_IS_NONE:
        given[name] = None
