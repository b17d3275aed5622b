"""What docs/sanctions.md says may be done against a certification is what its rules say."""

import re

from app.certification.models import CertificationEventKind
from app.certification.sanctions.rules import (
    APPEAL_DAYS,
    DECISION_DAYS,
    LADDER,
    LOOK_BACK_MONTHS,
    RECERTIFY_DAYS,
    TRANSITIONS,
    Place,
)
from app.config import ROOT

PAGE = (ROOT / "docs/sanctions.md").read_text()


def test_the_documented_transitions_are_those_of_the_rules() -> None:
    lines = PAGE.split("## What may be done when", 1)[1].split("## ", 1)[0].splitlines()
    table = [re.findall(r"[a-z_]+|–", line) for line in lines if line.startswith("| ")]
    columns = [CertificationEventKind(name) for name in table[0]]
    documented = {
        Place(row[0]): {kind: Place(cell) for kind, cell in zip(columns, row[1:], strict=True) if cell != "–"}
        for row in table[1:]
    }
    assert documented == {place: dict(found) for place, found in TRANSITIONS.items()}


def test_the_documented_ladder_and_clock_are_those_of_the_rules() -> None:
    words = " ".join(PAGE.lower().split())
    assert " → ".join(step.value for step in LADDER).replace("recert", "spot recert") in words
    for days in (
        f"{LOOK_BACK_MONTHS} months",
        f"{APPEAL_DAYS} days",
        f"{DECISION_DAYS} days",
        f"{RECERTIFY_DAYS} days",
    ):
        assert days in words
