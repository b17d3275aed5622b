"""Items as JSON: the very documents that a quiz consists of, so nothing is lost."""

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from app.quizzes.interchange.checking import checked, count
from app.quizzes.interchange.encodings import decode
from app.quizzes.interchange.ids import Ids
from app.quizzes.interchange.outcome import (
    FileCode,
    Imported,
    Loss,
    LossCode,
    Reading,
    SkipCode,
    Skipped,
    UnreadableError,
    Written,
)

_SPACE: Final = re.compile(r"[ \t\n]*")
_ITEMS: Final = "items"
_CONTROL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u00[01]")


def read(data: bytes) -> Reading:
    """Read `{"schema": 1, "items": […]}` or a list of items. Raises UnreadableError."""
    text = decode(data)
    ids = Ids()
    entries: list[Imported | Skipped] = []
    line, counted = 1, 0
    try:
        for item, start in _items(text):
            line, counted = line + text.count("\n", counted, start), start
            count(len(entries) + 1, line)
            entries.append(_entry(item, line, ids))
    except RecursionError as error:
        raise UnreadableError(FileCode.too_deep) from error
    except json.JSONDecodeError as error:
        raise UnreadableError(FileCode.malformed, error.lineno) from error
    except UnreadableError:
        raise
    except ValueError as error:  # a number that is none
        raise UnreadableError(FileCode.malformed, line) from error
    if not entries:
        raise UnreadableError(FileCode.no_questions)
    return Reading(tuple(entries))


def _entry(item: object, line: int, ids: Ids) -> Imported | Skipped:
    if not isinstance(item, dict):
        return Skipped(line, "", SkipCode.malformed)
    if not _is_text(item):
        return Skipped(line, "", SkipCode.malformed)
    prompt = item.get("prompt")
    words = next(iter(prompt.values()), "") if isinstance(prompt, dict) else prompt
    name = words if isinstance(words, str) else ""
    wished = item.get("id")
    given = ids.give(wished if isinstance(wished, str) else None, name)
    losses = [Loss(LossCode.id, str(wished)[:80])] if wished not in {None, given} else []
    return checked({**item, "id": given}, line, name or given, losses)


def _is_text(item: object) -> bool:
    """Say whether all texts of an item can be stored and shown: no half characters, no control characters."""
    written = json.dumps(item, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return _CONTROL.search(written) is None


def _items(text: str) -> Iterator[tuple[object, int]]:
    """Give the items one by one, each with its place in the text."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at = _after_space(text, 0)
    if text[at : at + 1] == "[":
        at = yield from _list(text, at, decoder)
    elif text[at : at + 1] == "{":
        at = yield from _map(text, at, decoder)
    else:
        raise json.JSONDecodeError("Expecting a list or a map", text, at)
    if at < len(text):
        raise json.JSONDecodeError("Extra data", text, at)


def _map(text: str, at: int, decoder: json.JSONDecoder) -> Generator[tuple[object, int], None, int]:
    at, ended = _next(text, at, "}")
    while not ended:
        key, at = decoder.raw_decode(text, at)
        at = _after_space(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("Expecting ':'", text, at)
        at = _after_space(text, at + 1)
        if key == _ITEMS and text[at : at + 1] == "[":
            at = yield from _list(text, at, decoder)
        else:
            _, at = decoder.raw_decode(text, at)
        at, ended = _next(text, at, "}")
    return at


def _list(text: str, at: int, decoder: json.JSONDecoder) -> Generator[tuple[object, int], None, int]:
    at, ended = _next(text, at, "]")
    while not ended:
        item, end = decoder.raw_decode(text, at)
        yield item, at
        at, ended = _next(text, end, "]")
    return at


def _next(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Go behind what opens, parts or closes a list or a map, and say whether it closed."""
    at = _after_space(text, at)
    mark = text[at : at + 1]
    if mark in {"[", "{"}:
        at = _after_space(text, at + 1)
        return (_after_space(text, at + 1), True) if text[at : at + 1] == closing else (at, False)
    if not mark or mark not in f",{closing}":
        raise json.JSONDecodeError("Expecting ','", text, at)
    return _after_space(text, at + 1), mark == closing


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def write(items: Sequence[Mapping[str, Any]], media: Mapping[str, bytes], _locale: str) -> Written:
    """Write items whole, in all their languages."""
    content = {"schema": 1, "items": [dict(item) for item in items]}
    return Written((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode(), media)
