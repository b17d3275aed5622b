"""What each interaction of QTI becomes, which rules of marking are followed, and what is skipped and why."""

from typing import Any

import pytest

from app.catalog.media import stored_name
from app.quizzes.interchange.outcome import FileCode, Imported, LossCode, SkipCode, Skipped, UnreadableError
from app.quizzes.interchange.qti import read
from questionfiles import PIXEL, archive

TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
MATCH = f'<responseProcessing template="{TEMPLATES}/match_correct"/>'
MAP = f'<responseProcessing template="{TEMPLATES}/map_response.xml"/>'
CHOICES = (
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="{most}"><prompt>Which?</prompt>'
    '<simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>'
    '<simpleChoice identifier="C" fixed="true">c</simpleChoice></choiceInteraction>'
)
ONE, ANY = CHOICES.format(most=1), CHOICES.format(most=0)
ENTRY = '<p>How much?</p><p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'


def item(declarations: str, body: str, processing: str = "", after: str = "", identifier: str = "Q-1") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" '
        f'identifier="{identifier}" title="T" adaptive="false" timeDependent="false">{declarations}'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>'
        f"<itemBody>{body}</itemBody>{processing}{after}</assessmentItem>"
    ).encode()


def response(
    base: str, *correct: str, cardinality: str = "single", mapping: str = "", identifier: str = "RESPONSE"
) -> str:
    values = "".join(f"<value>{value}</value>" for value in correct)
    right = f"<correctResponse>{values}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="{identifier}" cardinality="{cardinality}" baseType="{base}">'
        f"{right}{mapping}</responseDeclaration>"
    )


def mapped(**entries: float) -> str:
    inner = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in entries.items())
    return f'<mapping lowerBound="0" defaultValue="0">{inner}</mapping>'


def rules(inner: str) -> str:
    return f"<responseProcessing>{inner}</responseProcessing>"


def imported(data: bytes) -> tuple[dict[str, Any], list[LossCode]]:
    (entry,) = read(data).entries
    assert isinstance(entry, Imported), entry
    rest = {key: value for key, value in entry.document.items() if key not in {"id", "prompt"}}
    return rest, [loss.code for loss in entry.losses]


def skipped(data: bytes) -> SkipCode:
    (entry,) = read(data).entries
    assert isinstance(entry, Skipped), entry
    return entry.code


def options(*right: str, weights: dict[str, float] | None = None) -> list[dict[str, Any]]:
    return [
        {"text": text}
        | ({"correct": True} if text in right else {})
        | ({"weight": weights[text]} if weights and text in weights else {})
        | ({"pinned": True} if text == "c" else {})
        for text in ("a", "b", "c")
    ]


SET = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">{}</baseValue></setOutcomeValue>'
IF_MATCH = (
    "<responseCondition><responseIf><match><variable identifier='RESPONSE'/><correct identifier='RESPONSE'/></match>"
    + SET
    + "</responseIf><responseElse>"
    + SET.format(0)
    + "</responseElse></responseCondition>"
)
UNLESS_NULL = (
    "<responseCondition><responseIf><isNull><variable identifier='RESPONSE'/></isNull>"
    + SET.format("0.0")
    + "</responseIf><responseElse><setOutcomeValue identifier='SCORE'><mapResponse identifier='RESPONSE'/>"
    "</setOutcomeValue></responseElse></responseCondition>"
)
EQUAL = (
    "<responseCondition><responseIf><equal toleranceMode='absolute' tolerance='0.5 0.5'>"
    "<variable identifier='RESPONSE'/><correct identifier='RESPONSE'/></equal>"
    + SET.format(2)
    + "</responseIf><responseElseIf><and>"
    "<gte><variable identifier='RESPONSE'/><baseValue baseType='float'>5</baseValue></gte>"
    "<lte><variable identifier='RESPONSE'/><baseValue baseType='float'>7</baseValue></lte></and>"
    + SET.format(1)
    + "</responseElseIf></responseCondition>"
)
CONSTANT = IF_MATCH.format(1).replace(
    "<correct identifier='RESPONSE'/>", "<baseValue baseType='identifier'>B</baseValue>"
)

UNLESS_EMPTY = IF_MATCH.format(4).replace(
    "<responseIf>",
    "<responseIf><isNull><variable identifier='RESPONSE'/></isNull><setOutcomeValue identifier='FEEDBACK'>"
    "<baseValue baseType='identifier'>empty</baseValue></setOutcomeValue></responseIf><responseElseIf>",
)
UNLESS_EMPTY = UNLESS_EMPTY.replace("</responseIf><responseElse>", "</responseElseIf><responseElse>")


