"""Writes one item as a QTI 2.1 assessmentItem."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, Final

from lxml import etree

from app.catalog.text import Text
from app.quizzes.interchange import qtixml, voices
from app.quizzes.interchange.checking import WHOLE_ESSAY, short
from app.quizzes.interchange.outcome import LossCode
from app.quizzes.interchange.qtiitem import GAP
from app.quizzes.interchange.qtixml import NAMESPACE, part
from app.quizzes.interchange.texts import to_html
from app.quizzes.interchange.voices import Voice
from app.quizzes.interchange.xmltree import Element
from app.quizzes.itemparts import split_gaps, without_gaps

_RESPONSE: Final = "RESPONSE"
_SAYS: Final[Mapping[bool, Text]] = {
    True: {"en": "True", "zh-Hans": "对", "zh-Hant": "對"},
    False: {"en": "False", "zh-Hans": "错", "zh-Hant": "錯"},
}
_NEEDED: Final = 60
_WILDCARD: Final = re.compile(r"(?<!\\)\*")


class _UnwritableError(Exception):
    """QTI has no way to ask this."""


class _Sheet:
    """The item that is being written: its element, its parts in the order of the schema, and its voice."""

    def __init__(self, voice: Voice, used: dict[str, bytes]) -> None:
        self.voice, self.used = voice, used
        self.item = voice.item
        self.points = Fraction(str(self.item.get("points", 1)))
        self.root = etree.Element(f"{{{NAMESPACE}}}assessmentItem", nsmap={None: NAMESPACE})
        identifier = self.item["id"]
        for key, value in (
            ("identifier", identifier if identifier[0].isalpha() else f"_{identifier}"),
            ("title", short(without_gaps(voice.prompt()))),
            ("adaptive", "false"),
            ("timeDependent", "false"),
        ):
            self.root.set(key, value)
        self.feedback: list[tuple[str, str]] = []

    def open_body(self, feedback: str | None = None) -> Element:
        """Declare the outcomes and begin the body with the prompt."""
        overall = "single" if self.item.get("feedback") else None
        qtixml.outcomes(self.root, self.points, feedback or overall)
        body = part(self.root, "itemBody")
        if self.item["type"] == "essay" and self.item.get("guidance"):
            qtixml.flow(part(body, "rubricBlock", view="scorer"), self.voice.say(self.item["guidance"]))
        if self.item["type"] != "cloze":
            qtixml.flow(body, self.voice.prompt())
        qtixml.pictures(body, self.voice, self.item.get("media", ()), self.used)
        return body

    def close(self) -> None:
        """Add what is said after all."""
        for name, text in self.feedback:
            qtixml.said(self.root, name, text)
        if self.item.get("feedback"):
            qtixml.said(self.root, "general", self.voice.say(self.item["feedback"]), always=True)


def item_file(voice: Voice, used: dict[str, bytes]) -> Element:
    """Give the assessmentItem of an item; the bytes of its pictures go into `used`."""
    sheet = _Sheet(voice, used)
    try:
        _WRITERS[voice.item["type"]](sheet)
    except _UnwritableError:
        sheet = _Sheet(voice, used)
        voice.lose(LossCode.type, "extendedTextInteraction")
        body = sheet.open_body()
        if voice.item["type"] == "cloze":
            qtixml.flow(body, without_gaps(voice.prompt()))
        _essay_response(sheet, body)
    sheet.close()
    return sheet.root


def _choice(sheet: _Sheet) -> None:
    options = sheet.item["options"]
    names = [f"C{place}" for place in range(1, len(options) + 1)]
    single = sheet.item["type"] == "single"
    right = [name for name, option in zip(names, options, strict=True) if option.get("correct")]
    shares = (
        [Fraction(1) if each.get("correct") else voices.share(each.get("weight") or 0) for each in options]
        if single
        else voices.weights(options)
    )
    declared = qtixml.response(sheet.root, _RESPONSE, "identifier", "single" if single else "multiple", right)
    plain = single and sheet.points == 1 and not any(each.get("weight") for each in options)
    if not plain:
        qtixml.mapping(
            declared, [(name, share * sheet.points) for name, share in zip(names, shares, strict=True)], sheet.points
        )
    sheet.feedback = [
        (name, said)
        for name, each in zip(names, options, strict=True)
        if (said := sheet.voice.say(each.get("feedback")))
    ]
    body = sheet.open_body(("single" if single else "multiple") if sheet.feedback else None)
    pinned = all(each.get("pinned") for each in options)
    interaction = part(
        body,
        "choiceInteraction",
        responseIdentifier=_RESPONSE,
        shuffle="false" if pinned else "true",
        maxChoices="1" if single else "0",
    )
    for name, each in zip(names, options, strict=True):
        fixed = {"fixed": "true"} if each.get("pinned") and not pinned else {}
        choice = part(interaction, "simpleChoice", identifier=name, **fixed)
        _thing(sheet, choice, each)
    _choice_processing(sheet, plain=plain)


def _true_false(sheet: _Sheet) -> None:
    names = {True: "true", False: "false"}
    declared = qtixml.response(sheet.root, _RESPONSE, "identifier", "single", [names[sheet.item["answer"]]])
    plain = sheet.points == 1
    if not plain:
        qtixml.mapping(declared, [(names[sheet.item["answer"]], sheet.points)], sheet.points)
    sheet.feedback = [
        (name, said) for name in ("true", "false") if (said := sheet.voice.say(sheet.item.get(f"feedback_{name}")))
    ]
    body = sheet.open_body("single" if sheet.feedback else None)
    interaction = part(body, "choiceInteraction", responseIdentifier=_RESPONSE, shuffle="false", maxChoices="1")
    for is_true, name in names.items():
        part(interaction, "simpleChoice", sheet.voice.choose(_SAYS[is_true]), identifier=name)
    _choice_processing(sheet, plain=plain)


def _choice_processing(sheet: _Sheet, *, plain: bool) -> None:
    if not sheet.feedback:
        part(sheet.root, "responseProcessing", template=qtixml.MATCH if plain else qtixml.MAP)
        return
    processing = part(sheet.root, "responseProcessing")
    if plain:
        qtixml.match_rule(processing, _RESPONSE, sheet.points)
    else:
        qtixml.map_rule(processing, _RESPONSE, adds=False)
    qtixml.feedback_rule(processing, _RESPONSE)


def _short_text(sheet: _Sheet) -> None:
    _typed(sheet, _RESPONSE, sheet.item, sheet.points)
    part(part(sheet.open_body(), "p"), "textEntryInteraction", responseIdentifier=_RESPONSE)
    part(sheet.root, "responseProcessing", template=qtixml.MAP)


def _numeric(sheet: _Sheet) -> None:
    ranges = _numbers(sheet, _RESPONSE, sheet.item, sheet.points)
    part(part(sheet.open_body(), "p"), "textEntryInteraction", responseIdentifier=_RESPONSE)
    qtixml.range_rule(part(sheet.root, "responseProcessing"), _RESPONSE, ranges, adds=False)


def _matching(sheet: _Sheet) -> None:
    pairs = [(sheet.voice.say(each["left"]), sheet.voice.say(each["right"])) for each in sheet.item["pairs"]]
    extra = [sheet.voice.say(each) for each in sheet.item.get("extra", ())]
    rights = {text: f"R{place}" for place, text in enumerate(dict.fromkeys([*(r for _, r in pairs), *extra]), start=1)}
    right = [f"L{place} {rights[text]}" for place, (_, text) in enumerate(pairs, start=1)]
    declared = qtixml.response(sheet.root, _RESPONSE, "directedPair", "multiple", right)
    qtixml.mapping(declared, [(pair, sheet.points / len(right)) for pair in right], sheet.points)
    interaction = part(
        sheet.open_body(),
        "matchInteraction",
        responseIdentifier=_RESPONSE,
        shuffle="true",
        maxAssociations=str(len(pairs)),
    )
    first, second = part(interaction, "simpleMatchSet"), part(interaction, "simpleMatchSet")
    for place, (left, _) in enumerate(pairs, start=1):
        qtixml.inside(part(first, "simpleAssociableChoice", identifier=f"L{place}", matchMax="1"), left)
    for text, name in rights.items():
        qtixml.inside(part(second, "simpleAssociableChoice", identifier=name, matchMax=str(len(pairs))), text)
    part(sheet.root, "responseProcessing", template=qtixml.MAP)


def _ordering(sheet: _Sheet) -> None:
    options = sheet.item["options"]
    names = [f"C{place}" for place in range(1, len(options) + 1)]
    qtixml.response(sheet.root, _RESPONSE, "identifier", "ordered", names)
    interaction = part(sheet.open_body(), "orderInteraction", responseIdentifier=_RESPONSE, shuffle="true")
    for name, each in zip(names, options, strict=True):
        _thing(sheet, part(interaction, "simpleChoice", identifier=name), each)
    if sheet.points == 1:
        part(sheet.root, "responseProcessing", template=qtixml.MATCH)
    else:
        qtixml.match_rule(part(sheet.root, "responseProcessing"), _RESPONSE, sheet.points)


def _essay(sheet: _Sheet) -> None:
    criteria = sheet.item["criteria"]
    if len(criteria) != 1 or dict(criteria[0]) | {"points": 1} != WHOLE_ESSAY:
        sheet.voice.lose(LossCode.other, "; ".join(sheet.voice.line(each["title"]) for each in criteria))
    if sheet.item.get("needed_percent", _NEEDED) != _NEEDED:
        sheet.voice.lose(LossCode.other, f"needed_percent: {sheet.item['needed_percent']:g}")
    if sheet.item.get("min_words") or sheet.item.get("max_words"):
        sheet.voice.lose(LossCode.response_limit)
    _essay_response(sheet, None)


def _essay_response(sheet: _Sheet, body: Element | None) -> None:
    declared = qtixml.response(sheet.root, _RESPONSE, "string", "single", ())
    sheet.root.insert(0, declared)
    body = sheet.open_body() if body is None else body
    part(body, "extendedTextInteraction", responseIdentifier=_RESPONSE)


def _cloze(sheet: _Sheet) -> None:
    gaps = {gap["id"]: gap for gap in sheet.item["gaps"]}
    total = sum(Fraction(str(gap.get("points", 1))) for gap in gaps.values())
    rules: list[Callable[[Element], None]] = []
    written: dict[str, str] = {}
    for name, gap in gaps.items():
        points = Fraction(str(gap.get("points", 1))) * sheet.points / total
        written[name], rule = _gap(sheet, gap, points)
        rules.append(rule)
    body = sheet.open_body()
    source = to_html(sheet.voice.prompt())
    source = "".join(words + (written[name] if name else "") for words, name in split_gaps(source))
    qtixml.add(body, source if source.startswith("<p>") else f"<p>{source}</p>")
    processing = part(sheet.root, "responseProcessing")
    for rule in rules:
        rule(processing)


def _gap(sheet: _Sheet, gap: Mapping[str, Any], points: Fraction) -> tuple[str, Callable[[Element], None]]:
    """Declare the response of a gap; give its interaction, as source, and what adds its points."""
    name = GAP + gap["id"]
    if gap["type"] == "numeric":
        ranges = _numbers(sheet, name, gap, points)
        return _entry(name), lambda processing: qtixml.range_rule(processing, name, ranges, adds=True)
    if gap["type"] == "short_text":
        _typed(sheet, name, gap, points)
        interaction = _entry(name)
    else:
        interaction = _inline_choice(sheet, name, gap["options"], points)
    return interaction, lambda processing: qtixml.map_rule(processing, name, adds=True)


def _inline_choice(sheet: _Sheet, name: str, options: Sequence[Mapping[str, Any]], points: Fraction) -> str:
    names = [f"C{place}" for place in range(1, len(options) + 1)]
    right = [each for each, option in zip(names, options, strict=True) if option.get("correct")]
    declared = qtixml.response(sheet.root, name, "identifier", "single", right)
    shares = [Fraction(1) if each.get("correct") else voices.share(each.get("weight") or 0) for each in options]
    qtixml.mapping(declared, [(each, share * points) for each, share in zip(names, shares, strict=True)], points)
    pinned = all(each.get("pinned") for each in options)
    choices = ""
    for each, option in zip(names, options, strict=True):
        text = sheet.voice.say(option["text"])
        if "\n" in text:
            sheet.voice.lose(LossCode.formatting, text)
        if option.get("feedback"):
            sheet.voice.lose(LossCode.feedback, sheet.voice.say(option["feedback"]))
        if option.get("media"):
            sheet.voice.lose(LossCode.image_left_out, option["media"]["file"])
        fixed = ' fixed="true"' if option.get("pinned") and not pinned else ""
        line = escape(" ".join(text.split()), quote=False)
        choices += f'<inlineChoice identifier="{each}"{fixed}>{line}</inlineChoice>'
    shuffle = "false" if pinned else "true"
    return (
        f'<inlineChoiceInteraction responseIdentifier="{name}" shuffle="{shuffle}">{choices}</inlineChoiceInteraction>'
    )


def _entry(name: str) -> str:
    return f'<textEntryInteraction responseIdentifier="{name}"/>'


def _typed(sheet: _Sheet, name: str, key: Mapping[str, Any], points: Fraction) -> None:
    """Declare a text that is typed. Raises _UnwritableError when only patterns are right."""
    entries = []
    for each in voices.accepted(key["accept"]):
        text, share = sheet.voice.say(each["text"]), voices.share(each.get("weight", 1))
        if each.get("feedback"):
            sheet.voice.lose(LossCode.feedback, sheet.voice.say(each["feedback"]))
        if _WILDCARD.search(text):
            sheet.voice.lose(LossCode.other, text)
        elif share > 0:
            entries.append((text.replace("\\*", "*"), share * points))
    if not entries or entries[0][1] != points:
        raise _UnwritableError
    declared = qtixml.response(sheet.root, name, "string", "single", [entries[0][0]])
    qtixml.mapping(declared, entries, points, case_sensitive=bool(key.get("case_sensitive")))


def _numbers(
    sheet: _Sheet, name: str, key: Mapping[str, Any], points: Fraction
) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Declare a number that is typed; give what is accepted, with tolerance and points."""
    found = []
    for each in voices.numbers(key):
        share = voices.share(each.get("weight", 1))
        if each.get("feedback"):
            sheet.voice.lose(LossCode.feedback, sheet.voice.say(each["feedback"]))
        if share > 0:
            found.append((*voices.middle(each), share * points))
    for unit in (key.get("unit"), *(each["unit"] for each in key.get("units", ()))):
        if unit:
            sheet.voice.lose(LossCode.unit, sheet.voice.line(unit))
    qtixml.response(sheet.root, name, "float", "single", [voices.decimal(found[0][0])])
    return found


def _thing(sheet: _Sheet, choice: Element, option: Mapping[str, Any]) -> None:
    qtixml.inside(choice, sheet.voice.say(option["text"]))
    if option.get("media"):
        qtixml.pictures(choice, sheet.voice, [option["media"]], sheet.used)


_WRITERS: Final[Mapping[str, Callable[[_Sheet], None]]] = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "short_text": _short_text,
    "numeric": _numeric,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "essay": _essay,
}
