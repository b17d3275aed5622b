"""What was chosen in an item, part by part: options, gaps, pairs, and what was typed.

Answers come as the JSON text that is stored, counted; most people give the same few.
"""

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.catalog.text import localized
from app.quizzes.grading import grade
from app.quizzes.items import parse_item

MOST_TYPED: Final = 12
"""Typed answers that are told one by one; the rest only count."""


class Third(StrEnum):
    """Where an attempt stands by its total among the first attempts."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Wording(StrEnum):
    """What stands for something that is no text of the item."""

    TRUE = "true"
    FALSE = "false"
    NOTHING = "nothing"
    OTHER = "other"


class PartKind(StrEnum):
    """How the choices of a part belong together."""

    ONE = "one"
    SEVERAL = "several"
    MATCH = "match"
    TYPED = "typed"
    ORDER = "order"
    MARKS = "marks"


Given = Mapping[tuple[str | None, Third], int]
"""How many of each third gave which answer; None is no answer."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that could be chosen, or was typed. `right` is None where neither word fits."""

    key: str
    text: str | Wording
    right: bool | None
    everybody: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an item that is answered on its own, with what was chosen there. `title` is empty for the whole."""

    title: str
    kind: PartKind
    choices: tuple[Chosen, ...]

    @property
    def options(self) -> tuple[Chosen, ...]:
        """The choices without whoever left it empty."""
        return tuple(each for each in self.choices if each.text is not Wording.NOTHING)


@dataclass(frozen=True, slots=True)
class _Choice:
    key: str
    text: str | Wording
    right: bool | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A part before anybody answered: what can be chosen, and how an answer names it."""

    title: str
    kind: PartKind
    choices: tuple[_Choice, ...]
    read: Callable[[Any], Sequence[str]]
    is_right: Callable[[Any], bool | None] = lambda _answer: None


def parts(document: Mapping[str, Any], given: Given, locale: str) -> tuple[Part, ...]:
    """Count what was chosen in each part of an item."""
    answers = [(None if text is None else json.loads(text), third, count) for (text, third), count in given.items()]
    return tuple(_count(question, answers) for question in _questions(document, locale))


def keys_of(document: Mapping[str, Any], answer: str | None, locale: str) -> list[list[str]]:
    """Name what one answer chose, part by part: the keys of `Chosen`."""
    value = None if answer is None else json.loads(answer)
    return [list(question.read(value)) or [Wording.NOTHING.value] for question in _questions(document, locale)]


def _count(question: _Question, answers: Sequence[tuple[Any, Third, int]]) -> Part:
    counts: dict[str, Counter[Third]] = defaultdict(Counter)
    samples: dict[str, Any] = {}
    for answer, third, count in answers:
        for key in question.read(answer) or [Wording.NOTHING.value]:
            counts[key][third] += count
            samples.setdefault(key, answer)
    known = {choice.key for choice in question.choices}
    found = [_chosen(choice, counts[choice.key]) for choice in question.choices]
    if question.kind in {PartKind.TYPED, PartKind.ORDER}:
        typed = sorted(counts.keys() - known - {Wording.NOTHING}, key=lambda key: (-counts[key].total(), key))
        told = (_Choice(key, key, question.is_right(samples[key])) for key in typed[:MOST_TYPED])
        found.extend(_chosen(choice, counts[choice.key]) for choice in told)
        rest = sum((counts[key] for key in typed[MOST_TYPED:]), Counter[Third]())
        if rest:
            found.append(_chosen(_Choice(Wording.OTHER, Wording.OTHER, None), rest))
    if nothing := counts[Wording.NOTHING]:
        found.append(_chosen(_Choice(Wording.NOTHING, Wording.NOTHING, None), nothing))
    return Part(question.title, question.kind, tuple(found))


def _chosen(choice: _Choice, counts: Counter[Third]) -> Chosen:
    return Chosen(choice.key, choice.text, choice.right, counts.total(), counts[Third.TOP], counts[Third.BOTTOM])


