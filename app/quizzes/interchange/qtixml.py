"""The XML of QTI 2.1 items: elements in their namespace, declarations, rules and texts (imsqti_v2p1.xsd)."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, Final
from urllib.parse import quote

from lxml import etree

from app.quizzes.interchange.texts import to_html
from app.quizzes.interchange.voices import Voice, decimal
from app.quizzes.interchange.xmltree import Element

NAMESPACE: Final = "http://www.imsglobal.org/xsd/imsqti_v2p1"
SCORE: Final = "SCORE"
FEEDBACK: Final = "FEEDBACK"
MATCH: Final = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP: Final = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"
MEDIA: Final = "../media/"


def part(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element of QTI."""
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    element.text = text
    return element


def flow(parent: Element, text: str) -> None:
    """Add paragraphs."""
    source = to_html(text)
    add(parent, source if source.startswith("<p>") else f"<p>{source}</p>")


def inside(parent: Element, text: str) -> None:
    """Add a text where a line needs no paragraph."""
    add(parent, to_html(text))


def add(parent: Element, source: str) -> None:
    """Add HTML as our writer of texts makes it."""
    source = source.replace("<br>", "<br/>").replace("&nbsp;", "&#160;")
    tree = etree.fromstring(f'<div xmlns="{NAMESPACE}">{source}</div>')
    parent.text = (parent.text or "") + (tree.text or "") or None
    parent.extend(list(tree))


def pictures(parent: Element, voice: Voice, media: Sequence[Mapping[str, Any]], used: dict[str, bytes]) -> None:
    """Add pictures, and keep the bytes of each in `used`."""
    for each in media:
        if found := voice.picture(each):
            name, data, alt = found
            used[name] = data
            add(parent, f'<p><img src="{MEDIA}{quote(name)}" alt="{escape(alt)}"/></p>')


def response(item: Element, name: str, base: str, cardinality: str, correct: Iterable[str]) -> Element:
    """Declare a response with what is right."""
    declared = part(item, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
    values = list(correct)
    if values:
        holder = part(declared, "correctResponse")
        for value in values:
            part(holder, "value", value)
    return declared


def mapping(
    declared: Element, entries: Iterable[tuple[str, Fraction]], most: Fraction, *, case_sensitive: bool | None = None
) -> None:
    """Say what each response is worth; together no less than nothing and no more than `most`."""
    holder = part(declared, "mapping", lowerBound="0", upperBound=decimal(most), defaultValue="0")
    for key, value in entries:
        case = {} if case_sensitive is None else {"caseSensitive": "true" if case_sensitive else "false"}
        part(holder, "mapEntry", mapKey=key, mappedValue=decimal(value), **case)


def outcomes(item: Element, points: Fraction, feedback: str | None) -> None:
    """Declare the outcomes: the mark, the most there is, and the choices that are answered by feedback."""
    for name, value in ((SCORE, Fraction(0)), ("MAXSCORE", points)):
        declared = part(item, "outcomeDeclaration", identifier=name, cardinality="single", baseType="float")
        part(part(declared, "defaultValue"), "value", decimal(value))
    if feedback:
        part(item, "outcomeDeclaration", identifier=FEEDBACK, cardinality=feedback, baseType="identifier")


def map_rule(processing: Element, name: str, *, adds: bool) -> None:
    """Set the mark to the mapped response, or add it."""
    to = part(processing, "setOutcomeValue", identifier=SCORE)
    if adds:
        to = part(to, "sum")
        part(to, "variable", identifier=SCORE)
    part(to, "mapResponse", identifier=name)


def match_rule(processing: Element, name: str, points: Fraction) -> None:
    """Give the points when the response is the correct one."""
    condition = part(processing, "responseCondition")
    branch = part(condition, "responseIf")
    test = part(branch, "match")
    part(test, "variable", identifier=name)
    part(test, "correct", identifier=name)
    _set(branch, points, adds=False)
    _set(part(condition, "responseElse"), Fraction(0), adds=False)


def range_rule(
    processing: Element, name: str, ranges: Iterable[tuple[Fraction, Fraction, Fraction]], *, adds: bool
) -> None:
    """Give the points of the first number, with its tolerance, that the response is near."""
    condition = part(processing, "responseCondition")
    for place, (value, tolerance, points) in enumerate(ranges):
        branch = part(condition, "responseElseIf" if place else "responseIf")
        width = decimal(tolerance)
        mode = (
            {"toleranceMode": "absolute", "tolerance": f"{width} {width}"} if tolerance else {"toleranceMode": "exact"}
        )
        test = part(branch, "equal", **mode)
        part(test, "variable", identifier=name)
        part(test, "baseValue", decimal(value), baseType="float")
        _set(branch, points, adds=adds)


def feedback_rule(processing: Element, name: str) -> None:
    """Let the feedback be that of what was chosen."""
    part(part(processing, "setOutcomeValue", identifier=FEEDBACK), "variable", identifier=name)


def said(item: Element, name: str, text: str, *, always: bool = False) -> None:
    """Add feedback to who chose `name`; or to everybody, as nobody chooses it."""
    feedback = part(
        item,
        "modalFeedback",
        outcomeIdentifier=FEEDBACK,
        showHide="hide" if always else "show",
        identifier=name,
    )
    flow(feedback, text)


def _set(branch: Element, points: Fraction, *, adds: bool) -> None:
    to = part(branch, "setOutcomeValue", identifier=SCORE)
    if adds:
        to = part(to, "sum")
        part(to, "variable", identifier=SCORE)
    part(to, "baseValue", decimal(points), baseType="float")
