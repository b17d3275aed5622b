"""Reading a CSV file of people, and every cell that is wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.people.import_rules import Entry, SetAside
from app.people.models import Role
from app.people.rules import email_problem, name_problem
from app.web.csvtable import Problem, day_problem, read_table
from app.web.i18n import LOCALES, match_locale
from app.web.i18n import gettext as _

MOST_ROWS = 20_000
"""People in a file."""
COLUMNS = ("email", "name", "role", "team", "manager", "locale", "region", "hired_on")
_REQUIRED = ("email", "name", "role")
_LONGEST_TEAM = 120
_LONGEST_REGION = 40


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file says: its good rows by number, its other rows, its columns, and what is wrong with it."""

    rows: tuple[tuple[int, Entry], ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    columns: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def read_people(content: bytes) -> PeopleFile:
    """Read a file: UTF-8 with or without a byte order mark, cells parted by commas, semicolons or tabs."""
    too_many = _("There are more than 20,000 people in the file. Split it.")
    table = read_table(content, COLUMNS, _REQUIRED, most=MOST_ROWS, too_many=too_many)
    problems = list(table.problems)
    rows = []
    set_aside = []
    for number, row in table.rows:
        found = list(_cell_problems(number, row))
        problems += found
        if found:
            manager = row.get("manager", "").lower()
            readable = manager and not any(problem.column == "manager" for problem in found)
            set_aside.append(SetAside(number, row["email"].lower(), manager if readable else None))
        else:
            rows.append((number, _entry(row)))
    problems.sort(key=lambda problem: problem.row)
    return PeopleFile(tuple(rows), tuple(set_aside), frozenset(table.names), tuple(problems))


def _cell_problems(number: int, row: dict[str, str]) -> Iterator[Problem]:
    team = row.get("team", "")
    manager = row.get("manager", "")
    region = row.get("region", "")
    hired_on = row.get("hired_on", "")
    sentences = {
        "email": email_problem(row["email"]),
        "name": name_problem(row["name"]),
        "role": _role_problem(row["role"]),
        "team": name_problem(team, _LONGEST_TEAM) if team else None,
        "manager": email_problem(manager) if manager else None,
        "locale": _locale_problem(row.get("locale", "")),
        "region": name_problem(region, _LONGEST_REGION) if region else None,
        "hired_on": day_problem(hired_on) if hired_on else None,
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
    hired_on = row.get("hired_on", "")
    return Entry(
        email=row["email"].lower(),
        name=row["name"],
        roles=frozenset(Role(name) for name in _role_names(row["role"])),
        team=row.get("team") or None,
        manager=row.get("manager", "").lower() or None,
        locale=match_locale(locale) if locale else None,
        region=row.get("region") or None,
        hired_on=date.fromisoformat(hired_on) if hired_on else None,
    )