def _questions(document: Mapping[str, Any], locale: str) -> Iterator[_Question]:
    match document["type"]:
        case "single":
            yield _Question("", PartKind.ONE, _options(document["options"], locale), _place)
        case "multiple":
            yield _Question("", PartKind.SEVERAL, _options(document["options"], locale), _places)
        case "true_false":
            right = document["answer"]
            both = (_Choice(Wording.TRUE, Wording.TRUE, right), _Choice(Wording.FALSE, Wording.FALSE, not right))
            yield _Question("", PartKind.ONE, both, _truth)
        case "short_text":
            yield _typed(document, "", lambda answer: answer)
        case "numeric":
            yield _typed(document, "", lambda answer: answer)
        case "matching":
            yield from _pairs(document, locale)
        case "ordering":
            yield _order(document, locale)
        case "cloze":
            yield from _gaps(document, locale)


def _options(options: Sequence[Mapping[str, Any]], locale: str) -> tuple[_Choice, ...]:
    return tuple(
        _Choice(str(place), localized(option["text"], locale), _is_right(option))
        for place, option in enumerate(options)
    )


def _is_right(option: Mapping[str, Any]) -> bool | None:
    if option.get("correct") is True:
        return True
    return None if (option.get("weight") or 0) > 0 else False


def _place(answer: Any) -> list[str]:
    return [str(answer)] if type(answer) is int else []


def _places(answer: Any) -> list[str]:
    return [str(place) for place in answer] if isinstance(answer, list) else []


def _truth(answer: Any) -> list[str]:
    return [Wording.TRUE if answer else Wording.FALSE] if isinstance(answer, bool) else []


def _typed(document: Mapping[str, Any], title: str, take: Callable[[Any], Any]) -> _Question:
    """Fold what was typed, so that it counts together where it is marked alike."""
    item = parse_item({"id": "gap", "prompt": "", **document})
    exactly = document.get("case_sensitive") is True

    def read(answer: Any) -> list[str]:
        text = take(answer)
        if not isinstance(text, str):
            return []
        typed = " ".join(unicodedata.normalize("NFKC", text).split())
        typed = typed if exactly else typed.casefold()
        return [typed] if typed else []

    def is_right(answer: Any) -> bool | None:
        mark = grade(item, take(answer))
        return True if mark.correct else None if mark.fraction else False

    return _Question(title, PartKind.TYPED, (), read, is_right)


def _pairs(document: Mapping[str, Any], locale: str) -> Iterator[_Question]:
    lefts = [pair["left"] for pair in document["pairs"]]
    rights = [pair["right"] for pair in document["pairs"]]
    shown = [place for place, right in enumerate(rights) if rights.index(right) == place]
    texts = [*rights, *document.get("extra", ())]
    shown += range(len(rights), len(texts))
    for line, left in enumerate(lefts):
        right = rights.index(rights[line])
        choices = tuple(_Choice(str(place), localized(texts[place], locale), place == right) for place in shown)
        yield _Question(localized(left, locale), PartKind.MATCH, choices, _taking(line, rights))


def _taking(line: int, rights: Sequence[Any]) -> Callable[[Any], list[str]]:
    def read(answer: Any) -> list[str]:
        place = answer[line] if isinstance(answer, list) and line < len(answer) else None
        if type(place) is not int:
            return []
        return [str(rights.index(rights[place]) if place < len(rights) else place)]

    return read


def _order(document: Mapping[str, Any], locale: str) -> _Question:
    texts = [localized(option["text"], locale) for option in document["options"]]

    def read(answer: Any) -> list[str]:
        if not isinstance(answer, list) or sorted(answer) != list(range(len(texts))):
            return []
        return [" → ".join(texts[place] for place in answer)]

    return _Question("", PartKind.ORDER, (), read, lambda answer: isinstance(answer, list) and answer == sorted(answer))


def _gaps(document: Mapping[str, Any], locale: str) -> Iterator[_Question]:
    for gap in document["gaps"]:
        take = _filling(gap["id"])
        if gap["type"] == "choice":
            yield _Question(gap["id"], PartKind.ONE, _options(gap["options"], locale), _placed(take))
        else:
            yield _typed({key: value for key, value in gap.items() if key != "id"}, gap["id"], take)


def _placed(take: Callable[[Any], Any]) -> Callable[[Any], list[str]]:
    return lambda answer: _place(take(answer))


def _filling(gap: str) -> Callable[[Any], Any]:
    def take(answer: Any) -> Any:
        gaps = answer.get("gaps") if isinstance(answer, dict) else None
        return gaps.get(gap) if isinstance(gaps, dict) else None

    return take
