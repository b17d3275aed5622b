"""Quizzes that draw from banks and from each other: what lint says of files."""

from pathlib import Path

import pytest

from app.authoring.files import read_tree

BANK = """\
schema: 1
id: bank
product: keeper
title: Bank
bank: true
items:
- {id: one, type: true_false, prompt: P, answer: true, critical: true}
- {id: two, type: true_false, prompt: P, answer: true}
"""
QUIZ = """\
schema: 1
id: quiz
product: keeper
title: Quiz
pass_percent: 80
draw:
- RULE
items: []
"""


def lines(tmp_path: Path, rule: str, **known: int) -> list[str]:
    folder = tmp_path / "quizzes"
    folder.mkdir()
    (folder / "bank.yaml").write_text(BANK)
    (folder / "quiz.yaml").write_text(QUIZ.replace("RULE", rule))
    tree = read_tree(tmp_path, known_versions=known or None)
    prefix = f"{folder.as_posix()}/"
    return [str(each).removeprefix(prefix) for each in (*tree.problems, *tree.warnings)]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{count: 2, from: bank}", []),
        ("{items: [one], from: bank}", []),
        ("{count: 1, from: nowhere}", ["quiz.yaml:7:14: draw.0.from: there is no quiz or bank nowhere"]),
        ("{count: 1, from: draft}", ["quiz.yaml:7:14: draw.0.from: draft is not published, so nothing can be drawn"]),
        ("{count: 1, from: other, version: 3}", []),
        ("{count: 1, from: other, version: 4}", ["quiz.yaml:7:27: draw.0.version: other has no version 4"]),
        ("{count: 3, from: bank}", ["quiz.yaml:7:3: draw.0: asks for 3 items, and there are 2"]),
        ("{count: 2, from: bank, critical: true}", ["quiz.yaml:7:3: draw.0: asks for 2 items, and there are 1"]),
        ("{items: [one, gone], from: bank}", ["quiz.yaml:7:3: draw.0: asks for 2 items, and there are 1"]),
    ],
)
def test_what_a_rule_draws_from_must_be_there(tmp_path: Path, rule: str, found: list[str]) -> None:
    assert lines(tmp_path, rule, other=3, draft=0) == found


def test_versions_that_only_a_database_knows_are_left_unchecked(tmp_path: Path) -> None:
    assert lines(tmp_path, "{count: 1, from: bank, version: 9}") == []
