"""Writes items as Moodle XML, as Moodle 4 exports it, with pictures within.

The id is the idnumber. What a question belongs to here stands in tags (see `dossiers`).
"""

import base64
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Any, Final
from urllib.parse import quote

from lxml import etree

from app.quizzes.interchange import dossiers, voices
from app.quizzes.interchange.checking import WHOLE_ESSAY, short
from app.quizzes.interchange.moodlegaps import embedded
from app.quizzes.interchange.outcome import Loss, LossCode, Written, collected
from app.quizzes.interchange.texts import to_html
from app.quizzes.interchange.voices import Voice, decimal
from app.quizzes.interchange.xmltree import Element
from app.quizzes.itemparts import without_gaps

_KINDS: Final = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true_false": "truefalse",
    "short_text": "shortanswer",
    "numeric": "numerical",
    "matching": "matching",
    "ordering": "ordering",
    "cloze": "cloze",
    "essay": "essay",
}
_PENALTY: Final = "0.3333333"
_NEEDED: Final = 60


def write(items: Sequence[Mapping[str, Any]], media: Mapping[str, bytes], locale: str) -> Written:
    """Write items in one language; their pictures are taken from `media`."""
    quiz = etree.Element("quiz")
    losses: list[tuple[str, Loss]] = []
    category = ""
    for item in items:
        if item.get("category", "") != category:
            category = item.get("category", "")
            _add_category(quiz, category)
        voice = Voice(item, locale, media)
        _add_question(quiz, voice)
        losses += ((item["id"], loss) for loss in voice.losses)
    etree.indent(quiz)
    return Written(etree.tostring(quiz, xml_declaration=True, encoding="UTF-8") + b"\n", {}, collected(losses))


def _add_category(quiz: Element, category: str) -> None:
    question = etree.SubElement(quiz, "question", type="category")
    _text(etree.SubElement(question, "category"), f"$course$/top/{category}".rstrip("/"))


def _add_question(quiz: Element, voice: Voice) -> None:
    item = voice.item
    question = etree.SubElement(quiz, "question", type=_KINDS[item["type"]])
    prompt = to_html(voice.prompt())
    if item["type"] == "cloze":
        prompt = embedded(voice, prompt)
    _text(etree.SubElement(question, "name"), short(without_gaps(voice.prompt())))
    _rich(question, "questiontext", voice, prompt, item.get("media", ()))
    _rich(question, "generalfeedback", voice, to_html(voice.say(item.get("feedback"))))
    if item["type"] != "cloze" or item.get("points", 1) != _sum_of_gaps(item):
        _setting(question, "defaultgrade", decimal(item.get("points", 1)))
    _setting(question, "penalty", _PENALTY)
    _setting(question, "hidden", "0")
    _setting(question, "idnumber", item["id"])
    _WRITERS[item["type"]](question, voice)
    tags, lost = dossiers.write(item, voice.say)
    voice.losses += lost
    if tags:
        holder = etree.SubElement(question, "tags")
        for tag in tags:
            _text(etree.SubElement(holder, "tag"), tag)


def _choice(question: Element, voice: Voice) -> None:
    options = voice.item["options"]
    single = voice.item["type"] == "single"
    pinned = [bool(option.get("pinned")) for option in options]
    if any(pinned) and not all(pinned):
        voice.lose(LossCode.pinned)
    _setting(question, "single", "true" if single else "false")
    _setting(question, "shuffleanswers", "false" if all(pinned) else "true")
    _setting(question, "answernumbering", "abc")
    shares = (
        [Fraction(1) if option.get("correct") else voices.share(option.get("weight") or 0) for option in options]
        if single
        else voices.weights(options)
    )
    for option, share in zip(options, shares, strict=True):
        answer = _answer(question, share)
        answer.set("format", "html")
        _content(answer, voice, to_html(voice.say(option["text"])), [option["media"]] if option.get("media") else [])
        _rich(answer, "feedback", voice, to_html(voice.say(option.get("feedback"))))


def _true_false(question: Element, voice: Voice) -> None:
    for is_true in (True, False):
        answer = _answer(question, Fraction(voice.item["answer"] is is_true))
        _text(answer, "true" if is_true else "false")
        said = voice.item.get("feedback_true" if is_true else "feedback_false")
        _rich(answer, "feedback", voice, to_html(voice.say(said)))


def _short_answer(question: Element, voice: Voice) -> None:
    _setting(question, "usecase", "1" if voice.item.get("case_sensitive") else "0")
    for each in voices.accepted(voice.item["accept"]):
        answer = _answer(question, voices.share(each.get("weight", 1)))
        _text(answer, voice.say(each["text"]))
        _rich(answer, "feedback", voice, to_html(voice.say(each.get("feedback"))))


