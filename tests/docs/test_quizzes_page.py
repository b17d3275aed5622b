"""What docs/quizzes.md says is true: its lists are whole, its limits are those of the code, its commands print that."""

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from app.authoring.questionfiles.routes import LARGEST
from app.catalog.media import MAX_BYTES
from app.cli import main
from app.config import ROOT
from app.quizzes.analysis import flags
from app.quizzes.analysis.flags import PRESSING, FlagKind
from app.quizzes.analysis.reading import FEWEST_TO_NAME
from app.quizzes.analysis.words import FLAGS
from app.quizzes.content import Shown
from app.quizzes.interchange.formats import FORMATS, WRITTEN
from app.quizzes.interchange.outcome import MOST_BYTES, MOST_ITEMS
from app.quizzes.interchange.packages import MOST_FILES, MOST_UNPACKED
from app.quizzes.itemcontent import ITEM_TYPES
from app.quizzes.models import RegradePolicy
from app.quizzes.practice import rules as practice
from app.quizzes.spaced import rules as spaced
from app.quizzes.statistics import FEWEST_ATTEMPTS

PAGE = (ROOT / "docs/quizzes.md").read_text()
WORDS = " ".join(PAGE.split())


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the table below a heading: the other cells by the first."""
    section = re.split(r"^## ", PAGE.split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows[1:]}


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("Kinds of questions", list(ITEM_TYPES)),
        ("What is shown when", list(get_args(Shown))),
        ("Marking again", [policy.value for policy in RegradePolicy]),
        ("Files of questions", list(FORMATS)),
    ],
)
def test_lists_are_whole(heading: str, names: list[str]) -> None:
    assert list(table(heading)) == names


def test_every_flag_stands_there_the_most_pressing_first() -> None:
    named = [name for name in table("How items perform") if name[0].isupper()]
    assert named == [FLAGS[kind] for kind in FlagKind]
    assert set(list(FlagKind)[:5]) == PRESSING


def test_formats_that_are_written_are_said_to_be() -> None:
    written = [name for name, cells in table("Files of questions").items() if cells[1] != "no"]
    assert written == list(WRITTEN)


@pytest.mark.parametrize(
    "said",
    [
        f"facility below {flags.CRITICAL_FACILITY:g} %, from {flags.FEWEST_FOR_CRITICAL} attempts",
        f"facility of {flags.TOO_HARD:g} % or less, from {FEWEST_ATTEMPTS} attempts",
        f"from 0 to below {flags.WEAK_DISCRIMINATION:g}, facility below {flags.TOO_EASY:g} %",
        f"{flags.MANY_UNANSWERED:g} % or more gave no answer",
        f"its median is {flags.SLOW_SECONDS} seconds or more",
        f"facility of {flags.TOO_EASY:g} % or more, from {FEWEST_ATTEMPTS} attempts",
        f"| questions in a quiz or a file | {MOST_ITEMS:,} |",
        f"| {LARGEST // 1_000_000} MB; {MOST_BYTES // 1_000_000} MB |",
        f"| {MOST_UNPACKED // 1_000_000} MB in {MOST_FILES:,} files |",
        f"{MAX_BYTES // 1_000_000} MB each",
        f"up to {spaced.A_QUIZ} for each quiz",
        f"*fresh* from {spaced.FRESH:.0%}".replace("%", " %"),
        f"*fading* from {spaced.FADING:.0%}".replace("%", " %"),
    ],
)
def test_limits_are_those_of_the_code(said: str) -> None:
    assert said in WORDS


def test_numbers_that_are_written_in_words_are_those_of_the_code() -> None:
    assert (practice.MOST, practice.ENOUGH, spaced.A_DAY, spaced.FIRST_DUE.days) == (10, 2, 3, 2)
    assert (FEWEST_TO_NAME, flags.SLOW_TIMES) == (5, 3)
    phrases = ["ten questions at most", "right twice in a row", "at most three on one day", "fewer than five people"]
    assert [phrase for phrase in phrases if phrase not in WORDS] == []


def test_the_commands_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEALWORTHY_DATABASE_URL", f"sqlite:///{tmp_path}/shown.db")
    course = (ROOT / "docs/content.md").read_text()
    for path, content in re.findall(r"\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)```", course, re.DOTALL):
        (tmp_path / "course" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "course" / path).write_text(content)
    shown = re.findall(r"\*\*`([^`]+)`\*\*[^\n]*\n\n```gift\n(.*?)```", PAGE, re.DOTALL)
    for path, content in shown:
        (tmp_path / path).write_text(content)
    assert [main(["migrate"]), main(["import", "course"])] == [0, 0]
    capsys.readouterr()

    blocks = re.findall(r"```console\n\$ dealworthy ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)
    for command, printed in blocks:
        assert main(shlex.split(command)) == 0
        said = capsys.readouterr()
        assert said.out + said.err == printed
    assert (len(shown), len(blocks)) == (1, 2)
