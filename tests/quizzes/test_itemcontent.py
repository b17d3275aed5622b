"""What an item may say, and the sentence for each that cannot be answered or marked."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from app.catalog.document import canonical, parse
from app.catalog.yamltext import dump
from app.quizzes.content import QuizDocument
from app.quizzes.itemcontent import ITEM_TYPES, Item, MatchingItem, MultipleItem
from app.quizzes.itemparts import MEDIA_TYPES, split_gaps, without_gaps

HEAD = """\
schema: 1
id: shopfront
product: shopfront
title: {en: Shopfront, zh-Hans: 店面}
pass_percent: 80
items:
"""

GAP = "{id: a, type: numeric, answer: 1}"
WHOLE = (
    HEAD
    + """\
- id: one
  type: single
  category: pricing/discounts
  tags: [launch, 折扣]
  difficulty: hard
  prompt: Which?
  media:
  - {file: price list.0123456789abcdef.png, alt: {en: A price list, zh-Hans: 价目表}}
  - {file: 录音.0123456789abcdef.MP3}
  options:
  - {text: A, correct: true, media: {file: a.png, alt: A}}
  - {text: B, weight: 0.5}
  - {text: C, weight: -1}
- {id: truth, type: true_false, prompt: P, answer: false, feedback_true: No, feedback_false: Right}
- id: words
  type: short_text
  prompt: P
  accept: [SaaS, {text: software*, weight: 0.5, feedback: Which kind?}, {text: "*", weight: 0, feedback: Read again}]
- id: number
  type: numeric
  prompt: P
  answers: [{answer: 0, tolerance: 0.5}, {min: 1, max: 2, weight: 0.5, feedback: Nearly}]
  unit: m
  units: [{unit: {en: km, zh-Hans: 公里}, factor: 1000}]
- id: match
  type: matching
  prompt: P
  pairs: [{left: A, right: one}, {left: B, right: two}, {left: C, right: one}]
  extra: [three, {en: four, zh-Hans: 四}]
- id: order
  type: ordering
  prompt: P
  options: [{text: A, media: {file: a.webp}}, {text: B}]
- id: gaps
  type: cloze
  prompt:
    en: "[[who]] answers within [[hours]]. [[word]]"
    zh-Hans: "[[hours]]内由[[who]]答复：[[word]]。"
  gaps:
  - {id: who, type: choice, options: [{text: We, correct: true}, {text: You, weight: 0.2, feedback: No}], points: 2}
  - {id: hours, type: numeric, answer: 24, unit: h}
  - {id: word, type: short_text, accept: [ok], case_sensitive: true}
- id: letter
  type: essay
  prompt: Write a letter.
  criteria:
  - {id: facts, title: The facts are right, points: 3, needed: 2}
  - {id: tone, title: {en: Tone, zh-Hans: 语气}, points: 1.5}
  min_words: 50
  max_words: 200
  guidance: Look for the price.
  needed_percent: 75
