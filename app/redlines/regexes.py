"""Authors' patterns, run by RE2: its time grows with the text alone, whatever the pattern.

A pattern that lies outside the syntax of RE2, that its anchors cannot reach or that matches nothing at all is refused.
"""

import importlib
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import re2

from app.redlines.characters import fold_pattern

LONGEST_WINDOW = 200

_PARSER: Any = importlib.import_module("re._parser")
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.case_sensitive = False
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
_PLAIN = ("LITERAL", "NOT_LITERAL", "ANY", "IN", "AT", "CATEGORY")
_PIECE = re.compile(r"\\[pP]\{[^}]*\}|\\.|\[:\^?[a-z]+:\]|\[\^?\]?|.", re.DOTALL)
_ONLY_IN_RE2 = re.compile(r"\\[pP](?:\{[^}]*\}|.)|\[:\^?[a-z]+:\]")
_UNICODE = {r"\d": r"\p{Nd}", r"\D": r"\P{Nd}", r"\w": r"[\p{L}\p{N}_]", r"\W": r"[^\p{L}\p{N}_]"}
_UNICODE_IN_CLASS = {r"\d": r"\p{Nd}", r"\D": r"\P{Nd}", r"\w": r"\p{L}\p{N}_"}
"""RE2 alone would take `\\d` and `\\w` for ASCII, and no Chinese character for part of a word."""


class UnsafeRegexError(ValueError):
    """A pattern is outside the syntax that always ends quickly, or cannot be reached."""


class Regex:
    """A pattern for folded text; it can be pickled and shared between threads."""

    def __init__(self, source: str) -> None:
        self._compiled = re2.compile(_with_unicode(source), _OPTIONS)

    def matches_nothing(self) -> bool:
        """Tell whether the empty text matches."""
        return self._compiled.fullmatch(b"") is not None

    def search(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        r"""Return the first match within a stretch of a text.

        What stands right before and after the stretch counts for `\b`, `^` and `$`.
        """
        first = max(0, start - 1)
        piece = text[first : end + 1]
        data = piece.encode("utf-8", "surrogatepass")
        if len(data) == len(piece):
            match = self._compiled.search(data, start - first, end - first)
            return (first + match.start(), first + match.end()) if match else None
        match = self._compiled.search(data, _size(piece[: start - first]), _size(piece[: end - first]))
        if match is None:
            return None
        return first + _length(data[: match.start()]), first + _length(data[: match.end()])


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _length(data: bytes) -> int:
    return len(data.decode("utf-8", "surrogatepass"))


def _with_unicode(source: str) -> str:
    """Let the classes of digits and of words hold those of every script."""
    pieces: list[str] = []
    within = False
    for piece in _PIECE.findall(source):
        pieces.append((_UNICODE_IN_CLASS if within else _UNICODE).get(piece, piece))
        within = piece != "]" if within else piece[0] == "["
    return "".join(pieces)


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


def _parsed_runs(folded: str) -> list[str]:
    """Return the runs of literal characters, lower case, by Python's own parser.

    It knows no classes of Unicode and of POSIX; any character stands for them.
    """
    readable = _ONLY_IN_RE2.sub(".", folded).replace(r"\z", r"\Z")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [run.lower() for run in _runs(_PARSER.parse(readable))]
    except (re.error, RecursionError, OverflowError) as error:
        raise UnsafeRegexError(f"the pattern does not parse: {error}") from error


def compile_safely(source: str, anchors: Sequence[str]) -> Regex:
    """Compile a pattern for folded text.

    Raises UnsafeRegexError when it does not parse, uses look-around or back references, is too
    large, matches nothing at all, or when one of its folded anchors is no part of it.
    """
    folded = fold_pattern(source)
    runs = _parsed_runs(folded)
    try:
        regex = Regex(folded)
    except re2.error as error:
        said = bytes(error.args[0]).decode(errors="replace")
        raise UnsafeRegexError(f"the pattern is outside the syntax of RE2: {said}") from error
    for anchor in anchors:
        if not any(anchor in run for run in runs):
            raise UnsafeRegexError(f"the anchor “{anchor}” is no part of the pattern")
    if regex.matches_nothing():
        raise UnsafeRegexError("the pattern matches the empty text")
    return regex
