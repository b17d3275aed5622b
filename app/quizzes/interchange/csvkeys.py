"""What is right in a row of a table of questions, in the terms of an item document."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.quizzes.interchange.checking import WHOLE_ESSAY
from app.quizzes.interchange.choices import Choice, options_of
from app.quizzes.interchange.keys import FULL, Answer, accepted, ranges
from app.quizzes.interchange.outcome import Loss, SkipCode, SkipError

Numbered = Sequence[tuple[int, str]]

_TYPES: Final[Mapping[str, str]] = {
    "single": "single", "single choice": "single", "single select": "single", "multiple choice": "choice",
    "mc": "choice", "mcq": "choice", "quiz": "choice", "choice": "choice", "": "choice",
    "multiple": "multiple", "multiple answer": "multiple", "multiple answers": "multiple", "checkbox": "multiple",
    "multiple select": "multiple", "multi select": "multiple", "multiple response": "multiple", "ma": "multiple",
    "true false": "true_false", "tf": "true_false", "true or false": "true_false", "boolean": "true_false",
    "short text": "short_text", "short answer": "short_text", "fill in the blank": "short_text",
    "fill in": "short_text", "type answer": "short_text", "sa": "short_text", "open text": "short_text",
    "numeric": "numeric", "numerical": "numeric", "number": "numeric",
    "matching": "matching", "match": "matching", "ordering": "ordering", "order": "ordering",
    "essay": "essay", "open ended": "essay", "open": "essay",
}  # fmt: skip
_TRUE: Final = frozenset({"true", "t", "yes", "是", "对", "對", "正确", "正確"})
_FALSE: Final = frozenset({"false", "f", "no", "否", "错", "錯", "错误", "錯誤"})
_SEPARATORS: Final = re.compile(r"[,;|/\s&+、，；]+|\band\b")


def key_of(row: Mapping[str, str], options: Numbered) -> tuple[dict[str, Any], list[Loss]]:
    """Give the type of an item and what is right, and what was lost. Raises SkipError."""
    said = " ".join(re.sub(r"[^a-z]+", " ", row.get("type", "").casefold()).split())
    if said not in _TYPES:
        raise SkipError(SkipCode.unknown_type, row["type"][:80])
    kind, correct = _TYPES[said], row.get("correct", "")
    if kind == "choice" and not options:
        kind = "true_false" if correct.casefold() in _TRUE | _FALSE else "short_text"
    if kind in {"choice", "single", "multiple"}:
        return _choices(kind, correct, options)
    readers: Mapping[str, Callable[[Mapping[str, str], str, Numbered], dict[str, Any]]] = {
        "true_false": _true_false,
        "short_text": _short_text,
        "numeric": _numeric,
        "matching": _matching,
        "ordering": _ordering,
        "essay": _essay,
    }
    return {"type": kind, **readers[kind](row, correct, options)}, []


def _choices(kind: str, correct: str, options: Numbered) -> tuple[dict[str, Any], list[Loss]]:
    right = _right(correct, options)
    if kind == "single" and len(right) != 1:
        raise SkipError(SkipCode.no_right_answer, correct[:80])
    one = kind == "single" or (kind == "choice" and len(right) == 1)
    wrong = len(options) - len(right) or 1
    marks = {place: 1.0 if one else 1 / len(right) for place in right}
    choices = [Choice(text, marks.get(place, 0.0 if one else -1 / wrong)) for place, text in options]
    return options_of(choices, one=one)


def _right(correct: str, options: Numbered) -> set[int]:
    """Find which options a cell names: by their texts, numbers or letters. Raises SkipError when it is not clear."""
    texts = {" ".join(text.split()).casefold(): place for place, text in options}
    whole = " ".join(correct.split()).casefold()
    places = {place for place, _ in options}
    parts = [part for part in _SEPARATORS.split(whole) if part]
    named = {_place(part) for part in parts}
    by_place = named if named <= places and named else set()
    by_text = {texts[whole]} if whole in texts else _by_texts(correct, texts)
    if by_place and by_text and by_place != by_text:
        raise SkipError(SkipCode.no_right_answer, f"{correct[:80]} ?")
    if not by_place and not by_text:
        raise SkipError(SkipCode.no_right_answer, correct[:80])
    return by_text or {place for place in by_place if place is not None}


def _place(part: str) -> int | None:
    part = part.removeprefix("option").strip(" .):(_")
    if part.isascii() and part.isdecimal():
        return int(part[:3])
    return ord(part) - ord("a") + 1 if re.fullmatch("[a-z]", part) else None


def _by_texts(correct: str, texts: Mapping[str, int]) -> set[int]:
    for separator in ("|", ";", "\n", ","):
        parts = [" ".join(part.split()).casefold() for part in correct.split(separator) if part.strip()]
        if len(parts) > 1 and all(part in texts for part in parts):
            return {texts[part] for part in parts}
    return set()


def _true_false(_row: Mapping[str, str], correct: str, options: Numbered) -> dict[str, Any]:
    word = correct.strip().casefold()
    if options and word not in _TRUE | _FALSE:
        place = min(_right(correct, options))
        word = dict(options)[place].strip().casefold()
    if word not in _TRUE | _FALSE:
        raise SkipError(SkipCode.no_right_answer, correct[:80])
    return {"answer": word in _TRUE}


def _short_text(_row: Mapping[str, str], correct: str, options: Numbered) -> dict[str, Any]:
    words = [part.strip() for part in correct.split("|")] if correct else [text for _, text in options]
    answers = [Answer(" ".join(word.split()), FULL) for word in words if word]
    if not answers:
        raise SkipError(SkipCode.no_right_answer)
    return {"accept": accepted(answers, case_sensitive=False)}


def _numeric(row: Mapping[str, str], correct: str, _options: Numbered) -> dict[str, Any]:
    answers = [Answer(part, FULL, tolerance=row.get("tolerance", "")) for part in correct.split("|") if part.strip()]
    return ranges(answers) | ({"unit": row["unit"]} if row.get("unit") else {})


def _matching(_row: Mapping[str, str], _correct: str, options: Numbered) -> dict[str, Any]:
    pairs = []
    for _, text in options:
        left, arrow, right = text.partition("->")
        if not (arrow and left.strip() and right.strip()):
            raise SkipError(SkipCode.malformed, text[:80])
        pairs.append({"left": left.strip(), "right": right.strip()})
    if len(pairs) < 2:  # noqa: PLR2004 (one pair leaves nothing to choose)
        raise SkipError(SkipCode.too_few_options)
    return {"pairs": pairs}


def _ordering(_row: Mapping[str, str], _correct: str, options: Numbered) -> dict[str, Any]:
    if len(options) < 2:  # noqa: PLR2004 (one step has no order)
        raise SkipError(SkipCode.too_few_options)
    return {"options": [{"text": text} for _, text in options]}


def _essay(_row: Mapping[str, str], _correct: str, _options: Numbered) -> dict[str, Any]:
    return {"criteria": [dict(WHOLE_ESSAY)]}
