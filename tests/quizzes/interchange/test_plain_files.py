"""Aiken, tables and JSON."""

import json
from typing import Any

import pytest

from app.quizzes.interchange import aiken, csvfile, jsonfile
from app.quizzes.interchange.outcome import FileCode, Imported, LossCode, Reading, SkipCode, Skipped, UnreadableError


def outline(reading: Reading) -> list[tuple[Any, ...]]:
    """Give the line of each entry with why it was skipped, or its prompt and the places of its right options."""
    return [
        (entry.line, entry.code) if isinstance(entry, Skipped) else (entry.line, *key(entry))
        for entry in reading.entries
    ]


def key(entry: Imported) -> tuple[str, list[int]]:
    options = entry.document.get("options", ())
    return entry.document["prompt"], [place for place, option in enumerate(options) if option.get("correct")]


def test_aiken_is_read_with_what_people_write() -> None:
    source = """\
What is it?
A) This
B) That
ANSWER: B

Two lines
of prompt
a. one
b. two
   goes on
answer: a.

No right answer
A) x
B) y

A) No prompt
B) y
ANSWER: A

Which?
A)no space
B)here
C) E.g. this
ANSWER: D
Plan A. or B?
A. one
B. two
ANSWER: A"""
    reading = aiken.read(source.encode())
    assert outline(reading) == [
        (1, "What is it?", [1]),
        (6, "Two lines\nof prompt", [0]),
        (13, SkipCode.no_right_answer),
        (17, SkipCode.no_right_answer),
        (21, SkipCode.no_right_answer),
        (26, "Plan A. or B?", [0]),
    ]
    assert reading.items[1].document["options"][1] == {"text": "two\ngoes on"}


@pytest.mark.parametrize("answer", ["A, B", "AB", "", "1", "Z"])
def test_an_answer_that_is_not_one_letter_is_never_guessed(answer: str) -> None:
    (entry,) = aiken.read(f"Q\nA) a\nB) b\nANSWER: {answer}".encode()).entries
    assert isinstance(entry, Skipped)
    assert entry.code is SkipCode.no_right_answer


def test_a_table_of_our_own_columns() -> None:
    source = """\
id,type,prompt,option_1,option_2,option_3,correct,feedback,category,tags,difficulty,points,critical,red_line
fee,single,"What is
the fee?",1%,2%,3%,B,See page 3,pricing/fees,"new, hard",hard,2,yes,sm.fee
,multiple,Which two?,x,y,z,1|3,,,,,,,
,true_false,Is it?,,,,false,,,,,,,
,short_text,Say it,,,,yes|yep,,,,,,,
,numeric,How many?,,,,12.5,,,,,,,
,matching,Match,a -> 1,b -> 2,,,,,,,,,
,ordering,Order,first,second,,,,,,,,,
,guess,What?,a,b,,1,,,,,,,
,single,Which?,a,b,,4,,,,,,,
"""
    reading = csvfile.read(source.encode())
    assert outline(reading) == [
        (2, "What is\nthe fee?", [1]),
        (4, "Which two?", [0, 2]),
        (5, "Is it?", []),
        (6, "Say it", []),
        (7, "How many?", []),
        (8, "Match", []),
        (9, "Order", []),
        (10, SkipCode.unknown_type),
        (11, SkipCode.no_right_answer),
    ]
    first = reading.items[0].document
    assert {name: first[name] for name in first if name not in {"type", "prompt", "options"}} == {
        "id": "fee", "category": "pricing/fees", "tags": ["new", "hard"], "difficulty": "hard", "points": 2.0,
        "critical": True, "red_line": ["sm.fee"], "feedback": "See page 3",
    }  # fmt: skip
    assert [item.document["type"] for item in reading.items[2:]] == [
        "true_false", "short_text", "numeric", "matching", "ordering",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "Question;Option A;Option B;Correct Answer\nQ;x;y;B\n",
        "Question\tAnswer 1\tAnswer 2\tCorrect answer(s) - choose at least one\nQ\tx\ty\t2\n",
        "My quiz,,,\nQuestion Text,Question Type,Option 1,Option 2,Correct Answer\nQ,Multiple Choice,x,y,2\n",
        "\ufeffprompt,a,b,answer\nQ,x,y,y\n",
    ],
)
def test_sheets_of_other_programs_are_read(source: str) -> None:
    (entry,) = csvfile.read(source.encode()).items
    assert key(entry) == ("Q", [1])


