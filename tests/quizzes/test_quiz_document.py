"""What a quiz may say of itself, beside its items."""

import pytest

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.quizzes.content import QuizDocument

HEAD = "schema: 1\nid: quiz\nproduct: keeper\ntitle: Quiz\n"
ITEMS = "items:\n- {id: one, type: true_false, prompt: P, answer: true}\n"
WHOLE = """\
schema: 1
id: quiz
product: keeper
title: Quiz
pass_percent: 80
opens: '2026-12-01'
closes: 2026-12-24T18:00
review:
  score: after_close
practice: whole
draw:
- count: 2
  from: bank
  version: 3
  category: pricing
  tag: price
  red_line: keeper.return
  difficulty: hard
  critical: true
- items:
  - one
items:
- id: one
  type: true_false
  prompt: P
  answer: true
"""


def test_what_is_written_is_read_and_written_alike() -> None:
    document = parse(QuizDocument, WHOLE, "f.yaml").document
    assert document is not None
    assert dump(document) == WHOLE.replace("'2026-12-01'", "2026-12-01")
    assert parse(QuizDocument, dump(document), "f.yaml").document == document
    assert QuizDocument.model_validate(canonical(document)) == document


def test_what_is_left_out_holds_as_usual_and_is_not_written() -> None:
    usual = "bank: false\npractice: missed\nreview: {score: at_once, right_answers: when_done}\ncooldown_hours: 0\n"
    document = parse(QuizDocument, f"{HEAD}pass_percent: 80\n{usual}{ITEMS}", "f.yaml").document
    assert document is not None
    assert list(canonical(document)) == ["schema", "id", "product", "title", "pass_percent", "items"]


@pytest.mark.parametrize(
    "more",
    ["bank: true\n", "pass_percent: 80\ndraw: 1\n", "pass_percent: 80\nopens: 2026-12-01T00:00\ncloses: 2026-12-02\n"],
)
def test_a_quiz_or_a_bank_is_read(more: str) -> None:
    assert parse(QuizDocument, HEAD + more + ITEMS, "f.yaml").problems == ()


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("", "1:1: pass_percent: is missing"),
        ("bank: true\ndraw: 1\n", "6:1: draw: is not for a bank, which others draw from"),
        (
            "pass_percent: 80\nopens: 2026-12-01T25:00\n",
            "6:1: opens: must be a time such as 2026-12-01T09:00, or a day such as 2026-12-01",
        ),
        (
            "pass_percent: 80\ncloses: 2026-12-01T09:00+02:00\n",
            "6:1: closes: must be a time such as 2026-12-01T09:00, or a day such as 2026-12-01",
        ),
        (
            "pass_percent: 80\nopens: 2026-12-01\ncloses: 2026-12-01T00:00\n",
            "7:1: closes: must be later than 2026-12-01, when the quiz opens",
        ),
        ("pass_percent: 80\npractice: all\n", "6:1: practice: must be one of: none, missed, whole"),
        (
            "pass_percent: 80\nreview: {score: soon}\n",
            "6:10: review.score: must be one of: at_once, when_done, after_close, never",
        ),
        ("pass_percent: 80\ndraw: many\n", "6:1: draw: must be a whole number"),
        ("pass_percent: 80\ndraw: 2\n", "6:1: draw: asks for 2 items, critical ones counted, and there are 1"),
        ("pass_percent: 80\ndraw: []\n", "6:1: draw: must have at least 1 entry"),
        ("pass_percent: 80\ndraw: [{tag: x}]\n", "6:8: draw.0.count: is missing; or name the items"),
        (
            "pass_percent: 80\ndraw: [{items: [one], tag: x}]\n",
            "6:23: draw.0.tag: is not for a rule that names its items",
        ),
        ("pass_percent: 80\ndraw: [{items: [one, one]}]\n", "6:22: draw.0.items.1: stands here already"),
        ("pass_percent: 80\ndraw: [{items: [two]}]\n", "6:17: draw.0.items.0: there is no item two in this quiz"),
        (
            "pass_percent: 80\ndraw: [{count: 1, version: 2}]\n",
            "6:19: draw.0.version: needs from, the quiz that it numbers a version of",
        ),
        (
            "pass_percent: 80\ndraw: [{count: 1, from: quiz}]\n",
            "6:19: draw.0.from: is this quiz itself; leave it out",
        ),
    ],
)
def test_what_does_not_hold_together_is_said_at_its_place(more: str, line: str) -> None:
    assert [str(each) for each in parse(QuizDocument, HEAD + more + ITEMS, "f.yaml").problems] == [f"f.yaml:{line}"]


def test_a_quiz_without_items_of_its_own_draws_from_elsewhere() -> None:
    elsewhere = "pass_percent: 80\ndraw: [{count: 1, from: bank}]\nitems: []\n"
    assert parse(QuizDocument, HEAD + elsewhere, "f.yaml").problems == ()
    (nothing,) = parse(QuizDocument, f"{HEAD}pass_percent: 80\nitems: []\n", "f.yaml").problems
    assert str(nothing) == "f.yaml:6:1: items: must have at least 1 entry"
