"""What docs/redlines.md says about the life of a red line is what its rules say."""

import re

from app.config import ROOT
from app.redlines.reviewing.rules import TRANSITIONS, Place


def test_the_documented_transitions_are_those_of_the_rules() -> None:
    lines = (
        (ROOT / "docs/redlines.md").read_text().split("## The life of a red line", 1)[1].split("## ", 1)[0].splitlines()
    )
    table = [re.findall(r"[a-z]+", line) for line in lines if line.startswith("| ")]
    columns = [Place(name) for name in table[0]]
    documented = {Place(row[0]): dict(zip(columns, row[1:], strict=True)) for row in table[1:]}
    assert documented == {
        before: {after: need.value for after, need in found.items()} for before, found in TRANSITIONS.items()
    }
