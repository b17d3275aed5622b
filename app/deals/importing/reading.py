"""Reading a CSV file of deals, and every cell that is wrong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.catalog.content import CUSTOMER_ROLES, DEAL_STAGES
from app.deals.actions import Facts
from app.deals.currencies import CURRENCIES, OFFERED
from app.deals.facts import Contact
from app.deals.proposals import MOST_CONTACTS, TeamPart, Wanted, reference_problem
from app.people.rules import name_problem
from app.web.csvtable import Problem, day_problem, read_table
from app.web.i18n import gettext as _

MOST_ROWS = 10_000
"""Deals in a file."""
MOST_MEMBERS = 50
"""People on the team of one deal in a file."""
COLUMNS = (
    *("id", "name", "account", "amount", "currency", "stage", "close_date", "region", "industry"),
    *("products", "team", "contacts", "outcome", "closed_on"),
)
_REQUIRED = ("id", "name", "account", "amount", "currency", "stage", "products", "team")
_KEPT = ("close_date", "region", "industry", "outcome", "closed_on")
_OUTCOMES = ("won", "lost")
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_LONGEST = {"id": 80, "name": 200, "account": 200, "region": 40, "industry": 80}
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class DealsFile:
    """What a file says: its good rows by number, and what is wrong with the others."""

    rows: tuple[tuple[int, Wanted], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_deals(content: bytes) -> DealsFile:
    """Read a file: UTF-8 with or without a byte order mark, cells parted by commas, semicolons or tabs."""
    too_many = _("There are more than 10,000 deals in the file. Split it.")
    table = read_table(content, COLUMNS, _REQUIRED, most=MOST_ROWS, too_many=too_many)
    problems = list(table.problems)
    rows: list[tuple[int, Wanted]] = []
    seen: dict[str, int] = {}
    left_out = frozenset(name for name in _KEPT if name not in table.names)
    for number, row in table.rows:
        found = list(_cell_problems(number, row))
        first = seen.setdefault(row["id"], number)
        if first != number:
            found.append(Problem(number, "id", _("This id stands in row %(row)s already.") % {"row": first}))
        problems += found
        if not found:
            rows.append((number, _wanted(row, left_out, with_contacts="contacts" in table.names)))
    return DealsFile(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.row)))


def _cell_problems(number: int, row: dict[str, str]) -> Iterator[Problem]:
    outcome = row.get("outcome", "")
    sentences = {
        "id": name_problem(row["id"], _LONGEST["id"]) or reference_problem(row["id"]),
        "name": name_problem(row["name"], _LONGEST["name"]),
        "account": name_problem(row["account"], _LONGEST["account"]),
        "amount": _amount_problem(row["amount"]),
        "currency": None if row["currency"] in CURRENCIES else _choice_problem(row["currency"], (*OFFERED, "…")),
        "stage": _choice_problem(row["stage"], DEAL_STAGES),
        "close_date": _optional_day(row.get("close_date", "")),
        "region": _optional_name("region", row),
        "industry": _optional_name("industry", row),
        "team": _team_problem(row["team"]),
        "contacts": _contacts_problem(row.get("contacts", "")),
        "outcome": _choice_problem(outcome, _OUTCOMES) if outcome else None,
        "closed_on": _optional_day(row.get("closed_on", "")),
    }
    yield from (Problem(number, column, sentence) for column, sentence in sentences.items() if sentence)


def _amount_problem(cell: str) -> str | None:
    if _AMOUNT.fullmatch(cell):
        return None
    return _("%(cell)s is not an amount. Write digits and a point, as in 86000.50.") % {"cell": cell[:40]}


def _choice_problem(cell: str, known: Sequence[str]) -> str | None:
    if cell in known:
        return None
    return _("Choose one of %(known)s.") % {"known": ", ".join(known)}


def _optional_day(cell: str) -> str | None:
    return day_problem(cell) if cell else None


def _optional_name(column: str, row: dict[str, str]) -> str | None:
    cell = row.get(column, "")
    return name_problem(cell, _LONGEST[column]) if cell else None


def _team_problem(cell: str) -> str | None:
    parts = _parts(cell)
    if any(len(part) not in {2, 3} for part in parts) or not parts:
        return _("Write everybody as address:part, parted by semicolons, as in ana@example.com:owner.")
    if len(parts) > MOST_MEMBERS:
        return _("There are more than %(count)s people on this team.") % {"count": MOST_MEMBERS}
    return None


def _contacts_problem(cell: str) -> str | None:
    contacts = _contacts(cell)
    if len(contacts) > MOST_CONTACTS:
        return _("A deal has at most %(count)s people of the customer's.") % {"count": MOST_CONTACTS}
    for each in contacts:
        too_long = len(each.note) > _LONGEST_NOTE
        if each.role not in CUSTOMER_ROLES or too_long or name_problem(each.name, _LONGEST["name"]):
            return _("Write everybody as name:part:note, parted by semicolons; the parts are %(known)s.") % {
                "known": ", ".join(CUSTOMER_ROLES)
            }
    return None


def _parts(cell: str) -> list[list[str]]:
    return [part.split(":") for part in re.split(r"[;|\s]+", cell) if part]


def _contacts(cell: str) -> list[Contact]:
    pieces = [[piece.strip() for piece in part.split(":", 2)] for part in cell.split(";") if part.strip()]
    return [Contact(name, role, note) for name, role, note, *_rest in ([*each, "", ""] for each in pieces)]


def _wanted(row: dict[str, str], left_out: frozenset[str], *, with_contacts: bool) -> Wanted:
    facts = Facts(
        name=row["name"],
        account=row["account"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        stage=row["stage"],
        close_date=_date(row.get("close_date", "")),
        region=row.get("region") or None,
        industry=row.get("industry") or None,
        outcome=row.get("outcome") or None,
        closed_on=_date(row.get("closed_on", "")),
    )
    return Wanted(
        reference=row["id"],
        facts=facts,
        products=[slug for slug in re.split(r"[;,|\s]+", row["products"]) if slug],
        team=[TeamPart(part[0], part[1], part[2] if len(part) > 2 else None) for part in _parts(row["team"])],  # noqa: PLR2004 (address, part, and whoever supervises)
        contacts=tuple(_contacts(row["contacts"])) if with_contacts else None,
        kept=left_out,
    )


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