def _numerical(question: Element, voice: Voice) -> None:
    for each in voices.numbers(voice.item):
        value, tolerance = voices.middle(each)
        answer = _answer(question, voices.share(each.get("weight", 1)))
        _text(answer, decimal(value))
        _rich(answer, "feedback", voice, to_html(voice.say(each.get("feedback"))))
        _setting(answer, "tolerance", decimal(tolerance))
    units = [(voice.line(voice.item["unit"]), Fraction(1))] if voice.item.get("unit") else []
    for each in voice.item.get("units", ()):
        multiplier = 1 / Fraction(str(each["factor"]))
        if voices.is_decimal(multiplier):
            units.append((voice.line(each["unit"]), multiplier))
        else:
            voice.lose(LossCode.unit, voice.line(each["unit"]))
    if units:
        holder = etree.SubElement(question, "units")
        for name, multiplier in units:
            unit = etree.SubElement(holder, "unit")
            _setting(unit, "multiplier", decimal(multiplier))
            _setting(unit, "unit_name", name)
    _setting(question, "unitgradingtype", "0")
    _setting(question, "showunits", "0" if units else "3")


def _matching(question: Element, voice: Voice) -> None:
    _setting(question, "shuffleanswers", "true")
    sides = [(each["left"], each["right"]) for each in voice.item["pairs"]]
    for left, right in [*sides, *(("", extra) for extra in voice.item.get("extra", ()))]:
        part = _rich(question, "subquestion", voice, to_html(voice.say(left)))
        _text(etree.SubElement(part, "answer"), voice.say(right))


def _ordering(question: Element, voice: Voice) -> None:
    for name, value in (("layouttype", "0"), ("selecttype", "0"), ("selectcount", "0"), ("gradingtype", "-1")):
        _setting(question, name, value)
    for place, step in enumerate(voice.item["options"], start=1):
        answer = etree.SubElement(question, "answer", fraction=str(place), format="html")
        _content(answer, voice, to_html(voice.say(step["text"])), [step["media"]] if step.get("media") else [])


def _essay(question: Element, voice: Voice) -> None:
    criteria = voice.item["criteria"]
    if len(criteria) != 1 or dict(criteria[0]) | {"points": 1} != WHOLE_ESSAY:
        voice.lose(LossCode.other, "; ".join(voice.line(each["title"]) for each in criteria))
    if voice.item.get("needed_percent", _NEEDED) != _NEEDED:
        voice.lose(LossCode.other, f"needed_percent: {voice.item['needed_percent']:g}")
    _setting(question, "responseformat", "plain")
    _setting(question, "responserequired", "1")
    for name, key in (("minwordlimit", "min_words"), ("maxwordlimit", "max_words")):
        if voice.item.get(key):
            _setting(question, name, str(voice.item[key]))
    _rich(question, "graderinfo", voice, to_html(voice.say(voice.item.get("guidance"))))


def _cloze(_question: Element, _voice: Voice) -> None:
    """Leave it at the prompt, which holds the gaps."""


_WRITERS: Final = {
    "single": _choice,
    "multiple": _choice,
    "true_false": _true_false,
    "short_text": _short_answer,
    "numeric": _numerical,
    "matching": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "essay": _essay,
}


def _answer(question: Element, share: Fraction) -> Element:
    percent = round(share * 100, 5)
    return etree.SubElement(question, "answer", fraction=decimal(percent), format="moodle_auto_format")


def _setting(parent: Element, name: str, value: str) -> None:
    etree.SubElement(parent, name).text = value


def _text(parent: Element, words: str) -> None:
    etree.SubElement(parent, "text").text = words


def _rich(parent: Element, name: str, voice: Voice, source: str, media: Sequence[Mapping[str, Any]] = ()) -> Element:
    part = etree.SubElement(parent, name, format="html")
    _content(part, voice, source, media)
    return part


def _content(part: Element, voice: Voice, source: str, media: Sequence[Mapping[str, Any]]) -> None:
    pictures = [found for each in media if (found := voice.picture(each))]
    tags = "".join(f'<img src="@@PLUGINFILE@@/{quote(name)}" alt="{escape(alt)}">' for name, _, alt in pictures)
    _text(part, source + (f"<p>{tags}</p>" if tags else ""))
    for name, data, _ in pictures:
        file = etree.SubElement(part, "file", name=name, path="/", encoding="base64")
        file.text = base64.b64encode(data).decode("ascii")


def _sum_of_gaps(item: Mapping[str, Any]) -> float:
    return float(sum(gap.get("points", 1) for gap in item["gaps"]))
