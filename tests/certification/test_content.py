import pytest

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.certification.content import ProgramDocument

PROGRAM = """\
requirements:
- lesson: all
- attest: redlines
- quiz: shopfront
- sign_off: demo
- live_session: launch
valid_months: 12
basis: expiry
renewal_window_days: 30
grace_days: 14
enforcement: block
"""


def test_a_program_is_read_and_written_alike() -> None:
    document = parse(ProgramDocument, PROGRAM, "f.yaml").document
    assert document is not None
    assert dump(document) == PROGRAM
    assert ProgramDocument.model_validate(canonical(document)) == document
    assert document.quizzes == ("shopfront",)
    assert (document.level, document.coverage, document.from_stage, document.roles, document.regions) == (
        "standard", "every", "discovery", (), (),
    )  # fmt: skip


def test_what_differs_from_the_defaults_is_kept() -> None:
    source = PROGRAM.replace("basis: expiry", "basis: fixed") + (
        "level: advanced\nregions:\n- CN\n- EU\ncoverage: owner\nfrom_stage: proposal\nroles:\n- owner\n"
        "minimum_active_months: 3\n"
    )
    document = parse(ProgramDocument, source, "f.yaml").document
    assert document is not None
    assert dump(document) == source


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("- attest: redlines", "- attest: prices", "f.yaml:3:3: requirements.1.attest: must be one of: redlines"),
        (
            "- attest: redlines",
            "- exam: x",
            (
                "f.yaml:3:3: requirements.1: must be one of: "
                "lesson, attest, quiz, sign_off, live_session, certified, any_of"
            ),
        ),
        (
            "- attest: redlines",
            "- {attest: redlines, quiz: x}",
            "f.yaml:3:22: requirements.1.quiz: is not a key that is known here",
        ),
        (
            "- attest: redlines",
            "- quiz: shopfront",
            "f.yaml:4:3: requirements.2: is asked for twice",
        ),
        (
            "- attest: redlines",
            "- lesson: one",
            "f.yaml:1:1: requirements: lesson: all covers the other lessons",
        ),
        ("valid_months: 12", "valid_months: 0", "f.yaml:7:1: valid_months: must be at least 1"),
        ("valid_months: 12", "valid_months: 12.5", "f.yaml:7:1: valid_months: must be a whole number"),
        ("valid_months: 12", "valid_months: true", "f.yaml:7:1: valid_months: must be a whole number"),
        (
            "valid_months: 12",
            "valid_months: 1",
            "f.yaml:9:1: renewal_window_days: is longer than the 1 months of validity",
        ),
        ("basis: expiry", "basis: rolling", "f.yaml:8:1: basis: must be one of: completion, expiry, fixed"),
        (
            "basis: expiry",
            "basis: expiry\nminimum_active_months: 3",
            "f.yaml:9:1: minimum_active_months: is only for basis: fixed",
        ),
        (
            "basis: expiry",
            "basis: fixed\nminimum_active_months: 1",
            "f.yaml:9:1: minimum_active_months: must cover the renewal window of 30 days (a month counts 28 here)",
        ),
        (
            "basis: expiry",
            "basis: fixed\nminimum_active_months: 13",
            "f.yaml:9:1: minimum_active_months: is longer than the 12 months of validity",
        ),
        ("grace_days: 14\n", "", "f.yaml:1:1: grace_days: is missing"),
        (
            "enforcement: block",
            "enforcement: stop",
            "f.yaml:11:1: enforcement: must be one of: observe, warn, require_approval, block",
        ),
        (
            "enforcement: block",
            "enforcement: block\nregions: ['C N']",
            "f.yaml:12:11: regions.0: must be a region code such as CN",
        ),
        (
            "enforcement: block",
            "enforcement: block\nfrom_stage: close",
            "f.yaml:12:1: from_stage: must be one of: discovery, proposal, negotiation, contract, delivery, renewal",
        ),
    ],
)
def test_a_program_that_cannot_hold_is_refused(old: str, new: str, line: str) -> None:
    assert old in PROGRAM
    parsed = parse(ProgramDocument, PROGRAM.replace(old, new), "f.yaml")
    assert parsed.document is None
    assert "\n".join(map(str, parsed.problems)) == line


def test_a_program_of_lessons_alone_could_never_be_renewed() -> None:
    source = PROGRAM.replace("- attest: redlines\n- quiz: shopfront\n- sign_off: demo\n- live_session: launch\n", "")
    choice = source.replace("- lesson: all\n", "- lesson: all\n- any_of: [quiz: shopfront, [lesson: a, lesson: b]]\n")
    for each in (source, choice.replace("- lesson: all\n", "")):
        (problem,) = parse(ProgramDocument, each, "f.yaml").problems
        assert str(problem).startswith("f.yaml:1:1: requirements: asks for lessons alone; those stay done")
