"""What a page shows of each type of question, what it sends, and how answers are put into words."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile

from app.quizzes.drawing import option_order
from app.quizzes.forms import LONGEST_ANSWER, LONGEST_ESSAY, answer_fields, answer_of
from app.quizzes.grading import grade
from app.quizzes.itemqueries import DrawnItem
from app.quizzes.items import parse_item
from app.quizzes.questions import (
    GAP,
    PAIR,
    PLACE,
    Blank,
    Choice,
    Medium,
    Question,
    Row,
    Segment,
    chosen_feedback,
    item_of,
    prompt_of,
    question_of,
    right_answer,
    said,
)
from app.quizzes.solutions import solution
from app.quizzes.wordcount import count_words
from app.web.i18n import use_locale

Fields = list[tuple[str, str | UploadFile]]
DIGITS = "0123456789abcdef"
ITEMS: dict[str, dict[str, Any]] = {
    "single": {
        "options": [
            {"text": "A", "feedback": "Not A"},
            {"text": "B", "correct": True, "media": {"file": f"right.{DIGITS}.png", "alt": "A chart"}},
            {"text": "C", "weight": 0.5},
        ],
        "media": [{"file": f"answer is b.{DIGITS}.mp3"}, {"file": "not-stored.png"}],
    },
    "multiple": {
        "options": [
            {"text": "A", "correct": True, "feedback": "Yes, A"},
            {"text": "B", "correct": True},
            {"text": "C", "feedback": "Not C"},
        ]
    },
    "true_false": {"answer": False, "feedback_true": "It is not", "feedback_false": "So it is"},
    "short_text": {
        "accept": [
            {"text": "software*", "weight": 0.5, "feedback": "Which kind?"},
            r"5\* SaaS",
            {"text": "*", "weight": 0},
        ]
    },
    "numeric": {
        "answers": [{"min": 0.0005, "max": 2000}, {"answer": 9999, "weight": 0, "feedback": "In metres!"}],
        "unit": {"en": "m", "zh-Hans": "米"},
        "units": [{"unit": "km", "factor": 1000}],
    },
    "matching": {
        "pairs": [{"left": "1", "right": "odd"}, {"left": "2", "right": "even"}, {"left": "3", "right": "odd"}],
        "extra": ["prime"],
    },
    "ordering": {
        "options": [{"text": "first"}, {"text": "second", "media": {"file": f"a.{DIGITS}.png"}}, {"text": "third"}]
    },
    "cloze": {
        "prompt": {
            "en": "[[who]] answers within [[hours]]: [[word]].",
            "zh-Hans": "[[hours]]内由[[who]]答复[[word]]。",
        },
        "gaps": [
            {"id": "word", "type": "short_text", "accept": ["ok", {"text": "*", "weight": 0, "feedback": "Say ok"}]},
            {
                "id": "who",
                "type": "choice",
                "options": [{"text": "We", "correct": True}, {"text": "You", "feedback": "No"}],
            },
            {"id": "hours", "type": "numeric", "answer": 24, "tolerance": 0.5, "unit": "h"},
        ],
    },
    "essay": {
        "criteria": [{"id": "facts", "title": "Facts", "points": 3}],
        "guidance": "Look for facts.",
        "min_words": 5,
        "max_words": 90,
    },
}


@pytest.fixture(autouse=True)
def english() -> None:
    use_locale("en")


def document(kind: str) -> dict[str, Any]:
    return {"id": "q", "type": kind, "prompt": "P", "feedback": "Overall", **ITEMS[kind]}


def asked(kind: str, order: list[int], answer: Any = None) -> Question:
    drawn = DrawnItem(
        position=1,
        document=document(kind),
        option_order=order,
        answer=answer,
        flagged=False,
        answered_at=None,
        points=None,
        correct=None,
    )
    return question_of(drawn)


def choices(*texts: str, chosen: str = "", first: int = 0) -> tuple[Choice, ...]:
    return tuple(Choice(str(place), text, text == chosen) for place, text in enumerate(texts, start=first))


def test_options_stand_in_the_order_drawn_with_their_pictures() -> None:
    assert asked("single", [2, 1, 0], 0) == Question(
        type="single",
        prompt="P",
        flagged=False,
        media=(Medium("audio", f"/media/{DIGITS}.mp3", ""),),
        choices=(
            Choice("0", "C", chosen=False),
            Choice("1", "B", chosen=False, medium=Medium("image", f"/media/{DIGITS}.png", "A chart")),
            Choice("2", "A", chosen=True),
        ),
    )


def test_right_sides_are_shown_once_and_with_those_that_belong_to_nothing() -> None:
    shown = ("prime", "odd", "even")
    assert asked("matching", [3, 0, 1], [0, None, 3]) == Question(
        type="matching",
        prompt="P",
        flagged=False,
        rows=(
            Row(f"{PAIR}0", "1", choices(*shown, chosen="odd")),
            Row(f"{PAIR}1", "2", choices(*shown)),
            Row(f"{PAIR}2", "3", choices(*shown, chosen="prime")),
        ),
    )


def test_steps_are_given_places() -> None:
    picture = Medium("image", f"/media/{DIGITS}.png", "")
    assert asked("ordering", [1, 2, 0], [2, 1, 0]) == Question(
        type="ordering",
        prompt="P",
        flagged=False,
        rows=(
            Row(f"{PLACE}0", "second", choices("1", "2", "3", chosen="2", first=1), picture),
            Row(f"{PLACE}1", "third", choices("1", "2", "3", chosen="1", first=1)),
            Row(f"{PLACE}2", "first", choices("1", "2", "3", chosen="3", first=1)),
        ),
    )


def test_gaps_stand_in_the_text_of_each_language() -> None:
    who = Blank(f"{GAP}1", 1, choices("You", "We", chosen="We"), "", "", numeric=False)
    hours = Blank(f"{GAP}2", 2, (), "24", "h", numeric=True)
    word = Blank(f"{GAP}0", 3, (), "", "", numeric=False)
    answer = {"gaps": {"who": 0, "hours": "24"}}
    shown = asked("cloze", [1, 0], answer)
    assert shown.prompt == "____ answers within ____: ____."
    assert shown.segments == (
        Segment("", who),
        Segment(" answers within ", hours),
        Segment(": ", word),
        Segment(".", None),
    )
    use_locale("zh-Hans")
    chinese = asked("cloze", [1, 0], answer)
    assert [(each.text, each.blank.name if each.blank else "") for each in chinese.segments] == [
        ("", f"{GAP}2"),
        ("内由", f"{GAP}1"),
        ("答复", f"{GAP}0"),
        ("。", ""),
    ]


def test_an_essay_says_how_long_it_may_be_and_is() -> None:
    assert asked("essay", [], "We’re there, 12.5 % done.") == Question(
        type="essay",
        prompt="P",
        flagged=False,
        text="We’re there, 12.5 % done.",
        min_words=5,
        max_words=90,
        words=4,
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one", 1),
        ("one, two\nthree", 3),
        ("top-ranked", 1),
        ("3,5 - 4.5", 2),
        ("我们用CRM三年", 6),
        ("𠀀。", 1),
    ],
)
def test_words_are_counted_and_in_chinese_characters(text: str, count: int) -> None:
    assert count_words(text) == count


def page_fields(question: Question, right: Any, kind: str, order: list[int]) -> Fields:
    """What a browser sends when somebody fills a question in with this answer."""
    match kind:
        case "single":
            return [("choice", str(order.index(right)))]
        case "multiple":
            return [("choice", str(order.index(index))) for index in right]
        case "true_false":
            return [("choice", "true" if right else "false")]
        case "matching":
            return [(row.name, str(order.index(index))) for row, index in zip(question.rows, right, strict=True)]
        case "ordering":
            return [(row.name, str(right.index(index) + 1)) for row, index in zip(question.rows, order, strict=True)]
        case "cloze":
            texts = {f"{GAP}0": right["gaps"]["word"], f"{GAP}2": right["gaps"]["hours"]}
            return [(f"{GAP}1", str(order.index(right["gaps"]["who"]))), *texts.items()]
        case _:
            return [("text", right)]


@pytest.mark.parametrize("kind", [kind for kind in ITEMS if kind != "essay"])
@given(seed=st.integers())
def test_the_right_answer_is_right_in_whichever_order_the_page_shows_the_options(kind: str, seed: int) -> None:
    item = parse_item(document(kind))
    order = list(option_order(item, Random(seed)))  # noqa: S311 - a test is no secret
    fields = page_fields(asked(kind, order), solution(item), kind, order)
    answer = answer_of(item_of(document(kind)), order, FormData(fields))
    assert answer == solution(item)
    assert grade(item, answer).fraction == 1
    assert answer_fields(FormData([*fields, ("step", "1"), ("go", "next")])) == fields


@pytest.mark.parametrize("kind", ITEMS)
def test_a_question_left_empty_has_no_answer(kind: str) -> None:
    order = list(option_order(parse_item(document(kind)), Random(1)))  # noqa: S311 - a test is no secret
    fields = dict.fromkeys(["text", f"{GAP}0", f"{GAP}2"], " ") | dict.fromkeys(["choice", f"{GAP}1"], "")
    empty = FormData(fields)
    assert answer_of(item_of(document(kind)), order, empty) is None


def test_a_gap_left_empty_is_kept_as_such() -> None:
    fields: Fields = [(f"{GAP}0", ""), (f"{GAP}1", "1"), (f"{GAP}2", " 24 ")]
    answer = {"gaps": {"word": None, "who": 0, "hours": "24"}}
    assert answer_of(item_of(document("cloze")), [1, 0], FormData(fields)) == answer
    assert [blank.text for each in asked("cloze", [1, 0], answer).segments if (blank := each.blank)] == ["", "24", ""]


@pytest.mark.parametrize(
    ("kind", "longest"), [("short_text", LONGEST_ANSWER), ("numeric", LONGEST_ANSWER), ("essay", LONGEST_ESSAY)]
)
def test_a_text_is_kept_up_to_its_longest(kind: str, longest: int) -> None:
    assert answer_of(item_of(document(kind)), [], FormData([("text", "字" * (longest + 1))])) == "字" * longest


def test_lines_end_alike_however_the_form_was_sent() -> None:
    essay = item_of(document("essay"))
    assert answer_of(essay, [], FormData([("text", "one\r\n\r\ntwo\r\n")])) == "one\n\ntwo"


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("single", 0, ["A"]),
        ("multiple", [0, 2], ["A", "C"]),
        ("true_false", True, ["True"]),
        ("short_text", "words", ["words"]),
        ("numeric", "12,5", ["12,5 m"]),
        ("numeric", "12 km", ["12 km"]),
        ("matching", [3, None, 0], ["1: prime", "3: odd"]),
        ("ordering", [2, 0, 1], ["1. third", "2. first", "3. second"]),
        ("ordering", {"places": [2, 2, None]}, ["2. first", "2. second"]),
        (
            "cloze",
            {"gaps": {"word": "ok", "who": 1}},
            ['<b class="filled">You</b> answers within ____: <b class="filled">ok</b>.'],
        ),
        (
            "cloze",
            {"gaps": {"word": None, "who": None, "hours": "24"}},
            ['____ answers within <b class="filled">24 h</b>: ____.'],
        ),
        ("essay", "one\ntwo", ["one\ntwo"]),
        ("essay", None, []),
    ],
)
def test_an_answer_in_words(kind: str, answer: Any, words: list[str]) -> None:
    assert said(item_of(document(kind)), answer) == words


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("single", ["B"]),
        ("multiple", ["A", "B"]),
        ("true_false", ["False"]),
        ("short_text", ["5* SaaS"]),
        ("numeric", ["0.0005 to 2,000 m"]),
        ("matching", ["1: odd", "2: even", "3: odd"]),
        ("ordering", ["1. first", "2. second", "3. third"]),
        ("cloze", ['<b class="filled">We</b> answers within <b class="filled">24 h</b>: <b class="filled">ok</b>.']),
        ("essay", []),
    ],
)
def test_the_right_answer_in_words(kind: str, words: list[str]) -> None:
    assert right_answer(item_of(document(kind))) == words


@pytest.mark.parametrize(
    ("kind", "answer", "feedback"),
    [
        ("single", 0, ["Not A"]),
        ("single", 1, []),
        ("single", None, []),
        ("multiple", [0, 1, 2], ["Yes, A", "Not C"]),
        ("true_false", True, ["It is not"]),
        ("true_false", False, ["So it is"]),
        ("short_text", "Software, rented", ["Which kind?"]),
        ("short_text", "5* saas", []),
        ("numeric", "9.999 km", ["In metres!"]),
        ("numeric", "many", []),
        ("matching", [0, 1, 0], []),
        ("ordering", [0, 1, 2], []),
        ("cloze", {"gaps": {"word": "yes", "who": 1}}, ["Gap 1: No", "Gap 3: Say ok"]),
        ("cloze", {"gaps": {"who": 0}}, []),
        ("essay", "text", []),
    ],
)
def test_what_the_author_says_to_an_answer(kind: str, answer: Any, feedback: list[str]) -> None:
    assert chosen_feedback(item_of(document(kind)), answer) == feedback


def test_in_a_list_gaps_are_lines() -> None:
    assert prompt_of(item_of(document("cloze"))) == "____ answers within ____: ____."
