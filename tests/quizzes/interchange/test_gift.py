from pathlib import Path
from typing import Any

import pytest

from app.quizzes.interchange import gift
from app.quizzes.interchange.outcome import Imported, LossCode, SkipCode, Skipped, UnreadableError

MOODLE_EXAMPLES = Path(__file__).parents[4] / "shared/data/moodle/gift-examples.txt"


def documents(source: str) -> list[dict[str, Any]]:
    """Read a file of which everything is taken in, and give the items without what is the same in all."""
    entries = gift.read(source.encode()).entries
    assert all(isinstance(entry, Imported) for entry in entries), entries
    return [entry.document for entry in entries if isinstance(entry, Imported)]


def one(source: str) -> dict[str, Any]:
    (document,) = documents(source)
    return {key: value for key, value in document.items() if key not in {"id", "prompt"}}


def skip(source: str) -> tuple[SkipCode, int]:
    (entry,) = gift.read(source.encode()).entries
    assert isinstance(entry, Skipped), entry
    return entry.code, entry.line


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Go? {T}", {"type": "true_false", "answer": True}),
        ("Go? {FALSE#You may.#Right.####Rule 7}", {
            "type": "true_false", "answer": False, "feedback_true": "You may.", "feedback_false": "Right.",
            "feedback": "Rule 7",
        }),
        ("Go? {true}", {"type": "true_false", "answer": True}),
        ("Which? {~a =b#good ~%25%c#nearly\nso}", {"type": "single", "options": [
            {"text": "a"}, {"text": "b", "correct": True, "feedback": "good"},
            {"text": "c", "weight": 0.25, "feedback": "nearly\nso"},
        ]}),
        ("Which? {~%50%a ~%50%b ~c}", {"type": "multiple", "options": [
            {"text": "a", "correct": True, "weight": 0.5}, {"text": "b", "correct": True, "weight": 0.5},
            {"text": "c", "weight": 0.0},
        ]}),
        ("Which? {~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-100%d}", {"type": "multiple", "options": [
            {"text": "a", "correct": True}, {"text": "b", "correct": True}, {"text": "c", "correct": True},
            {"text": "d"},
        ]}),
        ("Say {=four =%50%4#in words =%0%*#no}", {"type": "short_text", "accept": [
            "four", {"text": "4", "weight": 0.5, "feedback": "in words"},
            {"text": "*", "weight": 0.0, "feedback": "no"},
        ]}),
        ("Say {yes}", {"type": "short_text", "accept": ["yes"]}),
        ("How many? {#4}", {"type": "numeric", "answer": 4.0}),
        ("How many? {#-4.5:0.5}", {"type": "numeric", "answer": -4.5, "tolerance": 0.5}),
        ("How many? {#-2..3}", {"type": "numeric", "answers": [{"min": -2.0, "max": 3.0}]}),
        ("How many? {#=4#yes =%50%4:1}", {"type": "numeric", "answers": [
            {"answer": 4.0, "feedback": "yes"}, {"answer": 4.0, "tolerance": 1.0, "weight": 0.5},
        ]}),
        ("Match {=a -> 1 =b -> 2->3 = -> 4}", {"type": "matching", "pairs": [
            {"left": "a", "right": "1"}, {"left": "b", "right": "2->3"},
        ], "extra": ["4"]}),
        ("Tell {}", {"type": "essay", "criteria": [{
            "id": "answer", "points": 1.0,
            "title": {"en": "The answer as a whole", "zh-Hans": "整个回答", "zh-Hant": "整個回答"},
        }]}),
    ],
)  # fmt: skip
def test_every_kind_of_answer_part_is_read_as_moodle_reads_it(source: str, expected: dict[str, Any]) -> None:
    assert one(source) == expected


@pytest.mark.parametrize(
    ("source", "prompt"),
    [
        ("We ship {=today ~never} at noon.", "We ship ____ at noon."),
        ("We ship when? {=today ~never}", "We ship when?"),
        ("{=Today ~Never} we ship", "____ we ship"),
        (r"a \{b\} \= c\: d\#\~ e \\ f\ng \(h\) {T}", "a {b} = c: d#~ e \\ f\ng \\(h\\)"),
        ("One\nline <b>and</b>\nanother {T}", "One\nline and another"),
        ("[html]One\nline<br>another &amp; <i>more</i>{T}", "One line\nanother & more"),
        ("[plain]a <b> {T}", "a <b>"),
        ("[markdown]a **b**\\n\\n- c {T}", "a b\n\n- c"),
        ("[other]a {T}", "[other]a"),
        ("List<String> a < b {T}", "List<String> a < b"),
        ("::no title {T}", "no title"),
    ],
)
def test_a_prompt_keeps_its_words(source: str, prompt: str) -> None:
    assert [document["prompt"] for document in documents(source)] == [prompt]


