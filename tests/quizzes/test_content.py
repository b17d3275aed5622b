import pytest

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.quizzes.content import QuizDocument
from app.quizzes.itemcontent import MultipleItem

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


@pytest.mark.parametrize("kind", ["cloze", "essay"])
def test_types_to_come_are_refused_with_a_sentence(kind: str) -> None:
    (line,) = lines_of(HEAD + SINGLE + f"- {{id: x, type: {kind}, text: anything}}\n")
    assert line == (
        f"f.yaml:8:11: items.1.type: {kind} is not supported yet; use one of: "
        "single, multiple, true_false, short_text, numeric, matching, ordering"
    )


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            "type: guess, prompt: P",
            "11: items.0.type: must be one of: single, multiple, true_false, short_text, numeric, matching, ordering",
        ),
        ("prompt: P", "3: items.0.type: is missing"),
        (
            "type: single, prompt: P, options: [{text: A}, {text: B}]",
            "36: items.0.options: exactly one option must be correct, 0 are",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: true}, {text: B, correct: true}]",
            "36: items.0.options: exactly one option must be correct, 2 are",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: true}]",
            "36: items.0.options: must have at least 2 entries",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: true}, {text: A}]",
            "73: items.0.options.1.text: another option says the same",
        ),
        (
            "type: ordering, prompt: P, options: [{text: {en: A, zh-Hans: 甲}}, {text: {en: B, zh-Hans: 甲}}]",
            "78: items.0.options.1.text: another option says the same",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: true, weight: 1}, {text: B}]",
            "71: items.0.options.0.weight: is only for items of type multiple",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: yes}, {text: B}]",
            "56: items.0.options.0.correct: must be true or false",
        ),
        (
            "type: multiple, prompt: P, options: [{text: A}, {text: B}]",
            "38: items.0.options: at least one option must be correct",
        ),
        (
            "type: multiple, prompt: P, options: [{text: A, correct: true}, {text: B, correct: true}]",
            "38: items.0.options: at least one option must be wrong",
        ),
        (
            "type: multiple, prompt: P, options: [{text: A, correct: true, weight: 0.5}, {text: B}]",
            "38: items.0.options: the weights do not add up to a full mark of 1",
        ),
        (
            "type: multiple, prompt: P, options: [{text: A, correct: true, weight: 2}, {text: B}]",
            "73: items.0.options.0.weight: must be at most 1",
        ),
        ("type: true_false, prompt: P, answer: 1", "40: items.0.answer: must be true or false"),
        ("type: short_text, prompt: P, accept: [' * ']", "49: items.0.accept.0: accepts every answer"),
        ("type: short_text, prompt: P, accept: []", "40: items.0.accept: must have at least 1 entry"),
        ("type: numeric, prompt: P, answer: '12'", "37: items.0.answer: must be a number"),
        ("type: numeric, prompt: P, answer: 12, tolerance: -1", "49: items.0.tolerance: must be at least 0"),
        (
            "type: matching, prompt: P, pairs: [{left: A, right: B}, {left: A, right: C}]",
            "68: items.0.pairs.1.left: another pair has the same left side",
        ),
        (
            "type: matching, prompt: P, pairs: [{left: A, right: B}, {left: C, right: B}]",
            "77: items.0.pairs.1.right: another pair has the same right side",
        ),
        ("type: matching, prompt: P, pairs: [{left: A, right: B}]", "38: items.0.pairs: must have at least 2 entries"),
        (
            "type: ordering, prompt: P, options: [{text: A, correct: true}, {text: B}]",
            "58: items.0.options.0.correct: is not a key that is known here",
        ),
        (
            "type: ordering, prompt: P, options: [{text: A}, {text: A}]",
            "60: items.0.options.1.text: another option says the same",
        ),
        ("type: true_false, prompt: P, answer: true, points: 0", "54: items.0.points: must be more than 0"),
    ],
)
def test_an_item_that_cannot_be_answered_is_refused(item: str, line: str) -> None:
    assert lines_of(f"{HEAD}- {{id: x, {item}}}\n") == [f"f.yaml:7:{line}"]


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


def test_options_share_the_mark_unless_they_say_otherwise() -> None:
    options = [
        {"text": "A", "correct": True},
        {"text": "B", "correct": True},
        {"text": "C"},
        {"text": "D", "weight": 0},
    ]
    item = MultipleItem.model_validate({"id": "m", "type": "multiple", "prompt": "P", "options": options})
    assert item.weights == (0.5, 0.5, -0.5, 0)
