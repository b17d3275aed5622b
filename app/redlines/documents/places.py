"""Where in a file some of its text stands."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PlaceKind = Literal["page", "slide", "notes", "paragraph", "table", "cue", "subject", "body", "attachment", "line"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, as a person would look for it.

    Attributes:
        kind: what is counted; `notes` are those of the speaker below a slide.
        number: which one, from 1; None where there is but one, or where nobody counts.
        label: a heading or title near it; the time of a cue; `header`, `footer` or `footnote`; a file's name.
        file: the attachment of a mail in which the place is; empty outside of attachments.
    """

    kind: PlaceKind
    number: int | None = None
    label: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The stretch of a text, half-open, that stands at one place."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text with its place, before it is joined with others."""

    place: Place
    text: str


def place_in(parts: Sequence[Part], text: str, position: int) -> Place:
    """Return the place of a position: of the part it is in or behind, else its line."""
    number = bisect_right(parts, position, key=lambda part: part.start) - 1
    if number >= 0:
        return parts[number].place
    return Place("line", text.count("\n", 0, position) + 1)
