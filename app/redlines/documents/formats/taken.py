"""What a reader of one kind takes out of a file, counted while it is taken."""

from dataclasses import dataclass, field
from typing import Final

from app.redlines.documents.decoding import clean
from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_CHARACTERS, MOST_PIECES
from app.redlines.documents.places import Piece, Place

LONGEST_LABEL: Final = 80


@dataclass(slots=True)
class Taken:
    """Pieces of text and the places that hold none."""

    pieces: list[Piece] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    characters: int = 0

    def add(self, place: Place, text: str) -> None:
        """Take some text.

        Raises UnreadableError: `too_much_text`.
        """
        self.characters += len(text) + 2
        if self.characters > MOST_CHARACTERS or len(self.pieces) >= MOST_PIECES:
            raise UnreadableError(Code.TOO_MUCH_TEXT)
        if text.strip():
            self.pieces.append(Piece(place, clean(text)))


def label(text: str) -> str:
    """Return a heading as a label: one line, not too long."""
    return " ".join(clean(text[: LONGEST_LABEL * 4]).split())[:LONGEST_LABEL]