def test_a_number_that_is_also_another_option_is_never_guessed() -> None:
    (entry,) = csvfile.read(b"prompt,option_1,option_2,correct\nHow many?,2,1,1\n").entries
    assert isinstance(entry, Skipped)
    assert entry.code is SkipCode.no_right_answer


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", FileCode.header, 0),
        (b"name,age\nx,1\n", FileCode.header, 0),
        (b"prompt,correct\n", FileCode.no_questions, 0),
        (b'prompt,correct\n"open,1\n', FileCode.malformed, 2),
        (b"prompt,correct\n" + b"q,yes\n" * 100_000, FileCode.too_many_items, 5_002),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(data: bytes, code: FileCode, line: int) -> None:
    with pytest.raises(UnreadableError) as refused:
        csvfile.read(data)
    assert (refused.value.code, refused.value.line) == (code, line)


ITEM: dict[str, Any] = {"id": "a", "type": "true_false", "prompt": {"en": "P", "zh-Hans": "问"}, "answer": True}


def test_json_is_the_items_themselves() -> None:
    file = jsonfile.write([ITEM, ITEM | {"id": "b"}], {"x": b"1"}, "en")
    assert file.media == {"x": b"1"}
    assert [entry.document for entry in jsonfile.read(file.data).items] == [ITEM, ITEM | {"id": "b"}]
    again = jsonfile.write([entry.document for entry in jsonfile.read(file.data).items], {}, "en")
    assert again.data == file.data


def test_json_says_of_each_item_what_is_wrong_and_where() -> None:
    source = json.dumps([ITEM, ITEM, 7, ITEM | {"answer": "yes"}, [["deep"]]], indent=1)
    reading = jsonfile.read(source.encode())
    assert [type(entry) for entry in reading.entries] == [Imported, Imported, Skipped, Skipped, Skipped]
    assert [entry.line for entry in reading.entries] == [2, 11, 20, 21, 30]
    assert [entry.document["id"] for entry in reading.items] == ["a", "a-2"]
    assert [loss.code for loss in reading.items[1].losses] == [LossCode.id]
    assert reading.skipped[1].code is SkipCode.invalid


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("", FileCode.malformed, 1),
        ("[]", FileCode.no_questions, 0),
        ('{"schema": 1,\n "items": []}', FileCode.no_questions, 0),
        ('{"schema": 1}', FileCode.no_questions, 0),
        ('[\n{"id": }]', FileCode.malformed, 2),
        ("[1] x", FileCode.malformed, 1),
        ("[NaN]", FileCode.malformed, 1),
        ("[" * 100_000, FileCode.too_deep, 0),
        ("[" + "0,\n" * 100_000 + "0]", FileCode.too_many_items, 5_001),
    ],
)
def test_json_that_cannot_be_read_is_refused(source: str, code: FileCode, line: int) -> None:
    with pytest.raises(UnreadableError) as refused:
        jsonfile.read(source.encode())
    assert (refused.value.code, refused.value.line) == (code, line)


@pytest.mark.parametrize(
    ("prompt", "taken"), [("\\ud800", 0), ("a\\u0000", 0), ("a\\u0001", 0), ("\\\\u0001", 1), ("a\\n", 1)]
)
def test_json_with_half_characters_or_control_characters_is_skipped(prompt: str, taken: int) -> None:
    source = json.dumps([ITEM | {"prompt": "PROMPT"}]).replace("PROMPT", prompt)
    assert len(jsonfile.read(source.encode()).items) == taken
