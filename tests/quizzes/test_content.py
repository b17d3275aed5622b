import pytest

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.quizzes.content import QuizDocument

HEAD = """\
schema: 1
id: shopfront
product: shopfront
title: {en: Shopfront, zh-Hans: 店面}
pass_percent: 80
items:
"""
SINGLE = "- {id: s, type: single, prompt: P, options: [{text: A, correct: true}, {text: B}]}\n"

WHOLE = """\
schema: 1
id: shopfront
product: shopfront
title: {en: Shopfront, zh-Hans: 店面}
pass_percent: 80
time_limit_minutes: 20
attempts: 3
cooldown_hours: 24
draw: 6
items:
- id: one
  type: single
  topic: {en: Product, zh-Hans: 产品}
  prompt: {en: Which?, zh-Hans: 哪个？}
  options:
  - {text: A, correct: true, feedback: Yes}
  - {text: None of these, pinned: true}
  critical: true
  red_line: [sm.guaranteed-return]
  lesson: what-it-is
  points: 2
  feedback: Because
- {id: many, type: multiple, prompt: P, options: [{text: A, correct: true}, {text: B, correct: true}, {text: C}]}
- {id: truth, type: true_false, prompt: P, answer: false}
- {id: words, type: short_text, prompt: P, accept: ["wildcard*ok", "接受"]}
- {id: number, type: numeric, prompt: P, answer: 12.5, tolerance: 0.5, unit: "%"}
- {id: match, type: matching, prompt: P, pairs: [{left: A, right: 1.}, {left: B, right: two}]}
- {id: order, type: ordering, prompt: P, options: [{text: A}, {text: B}]}
""".replace("right: 1.", "right: one")


def lines_of(source: str) -> list[str]:
    parsed = parse(QuizDocument, source, "f.yaml")
    assert (parsed.document is None) == bool(parsed.problems)
    return [str(problem) for problem in parsed.problems]


def test_every_type_is_read_and_written_alike() -> None:
    document = parse(QuizDocument, WHOLE, "f.yaml").document
    assert document is not None
    assert [item.type for item in document.items] == [
        "single", "multiple", "true_false", "short_text", "numeric", "matching", "ordering",
    ]  # fmt: skip
    assert parse(QuizDocument, dump(document), "f.yaml").document == document
    assert QuizDocument.model_validate(canonical(document)) == document
    assert canonical(document)["items"][2] == {  # type: ignore[index]  # JSON
        "id": "truth", "type": "true_false", "prompt": "P", "answer": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (HEAD + SINGLE + SINGLE, "f.yaml:8:4: items.1.id: another item has this id"),
        (
            HEAD.replace("items:", "draw: 2\nitems:") + SINGLE,
            "f.yaml:6:1: draw: asks for 2 items, critical ones counted, and there are 1",
        ),
        (HEAD.replace("80", "101") + SINGLE, "f.yaml:5:1: pass_percent: must be at most 100"),
        (HEAD.replace("80", "0") + SINGLE, "f.yaml:5:1: pass_percent: must be more than 0"),
        (HEAD + "[]\n", "f.yaml:7:1: items: must have at least 1 entry"),
    ],
)
def test_a_quiz_that_cannot_be_taken_is_refused(source: str, line: str) -> None:
    assert lines_of(source.replace("items:\n[]", "\nitems: []")) == [line]
