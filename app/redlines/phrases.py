"""Turn the phrases of a red line into slots of literals, expanded once.

A phrase is a mapping: `{text}`, `{seq}` or `{regex, anchor}`; a bare string is a text. All
become a Pattern: slots that follow each other within gaps. A regex is a pattern whose only slot
holds its anchors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from app.redlines.characters import fold_text
from app.redlines.dates import CLASSES
from app.redlines.inflection import forms
from app.redlines.literals import compact, is_han
from app.redlines.regexes import LONGEST_WINDOW, Regex, compile_safely

MOST_EXPANSIONS = 64
_INFLECTED = "en"
_FORMS = ("text", "seq", "regex")


class PhraseError(ValueError):
    """A phrase cannot be matched; the message tells the author why."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Alternatives at one place: literals of compact text, and classes such as `@date`."""

    literals: tuple[str, ...]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """Slots in order; `gaps[i]` is the most words or Chinese characters after slot i.

    A loose pattern may have determiners (a, the, your) between the words of a literal.
    """

    slots: tuple[Slot, ...]
    gaps: tuple[int, ...] = ()
    regex: Regex | None = None
    window: int = LONGEST_WINDOW
    loose: bool = False


def literal(text: str) -> str:
    """Return a text as it reads when compact; empty when nothing of it is left."""
    return compact(fold_text(text))


def _expand(text: str, *, inflect: bool, fit: bool = False) -> tuple[str, ...]:
    """Return a text's word forms; with `fit`, later words keep theirs when there would be too many."""
    folded = literal(text)
    if not folded:
        raise PhraseError(f"“{text}” is empty after folding")
    choices: list[tuple[str, ...]] = []
    count = 1
    for word in folded.split(" "):
        choice = forms(word) if inflect else (word,)
        if fit and count * len(choice) > MOST_EXPANSIONS:
            choice = (word,)
        choices.append(choice)
        count *= len(choice)
    if count > MOST_EXPANSIONS:
        raise PhraseError(f"“{text}” has {count} expansions, at most {MOST_EXPANSIONS} are allowed")
    return tuple(" ".join(words) for words in product(*choices))


def _inflects(document: Mapping[str, Any], language: str) -> bool:
    wanted = document.get("forms")
    if wanted not in {None, "all", "exact"}:
        raise PhraseError(f"forms is “{wanted}”; it is “exact” or left out")
    return wanted != "exact" and language.partition("-")[0] == _INFLECTED


def _text(document: Mapping[str, Any], language: str) -> Pattern:
    inflect = _inflects(document, language)
    literals = _expand(str(document["text"]), inflect=inflect)
    if any(len(one) == 1 and is_han(one) for one in literals):
        raise PhraseError(f"“{document['text']}” is a single Chinese character")
    return Pattern((Slot(literals),), loose=inflect)


def _slot(element: str, *, inflect: bool) -> Slot:
    literals: list[str] = []
    classes: list[str] = []
    for alternative in (part.strip() for part in element.split("|")):
        if not alternative.startswith("@"):
            literals.extend(_expand(alternative, inflect=inflect))
        elif alternative in CLASSES:
            classes.append(alternative)
        else:
            raise PhraseError(f"“{alternative}” is not one of {', '.join(CLASSES)}")
    if len(literals) > MOST_EXPANSIONS:
        raise PhraseError(f"“{element}” has {len(literals)} expansions, at most {MOST_EXPANSIONS} are allowed")
    return Slot(tuple(literals), tuple(classes))


def _seq(document: Mapping[str, Any], language: str) -> Pattern:
    slots: list[Slot] = []
    gaps: list[int] = []
    inflect = _inflects(document, language)
    for element in document["seq"]:
        if isinstance(element, str):
            slots.append(_slot(element, inflect=inflect))
            gaps.append(0)
        elif gaps and isinstance(element, Mapping) and isinstance(element.get("gap"), int):
            gaps[-1] = element["gap"]
        else:
            raise PhraseError(f"{element!r} is neither a text nor a gap between two texts")
    if not any(slot.literals for slot in slots):
        raise PhraseError("a seq needs at least one text")
    if len(slots) == 1 and any(len(one) == 1 and is_han(one) for one in slots[0].literals):
        raise PhraseError("a single Chinese character")
    return Pattern(tuple(slots), tuple(gaps[:-1]), loose=inflect)


def _regex(document: Mapping[str, Any]) -> Pattern:
    anchor = document.get("anchor")
    given: Sequence[str] = [anchor] if isinstance(anchor, str) else anchor or []
    if not given:
        raise PhraseError("a regex needs a literal anchor")
    anchors = [fold_text(text).strip() for text in given]
    window = int(document.get("window", LONGEST_WINDOW))
    if not 0 < window <= LONGEST_WINDOW:
        raise PhraseError(f"the window is {window}; at most {LONGEST_WINDOW} characters are allowed")
    regex = compile_safely(str(document["regex"]), anchors)
    literals = tuple(literal(text) for text in anchors)
    if not all(literals):
        raise PhraseError("an anchor is empty after folding")
    return Pattern((Slot(literals),), regex=regex, window=window)


def parse(document: Mapping[str, Any] | str, language: str) -> Pattern:
    """Return the pattern of one phrase.

    Raises PhraseError or regexes.UnsafeRegexError, both ValueError.
    """
    whole: Mapping[str, Any] = {"text": document} if isinstance(document, str) else document
    if "text" in whole:
        return _text(whole, language)
    if "seq" in whole:
        return _seq(whole, language)
    if "regex" in whole:
        return _regex(whole)
    raise PhraseError("a phrase is a text, a seq or a regex")


def parse_around(document: Mapping[str, Any] | str) -> Pattern:
    """Return the pattern of a phrase that excuses a hit, by covering it or standing near it.

    Such phrases are long; only as many words of a text change as the limit of expansions allows.
    Raises PhraseError or regexes.UnsafeRegexError, both ValueError.
    """
    whole: Mapping[str, Any] = {"text": document} if isinstance(document, str) else document
    if "text" not in whole:
        return parse(whole, _INFLECTED)
    text = str(whole["text"])
    inflect = text.isascii() and _inflects(whole, _INFLECTED)
    return Pattern((Slot(_expand(text, inflect=inflect, fit=True)),), loose=inflect)


def exemptions(value: Any) -> list[Mapping[str, Any] | str]:
    """Return the phrases of `unless.within`: one, a list of them, or either by language."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        if any(form in value for form in _FORMS):
            return [value]
        return [phrase for part in value.values() for phrase in exemptions(part)]
    if isinstance(value, Iterable):
        return [phrase for part in value for phrase in exemptions(part)]
    return []


def texts(value: Any) -> list[str]:
    """Return the strings of a text, a list of texts, or either by locale."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, Iterable):
        return [text for part in value for text in texts(part)]
    return []
