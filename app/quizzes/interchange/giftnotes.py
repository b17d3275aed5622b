r"""Notes in the comments of a GIFT question: `// [id:…] [tag:…]` as Moodle has them, and some of our own.

Our own, which other programs pass over: `[points:2]`, `[critical:yes]`, `[red_line:ID]` (once for each),
`[lesson:ID]`, `[difficulty:easy]`, `[topic:TEXT]`, `[pinned:3,4]` (options that keep their place, counted from 1),
`[case_sensitive:yes]`, `[unit:TEXT]` and `[units:1000 km]` (once for each). A `]` within is written `\]`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, get_args

from app.catalog.document import SLUG
from app.quizzes.interchange.keys import decimal, number
from app.quizzes.interchange.outcome import Loss, LossCode, SkipError
from app.quizzes.itemcontent import Difficulty

Notes = tuple[tuple[str, str], ...]

_NOTE: Final = re.compile(r"\[([a-z_]+):((?:\\\]|[^\]])*)\]")
_SLUG: Final = re.compile(SLUG)
_LONGEST_SLUG, _LONGEST_TAG, _LONGEST_LABEL, _MOST_TAGS, _MOST_UNITS = 80, 60, 200, 20, 20


def find(comment: str) -> Notes:
    """Give the notes of one line of comment, in order."""
    return tuple((key, value.replace("\\]", "]").strip()) for key, value in _NOTE.findall(comment))


def read(notes: Notes, kind: str) -> tuple[str | None, dict[str, Any], list[Loss]]:
    """Give the id, what else the notes say of an item of type `kind`, and what of it cannot be kept."""
    first: dict[str, str] = {}
    for key, value in notes:
        first.setdefault(key, value)
    tags, lost = _tags(value for key, value in notes if key == "tag")
    red_lines = list(dict.fromkeys(value for key, value in notes if key == "red_line" and _is_slug(value)))
    points = _points(first.get("points", ""))
    found: dict[str, Any] = {
        "tags": tags,
        "difficulty": first.get("difficulty") if first.get("difficulty") in get_args(Difficulty) else None,
        "topic": first.get("topic", "")[:_LONGEST_LABEL],
        "critical": first.get("critical") == "yes",
        "red_line": red_lines,
        "lesson": first.get("lesson") if _is_slug(first.get("lesson", "")) else None,
        "points": points,
        "case_sensitive": kind == "short_text" and first.get("case_sensitive") == "yes",
    }
    if kind == "numeric":
        found |= _units(notes, first)
    return first.get("id"), {key: value for key, value in found.items() if value}, lost


def write(key: str, value: str) -> str:
    """Write one note."""
    return f"[{key}:{value.replace(']', chr(92) + ']')}]"


def _is_slug(value: str) -> bool:
    return len(value) <= _LONGEST_SLUG and _SLUG.fullmatch(value) is not None


def _tags(values: Iterable[str]) -> tuple[list[str], list[Loss]]:
    tags = list(dict.fromkeys(filter(None, values)))
    kept = [tag for tag in tags if len(tag) <= _LONGEST_TAG][:_MOST_TAGS]
    return kept, [Loss(LossCode.tag, tag[:_LONGEST_LABEL]) for tag in tags if tag not in kept]


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
