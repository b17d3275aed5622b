"""Patterns that are read only where they may match.

A long alternation costs Python's engine a try of each alternative at each place. Of the words that every match must
hold, RE2 says in one pass whether a text has any; where it has none, the pattern itself is not run.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import re2

_PARSER: Any = importlib.import_module("re._parser")
_BORDER: Final = "\0"
"""Stands for `\\b` among the characters of a word."""
_MOST_WORDS: Final = 64
_MOST_OF_CLASS: Final = 8
_OPTIONS = re2.Options()
_OPTIONS.never_capture = True

Words = frozenset[str]
_EMPTY: Words = frozenset({""})


class _Guard:
    """Says which alternatives may match a text."""

    def __init__(self, alternatives: Sequence[str]) -> None:
        self._always: list[int] = []
        self._guarded: list[int] = []
        self._words = re2.Set.SearchSet(_OPTIONS)
        for number, source in enumerate(alternatives):
            words = needed(source)
            if words:
                self._words.Add("|".join(sorted(map(_written, words))))
                self._guarded.append(number)
            else:
                self._always.append(number)
        self._words.Compile()

    def candidates(self, text: str) -> list[int]:
        """Return the numbers of the alternatives that may match, in their order."""
        found = self._words.Match(text.encode("utf-8", "surrogatepass")) if self._guarded else None
        if not found:
            return self._always
        return sorted([*self._always, *(self._guarded[number] for number in found)])


class Guarded:
    """Alternatives that read as `re` reads them joined by `|`, of which only those run that may match.

    All of them together take half a second to compile, so each is compiled when it first runs.
    """

    def __init__(self, alternatives: Sequence[str], fold: Callable[[str], str] = str) -> None:
        self._written: Final = alternatives
        self._fold: Final = fold
        self._compiled: dict[int, re.Pattern[str]] = {}

    @cached_property
    def sources(self) -> list[str]:
        """The alternatives, folded."""
        return [self._fold(source) for source in self._written]

    @cached_property
    def _guard(self) -> _Guard:
        return _Guard(self.sources)

    def _alternative(self, number: int) -> re.Pattern[str]:
        found = self._compiled.get(number)
        if found is None:
            found = self._compiled[number] = re.compile(self.sources[number])
        return found

    def _candidates(self, text: str) -> list[re.Pattern[str]]:
        return [self._alternative(number) for number in self._guard.candidates(text)]

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        """Return the first match at or after a place."""
        return _first([pattern.search(text, start) for pattern in self._candidates(text)])

    def match(self, text: str) -> re.Match[str] | None:
        """Return the match at the start of a text."""
        return _first([pattern.match(text) for pattern in self._candidates(text)])

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches from left to right; none is empty."""
        patterns = self._candidates(text)
        following = [pattern.search(text) for pattern in patterns]
        while (match := _first(following)) is not None:
            yield match
            for number, other in enumerate(following):
                if other is not None and other.start() < match.end():
                    following[number] = patterns[number].search(text, match.end())

    def sub(self, replace: Callable[[re.Match[str]], str], text: str) -> str:
        """Replace every match."""
        pieces: list[str] = []
        end = 0
        for match in self.finditer(text):
            pieces += (text[end : match.start()], replace(match))
            end = match.end()
        return "".join((*pieces, text[end:])) if pieces else text


def _first(matches: Iterable[re.Match[str] | None]) -> re.Match[str] | None:
    """Return the match that starts first, of several the first."""
    return min((match for match in matches if match is not None), key=lambda match: match.start(), default=None)


def needed(source: str) -> Words:
    """Return words of which each match of a pattern holds at least one; empty when there are no such words."""
    return _best(list(_flat(_PARSER.parse(source))), _EMPTY) or frozenset()


def _written(word: str) -> str:
    """Write a word for RE2, whose borders are those of ASCII and so are at least as many around ASCII letters."""
    pieces: list[str] = []
    for place, character in enumerate(word):
        if character != _BORDER:
            pieces.append(re2.escape(character))
        elif any(c.isascii() and c.isalnum() for c in word[max(0, place - 1) : place + 2] if c != _BORDER):
            pieces.append(r"\b")
    return "".join(pieces)


def _worth(words: Words) -> int:
    """Return how seldom words are, by the shortest; a Chinese character counts like several letters."""
    return min((sum(1 if c.isascii() else 3 for c in word if c != _BORDER) for word in words), default=0)


def _flat(tree: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the steps of a pattern, groups taken apart; what has no width and is no border of a word is left out."""
    for operator, argument in tree:
        name = str(operator)
        if name == "SUBPATTERN":
            yield from _flat(argument[3])
        elif name == "AT" and str(argument) == "AT_BOUNDARY":
            yield "LITERAL", ord(_BORDER)
        elif name not in {"AT", "ASSERT", "ASSERT_NOT"}:
            yield name, argument


def _all(step: tuple[str, Any]) -> Words | None:
    """Return everything that a step may match, if that is not much."""
    name, argument = step
    if name == "LITERAL":
        return frozenset({chr(argument)})
    if name == "IN":
        literal = len(argument) <= _MOST_OF_CLASS and all(str(kind) == "LITERAL" for kind, _ in argument)
        return frozenset(chr(code) for _, code in argument) if literal else None
    if name == "BRANCH":
        parts = [_joined(_flat(branch)) for branch in argument[1]]
    elif name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[1] == 1:
        parts = [_joined(_flat(argument[2])), _EMPTY if argument[0] == 0 else frozenset()]
    else:
        return None
    return None if None in parts else frozenset().union(*(part for part in parts if part is not None))


def _joined(steps: Iterable[tuple[str, Any]]) -> Words | None:
    words: Words | None = _EMPTY
    for step in steps:
        more = _all(step)
        words = None if words is None or more is None else _product(words, more)
        if words is None:
            return None
    return words


def _product(ones: Words, others: Words) -> Words | None:
    if len(ones) * len(others) > _MOST_WORDS:
        return None
    return frozenset(one + other for one in ones for other in others)


def _best(steps: list[tuple[str, Any]], before: Words) -> Words | None:
    """Return the most telling words of a sequence, of which each match holds one; `before` stands right before it."""
    found: list[Words] = []
    run = before
    for step in steps:
        more = _all(step)
        longer = _product(run, more) if more is not None else None
        if longer is not None:
            run = longer
            continue
        found.append(run)
        inner = _inner(step, run)
        if inner is not None:
            found.append(inner)
        run = more or _EMPTY
    found.append(run)
    best = max(found, key=lambda words: (_worth(words), -len(words)))
    return best if _worth(best) else None


def _inner(step: tuple[str, Any], before: Words) -> Words | None:
    name, argument = step
    if name == "BRANCH":
        parts = [_best(list(_flat(branch)), before) for branch in argument[1]]
        return None if None in parts else frozenset().union(*(part for part in parts if part is not None))
    if name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] >= 1:
        return _best(list(_flat(argument[2])), _EMPTY)
    return None
