"""Which recordings are taken: sounds and films, told apart by their bytes and never by their names."""

from dataclasses import dataclass
from typing import Final

from app.catalog.media import kind_of

LARGEST: Final = 15_000_000
"""Bytes of one recording."""

SUFFIXES: Final = {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
}
_LONGEST_NAME: Final = 200

_EBML: Final = b"\x1a\x45\xdf\xa3"
_DOCTYPE_WITHIN: Final = 64
_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B "})
_FILM_BRANDS: Final = frozenset(
    {
        b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash",
        b"3gp4", b"3gp5", b"3gp6",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentRecording:
    """A recording as it was sent: the name it had there, its true content type, and its bytes."""

    name: str
    content_type: str
    data: bytes


def content_type_of(data: bytes) -> str | None:
    """Tell the content type of a recording from its first bytes; None for what is not taken."""
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _SOUND_BRANDS:
            return "audio/mp4"
        if brand == b"qt  ":
            return "video/quicktime"
        return "video/mp4" if brand in _FILM_BRANDS else None
    if data.startswith(_EBML):
        return "video/webm" if b"webm" in data[:_DOCTYPE_WITHIN] else None
    kind = kind_of(data)
    return kind.content_type if kind and kind.content_type.startswith("audio/") else None


def plain_name(name: str, content_type: str) -> str:
    """Return the last part of a file's name, which ends as sounds and films do: a system opens a file by its name."""
    base = name.replace("\\", "/").rpartition("/")[2]
    suffix = SUFFIXES[content_type]
    stem = "".join(each for each in base if each.isprintable()).removesuffix(suffix)[-_LONGEST_NAME + len(suffix) :]
    return f"{stem or 'recording'}{suffix}"