def test_titles_ids_tags_and_categories_come_from_their_places() -> None:
    source = r"""
// A comment before everything

$CATEGORY: $course$/top/Pricing / Discounts

// [id:Q-7] [tag:new] [tag:a \] b]
// [tag:dealworthy:critical] [points:2]
::First::May I? {T}

$CATEGORY: $module$/top
::First::May I? {F}
::第一题::可以吗？ {T}
"""
    first, second, third = documents(source)
    assert first == {
        "id": "q-7", "type": "true_false", "category": "Pricing / Discounts", "tags": ["new", "a ] b"],
        "prompt": "May I?", "critical": True, "points": 2.0, "answer": True,
    }  # fmt: skip
    assert second == {"id": "first", "type": "true_false", "prompt": "May I?", "answer": False}
    assert third["id"].startswith("q-")
    assert [document["id"] for document in documents(source)] == [first["id"], second["id"], third["id"]]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("Just a text.", SkipCode.description),
        ("A brace {=a ~b", SkipCode.malformed),
        ("A brace } here", SkipCode.malformed),
        ("Two {=a} and {=b} gaps", SkipCode.malformed),
        ("{=a ~b}", SkipCode.no_prompt),
        ("Which? {~a ~b}", SkipCode.no_right_answer),
        ("Which? {~%40%a ~%40%b ~c}", SkipCode.no_right_answer),
        ("Which? {~%50%a ~%50%b}", SkipCode.weights),
        ("Which? {~%-150%a ~%100%b}", SkipCode.weights),
        ("Which? {=a ~a}", SkipCode.same_options),
        ("Which? {=a =b ~c}", SkipCode.weights),
        ("Which? {~a}", SkipCode.too_few_options),
        ("Which? {=" + " ~".join(map(str, range(21))) + "}", SkipCode.too_many_options),
        ("Say {=%50%a}", SkipCode.no_right_answer),
        ("Say {=*}", SkipCode.accepts_everything),
        ("Say {=%50%a* =ab}", SkipCode.weights),
        ("How many? {#}", SkipCode.no_right_answer),
        ("How many? {#four}", SkipCode.not_a_number),
        ("How many? {#1,234}", SkipCode.not_a_number),
        ("How many? {#3..1}", SkipCode.not_a_number),
        ("How many? {#=%50%5:1 =5}", SkipCode.weights),
        ("Match {=a -> 1}", SkipCode.too_few_options),
        ("Match {=a -> 1 =b}", SkipCode.malformed),
    ],
)
def test_what_would_ask_or_mark_otherwise_is_skipped(source: str, code: SkipCode) -> None:
    assert skip(f"// a comment\n{source}") == (code, 2)


def test_two_answers_that_are_right_on_their_own_stay_so() -> None:
    (entry,) = gift.read(b"Which? {=a =b ~c ~d}").items
    assert [option.get("weight") for option in entry.document["options"]] == [1, 1, -1, -1]
    assert [loss.code for loss in entry.losses] == [LossCode.weight]


def test_questions_are_told_apart_without_blank_lines_and_hold_together_across_them() -> None:
    source = "::a::One {T}\n::b::Two {=x ~y}\nThree {F}\n\nFour {\n=x\n\n~y\n\n}\n\nFive {T}"
    assert [document["prompt"] for document in documents(source)] == ["One", "Two", "Three", "Four", "Five"]


def test_what_is_lost_is_named() -> None:
    source = 'See <img src="map.png" alt="a map"> <b>here</b> {#5~#No}'
    (entry,) = gift.read(source.encode()).items
    assert entry.document["prompt"] == "See [a map] here"
    assert {loss.code for loss in entry.losses} == {LossCode.image_left_out, LossCode.formatting, LossCode.feedback}


@pytest.mark.parametrize("data", [b"", b"\n \n// only a comment\n", b"\0\1\2\3", b"PK\x03\x04\x00\x00\x00"])
def test_a_file_without_questions_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        gift.read(data)


def test_a_file_of_too_many_questions_is_refused_by_its_line() -> None:
    with pytest.raises(UnreadableError) as refused:
        gift.read(b"Go? {T}\n\n" * 100_000)
    assert (refused.value.code, refused.value.line) == ("too_many_items", 10_001)


@pytest.mark.skipif(not MOODLE_EXAMPLES.exists(), reason="Moodle's own examples are not at hand")
def test_moodles_own_examples_are_all_taken_in() -> None:
    kinds = [document["type"] for document in documents(MOODLE_EXAMPLES.read_text("utf-8"))]
    choices = kinds.count("single") + kinds.count("multiple")
    assert (choices, *map(kinds.count, ("true_false", "short_text", "numeric", "matching"))) == (18, 5, 9, 8, 3)
    assert len(kinds) == 43


def test_a_comment_behind_the_answer_is_no_part_of_it() -> None:
    assert one("Go? { // the brakes are worn\n F // so no\n}") == {"type": "true_false", "answer": False}
    assert one("Wheels? {#4 // spare one included\n}") == {"type": "numeric", "answer": 4.0}
    assert one("Which? { // from chapter 2\n=a\n~b}")["options"] == [{"text": "a", "correct": True}, {"text": "b"}]
    assert one("Which? {=a // see below\n~b}")["options"] == [
        {"text": "a // see below", "correct": True},
        {"text": "b"},
    ]
    assert one("Begin a comment {=// =http://c.example}")["accept"] == ["//", "http://c.example"]
    assert skip("Say {=four // or is this typed, too?\n}") == (SkipCode.malformed, 1)
