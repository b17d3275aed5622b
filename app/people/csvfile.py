"""Reading a CSV file of people: its encoding, its delimiter, its header, and every cell that is wrong."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from app.people.import_rules import Entry, Problem, SetAside
from app.people.models import Role
from app.people.rules import email_problem, name_problem
from app.web.i18n import LOCALES, match_locale
from app.web.i18n import gettext as _

LARGEST_FILE = 5 * 1024 * 1024
"""Bytes of a file."""
MOST_ROWS = 20_000
"""People in a file."""
COLUMNS = ("email", "name", "role", "team", "manager", "locale")
_REQUIRED = ("email", "name", "role")
_LONGEST_TEAM = 120


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file says: its good rows by number, its other rows, its columns, and what is wrong with it."""

    rows: tuple[tuple[int, Entry], ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    columns: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def read_people(content: bytes) -> PeopleFile:
    """Read a file: UTF-8 with or without a byte order mark, cells parted by commas, semicolons or tabs."""
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
            if len(records) > MOST_ROWS + 1:
                return _unreadable(number, _("There are more than 20,000 people in the file. Split it."))
    except csv.Error:
        return _unreadable(
            reader.line_num, _("This is not CSV: a quotation mark is not closed, or a cell is too long.")
        )
    return _rows(records)


def _unreadable(row: int, sentence: str) -> PeopleFile:
    return PeopleFile(problems=(Problem(row, "", sentence),))


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _rows(records: list[tuple[int, list[str]]]) -> PeopleFile:
    if not records:
        return _unreadable(1, _("The file is empty."))
    header_row, header = records[0]
    names = [name.lower() for name in header]
    problems = list(_header_problems(header_row, names))
    if problems:
        return PeopleFile(problems=tuple(problems))
    rows = []
    set_aside = []
    for number, cells in records[1:]:
        if len(cells) > len(names) and any(cells[len(names) :]):
            problems.append(Problem(number, "", _("There are more cells than columns in the header.")))
            continue
        row = dict(zip(names, [*cells, *[""] * len(names)], strict=False))
        found = list(_cell_problems(number, row))
        problems += found
        if found:
            manager = row.get("manager", "").lower()
            readable = manager and not any(problem.column == "manager" for problem in found)
            set_aside.append(SetAside(number, row["email"].lower(), manager if readable else None))
        else:
            rows.append((number, _entry(row)))
    return PeopleFile(tuple(rows), tuple(set_aside), frozenset(names), tuple(problems))


def _header_problems(row: int, names: list[str]) -> Iterator[Problem]:
    for name in _REQUIRED:
        if name not in names:
            yield Problem(row, name, _("This column is missing in the header."))
    for position, name in enumerate(names):
        if name not in COLUMNS:
            sentence = _("There is no such column; the columns are %(columns)s.") % {"columns": ", ".join(COLUMNS)}
            yield Problem(row, name or f"#{position + 1}", sentence)
        elif name in names[:position]:
            yield Problem(row, name, _("This column is there twice."))


def _cell_problems(number: int, row: dict[str, str]) -> Iterator[Problem]:
    team = row.get("team", "")
    manager = row.get("manager", "")
    sentences = {
        "email": email_problem(row["email"]),
        "name": name_problem(row["name"]),
        "role": _role_problem(row["role"]),
        "team": name_problem(team, _LONGEST_TEAM) if team else None,
        "manager": email_problem(manager) if manager else None,
        "locale": _locale_problem(row.get("locale", "")),
    }
    for column, sentence in sentences.items():
        if sentence:
            yield Problem(number, column, sentence)


def _role_names(cell: str) -> list[str]:
    return [name for name in re.split(r"[;,|\s]+", cell.lower()) if name]


def _role_problem(cell: str) -> str | None:
    names = _role_names(cell)
    if not names:
        return _("Fill this in.")
    known = list(Role)
    unknown = [name for name in names if name not in known]
    if not unknown:
        return None
    return _("There is no role %(role)s; the roles are %(known)s.") % {"role": unknown[0], "known": ", ".join(known)}


def _locale_problem(cell: str) -> str | None:
    if not cell or match_locale(cell):
        return None
    return _("There is no language %(locale)s; the languages are %(known)s.") % {
        "locale": cell,
        "known": ", ".join(LOCALES),
    }


def _entry(row: dict[str, str]) -> Entry:
    locale = row.get("locale", "")
    return Entry(
        email=row["email"].lower(),
        name=row["name"],
        roles=frozenset(Role(name) for name in _role_names(row["role"])),
        team=row.get("team") or None,
        manager=row.get("manager", "").lower() or None,
        locale=match_locale(locale) if locale else None,
    )
