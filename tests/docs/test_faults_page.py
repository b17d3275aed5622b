"""The page about faults names every file that tries one."""

import re

from app.config import ROOT

TABLE = re.compile(r"^\| .* \| `([a-z_/]+\.py)` \|$", re.MULTILINE)


def test_every_fault_that_is_tried_is_told_and_the_other_way_round() -> None:
    named = set(TABLE.findall((ROOT / "docs/faults.md").read_text()))
    assert {name for name in named if not (ROOT / "tests" / name).is_file()} == set()
    tried = {f"faults/{path.name}" for path in (ROOT / "tests/faults").glob("test_*.py")}
    assert tried - named == set()
