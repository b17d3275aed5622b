"""What is written as Moodle XML or QTI is read back as it was; what cannot be said is named."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from app.catalog.media import stored_name
from app.quizzes.interchange import moodlewriter, moodlexml, qti, qtiwriter
from app.quizzes.interchange.outcome import WHOLE_FILE, Loss, LossCode, Reading, UnreadableError, Written
from app.quizzes.interchange.texts import normal
from itemstrategies import items
from questionfiles import PIXEL

Write = Callable[[Sequence[Mapping[str, Any]], Mapping[str, bytes], str], Written]
FORMATS = pytest.mark.parametrize(
    ("write", "read"), [(moodlewriter.write, moodlexml.read), (qtiwriter.write, qti.read)], ids=["moodle", "qti"]
)
QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
PARTS = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
PICTURE = stored_name("map.png", PIXEL)


def same(value: Any) -> Any:
    """Give what a document means: ranges by their middle, gaps by their part of the whole, texts as they are kept."""
    if isinstance(value, dict):
        return {key: same(each) for key, each in meaning(value).items()}
    if isinstance(value, list):
        return [same(each) for each in value]
    if isinstance(value, str):
        return normal(value)
    return round(value, 5) if isinstance(value, float) else value


def meaning(value: dict[str, Any]) -> dict[str, Any]:
    if "min" in value:
        low, high = Fraction(str(value["min"])), Fraction(str(value["max"]))
        rest = {key: each for key, each in value.items() if key not in {"min", "max"}}
        value = (
            rest | {"answer": float((low + high) / 2)} | ({"tolerance": float((high - low) / 2)} if high > low else {})
        )
    if len(value.get("answers", ())) == 1 and not value["answers"][0].keys() & {"weight", "feedback"}:
        value = {key: each for key, each in value.items() if key != "answers"} | meaning(value["answers"][0])
    if "gaps" in value:
        total = sum(gap.get("points", 1) for gap in value["gaps"])
        value = value | {"gaps": [gap | {"points": gap.get("points", 1) / total} for gap in value["gaps"]]}
    return value


def only(reading: Reading) -> dict[str, Any]:
    (entry,) = reading.entries
    assert entry in reading.items, entry
    return reading.items[0].document


@FORMATS
def test_writing_again_does_not_depend_on_what_the_gaps_were_called(
    write: Write, read: Callable[[bytes], Reading]
) -> None:
    gap = {"id": "fee", "type": "short_text", "accept": ["69"]}
    item = {"id": "price", "type": "cloze", "prompt": "It is €[[fee]] a month.", "gaps": [gap]}
    written = write([item], {}, "en").data
    assert write([only(read(written))], {}, "en").data == written


@FORMATS
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(item=items())
def test_what_was_written_is_read_back(write: Write, read: Callable[[bytes], Reading], item: dict[str, Any]) -> None:
    written = write([item], {}, "en")
    document = only(read(written.data))

    assert write([document], {}, "en").data == written.data
    assert written.losses or same(document) == same(item)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(item=items())
def test_an_item_of_qti_has_the_parts_of_the_schema_in_their_order(item: dict[str, Any]) -> None:
    package = zipfile.ZipFile(io.BytesIO(qtiwriter.write([item], {}, "en").data))

    root = etree.fromstring(package.read(f"items/{item['id']}.xml"))
    names = [str(each.tag).removeprefix(QTI) for each in root]
    declared = {each.get("identifier") for each in root.iter(f"{QTI}responseDeclaration", f"{QTI}outcomeDeclaration")}
    used = {each.get("responseIdentifier") for each in root.iter() if each.get("responseIdentifier")}
    used |= {each.get("identifier") for each in root.iter(f"{QTI}variable", f"{QTI}correct", f"{QTI}setOutcomeValue")}
    body = root.find(f"{QTI}itemBody")

    assert all(str(each.tag).startswith(QTI) for each in root.iter())
    assert names == sorted(names, key=PARTS.index)
    assert used <= declared
    assert body is not None
    assert not (body.text or "").strip()
    assert not any((each.tail or "").strip() for each in body)


SINGLE = {
    "id": "map",
    "type": "single",
    "prompt": {"en": "Where?", "zh-Hans": "在哪里？"},
    "category": "pricing/fees",
    "tags": ["price"],
    "critical": True,
    "media": [{"file": PICTURE, "alt": "A map"}],
    "options": [
        {"text": "Here", "correct": True, "media": {"file": PICTURE}},
        {"text": "There", "pinned": True},
    ],
}


ESSAY = {"id": "e", "type": "essay", "prompt": "?", "criteria": [{"id": "tone", "title": "Tone", "points": 2}]}


@FORMATS
def test_pictures_go_along_and_one_language_is_written(write: Write, read: Callable[[bytes], Reading]) -> None:
    written = write([SINGLE], {PICTURE: PIXEL}, "zh-Hans")
    found = read(written.data)

    document = only(found)
    assert document["prompt"] == "在哪里？"
    assert (document["category"], document["tags"], document["critical"]) == ("pricing/fees", ["price"], True)
    assert document["media"] == [{"file": PICTURE, "alt": "A map"}]
    assert document["options"][0]["media"] == {"file": PICTURE}
    assert found.media == {PICTURE: PIXEL}
    assert (WHOLE_FILE, Loss(LossCode.language, "en")) in written.losses


@pytest.mark.parametrize(
    ("write", "item", "losses"),
    [
        (moodlewriter.write, SINGLE, [LossCode.language, LossCode.image_left_out, LossCode.pinned]),
        (
            moodlewriter.write,
            ESSAY,
            [LossCode.other],
        ),
        (
            qtiwriter.write,
            {"id": "s", "type": "short_text", "prompt": "?", "accept": ["fee*"]},
            [LossCode.other, LossCode.type],
        ),
        (
            qtiwriter.write,
            {"id": "n", "type": "numeric", "prompt": "?", "answer": 3, "unit": "m"},
            [LossCode.unit],
        ),
        (
            qtiwriter.write,
            {
                "id": "e",
                "type": "essay",
                "prompt": "?",
                "min_words": 9,
                "criteria": [{"id": "tone", "title": "Tone", "points": 2}],
            },
            [LossCode.other, LossCode.response_limit],
        ),
    ],
)
def test_what_cannot_be_written_is_named(write: Write, item: dict[str, Any], losses: list[LossCode]) -> None:
    written = write([item], {}, "en")

    assert {loss.code for _, loss in written.losses} == set(losses)


@FORMATS
def test_a_file_that_is_cut_off_or_spoilt_is_read_or_refused(write: Write, read: Callable[[bytes], Reading]) -> None:
    data = write([SINGLE, SINGLE | {"id": "second"}], {PICTURE: PIXEL}, "en").data

    outcomes: set[type] = set()
    for spoilt in [
        *(data[:end] for end in range(0, len(data), 7)),
        *(data[:place] + bytes([data[place] ^ 0x15]) + data[place + 1 :] for place in range(0, len(data), 5)),
    ]:
        try:
            outcomes.add(type(read(spoilt)))
        except UnreadableError as error:
            outcomes.add(type(error))

    assert outcomes == {Reading, UnreadableError}