@pytest.mark.parametrize(
    ("data", "document", "losses"),
    [
        (item(response("identifier", "B"), ONE, MATCH), {"type": "single", "options": options("b")}, []),
        (item(response("identifier", "B"), ONE), {"type": "single", "options": options("b")}, []),
        (
            item(response("identifier", "B"), ONE, rules(IF_MATCH.format(5))),
            {"type": "single", "points": 5.0, "options": options("b")},
            [],
        ),
        (
            item(response("identifier", "B"), ONE, rules(UNLESS_EMPTY)),
            {"type": "single", "points": 4.0, "options": options("b")},
            [],
        ),
        (item(response("identifier"), ONE, rules(CONSTANT)), {"type": "single", "options": options("b")}, []),
        (
            item(response("identifier", mapping=mapped(A=2, B=1)), ONE, MAP),
            {"type": "single", "points": 2.0, "options": options("a", weights={"b": 0.5})},
            [],
        ),
        (
            item(
                response("identifier", mapping=mapped(A=1, B=1, C=-2), cardinality="multiple"), ANY, rules(UNLESS_NULL)
            ),
            {"type": "multiple", "points": 2.0, "options": options("a", "b")},
            [],
        ),
        (
            item(response("identifier", "A", "B", cardinality="multiple"), ANY, MATCH),
            {"type": "multiple", "options": options("a", "b")},
            [LossCode.weight],
        ),
        (
            item(response("string", "12 %"), ENTRY, MATCH),
            {"type": "short_text", "accept": ["12 %"], "case_sensitive": True},
            [],
        ),
        (
            item(
                response("string", mapping=mapped(york=0.5, York=1).replace("/>", ' caseSensitive="true"/>')),
                ENTRY,
                MAP,
            ),
            {
                "type": "short_text",
                "accept": ["York", {"text": "york", "weight": 0.5}],
                "case_sensitive": True,
            },
            [],
        ),
        (item(response("integer", "12"), ENTRY, MATCH), {"type": "numeric", "answer": 12.0}, []),
        (
            item(response("float", "3.5"), ENTRY, rules(EQUAL)),
            {
                "type": "numeric",
                "points": 2.0,
                "answers": [
                    {"answer": 3.5, "tolerance": 0.5},
                    {"answer": 6.0, "tolerance": 1.0, "weight": 0.5},
                ],
            },
            [],
        ),
    ],
)
def test_an_item_becomes_ours(data: bytes, document: dict[str, Any], losses: list[LossCode]) -> None:
    assert imported(data) == (document, losses)


def test_an_order_lists_its_steps_in_the_right_one() -> None:
    body = (
        '<orderInteraction responseIdentifier="RESPONSE" shuffle="true">'
        '<simpleChoice identifier="A">first</simpleChoice>'
        '<simpleChoice identifier="B">second</simpleChoice></orderInteraction>'
    )

    document, losses = imported(item(response("identifier", "B", "A", cardinality="ordered"), f"<p>?</p>{body}", MATCH))

    assert (document["options"], losses) == ([{"text": "second"}, {"text": "first"}], [])


def test_a_match_of_one_to_one_becomes_pairs() -> None:
    sides = "".join(
        "<simpleMatchSet>"
        + "".join(f'<simpleAssociableChoice identifier="{n}" matchMax="1">{n}</simpleAssociableChoice>' for n in side)
        + "</simpleMatchSet>"
        for side in ("AB", "XYZ")
    )
    body = f'<p>?</p><matchInteraction responseIdentifier="RESPONSE" shuffle="true">{sides}</matchInteraction>'
    mapping = mapped(A_Y=1, B_X=1).replace("_", " ")

    document, losses = imported(item(response("directedPair", mapping=mapping, cardinality="multiple"), body, MAP))

    assert (document["pairs"], document["extra"], document["points"], losses) == (
        [{"left": "A", "right": "Y"}, {"left": "B", "right": "X"}],
        ["Z"],
        2.0,
        [],
    )


