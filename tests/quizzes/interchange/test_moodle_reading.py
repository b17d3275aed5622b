"""What each type of question in Moodle XML becomes, what it loses, and what is skipped and why."""

import base64
from typing import Any

import pytest

from app.catalog.media import stored_name
from app.quizzes.interchange.moodlexml import read
from app.quizzes.interchange.outcome import Imported, LossCode, Reading, SkipCode
from questionfiles import PIXEL


def question(kind: str, inner: str, prompt: str = "Which?") -> str:
    return (
        f'<question type="{kind}"><name><text>N</text></name><questiontext format="html">'
        f"<text><![CDATA[{prompt}]]></text></questiontext><shuffleanswers>1</shuffleanswers>{inner}</question>"
    )


def answer(share: str, text: str, feedback: str = "", more: str = "") -> str:
    said = f"<feedback><text>{feedback}</text></feedback>" if feedback else ""
    return f'<answer fraction="{share}"><text>{text}</text>{said}{more}</answer>'


def reading(*questions: str) -> Reading:
    return read(f"<?xml version='1.0'?>\n<quiz>\n{''.join(questions)}</quiz>".encode())


def imported(kind: str, inner: str, prompt: str = "Which?") -> tuple[dict[str, Any], list[LossCode]]:
    (entry,) = reading(question(kind, inner, prompt)).entries
    assert isinstance(entry, Imported), entry
    return {key: value for key, value in entry.document.items() if key not in {"id", "prompt"}}, [
        loss.code for loss in entry.losses
    ]


def skipped(kind: str, inner: str, prompt: str = "Which?") -> SkipCode:
    (entry,) = reading(question(kind, inner, prompt)).skipped
    return entry.code


TOLERANCE = "<tolerance>0.5</tolerance>"
UNITS = (
    "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
    "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>"
)
OWN_TAGS = (
    "<tags><tag><text>price</text></tag><tag><text>dealworthy:critical</text></tag>"
    "<tag><text>dealworthy:red_line=no-promise</text></tag><tag><text>dealworthy:difficulty=hard</text></tag></tags>"
)


@pytest.mark.parametrize(
    ("kind", "inner", "document"),
    [
        (
            "multichoice",
            answer("100", "a", "yes") + answer("33.33333", "b") + answer("-50", "c") + answer("0", "d"),
            {
                "type": "single",
                "options": [
                    {"text": "a", "correct": True, "feedback": "yes"},
                    {"text": "b", "weight": 1 / 3},
                    {"text": "c", "weight": -0.5},
                    {"text": "d"},
                ],
            },
        ),
        (
            "multichoice",
            "<single>false</single>" + answer("50", "a") + answer("50", "b") + answer("-100", "c"),
            {
                "type": "multiple",
                "options": [{"text": "a", "correct": True}, {"text": "b", "correct": True}, {"text": "c"}],
            },
        ),
        (
            "multichoice",
            "<single>false</single>" + answer("100", "a") + answer("0", "b"),
            {
                "type": "multiple",
                "options": [{"text": "a", "correct": True, "weight": 1.0}, {"text": "b", "weight": 0.0}],
            },
        ),
        (
            "truefalse",
            answer("0", "True", "no") + answer("100", "false"),
            {"type": "true_false", "answer": False, "feedback_true": "no"},
        ),
        ("truefalse", answer("0", "Falsch") + answer("100", "Wahr"), {"type": "true_false", "answer": True}),
        (
            "shortanswer",
            "<usecase>1</usecase>" + answer("100", "Paris*") + answer("50", "Lyon", "close") + answer("0", "*", "no"),
            {
                "type": "short_text",
                "accept": [
                    "Paris*",
                    {"text": "Lyon", "weight": 0.5, "feedback": "close"},
                    {"text": "*", "weight": 0.0, "feedback": "no"},
                ],
                "case_sensitive": True,
            },
        ),
        ("numerical", answer("100", "3,5", more=TOLERANCE), {"type": "numeric", "answer": 3.5, "tolerance": 0.5}),
        (
            "numerical",
            answer("100", "2") + answer("50", "2", "near", TOLERANCE) + UNITS,
            {
                "type": "numeric",
                "answers": [
                    {"answer": 2.0},
                    {"answer": 2.0, "tolerance": 0.5, "weight": 0.5, "feedback": "near"},
                ],
                "unit": "m",
                "units": [{"unit": "cm", "factor": 0.01}],
            },
        ),
        (
            "matching",
            "".join(
                f"<subquestion><text>{left}</text><answer><text>{right}</text></answer></subquestion>"
                for left, right in (("a", "1"), ("b", "2"), ("", "3"))
            ),
            {
                "type": "matching",
                "pairs": [{"left": "a", "right": "1"}, {"left": "b", "right": "2"}],
                "extra": ["3"],
            },
        ),
        (
            "ordering",
            "<gradingtype>-1</gradingtype>" + "".join(answer(str(n), f"step {n}") for n in (1, 2, 3)),
            {"type": "ordering", "options": [{"text": "step 1"}, {"text": "step 2"}, {"text": "step 3"}]},
        ),
        (
            "multichoice",
            answer("100", "a") + answer("0", "b") + OWN_TAGS + "<defaultgrade>2.5</defaultgrade>",
            {
                "type": "single",
                "points": 2.5,
                "tags": ["price"],
                "critical": True,
                "red_line": ["no-promise"],
                "difficulty": "hard",
                "options": [{"text": "a", "correct": True}, {"text": "b"}],
            },
        ),
    ],
)
def test_a_question_becomes_an_item_without_a_loss(kind: str, inner: str, document: dict[str, Any]) -> None:
    assert imported(kind, inner) == (document, [])


