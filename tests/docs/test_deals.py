"""What docs/deals.md says of deals and their files is what the application does."""

import re

from app.catalog.content import CUSTOMER_ROLES, DEAL_STAGES
from app.config import ROOT
from app.deals import words
from app.deals.facts import SLIPS_DAYS
from app.deals.importing.reading import COLUMNS, MOST_ROWS
from app.deals.proposals import MOST_CONTACTS

PAGE = (ROOT / "docs/deals.md").read_text()
LINES = " ".join(PAGE.split())


def test_the_documented_columns_are_those_of_a_file() -> None:
    table = PAGE.split("| Column |", 1)[1].split("\n\n", 1)[0]
    assert tuple(re.findall(r"^\| ([a-z_]+) \|", table, re.MULTILINE)) == COLUMNS
    assert ", ".join(DEAL_STAGES[:-1]) + f" or {DEAL_STAGES[-1]}" in table


def test_the_documented_parts_are_those_that_people_choose_from() -> None:
    *parts, last = dict(words.roles())
    assert f"{', '.join(parts)} or {last}" in LINES
    assert ", ".join(CUSTOMER_ROLES) in LINES


def test_the_documented_bounds_are_those_that_hold() -> None:
    assert f"{MOST_ROWS:,} deals" in LINES
    assert f"at most {MOST_CONTACTS}" in LINES
    assert f"{SLIPS_DAYS} days after its day" in LINES