def test_interactions_within_a_text_become_gaps() -> None:
    body = (
        '<p>In <textEntryInteraction responseIdentifier="R1"/> we sold <inlineChoiceInteraction '
        'responseIdentifier="R2" shuffle="false"><inlineChoice identifier="A">less</inlineChoice>'
        '<inlineChoice identifier="B">more</inlineChoice></inlineChoiceInteraction>.</p>'
    )
    added = "".join(
        "<setOutcomeValue identifier='SCORE'><sum><variable identifier='SCORE'/>"
        f"<mapResponse identifier='{name}'/></sum></setOutcomeValue>"
        for name in ("R1", "R2")
    )
    declarations = response(
        "integer", identifier="R1", mapping='<mapping><mapEntry mapKey="2024" mappedValue="1"/></mapping>'
    )
    declarations += response("identifier", identifier="R2", mapping=mapped(B=2))

    (entry,) = read(item(declarations, body, rules(added))).items

    assert entry.document["prompt"] == "In [[g1]] we sold [[g2]]."
    assert entry.document["points"] == 3
    assert entry.document["gaps"] == [
        {"id": "g1", "type": "numeric", "answer": 2024.0},
        {
            "id": "g2",
            "type": "choice",
            "points": 2.0,
            "options": [{"text": "less", "pinned": True}, {"text": "more", "correct": True, "pinned": True}],
        },
    ]


def test_an_essay_keeps_the_rubric_for_assessors() -> None:
    body = (
        '<rubricBlock view="scorer"><p>Look for the price.</p></rubricBlock><p>Pitch it.</p>'
        '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
    )

    document, losses = imported(item(response("string"), body))

    assert (document["type"], document["guidance"], losses) == ("essay", "Look for the price.", [])


def test_feedback_goes_to_what_was_chosen_and_to_everybody() -> None:
    chosen = "<setOutcomeValue identifier='FEEDBACK'><variable identifier='RESPONSE'/></setOutcomeValue>"
    after = "".join(
        f'<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{name}" showHide="{show}">{text}</modalFeedback>'
        for name, show, text in (
            ("A", "show", "No."),
            ("general", "hide", "See page 2."),
            ("pass", "show", "Well done."),
        )
    )

    document, losses = imported(item(response("identifier", "B"), ONE, rules(IF_MATCH.format(1) + chosen), after))

    assert [option.get("feedback") for option in document["options"]] == ["No.", None, None]
    assert document["feedback"] == "See page 2."
    assert losses == [LossCode.feedback]


CUSTOM = "<setOutcomeValue identifier='SCORE'><customOperator/></setOutcomeValue>"
ASSOCIATE = '<p>?</p><associateInteraction responseIdentifier="RESPONSE"/>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (item(response("identifier", "B"), ONE, rules(CUSTOM)), SkipCode.response_processing),
        (item(response("identifier", "B"), ONE, MATCH.replace("match_correct", "own")), SkipCode.response_processing),
        (item(response("identifier", "B"), ONE, rules(IF_MATCH.format(1) * 2)), SkipCode.response_processing),
        (item(response("identifier"), ONE, MATCH), SkipCode.no_right_answer),
        (item(response("identifier", "Z"), ONE, MATCH), SkipCode.no_right_answer),
        (item(response("identifier", "A", mapping=mapped(B=1)), ONE, MAP), SkipCode.weights),
        (item(response("float", "abc"), ENTRY, MATCH), SkipCode.not_a_number),
        (item(response("pair", "A B", cardinality="multiple"), ASSOCIATE, MATCH), SkipCode.unknown_type),
        (item(response("identifier", "B"), ONE + ONE, MATCH), SkipCode.response_processing),
        (item("", "<p>Read this.</p>"), SkipCode.description),
        (
            item(response("identifier", "B"), ONE, MATCH).replace(b'adaptive="false"', b'adaptive="true"'),
            SkipCode.response_processing,
        ),
        (
            item(response("identifier", "B"), "<p><printedVariable identifier='X'/></p>" + ONE, MATCH),
            SkipCode.calculated,
        ),
    ],
)
def test_an_item_is_skipped_with_the_reason(data: bytes, code: SkipCode) -> None:
    assert skipped(data) == code


def test_names_of_version_three_are_those_of_version_two() -> None:
    data = b"""<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q" title="T"
      time-dependent="false"><qti-response-declaration base-type="identifier" cardinality="single" identifier="R">
      <qti-correct-response><qti-value>Y</qti-value></qti-correct-response></qti-response-declaration>
      <qti-item-body><p>This sun of <qti-inline-choice-interaction response-identifier="R" shuffle="true">
      <qti-inline-choice identifier="L">Lancaster</qti-inline-choice><qti-inline-choice identifier="Y">York
      </qti-inline-choice></qti-inline-choice-interaction></p></qti-item-body><qti-response-processing
      template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/></qti-assessment-item>"""

    document, losses = imported(data)

    assert losses == []
    assert document["gaps"] == [
        {"id": "g1", "type": "choice", "options": [{"text": "Lancaster"}, {"text": "York", "correct": True}]}
    ]