def test_an_essay_has_one_criterion_and_keeps_what_is_for_the_grader() -> None:
    inner = (
        "<graderinfo><text>Look for the price.</text></graderinfo><minwordlimit>50</minwordlimit>"
        "<attachments>2</attachments><responsetemplate><text>Dear</text></responsetemplate>"
    )

    document, losses = imported("essay", inner)

    assert (document["guidance"], document["min_words"], document["criteria"][0]["id"]) == (
        "Look for the price.",
        50,
        "answer",
    )
    assert losses == [LossCode.attachments, LossCode.template]


def test_embedded_answers_become_gaps() -> None:
    prompt = (
        "<p>It is {1:SHORTANSWER:=red#Yes~%50%pink~*#No}, {2:NUMERICAL:=3.5:0.1} m "
        r"{:MULTICHOICE_S:a\}b~=c&amp;#40;d)}.</p>"
    )

    (entry,) = reading(question("cloze", "", prompt)).items

    assert entry.document["prompt"] == "It is [[g1]], [[g2]] m [[g3]]."
    assert entry.document["points"] == 4
    assert entry.document["gaps"] == [
        {
            "id": "g1",
            "type": "short_text",
            "accept": [
                {"text": "red", "feedback": "Yes"},
                {"text": "pink", "weight": 0.5},
                {"text": "*", "weight": 0.0, "feedback": "No"},
            ],
        },
        {"id": "g2", "type": "numeric", "points": 2.0, "answer": 3.5, "tolerance": 0.1},
        {"id": "g3", "type": "choice", "options": [{"text": "a}b"}, {"text": "c(d)", "correct": True}]},
    ]


def test_words_to_choose_become_gaps_with_the_words_of_their_group() -> None:
    words = "".join(
        f"<selectoption><text>{text}</text><group>{group}</group></selectoption>"
        for text, group in (("cat", 1), ("mat", 2), ("dog", 1), ("hat", 2))
    )

    (entry,) = reading(question("gapselect", words, "The [[1]] on the [[2]].")).items

    assert entry.document["prompt"] == "The [[g1]] on the [[g2]]."
    assert [gap["options"] for gap in entry.document["gaps"]] == [
        [{"text": "cat", "correct": True}, {"text": "dog"}],
        [{"text": "mat", "correct": True}, {"text": "hat"}],
    ]


