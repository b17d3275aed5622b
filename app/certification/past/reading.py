"""Reading a CSV file of past certifications, and every cell that is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.people.rules import email_problem
from app.web.csvtable import Problem, day_problem, read_table
from app.web.i18n import gettext as _
from app.web.i18n import ngettext

COLUMNS = ("email", "product", "completed_on", "valid_through", "evidence", "level")
_REQUIRED = ("email", "product", "completed_on")
MOST_ROWS = 2000
"""Certifications in a file."""
LONGEST_EVIDENCE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One past certification as the file says it; an empty `level` is the first."""

    email: str
    product: str
    completed_on: date
    valid_through: date | None = None
    evidence: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class PastFile:
    """What a file says: its good rows by number, and what is wrong with it."""

    rows: tuple[tuple[int, Entry], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_past(content: bytes) -> PastFile:
    """Read a file: UTF-8 with or without a byte order mark, cells parted by commas, semicolons or tabs."""
    too_many = _("There are more than 2,000 certifications in the file. Split it.")
    table = read_table(content, COLUMNS, _REQUIRED, most=MOST_ROWS, too_many=too_many)
    problems = list(table.problems)
    rows = []
    for number, row in table.rows:
        found = list(_cell_problems(number, row))
        problems += found
        if not found:
            rows.append((number, _entry(row)))
    return PastFile(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.row)))


def _cell_problems(number: int, row: dict[str, str]) -> Iterator[Problem]:
    sentences = {
        "email": email_problem(row["email"]),
        "product": None if row["product"] else _("Fill this in."),
        "completed_on": day_problem(row["completed_on"]) if row["completed_on"] else _("Fill this in."),
        "valid_through": day_problem(row["valid_through"]) if row.get("valid_through") else None,
        "evidence": _evidence_problem(row.get("evidence", "")),
    }
    for column, sentence in sentences.items():
        if sentence:
            yield Problem(number, column, sentence)


def _evidence_problem(cell: str) -> str | None:
    if "\x00" in cell:
        return _("This cannot be read; check how it is written.")
    if len(cell) <= LONGEST_EVIDENCE:
        return None
    sentence = ngettext("Use at most %(count)s character.", "Use at most %(count)s characters.", LONGEST_EVIDENCE)
    return sentence % {"count": LONGEST_EVIDENCE}


def _entry(row: dict[str, str]) -> Entry:
    valid_through = row.get("valid_through", "")
    return Entry(
        email=row["email"].lower(),
        product=row["product"].lower(),
        completed_on=date.fromisoformat(row["completed_on"]),
        valid_through=date.fromisoformat(valid_through) if valid_through else None,
        evidence=row.get("evidence", ""),
        level=row.get("level", "").lower(),
    )
