"""What becomes of a quiz when questions from a file are put into it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.authoring.questionfiles.merging import MOST_ITEMS, Change, FullError, in_language, merge


def ask(item: str, prompt: Any = "Which?") -> dict[str, Any]:
    return {"id": item, "type": "true_false", "prompt": prompt, "answer": True}


BOTH = {"en": "Which?", "zh-Hans": "哪个？"}


@pytest.mark.parametrize(
    ("stored", "read", "items", "changes"),
    [
        ([], [ask("a")], [ask("a")], [("a", Change.NEW)]),
        ([ask("a")], [ask("a")], [ask("a")], [("a", Change.UNCHANGED)]),
        ([ask("a"), ask("b")], [ask("a", "What?")], [ask("a", "What?"), ask("b")], [("a", Change.REPLACES)]),
        ([ask("a", BOTH)], [ask("a")], [ask("a", BOTH)], [("a", Change.UNCHANGED)]),
        (
            [ask("a", BOTH)],
            [ask("a", "What?")],
            [ask("a", {**BOTH, "en": "What?"})],
            [("a", Change.REPLACES)],
        ),
        ([ask("b")], [ask("a"), ask("b")], [ask("b"), ask("a")], [("a", Change.NEW), ("b", Change.UNCHANGED)]),
    ],
)
def test_a_question_replaces_the_one_with_its_id_and_leaves_the_other_languages_alone(
    stored: Any, read: Any, items: Any, changes: Any
) -> None:
    merged = merge(stored, read, locale="en")
    assert (list(merged.items), list(merged.changes)) == (items, changes)


def test_as_new_questions_replace_nothing() -> None:
    merged = merge([ask("a"), ask("a-2")], [ask("a", "What?"), ask("b")], locale="en", as_new=True)
    assert [item["id"] for item in merged.items] == ["a", "a-2", "a-3", "b"]
    assert merged.counts == {Change.NEW: 2, Change.REPLACES: 0, Change.UNCHANGED: 0}


def test_a_long_id_stays_within_its_length_when_it_gets_a_number() -> None:
    long = "x" * 80
    merged = merge([ask(long)], [ask(long)], locale="en", as_new=True)
    assert merged.items[1]["id"] == "x" * 78 + "-2"


def test_a_quiz_that_would_hold_too_many_is_refused() -> None:
    with pytest.raises(FullError):
        merge([ask("a")], [ask(f"b{number}") for number in range(MOST_ITEMS)], locale="en")


def test_lists_of_another_length_are_those_of_the_file() -> None:
    assert in_language([BOTH], ["Which?", "What?"], "en") == ["Which?", "What?"]
    assert in_language([BOTH, "Same"], ["哪个？", "Same"], "zh-Hans") == [BOTH, "Same"]


documents = st.lists(
    st.builds(ask, st.sampled_from("abcde"), st.sampled_from(["Which?", "What?", BOTH])),
    unique_by=lambda each: each["id"],
)


@given(documents, documents)
def test_reading_the_same_file_twice_changes_nothing_the_second_time(stored: Any, read: Any) -> None:
    once = merge(stored, read, locale="en")
    twice = merge(list(once.items), read, locale="en")
    assert twice.items == once.items
    assert {change for _id, change in twice.changes} <= {Change.UNCHANGED}
    assert {item["id"] for item in once.items} == {item["id"] for item in [*stored, *read]}
