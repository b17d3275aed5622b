"""Text out of the files that people hand in, so that a finding can name its slide, page or cue."""

from typing import Final

from app.redlines.documents.decoding import clean, decode
from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.isolated import taken_apart
from app.redlines.documents.kinds import TEXTS, kind_of
from app.redlines.documents.limits import MOST_BYTES, MOST_CHARACTERS, MOST_SAID, SECONDS
from app.redlines.documents.places import Part, Place
from app.redlines.documents.reading import Reading, of_pieces, of_text, of_transcript
from app.redlines.documents.transcripts import is_transcript, plain

__all__ = ["Code", "Part", "Place", "Reading", "UnreadableError", "read"]

_TRANSCRIPTS: Final = {"vtt", "srt"}
_MOST_BYTES_EACH: Final = 4
"""What a character takes in UTF-8, UTF-16 and GB18030 at most."""


def read(data: bytes, name: str, *, seconds: float = SECONDS) -> Reading:
    """Return the text of a file, with its places.

    Args:
        data: the whole file.
        name: what it is called; its ending decides where the bytes do not.
        seconds: how long reading it may take.

    Raises UnreadableError, whose code says what is in the way.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(Code.TOO_LARGE)
    kind = kind_of(data, name)
    if kind not in TEXTS:
        pieces, unread = taken_apart(data, kind, seconds)
        return of_pieces(pieces, kind, unread)
    if len(data) > MOST_CHARACTERS * _MOST_BYTES_EACH:
        raise UnreadableError(Code.TOO_MUCH_TEXT, kind if kind in _TRANSCRIPTS else "")
    text = clean(decode(data))
    if kind in _TRANSCRIPTS or (kind == "txt" and is_transcript(text)):
        if len(text) > MOST_SAID:
            raise UnreadableError(Code.TOO_MUCH_TEXT, "vtt")
        return of_transcript(plain(text), kind)
    return of_text(text, kind)
