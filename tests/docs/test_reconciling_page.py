"""The page about comparing with the CRM names what the product has, and its examples are read."""

import re
from io import BytesIO
from pathlib import Path

from app.api import receiving, reconcile
from app.api.reconcile import ReconcileQuery
from app.deals.reconciling import pulling, runs
from app.deals.reconciling.reading import LONGEST_LINE, DealRow, Given
from app.deals.reconciling.rules import NEEDED, DifferenceKind
from app.deals.reconciling.runs import Counts
from app.deals.reconciling.tables import COLUMNS, table

PAGE = (Path(__file__).parents[2] / "docs" / "reconciling.md").read_text()


def names(section: str) -> set[str]:
    """The names in code marks in the first cells of the table that follows a heading of a column."""
    table_text = PAGE[PAGE.index(section) :].split("\n\n")[0]
    return set(re.findall(r"`([a-z_]+)", " ".join(line.split("|")[1] for line in table_text.splitlines()[2:])))


def test_the_tables_have_every_key() -> None:
    assert names("| Key | Value |") == set(DealRow.model_fields) - {"contacts"} == set(COLUMNS)
    assert names("| `kind` | `what` |") == set(DifferenceKind)
    assert names("| Parameter | Meaning |") == set(ReconcileQuery.model_fields)
    assert names("| Key | When |") == {"progress", "deal", "wrong", "missing", "summary", "error"}
    for name in Counts.__slots__:
        assert f"`{name}`" in PAGE
    needed = ", ".join(f"`{name}`" for name in NEEDED)
    assert f"needs {needed}" in PAGE.replace("\n", " ")


def test_the_page_names_the_limits() -> None:
    most, longest, largest = receiving.MOST_LINES, LONGEST_LINE // 1024, receiving.LARGEST // 2**20
    assert f"at most {most:,} lines of {longest} KiB and {largest} MiB in all" in PAGE
    assert f"{pulling.LARGEST // 2**20} MiB and {pulling.MOST_ROWS:,} rows" in PAGE
    assert f"The first {runs.MOST_LINES:,} findings" in PAGE
    assert (receiving.LONGEST_WAIT, "within ten minutes" in PAGE) == (600, True)
    assert (pulling.AGAIN.total_seconds(), "tried again in an hour" in PAGE) == (3600, True)
    assert f"Content-Type: {reconcile.NDJSON}" in PAGE


def test_the_table_of_the_page_is_read() -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    rows = list(table(BytesIO(example.encode())))
    assert all(isinstance(each, Given) for each in rows)
    assert [each.deal.id for each in rows if isinstance(each, Given)] == ["D-20417", "D-20418"]
