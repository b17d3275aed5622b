"""Tables as CSV files that spreadsheets open as they are: UTF-8 with a mark, and no cell that is a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Answer with a file to keep."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def cell(value: Any) -> str:
    """Write a value so that no spreadsheet takes it for a formula (OWASP, CSV injection); numbers stay numbers."""
    text = "" if value is None else str(value)
    guarded = not isinstance(value, int | float) and text.startswith(_FORMULA)
    return f"'{text}" if guarded else text
