r"""Writes gaps as the embedded answers of Moodle: `{2:NUMERICAL:=12:0.5~%50%10:0}`."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from math import lcm
from typing import Any, Final

from app.quizzes.interchange import voices
from app.quizzes.interchange.outcome import LossCode
from app.quizzes.interchange.texts import to_html
from app.quizzes.interchange.voices import Voice, decimal
from app.quizzes.itemparts import split_gaps

_LARGEST: Final = 999_999
_ENTITY: Final = re.compile(r"&amp;(?=#?[0-9a-zA-Z]{2,9};)")


def embedded(voice: Voice, prompt: str) -> str:
    """Put the gaps of an item into its prompt, which is HTML already."""
    gaps = {gap["id"]: gap for gap in voice.item["gaps"]}
    points = _whole(voice, [gap.get("points", 1) for gap in gaps.values()])
    written = {name: f"{{{count}:{_gap(voice, gap)}}}" for (name, gap), count in zip(gaps.items(), points, strict=True)}
    pieces: list[str] = []
    order: list[str] = []
    for words, name in split_gaps(prompt):
        pieces.append(words.replace("{", "&#123;"))
        if name is not None:
            pieces.append(written[name])
            order.append(name)
    if order != [f"g{place + 1}" for place in range(len(gaps))] or order != list(gaps):
        voice.lose(LossCode.id, ", ".join(order))
    return "".join(pieces)


def _whole(voice: Voice, points: Sequence[float]) -> list[int]:
    """Give the points of gaps as whole numbers in the same proportion."""
    exactly = [Fraction(str(each)) for each in points]
    by = lcm(*(each.denominator for each in exactly))
    whole = [int(each * by) for each in exactly]
    if by > 1:
        voice.lose(LossCode.weight, ", ".join(f"{each:g}" for each in points))
    if max(whole) > _LARGEST:
        scale = Fraction(_LARGEST, max(whole))
        whole = [max(1, round(each * scale)) for each in whole]
    return whole


def _gap(voice: Voice, gap: Mapping[str, Any]) -> str:
    if gap["type"] == "numeric":
        if gap.get("unit"):
            voice.lose(LossCode.unit, voice.line(gap["unit"]))
        return "NUMERICAL:" + "~".join(_number(voice, each) for each in voices.numbers(gap))
    if gap["type"] == "short_text":
        kind = "SHORTANSWER_C:" if gap.get("case_sensitive") else "SHORTANSWER:"
        return kind + "~".join(
            _answer(voice, voices.share(each.get("weight", 1)), escape(voice.say(each["text"]), quote=False), each)
            for each in voices.accepted(gap["accept"])
        )
    return _choice(voice, gap["options"])


def _choice(voice: Voice, options: Sequence[Mapping[str, Any]]) -> str:
    pinned = [bool(option.get("pinned")) for option in options]
    if any(pinned) and not all(pinned):
        voice.lose(LossCode.pinned)
    for option in options:
        if option.get("media"):
            voice.lose(LossCode.image_left_out, option["media"]["file"])
    kind = "MULTICHOICE:" if all(pinned) else "MULTICHOICE_S:"
    return kind + "~".join(
        _answer(
            voice,
            Fraction(1) if option.get("correct") else voices.share(option.get("weight") or 0),
            to_html(voice.say(option["text"])),
            option,
        )
        for option in options
    )


def _number(voice: Voice, answer: Mapping[str, Any]) -> str:
    value, tolerance = voices.middle(answer)
    text = decimal(value) + (f":{decimal(tolerance)}" if tolerance else "")
    return _answer(voice, voices.share(answer.get("weight", 1)), text, answer)


def _answer(voice: Voice, share: Fraction, text: str, answer: Mapping[str, Any]) -> str:
    head = "=" if share == 1 else f"%{decimal(round(share * 100, 5))}%"
    feedback = to_html(voice.say(answer.get("feedback")))
    return head + _protected(text) + (f"#{_protected(feedback)}" if feedback else "")


def _protected(text: str) -> str:
    """Protect what would end an answer; a backslash at the end would protect what comes next."""
    text = re.sub(r"([~#}])", r"\\\1", _ENTITY.sub("&amp;amp;", text))
    return f"{text} " if text.endswith("\\") else text
