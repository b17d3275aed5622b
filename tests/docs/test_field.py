"""What docs/field.md says about notes, incidents and predicting questions is what the rules say."""

import re

from app.config import ROOT
from app.deals.fieldnotes.models import NoteStatus
from app.deals.fieldnotes.rules import Note, possible
from app.deals.incidents.predicting import FEWEST_OTHERS, FEWEST_WHO_CROSSED, Verdict

PAGE = (ROOT / "docs/field.md").read_text()
ME = 1


def rows_after(heading: str) -> list[list[str]]:
    """The rows of the first table after a heading, without its head."""
    text = PAGE.split(heading, 1)[1]
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table[0].splitlines()[2:]]


def test_the_documented_way_of_a_note_is_that_of_the_rules() -> None:
    documented = {status: [] if deeds == "–" else deeds.split(", ") for status, deeds in rows_after("## Field notes")}
    taken = {status: None if status is NoteStatus.NEW else ME for status in NoteStatus}
    assert documented == {
        status.value: [deed.value for deed in possible(Note(status, taken[status]), ME)] for status in NoteStatus
    }


def test_the_documented_verdicts_and_numbers_are_those_of_the_rules() -> None:
    assert [row[0] for row in rows_after("## What incidents teach")] == [each.value for each in Verdict]
    words = " ".join(PAGE.split())
    assert f"at least {FEWEST_WHO_CROSSED} people crossed the line and at least {FEWEST_OTHERS} others" in words
