"""An answer to one wording as an answer to another: places follow what stands there, or nobody guesses."""

from typing import Any

import pytest

from app.quizzes.regrading.translation import UntranslatableError, same_words, translate


def choose(*texts: str, right: str = "a", kind: str = "single") -> dict[str, Any]:
    options = [{"text": text, "correct": text in right} for text in texts]
    return {"id": "one", "type": kind, "prompt": "Which?", "options": options}


def match(*pairs: tuple[str, str], extra: tuple[str, ...] = ()) -> dict[str, Any]:
    rows = [{"left": left, "right": right} for left, right in pairs]
    return {"id": "one", "type": "matching", "prompt": "Which?", "pairs": rows, "extra": list(extra)}


def gaps(*texts: str, right: str = "a") -> dict[str, Any]:
    options = [{"text": text, "correct": text == right} for text in texts]
    return {
        "id": "one",
        "type": "cloze",
        "prompt": "It is [[what]] in [[where]].",
        "gaps": [
            {"id": "what", "type": "choice", "options": options},
            {"id": "where", "type": "short_text", "accept": ["Rome"]},
        ],
    }


TYPED = {"id": "one", "type": "short_text", "prompt": "Which?", "accept": ["Rome"]}


@pytest.mark.parametrize(
    ("old", "new", "answer", "expected"),
    [
        pytest.param(choose("a", "b", "c"), choose("c", "b", "a"), 0, 2, id="an option stands elsewhere"),
        pytest.param(choose("a", "b"), choose("a", "b", "c"), 1, 1, id="a wrong option more"),
        pytest.param(choose("a", "b"), choose("a", "b"), None, None, id="no answer"),
        pytest.param(choose("a", "b", kind="multiple"), choose("b", "a", kind="multiple"), [0], [1], id="several"),
        pytest.param(
            choose("a", "b", kind="ordering"), choose("b", "a", kind="ordering"), [0, 1], [1, 0], id="an order"
        ),
        pytest.param(
            choose("a", "b", kind="ordering"),
            choose("b", "a", kind="ordering"),
            {"places": [1, None]},
            None,
            id="half an order",
        ),
        pytest.param(TYPED, {**TYPED, "accept": ["Roma"]}, "Rome", "Rome", id="what was typed"),
        pytest.param(match(("l", "r"), ("m", "s")), match(("m", "r"), ("l", "s")), [0, 1], [1, 0], id="pairs"),
        pytest.param(match(("l", "r"), extra=("x",)), match(("l", "x"), extra=("r",)), [1], [0], id="extra"),
        pytest.param(match(("l", "r"), ("m", "s")), match(("l", "r"), ("m", "s")), [None, 1], [None, 1], id="a gap"),
        pytest.param(
            gaps("a", "b"),
            gaps("b", "a"),
            {"gaps": {"what": 0, "where": "Rome"}},
            {"gaps": {"what": 1, "where": "Rome"}},
            id="gaps",
        ),
    ],
)
def test_places_are_found_again_by_what_stands_there(old: Any, new: Any, answer: Any, expected: Any) -> None:
    assert translate(old, new, answer) == expected


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        pytest.param(choose("a", "b"), TYPED, 0, id="another type"),
        pytest.param(choose("a", "b"), choose("a", "z"), 1, id="what was chosen is gone"),
        pytest.param(choose("a", "b"), choose("b", "z", right="z"), 1, id="what is right now was not shown"),
        pytest.param(match(("l", "r")), match(("k", "r")), [0], id="another left side"),
        pytest.param(match(("l", "r")), match(("l", "z")), [0], id="another right side"),
        pytest.param(gaps("a", "b"), gaps("z", "b", right="z"), {"gaps": {"what": 1}}, id="another option in a gap"),
        pytest.param({"type": "essay"}, {"type": "essay"}, "Dear customer", id="marked by a person"),
    ],
)
def test_nobody_guesses_what_cannot_be_told(old: Any, new: Any, answer: Any) -> None:
    with pytest.raises(UntranslatableError):
        translate(old, new, answer)


def test_words_are_the_same_when_every_shared_language_says_so() -> None:
    assert same_words({"en": "Yes", "zh-Hans": "是"}, {"en": "Yes", "zh-Hant": "是"})
    assert not same_words({"en": "Yes", "zh-Hans": "是"}, {"en": "Yes", "zh-Hans": "否"})
    assert not same_words({"en": "Yes"}, {"zh-Hans": "是"})
