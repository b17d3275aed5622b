"""The places of a file's text while somebody edits it: carried in the form, since nothing is stored.

Each part is known by its length and its first characters. Where those are still found the part begins there;
when too few are, the text is another one and has lines only.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from app.redlines.documents import Part, Place, Reading
from app.redlines.documents.places import PlaceKind

MOST_PARTS: Final = 2_000
"""Parts that a form carries; a longer file is told apart by its headings alone."""

_ANCHOR: Final = 24
_FURTHEST: Final = 50_000
_Carried = tuple[int, str, PlaceKind, int | None, str, str]
_CARRIED: Final = TypeAdapter(list[_Carried])


def carried(reading: Reading) -> str:
    """Write the places of a file's text for a hidden field; empty when its places are lines or times."""
    if reading.original or not reading.parts:
        return ""
    parts = reading.parts if len(reading.parts) <= MOST_PARTS else _coarse(reading.parts)
    if len(parts) > MOST_PARTS:
        return ""
    rows: list[_Carried] = [
        (
            each.end - each.start,
            reading.text[each.start : min(each.end, each.start + _ANCHOR)],
            each.place.kind,
            each.place.number,
            each.place.label,
            each.place.file,
        )
        for each in parts
    ]
    return _CARRIED.dump_json(rows).decode()


def _coarse(parts: Iterable[Part]) -> list[Part]:
    """Join neighbours that stand below the same heading."""
    joined = []
    for (kind, label, file), group in groupby(
        parts, key=lambda each: (each.place.kind, each.place.label, each.place.file)
    ):
        alike = list(group)
        number = alike[0].place.number if len(alike) == 1 else None
        joined.append(Part(alike[0].start, alike[-1].end, Place(kind, number, label, file)))
    return joined


def parts_in(text: str, field: str) -> tuple[Part, ...]:
    """Find the places of `carried` in a text that may have been edited since; none when it is another text."""
    if not field or not text:
        return ()
    try:
        rows = _CARRIED.validate_json(field)[:MOST_PARTS]
    except ValidationError:
        return ()
    starts, found = _starts(text, rows)
    if not rows or found * 2 < len(rows):
        return ()
    ends = [*starts[1:], len(text)]
    return tuple(
        Part(start, max(start, end), Place(*row[2:])) for start, end, row in zip(starts, ends, rows, strict=True)
    )


def _starts(text: str, rows: Sequence[_Carried]) -> tuple[list[int], int]:
    """Return where each part begins, and how many were recognised; the others are put where they would be."""
    starts: list[int] = []
    expected = found = 0
    for length, anchor, *_place in rows:
        first = starts[-1] if starts else 0
        start = expected if text.startswith(anchor, expected) else text.find(anchor, first, expected + _FURTHEST)
        if start < 0:
            start = min(expected, len(text))
        else:
            found += 1
        starts.append(start)
        expected = start + max(length, 0) + 2
    return starts, found


def stored(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Return places as they are kept with a text that was sent."""
    return [
        {
            "start": each.start,
            "end": each.end,
            "kind": each.place.kind,
            "number": each.place.number,
            "label": each.place.label,
            "file": each.place.file,
        }
        for each in parts
    ]
