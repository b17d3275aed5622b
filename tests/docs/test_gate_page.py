"""What docs/gate.md says of the gate's settings is what the code does."""

import re

from app.config import ROOT
from app.deals.policies.content import PolicyDocument, RequirementDocument
from app.deals.policies.dryrun import MOST_DEALS
from app.deals.policies.rules import AN_HOUR, Pool
from app.deals.rules import ClearanceDecision, Coverage, DealStage, Enforcement, FailureMode, stops

PAGE = (ROOT / "docs/gate.md").read_text()
WORDS = " ".join(PAGE.split())


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    lines = PAGE.split(f"## {heading}", 1)[1].split("\n## ", 1)[0].splitlines()
    table = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def test_the_documented_settings_are_those_of_a_requirement() -> None:
    settings = {row[0].strip("`"): row[1] for row in rows("One requirement")}
    assert settings.keys() == RequirementDocument.model_fields.keys()
    assert set(re.findall(r"`(\w+)`", settings["coverage"])) == set(Coverage)
    assert ", ".join(DealStage) in settings["from_stage"]


def test_the_documented_steps_are_the_enforcements_and_stop_as_said() -> None:
    table = rows("From observe to block")
    assert [row[0].strip("`") for row in table] == list(Enforcement)
    for row in table:
        enforcement = Enforcement(row[0].strip("`"))
        assert row[1].startswith("stops") == stops(ClearanceDecision.NOT_CLEARED, enforcement)


def test_the_documented_failure_modes_are_those_there_are() -> None:
    table = rows("When we cannot be reached")
    assert [row[0].strip("`") for row in table] == list(FailureMode)
    document = PolicyDocument.model_validate({"requirements": [{"enforcement": "block"}]})
    assert f"`{document.failure_mode}` is what holds unless something else is set" in WORDS


def test_the_documented_limits_are_those_of_the_code() -> None:
    limits = PolicyDocument.model_fields["requirements"].metadata
    fewest, most = (getattr(each, name) for each, name in zip(limits, ("min_length", "max_length"), strict=True))
    assert f"{fewest} to {most} requirements" in WORDS
    assert f"the next {MOST_DEALS} open deals to close" in WORDS
    assert f"less than {AN_HOUR} minutes" in WORDS


def test_the_documented_marks_of_a_pool_are_those_of_the_code() -> None:
    assert "fewer than 3, or than a tenth" in WORDS
    few, enough = (Pool(reps=10, certified=count, there=None, certified_there=None) for count in (2, 3))
    assert (few.is_thin, enough.is_thin) == (True, False)
    tenth, less = (Pool(reps=count, certified=5, there=None, certified_there=None) for count in (50, 51))
    assert (tenth.is_thin, less.is_thin) == (False, True)
