"""The page about bad input names every file that tries it, and the bounds that hold."""

import re

from app.api.receiving import LARGEST, MOST_LINES
from app.certification.past.reading import MOST_ROWS as PAST
from app.config import ROOT
from app.deals.importing.reading import MOST_ROWS as DEALS
from app.main import LARGEST_BODY
from app.people.csvfile import MOST_ROWS as PEOPLE
from app.quizzes.interchange.outcome import MOST_BYTES, MOST_ITEMS
from app.redlines.documents import limits
from app.web.csvtable import LARGEST_FILE
from app.web.forms import MAX_FIELDS

PAGE = (ROOT / "docs/fuzzing.md").read_text()


def test_every_file_is_told_and_the_other_way_round() -> None:
    named = set(re.findall(r"^\| .* \| `([a-z_/]+\.py)` \|$", PAGE, re.MULTILINE))
    assert named == {f"fuzz/{path.name}" for path in (ROOT / "tests/fuzz").glob("test_*.py")} | {
        "api/test_schemathesis.py"
    }


def test_the_bounds_are_those_of_the_code() -> None:
    told = set(re.findall(r"^\| (?:a|the) [a-z A-Z]+ \| ([^|]*) \|$", PAGE, re.MULTILINE))
    mebibyte = 1024 * 1024
    isolated = "eight seconds in a process of its own"
    assert {
        f"{LARGEST_BODY // mebibyte} MB; one that takes no file asks for less",
        f"{LARGEST // mebibyte} MiB unpacked, {MOST_LINES:,} lines",
        f"{LARGEST_FILE // mebibyte} MB; {PEOPLE:,} people, {DEALS:,} deals, {PAST:,} past certifications",
        f"{limits.MOST_BYTES // 1_000_000} MB, {limits.MOST_CHARACTERS // 1_000_000} million characters, {isolated}",
        f"{MOST_BYTES // 1_000_000} MB, {MOST_ITEMS:,} questions",
        f"{MAX_FIELDS:,} fields of a megabyte each",
    } == told
