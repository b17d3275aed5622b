"""What was read: a text, and where in the file each part of it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_CHARACTERS
from app.redlines.documents.places import Part, Piece, Place, place_in
from app.redlines.documents.transcripts import Mapped

_BETWEEN: Final = "\n\n"
"""What parts two pieces: no claim is read across it."""

_SIDES: Final = "|".join(
    [
        *("rep", "sales", "ae", "agent", "customer", "client", "prospect", "buyer"),
        *("销售", "业务", "顾问", "客服", "客户", "顾客", "买方", "甲方"),
        *("銷售", "業務", "顧問", "客戶", "顧客", "買方"),
    ]
)
_SPEAKER: Final = re.compile(
    rf"^[ \t>*]*(?:\[?\d{{1,2}}:\d\d(?::\d\d)?\]?[ \t-]*)?(?:[^\W\d_][^:：\n]{{0,30}}[(（\[] ?)?(?:{_SIDES})"
    r"[^:：\n,，。!?]{0,30}[:：](?!//)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a file.

    Attributes:
        text: all that is read, without control characters.
        parts: where it stands, in order; empty for a plain text, whose places are lines.
        kind: `txt`, `md`, `vtt`, `srt`, `docx`, `pptx`, `pdf`, `eml` or `html`.
        speaker_labels: whether some line names a speaker whose side the matcher knows.
        unread: places that may say something but hold no text, such as a scanned page or a film that is attached.
        original: of a transcript, the file's own text and the way back to it.
    """

    text: str
    parts: tuple[Part, ...]
    kind: str
    speaker_labels: bool
    unread: tuple[Place, ...] = ()
    original: Mapped | None = None

    def place(self, position: int) -> Place:
        """Return where in the file a position of the text stands."""
        return place_in(self.parts, self.text, position)


def of_pieces(pieces: Iterable[Piece], kind: str, unread: Iterable[Place] = ()) -> Reading:
    """Join pieces to a text; those without words are left out.

    Raises UnreadableError: `no_text`.
    """
    texts: list[str] = []
    parts: list[Part] = []
    length = 0
    for piece in pieces:
        text = piece.text.strip()
        if text:
            parts.append(Part(length, length + len(text), piece.place))
            texts.append(text)
            length += len(text) + len(_BETWEEN)
    if not texts:
        raise UnreadableError(Code.NO_TEXT, kind)
    joined = _BETWEEN.join(texts)
    return Reading(joined, tuple(parts), kind, names_speakers(joined), tuple(unread))


def of_text(text: str, kind: str) -> Reading:
    """Take a text as it is.

    Raises UnreadableError: `no_text`, `too_much_text`.
    """
    _refuse_size(text, kind)
    return Reading(text, (), kind, names_speakers(text))


def of_transcript(mapped: Mapped, kind: str) -> Reading:
    """Take what was said in a transcript.

    Raises UnreadableError: `no_text`.
    """
    if not mapped.text.strip():
        raise UnreadableError(Code.NO_TEXT, kind)
    return Reading(mapped.text, mapped.parts, kind, names_speakers(mapped.text), original=mapped)


def names_speakers(text: str) -> bool:
    """Tell whether some line names a speaker whose side the matcher knows."""
    return _SPEAKER.search(text) is not None


def _refuse_size(text: str, kind: str) -> None:
    if not text.strip():
        raise UnreadableError(Code.NO_TEXT, kind)
    if len(text) > MOST_CHARACTERS:
        raise UnreadableError(Code.TOO_MUCH_TEXT, kind)
