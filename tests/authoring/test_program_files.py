"""Programs in files: what is checked inside of alternatives and levels, across courses, and with what is stored."""

from pathlib import Path

import pytest

from app.authoring.files import CourseFiles, Tree, read_tree
from app.authoring.prerequisites import ladder
from app.authoring.writing import write_tree
from app.catalog.content import CourseDocument
from app.catalog.document import digest
from app.certification.content import ProgramDocument
from app.quizzes.content import QuizDocument
from app.redlines.content import RedLinesDocument
from writing import COURSE, PROGRAM, QUIZ, RULE, WHOLE

LEDGER = {**PROGRAM, "requirements": [{"attest": "redlines"}], "levels": [
    {"id": "senior", "name": "Senior", "requirements": [{"sign_off": "pitch"}]},
]}  # fmt: skip
FILE = "courses/keeper/product.yaml"


def files(slug: str, program: dict[str, object]) -> CourseFiles:
    return CourseFiles(
        CourseDocument.model_validate({**COURSE, "id": slug}),
        ProgramDocument.model_validate(program),
        RedLinesDocument.model_validate({"schema": 1, "rules": [RULE]}),
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree in which Keeper CRM asks for everything that there is, and for the ledger's higher level."""
    bank = {"schema": 1, "id": "bank", "product": "keeper", "title": "Bank", "bank": True, "items": QUIZ["items"]}
    other = {**QUIZ, "id": "ledger-quiz", "product": "ledger"}
    quizzes = {each.id: each for each in map(QuizDocument.model_validate, (QUIZ, bank, other))}
    write_tree(Tree({"keeper": files("keeper", WHOLE), "ledger": files("ledger", LEDGER)}, quizzes), tmp_path)
    return tmp_path


def change(root: Path, old: str, new: str) -> None:
    text = (root / FILE).read_text()
    assert text.count(old) == 1, text
    (root / FILE).write_text(text.replace(old, new))


def problems(root: Path, **known: object) -> list[str]:
    tree = read_tree(root, **known)  # type: ignore[arg-type]  # each case knows one thing
    return [str(each).removeprefix(f"{root.as_posix()}/") for each in tree.problems]


def test_a_program_with_everything_is_written_as_it_was_read(root: Path, tmp_path: Path) -> None:
    tree = read_tree(root)
    assert tree.problems == ()
    program = tree.courses["keeper"].program
    assert program is not None
    assert digest(program) == digest(ProgramDocument.model_validate(WHOLE))
    write_tree(tree, tmp_path / "again")
    assert (tmp_path / "again" / FILE).read_bytes() == (root / FILE).read_bytes()
    assert write_tree(read_tree(tmp_path / "again"), tmp_path / "again") == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("lesson: second", "lesson: lost", "17:9: program.requirements.1.any_of.0.1: there is no lesson lost"),
        ("lesson: second", "quiz: lost", "17:9: program.requirements.1.any_of.0.1: there is no quiz lost"),
        (
            "lesson: second",
            "quiz: ledger-quiz",
            "17:9: program.requirements.1.any_of.0.1: there is no quiz ledger-quiz",
        ),
        (
            "lesson: second",
            "quiz: bank",
            "17:9: program.requirements.1.any_of.0.1: bank is a bank, which nobody can take",
        ),
        (
            "certified: ledger/senior",
            "certified: ledger/top",
            "18:9: program.requirements.1.any_of.1.0: ledger has no level top",
        ),
        (
            "certified: ledger/senior",
            "certified: lost",
            "18:9: program.requirements.1.any_of.1.0: there is no program of lost to be certified under",
        ),
        ("sign_off: coaching", "lesson: lost", "36:7: program.levels.1.requirements.0: there is no lesson lost"),
        (
            "sign_off: coaching",
            "certified: keeper",
            "36:7: program.levels.1.requirements.0: is the product itself; a level builds on those before it",
        ),
        ("sign_off: coaching", "quiz: keeper-quiz", "36:7: program.levels.1.requirements.0: is asked for already"),
        (
            "deal_level: senior",
            "deal_level: top",
            "37:3: program.deal_level: is none of the levels: standard, senior, coach",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(root: Path, old: str, new: str, line: str) -> None:
    change(root, old, new)
    assert problems(root) == [f"{FILE}:{line}"]


def test_a_circle_is_found_in_the_files_and_with_what_is_stored(root: Path) -> None:
    ledger = root / "courses/ledger/product.yaml"
    said = "18:9: program.requirements.1.any_of.1.0: goes in a circle: keeper → ledger/senior → keeper"
    stored = ladder({**LEDGER, "requirements": [{"attest": "redlines"}, {"certified": "keeper"}]})
    assert problems(root, known_programs={"ledger": stored}) == []
    alone = root / "courses/keeper"
    assert problems(alone) == []
    assert problems(alone, known_products=["ledger"], known_programs={"ledger": stored}) == [f"product.yaml:{said}"]
    ledger.write_text(ledger.read_text().replace("- attest: redlines", "- attest: redlines\n  - certified: keeper"))
    assert f"{FILE}:{said}" in problems(root)


def test_a_program_that_cannot_be_read_is_blamed_once(root: Path) -> None:
    ledger = root / "courses/ledger/product.yaml"
    ledger.write_text(ledger.read_text().replace("valid_months: 12", "valid_months: 0"))
    assert [each.partition(": ")[2] for each in problems(root)] == ["program.valid_months: must be at least 1"]