@pytest.mark.parametrize(
    ("kind", "inner", "prompt", "code"),
    [
        ("description", "", "Read this.", SkipCode.description),
        ("random", "", "", SkipCode.random),
        ("calculatedsimple", "", "", SkipCode.calculated),
        ("ddmarker", "", "", SkipCode.drag_and_drop),
        ("stack", "", "", SkipCode.unknown_type),
        ("multichoice", answer("100", "a") + answer("0", "b"), "", SkipCode.no_prompt),
        ("multichoice", answer("90", "a") + answer("0", "b"), "?", SkipCode.no_right_answer),
        ("multichoice", answer("100", "a") + answer("100", "b"), "?", SkipCode.weights),
        ("multichoice", answer("100", "a") + answer("0", "a"), "?", SkipCode.same_options),
        ("multichoice", answer("100", "a"), "?", SkipCode.too_few_options),
        ("multichoice", answer("full", "a") + answer("0", "b"), "?", SkipCode.weights),
        ("truefalse", answer("100", "true") + answer("100", "false"), "?", SkipCode.no_right_answer),
        ("truefalse", answer("100", "Sannt") + answer("0", "Usant"), "?", SkipCode.malformed),
        ("shortanswer", answer("100", "*"), "?", SkipCode.accepts_everything),
        ("shortanswer", answer("0", "not blue") + answer("100", "*blue*"), "?", SkipCode.weights),
        ("shortanswer", answer("50", "blue"), "?", SkipCode.no_right_answer),
        ("numerical", answer("100", "*"), "?", SkipCode.accepts_everything),
        ("numerical", answer("100", "1,234"), "?", SkipCode.not_a_number),
        ("numerical", answer("50", "2", more=TOLERANCE) + answer("100", "2"), "?", SkipCode.weights),
        ("ordering", answer("2", "a") + answer("1", "b"), "?", SkipCode.malformed),
        ("cloze", "", "Select {1:MULTICHOICE}", SkipCode.no_right_answer),
        ("cloze", "", "Select {1:MULTIRESPONSE:=a~=b~c}", SkipCode.unknown_type),
        ("cloze", "", "Select {1:MULTICHOICE:a~%50%b}", SkipCode.no_right_answer),
        ("cloze", "", "Grade {3:NUMERICAL:=zero}", SkipCode.not_a_number),
    ],
)
def test_a_question_is_skipped_with_the_reason(kind: str, inner: str, prompt: str, code: SkipCode) -> None:
    assert skipped(kind, inner, prompt) == code


@pytest.mark.parametrize(
    ("inner", "losses"),
    [
        ("<penalty>0.3333333</penalty><hidden>0</hidden>", []),
        ("<penalty>0.5</penalty>", [LossCode.penalty]),
        ("<correctfeedback><text>Right.</text></correctfeedback>", [LossCode.feedback]),
        ("<hint><text>Think.</text></hint>", [LossCode.hint]),
        ("<answernumbering>iii</answernumbering>", [LossCode.numbering]),
        ("<hidden>1</hidden>", [LossCode.other]),
    ],
)
def test_what_an_item_cannot_keep_is_named(inner: str, losses: list[LossCode]) -> None:
    assert imported("multichoice", answer("100", "a") + answer("0", "b") + inner)[1] == losses


def test_answers_that_are_not_shuffled_keep_their_places() -> None:
    inner = answer("100", "a") + answer("0", "b")
    fixed = question("multichoice", inner).replace("<shuffleanswers>1", "<shuffleanswers>0")

    (entry,) = reading(fixed).items

    assert [option["pinned"] for option in entry.document["options"]] == [True, True]


def test_pictures_within_the_file_become_media() -> None:
    data = base64.b64encode(PIXEL).decode()
    file = f'<file name="map 1.png" path="/" encoding="base64">{data}</file>'
    prompt = '<p>Where? <img src="@@PLUGINFILE@@/map%201.png" alt="A map"> <img src="https://example.com/x.png"></p>'
    source = question("multichoice", answer("100", "a") + answer("0", "b"), prompt).replace(
        "</questiontext>", f"{file}</questiontext>"
    )

    found = reading(source)

    name = stored_name("map 1.png", PIXEL)
    assert found.items[0].document["media"] == [{"file": name, "alt": "A map"}]
    assert found.media == {name: PIXEL}
    assert [loss.code for loss in found.items[0].losses] == [LossCode.image_left_out]


def test_a_file_that_is_no_picture_is_left_out() -> None:
    data = base64.b64encode(b"<svg onload='x'/>").decode()
    source = question(
        "multichoice", answer("100", "a") + answer("0", "b"), 'Where? <img src="@@PLUGINFILE@@/a.png" alt="A map">'
    ).replace("</questiontext>", f'<file name="a.png" encoding="base64">{data}</file></questiontext>')

    found = reading(source)

    assert found.items[0].document["prompt"] == "Where? [A map]"
    assert found.media == {}
    assert [loss.code for loss in found.items[0].losses] == [LossCode.image_left_out]


def test_categories_ids_and_lines_are_kept() -> None:
    category = '<question type="category"><category><text>$course$/top/Pricing/Fees</text></category></question>\n'
    essay = question("essay", "<idnumber>Fee 7</idnumber>") + "\n"

    found = reading(category, essay, essay)

    assert [(item.document["id"], item.document["category"], item.line) for item in found.items] == [
        ("fee-7", "Pricing/Fees", 4),
        ("fee-7-2", "Pricing/Fees", 5),
    ]