MANIFEST = b"""<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
<resource identifier="r1" type="imsqti_item_xmlv2p1" href="items/one.xml"><metadata><lom
xmlns="http://www.imsglobal.org/xsd/imsmd_v1p2"><general><keyword><langstring>price</langstring></keyword></general>
</lom></metadata><file href="items/one.xml"/></resource>
<resource identifier="r2" type="imsqti_item_xmlv2p2" href="items/gone.xml"/>
<resource identifier="t" type="imsqti_test_xmlv2p1" href="test.xml"/></resources></manifest>"""


def test_a_package_is_read_by_its_manifest() -> None:
    one = item(response("identifier", "B"), '<p><img src="../media/map.png" alt="A map"/></p>' + ONE, MATCH)

    found = read(archive(("imsmanifest.xml", MANIFEST), ("items/one.xml", one), ("media/map.png", PIXEL)))

    name = stored_name("map.png", PIXEL)
    assert found.items[0].document["tags"] == ["price"]
    assert found.items[0].document["media"] == [{"file": name, "alt": "A map"}]
    assert found.media == {name: PIXEL}
    assert [(each.name, each.line, each.code, each.detail) for each in found.skipped] == [
        ("r2", 5, SkipCode.missing_file, "items/gone.xml")
    ]


def test_without_a_manifest_items_are_found_by_what_they_are() -> None:
    one = item(response("identifier", "B"), ONE, MATCH)

    found = read(archive(("a.xml", one), ("b.xml", b"<html/>"), ("c.zip", archive(("d.xml", one)))))

    assert [each.document["id"] for each in found.items] == ["q-1"]


def test_a_broken_item_does_not_spoil_the_others() -> None:
    one = item(response("identifier", "B"), ONE, MATCH)
    bad = b"<!DOCTYPE a [<!ENTITY b 'c'>]>\n<assessmentItem/>"
    manifest = MANIFEST.replace(b"items/gone.xml", b"items/bad.xml")

    found = read(archive(("imsmanifest.xml", manifest), ("items/one.xml", one), ("items/bad.xml", bad)))

    assert len(found.items) == 1
    assert [(each.code, each.line) for each in found.skipped] == [(SkipCode.malformed, 1)]


def test_an_archive_without_questions_says_so() -> None:
    with pytest.raises(UnreadableError) as caught:
        read(archive(("readme.txt", b"hello")))

    assert caught.value.code == FileCode.no_manifest


def test_items_that_the_manifest_does_not_name_are_read_after_those_it_names() -> None:
    one = item(response("identifier", "B"), ONE, MATCH)
    other = item(response("identifier", "A"), ONE, MATCH, identifier="Q-2")
    broken = b"<assessmentItem><itemBody>"

    found = read(
        archive(("imsmanifest.xml", MANIFEST), ("x/broken.xml", broken), ("x/2.xml", other), ("items/one.xml", one))
    )

    assert [each.document["id"] for each in found.items] == ["q-1", "q-2"]
    assert [(each.name, each.code) for each in found.skipped] == [
        ("r2", SkipCode.missing_file),
        ("x/broken.xml", SkipCode.malformed),
    ]


def test_a_question_of_a_package_that_is_skipped_is_named_with_its_file() -> None:
    drawn = item("", '<hotspotInteraction responseIdentifier="R"/>')

    (entry,) = read(archive(("items/map.xml", drawn))).skipped

    assert (entry.name, entry.code, entry.detail) == (
        "T (items/map.xml)",
        SkipCode.unknown_type,
        "hotspotInteraction",
    )


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UnreadableError, match=r"malformed: course/imsmanifest\.xml: "):
        read(archive(("course/imsmanifest.xml", b"<manifest><resources></manifest>")))


def test_a_package_of_an_older_version_is_told_by_what_it_holds() -> None:
    manifest = b'<manifest><resources><resource type="imsqti_xmlv1p2" href="a.xml"/></resources></manifest>'

    with pytest.raises(UnreadableError, match="no_questions: imsqti_xmlv1p2"):
        read(archive(("imsmanifest.xml", manifest), ("a.xml", b"<questestinterop/>")))
