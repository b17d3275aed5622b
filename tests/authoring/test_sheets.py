"""Sheets and the short form of phrases: what is laid out is read back as it was."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from app.authoring import layouts, phrasing
from app.authoring.files import read_tree
from app.authoring.forms import read_lesson, read_red_line, show_red_line
from app.authoring.itemforms import item_layout, read_item, show_item
from app.authoring.sentences import sentence
from app.authoring.sheets import Sheet, lay_out, read_back, typed
from app.catalog.document import canonical
from app.config import ROOT
from writing import sent

TREE = read_tree(ROOT)


@pytest.mark.parametrize("slug", sorted(TREE.courses))
def test_a_shipped_course_that_is_saved_as_it_is_stays_the_same(slug: str) -> None:
    files = TREE.courses[slug]
    for lesson in files.course.lessons:
        part: dict[str, Any] = canonical(lesson)
        assert read_lesson(sent(lay_out(part, layouts.LESSON)), part) == part
    assert files.redlines is not None
    for rule in files.redlines.rules:
        part = canonical(rule)
        assert read_red_line(sent(show_red_line(part)), part) == part


@pytest.mark.parametrize("slug", sorted(TREE.quizzes))
def test_a_shipped_quiz_that_is_saved_as_it_is_stays_the_same(slug: str) -> None:
    for item in TREE.quizzes[slug].items:
        part: dict[str, Any] = canonical(item)
        assert read_item(sent(show_item(part)), part) == part


@pytest.mark.parametrize(
    ("line", "phrases"),
    [
        ("guarantee", [{"text": "guarantee"}]),
        ('"guarantee"', [{"text": "guarantee", "forms": "exact"}]),
        ("pay back|earn back", [{"text": "pay back"}, {"text": "earn back"}]),
        ("guarantee … return", [{"seq": ["guarantee", {"gap": 4}, "return"]}]),
        ("guarantee ... return", [{"seq": ["guarantee", {"gap": 4}, "return"]}]),
        ("we will|we'll …(6) @date", [{"seq": ["we will|we'll", {"gap": 6}, "@date"]}]),
        ("保证…收益", [{"seq": ["保证", {"gap": 4}, "收益"]}]),
        ("let|lay + go|off", [{"seq": ["let|lay", "go|off"]}]),
        ('"不再…人工"', [{"seq": ["不再", {"gap": 4}, "人工"], "forms": "exact"}]),
    ],
)
def test_the_short_form_of_phrases(line: str, phrases: list[Any]) -> None:
    assert phrasing.parse(line) == phrases


@given(st.text(alphabet="ab|+… .\"'()4保", min_size=1, max_size=20))
def test_a_phrase_is_written_short_only_when_that_reads_back_the_same(text: str) -> None:
    phrase = {"text": text}
    short = phrasing.write(phrase)
    assert short is None or phrasing.parse(short) == [phrase]


def test_rows_are_added_moved_and_removed() -> None:
    sheet = Sheet({"can.0.en": ["a"], "can.1.en": ["b"], "can.1.zh-Hans": ["乙"], "other": ["x"]})
    sheet.change_rows("up:can.1")
    assert sheet.values == {"can.0.en": ["b"], "can.0.zh-Hans": ["乙"], "can.1.en": ["a"], "other": ["x"]}
    sheet.change_rows("add:can")
    assert (sheet.height("can"), sheet.fresh) == (3, "can.2")
    sheet.change_rows("remove:can.0")
    assert sheet.values == {"can.0.en": ["a"], "can.1": [""], "other": ["x"]}


@pytest.mark.parametrize(
    "wish", ["remove:can.9", "up:can.x", "up:", "remove:can.99999999999", "x:y", "", "down:can.-1"]
)
def test_a_wish_that_makes_no_sense_changes_nothing(wish: str) -> None:
    sheet = Sheet({"can.0.en": ["a"]})
    sheet.change_rows(wish)
    assert sheet.values == {"can.0.en": ["a"]}


def test_names_that_can_be_no_place_and_control_characters_are_left_out() -> None:
    raw = FormData(
        [("title.en", "a\x00b\r\nc"), ("../x", "1"), ("a..b", "1"), ("x" * 300, "1"), ("can.999999.en", "z")]
    )
    sheet = typed(raw)
    assert sheet.values == {"title.en": ["ab\nc"], "can.999999.en": ["z"]}
    assert read_back(sheet, layouts.FACTS, {}) == {}


def test_empty_rows_are_closed_up() -> None:
    sheet = Sheet(
        {"accept": [""], "options.0.text.en": [""], "options.1.text.en": ["b"], "options.1.correct": ["true"]}
    )
    assert read_back(sheet, item_layout("single"), {}) == {"options": [{"text": {"en": "b"}, "correct": True}]}


def test_a_text_that_was_one_string_stays_one() -> None:
    sheet = Sheet({"name.en": ["New"], "name.zh-Hans": [""]})
    assert read_back(sheet, {"name": layouts.FACTS["name"]}, {"name": "Old"}) == {"name": "New"}
    sheet.set("name.zh-Hans", "新")
    assert read_back(sheet, {"name": layouts.FACTS["name"]}, {"name": "Old"}) == {
        "name": {"en": "New", "zh-Hans": "新"}
    }


def test_what_a_model_says_becomes_a_sentence_about_a_field() -> None:
    assert sentence("is missing") == "Fill this in."
    assert sentence("must be at most 100") == "Use 100 or less."
    assert sentence("something new") == "something new"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("is missing; a lesson of kind video shows one", "Write the address of the video."),
        ("is not flagged: “best” is downgraded: negated",
         "This must be flagged, and is only set aside: it is denied, asked or said of somebody else."),
        ("must not be flagged: “a”, “b” is flagged", "This must stay free, and “a”, “b” is flagged."),
        ("cannot be the wording to use: “best” crosses claims.best",
         "This wording crosses a red line itself: “best” (claims.best)."),
        ("is longer than the 6 months of validity", "This is longer than the 6 months for which it holds."),
        ("“保” is a single Chinese character",
         "A single Chinese character is found nearly everywhere; write at least two."),
    ],
)  # fmt: skip
def test_messages_about_files_are_said_of_fields(message: str, said: str) -> None:
    assert sentence(message) == said
