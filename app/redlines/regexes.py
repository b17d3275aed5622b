"""Compile authors' patterns, refusing those that could run away or never be reached."""

import importlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import re2

from app.redlines.folding import fold_pattern

LONGEST_WINDOW = 200
_FREE_REPEAT = 40
_FREE_REPEATS = 2
_SMALL_REPEAT = 4

_PARSER: Any = importlib.import_module("re._parser")
_QUIET = re2.Options()
_QUIET.log_errors = False
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_PLAIN = ("LITERAL", "NOT_LITERAL", "ANY", "IN", "AT", "CATEGORY")


class UnsafeRegexError(ValueError):
    """A pattern is outside the subset that always ends quickly, or cannot be reached."""


def _children(name: str, argument: Any) -> list[Any]:
    if name in _REPEATS:
        return [argument[2]]
    if name == "SUBPATTERN":
        return [argument[3]]
    if name == "BRANCH":
        return list(argument[1])
    if name in _PLAIN:
        return []
    raise UnsafeRegexError(f"{name.lower().replace('_', ' ')} is not part of the syntax")


def _walk(tree: Any, repeated: int = 1) -> Iterator[int]:
    """Yield the upper bound of each repeat that is not small."""
    for operator, argument in tree:
        name = str(operator)
        times = repeated
        if name in _REPEATS:
            least, most = int(argument[0]), int(argument[1])
            if repeated > 1 and least != most:
                raise UnsafeRegexError("a repeat of changing length stands within a repeat")
            times = max(repeated, most)
            if most > _FREE_REPEAT:
                yield most
        if name == "BRANCH" and repeated > _SMALL_REPEAT:
            raise UnsafeRegexError("alternatives stand within a repeat")
        for child in _children(name, argument):
            yield from _walk(child, times)


def _runs(tree: Any) -> Iterator[str]:
    """Yield the runs of literal characters of a pattern."""
    run = ""
    for operator, argument in tree:
        name = str(operator)
        if name == "LITERAL":
            run += chr(argument)
            continue
        if run:
            yield run
        run = ""
        for child in _children(name, argument):
            yield from _runs(child)
    if run:
        yield run


def compile_safely(source: str, anchors: Sequence[str]) -> re.Pattern[str]:
    """Compile a pattern for folded text.

    Raises UnsafeRegexError when it does not parse, uses look-around, back references or nested
    repeats, matches nothing at all, or when one of its folded anchors is no part of it.
    """
    folded = fold_pattern(source)
    try:
        tree = _PARSER.parse(folded)
        free = list(_walk(tree))
    except (re.error, RecursionError, OverflowError) as error:
        raise UnsafeRegexError(f"the pattern does not parse: {error}") from error
    try:
        re2.compile(folded, _QUIET)
    except re2.error as error:
        raise UnsafeRegexError(f"the pattern is outside the syntax of RE2: {error}") from error
    if len(free) > _FREE_REPEATS:
        raise UnsafeRegexError(f"more than {_FREE_REPEATS} open-ended repeats")
    runs = [run.lower() for run in _runs(tree)]
    for anchor in anchors:
        if not any(anchor in run for run in runs):
            raise UnsafeRegexError(f"the anchor “{anchor}” is no part of the pattern")
    pattern = re.compile(folded, re.IGNORECASE)
    if pattern.match(""):
        raise UnsafeRegexError("the pattern matches the empty text")
    return pattern
