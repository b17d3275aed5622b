r"""Notes in the comments of a GIFT question: `// [id:…] [tag:…]` as Moodle has them, and some of our own.

Our own, which other programs pass over: `[points:2]`, `[pinned:3,4]` (options that keep their place, counted from 1),
`[case_sensitive:yes]`, `[unit:m]` and `[units:1000 km]` (once for each other unit). A `]` within is written `\]`.
What else a question belongs to is said by tags (`dossiers`).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from app.quizzes.interchange import dossiers
from app.quizzes.interchange.keys import decimal, number
from app.quizzes.interchange.outcome import Loss, LossCode, SkipError

Notes = tuple[tuple[str, str], ...]

_BEGIN: Final = re.compile(r"\[([a-z_]{1,20}):")
_VALUE: Final = re.compile(r"(?:\\\]|[^\]])*+")
_LONGEST_TAG, _LONGEST_LABEL, _MOST_TAGS, _MOST_UNITS = 60, 200, 20, 20


def find(comment: str) -> Notes:
    """Give the notes of one line of comment, in order."""
    found: list[tuple[str, str]] = []
    at = 0
    while begin := _BEGIN.search(comment, at):
        value = _VALUE.match(comment, begin.end())
        if value is None or value.end() == len(comment):
            break  # nothing is closed from here on
        found.append((begin[1], value[0].replace("\\]", "]").strip()))
        at = value.end() + 1
    return tuple(found)


def read(notes: Notes, kind: str) -> tuple[str | None, dict[str, Any], list[Loss]]:
    """Give the id, what else the notes say of an item of type `kind`, and what of it cannot be kept."""
    first: dict[str, str] = {}
    for key, value in notes:
        first.setdefault(key, value)
    found: dict[str, Any] = {}
    tags = []
    for tag in dict.fromkeys(value for key, value in notes if key == "tag" and value):
        if said := dossiers.read(tag):
            dossiers.add(found, *said)
        else:
            tags.append(tag)
    kept = [tag for tag in tags if len(tag) <= _LONGEST_TAG][:_MOST_TAGS]
    found |= {"tags": kept, "points": _points(first.get("points", ""))}
    found |= _units(notes, first) if kind == "numeric" else {}
    lost = [Loss(LossCode.tag, tag[:_LONGEST_LABEL]) for tag in tags if tag not in kept]
    return first.get("id"), {key: value for key, value in found.items() if value}, lost


def write(key: str, value: str) -> str:
    """Write one note."""
    return f"[{key}:{value.replace(']', chr(92) + ']')}]"


def _points(value: str) -> float | None:
    try:
        points = decimal(number(value))
    except SkipError:
        return None
    return points if 0 < points <= 1000 and points != 1 else None  # noqa: PLR2004 (the bounds of an item)


def _units(notes: Notes, first: Mapping[str, str]) -> dict[str, Any]:
    unit = first.get("unit", "")[:_LONGEST_LABEL]
    units = []
    for factor, _, name in (value.partition(" ") for key, value in notes if key == "units"):
        try:
            units.append({"unit": name[:_LONGEST_LABEL], "factor": decimal(number(factor))})
        except SkipError:
            continue
    return {"unit": unit, "units": units[:_MOST_UNITS] if unit else []}