"""
)


def lines_of(source: str) -> list[str]:
    parsed = parse(QuizDocument, source, "f.yaml")
    assert (parsed.document is None) == bool(parsed.problems)
    return [str(problem) for problem in parsed.problems]


def item_of(**document: Any) -> Any:
    item: TypeAdapter[Item] = TypeAdapter(Item)
    return item.validate_python({"id": "x", "prompt": "P", **document})


def test_every_key_is_read_and_written_alike() -> None:
    parsed = parse(QuizDocument, WHOLE, "f.yaml")
    assert parsed.problems == ()
    document = parsed.document
    assert document is not None
    assert parse(QuizDocument, dump(document), "f.yaml").document == document
    assert QuizDocument.model_validate(canonical(document)) == document


def test_a_text_of_full_weight_is_written_as_it_was_before_weights() -> None:
    item = item_of(
        type="short_text", accept=["a", {"text": "b"}, {"text": "c", "weight": 0.5}, {"text": "d", "feedback": "D"}]
    )
    assert canonical(item)["accept"] == ["a", "b", {"text": "c", "weight": 0.5}, {"text": "d", "feedback": "D"}]


def test_right_sides_that_read_alike_are_one() -> None:
    pairs = [{"left": "1", "right": "A"}, {"left": "2", "right": "B"}, {"left": "3", "right": {"en": "A"}}]
    item = item_of(type="matching", pairs=pairs, extra=["C"])
    assert isinstance(item, MatchingItem)
    assert (item.first_rights, item.rights) == ((0, 1, 0), {0: "A", 1: "B", 3: "C"})


def test_the_prompt_of_a_cloze_is_taken_apart_at_its_gaps() -> None:
    words = "From [[low]] to [[ high ]], [not] [[]]."
    assert list(split_gaps(words)) == [("From ", "low"), (" to ", "high"), (", [not] ", ""), (".", None)]
    assert without_gaps(words) == "From ____ to ____, [not] ____."


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            "type: guess, prompt: P",
            f"11: items.0.type: must be one of: {', '.join(ITEM_TYPES)}",
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
            "71: items.0.options.0.weight: is only for the other options; the correct one earns 1",
        ),
        (
            "type: single, prompt: P, options: [{text: A, correct: true}, {text: B, weight: 1}]",
            "82: items.0.options.1.weight: must be less than 1, which only the correct option earns",
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
            "type: short_text, prompt: P, accept: [{text: A, weight: 0.5}]",
            "40: items.0.accept: at least one must have the full weight of 1",
        ),
        (
            "type: short_text, prompt: P, accept: [A, {text: '*', weight: 0.5}]",
            "52: items.0.accept.1: accepts every answer",
        ),
        ("type: short_text, prompt: P, accept: [12]", "49: items.0.accept.0: must be text; put it in quotes"),
        ("type: numeric, prompt: P", "3: items.0.answer: is missing"),
        (
            "type: numeric, prompt: P, answer: 1, answers: [{answer: 1}]",
            "48: items.0.answers: does not go with answer; give one of the two",
        ),
        (
            "type: numeric, prompt: P, answers: [{answer: 1, weight: 0.5}]",
            "37: items.0.answers: at least one must have the full weight of 1",
        ),
        (
            "type: numeric, prompt: P, answers: [{answer: 1}], tolerance: 1",
            "61: items.0.tolerance: belongs into answers",
        ),
        (
            "type: numeric, prompt: P, answers: [{min: 2, max: 1}]",
            "56: items.0.answers.0.max: must be at least 2, which is min",
        ),
        (
            "type: numeric, prompt: P, answers: [{min: 2}]",
            "47: items.0.answers.0.max: is missing; a range has both ends",
        ),
        (
            "type: numeric, prompt: P, answers: [{weight: 1}]",
            "47: items.0.answers.0.answer: is missing; give it, or min and max",
        ),
        (
            "type: numeric, prompt: P, answers: [{answer: 1, min: 2}]",
            "59: items.0.answers.0.min: does not go with answer; give a number or a range",
        ),
        (
            "type: numeric, prompt: P, answers: [{min: 1, max: 2, tolerance: 1}]",
            "64: items.0.answers.0.tolerance: goes with answer only",
        ),
        (
            "type: numeric, prompt: P, answer: 1, units: [{unit: km, factor: 1000}]",
            "3: items.0.unit: is missing; units are counted in it",
        ),
        (
            "type: numeric, prompt: P, answer: 1, unit: m, units: [{unit: m, factor: 1000}]",
            "66: items.0.units.0.unit: stands there already",
        ),
        (
            "type: numeric, prompt: P, answer: 1, unit: m, units: [{unit: km, factor: 0}]",
            "76: items.0.units.0.factor: must be more than 0",
        ),
        (
            "type: matching, prompt: P, pairs: [{left: A, right: B}, {left: C, right: B}]",
            "38: items.0.pairs: all pairs have the same right side; add another under extra",
        ),
        (
            "type: matching, prompt: P, pairs: [{left: A, right: B}, {left: C, right: D}], extra: [E, B]",
            "100: items.0.extra.1: another right side says the same",
        ),
        (
            "type: matching, prompt: P, pairs: [{left: A, right: B}, {left: C, right: {en: B, zh-Hans: D}}]",
            "77: items.0.pairs.1.right: reads like another right side in one language but not in all",
        ),
        (
            "type: cloze, prompt: 'A [[b]]', gaps: [{id: a, type: numeric, answer: 1}]",
            [
                "24: items.0.prompt: [[b]] is not one of the gaps",
                "51: items.0.gaps.0.id: the prompt does not say where it is; write [[a]] there",
            ],
        ),
        (
            "type: cloze, prompt: {en: '[[a]]', zh-Hans: 甲}, gaps: [{id: a, type: numeric, answer: 1}]",
            "67: items.0.gaps.0.id: the prompt does not say where it is in zh-Hans; write [[a]] there",
        ),
        (
            "type: cloze, prompt: {en: '[[a]]', zh-Hans: '[[a]] [[a]]'}, gaps: [{id: a, type: numeric, answer: 1}]",
            "46: items.0.prompt.zh-Hans: [[a]] stands there more than once",
        ),
        (
            f"type: cloze, prompt: '[[a]]', gaps: [{GAP}, {GAP}]",
            "84: items.0.gaps.1.id: another gap has this id",
        ),
        (
            "type: cloze, prompt: '[[a]]', gaps: [{id: a, type: essay}]",
            "56: items.0.gaps.0.type: must be one of: choice, short_text, numeric",
        ),
        (
            "type: cloze, prompt: '[[a]]', gaps: [{id: a, type: choice, options: [{text: A}, {text: B}]}]",
            "70: items.0.gaps.0.options: exactly one option must be correct, 0 are",
        ),
        ("type: cloze, prompt: P, gaps: []", "35: items.0.gaps: must have at least 1 entry"),
        ("type: essay, prompt: P, criteria: []", "35: items.0.criteria: must have at least 1 entry"),
        (
            "type: essay, prompt: P, criteria: [{id: a, title: A, points: 1, needed: 2}]",
            "75: items.0.criteria.0.needed: must be at most 1, the points of this criterion",
        ),
        (
            "type: essay, prompt: P, criteria: [{id: a, title: A, points: 1}, {id: a, title: B, points: 1}]",
            "77: items.0.criteria.1.id: another criterion has this id",
        ),
        (
            "type: essay, prompt: P, criteria: [{id: a, title: A, points: 1}], min_words: 9, max_words: 5",
            "91: items.0.max_words: must be at least 9, which is min_words",
        ),
        ("type: true_false, prompt: P, answer: true, tags: [a, b, a]", "67: items.0.tags.2: stands there already"),
        (
            "type: true_false, prompt: P, answer: true, category: a//b",
            "54: items.0.category: has a part without a name; write it such as pricing/discounts",
        ),
        (
            "type: true_false, prompt: P, answer: true, difficulty: none",
            "54: items.0.difficulty: must be one of: easy, medium, hard",
        ),
        (
            "type: true_false, prompt: P, answer: true, media: [{file: ../a.png}]",
            f"63: items.0.media.0.file: must be the name of a file that ends in one of: {', '.join(MEDIA_TYPES)}",
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
def test_an_item_that_cannot_be_answered_is_refused(item: str, line: str | list[str]) -> None:
    lines = [line] if isinstance(line, str) else line
    assert lines_of(f"{HEAD}- {{id: x, {item}}}\n") == [f"f.yaml:7:{each}" for each in lines]


def test_options_share_the_mark_unless_they_say_otherwise() -> None:
    options = [
        {"text": "A", "correct": True},
        {"text": "B", "correct": True},
        {"text": "C"},
        {"text": "D", "weight": 0},
    ]
    item = MultipleItem.model_validate({"id": "m", "type": "multiple", "prompt": "P", "options": options})
    assert item.weights == (0.5, 0.5, -0.5, 0)
