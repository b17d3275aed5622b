"""What is written as GIFT reads back as the same items, but for what is named as lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.document import canonical
from app.quizzes.interchange import gift, giftwriter
from app.quizzes.interchange.outcome import WHOLE_FILE, Loss, LossCode, Written
from itemstrategies import ITEM, items

UNIQUE_ITEMS = st.lists(items(), min_size=1, max_size=4, unique_by=lambda item: item["id"])


def written(*documents: dict[str, Any], locale: str = "en") -> Written:
    return giftwriter.write([canonical(ITEM.validate_python(document)) for document in documents], {}, locale)


def read_back(file: Written) -> list[dict[str, Any]]:
    return [entry.document for entry in gift.read(file.data).items]


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """Write an item in the one of several equal ways in which the reader writes it."""
    item = dict(item)
    weights = [option.get("weight") for option in item.get("options", ())]
    if item["type"] == "multiple":
        shares = ITEM.validate_python(item).weights
        right = sum(option.get("correct", False) for option in item["options"])
        usual = [1 / right if option.get("correct") else -1 / (len(weights) - right) for option in item["options"]]
        item["options"] = [
            {key: value for key, value in option.items() if key != "weight"}
            | ({} if list(shares) == usual else {"weight": share})
            for option, share in zip(item["options"], shares, strict=True)
        ]
    if len(item.get("answers", ())) == 1 and item["answers"][0].keys() <= {"answer", "tolerance"}:
        item |= item.pop("answers")[0]
    return item


@settings(deadline=None)
@given(UNIQUE_ITEMS)
def test_what_is_written_reads_back_but_for_what_is_named(documents: list[dict[str, Any]]) -> None:
    file = giftwriter.write(documents, {}, "en")
    lost = {item_id for item_id, _ in file.losses}
    left_out = {item_id for item_id, loss in file.losses if loss.code is LossCode.left_out}
    paragraphs = [part for part in file.data.decode().split("\n\n") if part and not part.startswith("$CATEGORY")]
    assert len(paragraphs) == len(documents) - len(left_out)
    if len(left_out) == len(documents):
        assert file.data == b""
        return
    reading = gift.read(file.data)
    assert reading.skipped == ()
    assert [entry.document["id"] for entry in reading.items] == [
        document["id"] for document in documents if document["id"] not in left_out
    ]
    back = {entry.document["id"]: entry.document for entry in reading.items}
    for document in documents:
        if document["id"] not in lost:
            assert back[document["id"]] == plain(document)


@settings(deadline=None)
@given(UNIQUE_ITEMS)
def test_writing_again_what_was_read_changes_nothing(documents: list[dict[str, Any]]) -> None:
    file = giftwriter.write(documents, {}, "en")
    if file.data:
        again = giftwriter.write(read_back(file), {}, "en")
        assert again.data == file.data
        assert {loss.code for _, loss in again.losses} <= {LossCode.formatting}


def test_a_file_looks_as_people_write_them() -> None:
    file = written(
        {
            "id": "fees", "type": "single", "prompt": "What is 5\u00a0% of {A}?", "category": "pricing/fees",
            "options": [{"text": "5% off", "feedback": "No"}, {"text": "= 2", "correct": True},
                        {"text": "[html]", "weight": 0.5, "pinned": True}],
            "feedback": "See #3", "points": 2, "critical": True, "tags": ["new"],
        },
        {"id": "later", "type": "true_false", "prompt": "One\nTwo", "answer": False, "feedback_false": "Yes"},
    )  # fmt: skip
    assert file.data.decode() == (
        "$CATEGORY: $course$/top/pricing/fees\n"
        "\n"
        "// [id:fees] [tag:new] [tag:dealworthy:critical] [points:2] [pinned:3]\n"
        "::fees::[plain]What is 5\u00a0% of \\{A\\}?{\n"
        "\t~5% off#No\n"
        "\t=\\= 2\n"
        "\t~%50%[plain][html]\n"
        "####See \\#3}\n"
        "\n"
        "$CATEGORY: $course$/top\n"
        "\n"
        "// [id:later]\n"
        "::later::[plain]One\\nTwo{FALSE##Yes}\n"
    )
    assert file.losses == ()


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ({"type": "true_false", "answer": True, "media": [{"file": "a.0123456789abcdef.png"}]},
         LossCode.image_left_out),
        ({"type": "ordering", "options": [{"text": "a"}, {"text": "b"}]}, LossCode.type),
        ({"type": "essay", "criteria": [{"id": "c", "title": "C", "points": 5}]}, LossCode.rubric),
        ({"type": "short_text", "accept": ["a -> b"]}, LossCode.left_out),
        ({"type": "cloze", "prompt": "[[g]]", "gaps": [{"id": "g", "type": "short_text", "accept": ["a"]}]},
         LossCode.left_out),
    ],
)  # fmt: skip
def test_what_gift_cannot_say_is_named(own: dict[str, Any], code: LossCode) -> None:
    file = written({"id": "x", "prompt": "P", **own})
    assert [(item_id, loss.code) for item_id, loss in file.losses] == [("x", code)]


def test_the_languages_left_out_are_named_once_for_the_file() -> None:
    items = [
        {"id": name, "type": "true_false", "answer": True, "prompt": {"en": "Yes?", other: "是吗？"}}
        for name, other in (("x", "zh-Hans"), ("y", "zh-Hant"))
    ]
    assert written(*items).losses == ((WHOLE_FILE, Loss(LossCode.language, "zh-Hans, zh-Hant")),)


def test_one_language_is_written() -> None:
    item = {"id": "x", "type": "true_false", "prompt": {"en": "Yes?", "zh-Hans": "是吗？"}, "answer": True}
    assert [read_back(written(item, locale=locale))[0]["prompt"] for locale in ("en", "zh-Hans", "zh-Hant")] == [
        "Yes?", "是吗？", "是吗？",
    ]  # fmt: skip
