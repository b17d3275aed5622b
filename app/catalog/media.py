"""Pictures and sounds: which bytes are taken, and the name under which a document knows exactly these.

A stored document says `diagram.5f2c0a1b9e8d7c6f.png`: sixteen hexadecimal digits of the SHA-256 stand before the
ending, so that a name means the same bytes for ever. People who answer see the digits alone, because a name may give
the answer away.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.catalog.yamlfile import Trail

MAX_BYTES: Final = 5 << 20
DIGITS: Final = 16

_STORED: Final = re.compile(r"[^/\\]+\.(?P<digits>[0-9a-f]{16})\.(?P<ending>[A-Za-z0-9]{2,4})", re.DOTALL)
_NOT_IN_STEMS: Final = re.compile(r"[^\w-]+")
_LONGEST_STEM: Final = 60
_BOM: Final = b"\xef\xbb\xbf"
_HEAD: Final = 1024


@dataclass(frozen=True, slots=True)
class MediaKind:
    """A kind of file: the ending of its names, its content type, and how its bytes begin."""

    ending: str
    content_type: str
    begins: Callable[[bytes], bool]


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signatures)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda data: data[:4] == b"RIFF" and data[8:12] == form


_MP4_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"dash"})


def _mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _MP4_BRANDS


def _mp3(data: bytes) -> bool:
    """Find a tag, or a frame of layer III with a bit rate and a sampling rate that exist (ISO 11172-3, 2.4.2.3)."""
    if data.startswith(b"ID3"):
        return True
    head = int.from_bytes(data[:3], "big")
    return head >> 13 == 0x7FF and (head >> 9) & 3 == 1 and (head >> 4) & 15 != 15 and (head >> 2) & 3 != 3  # noqa: PLR2004 (bit fields)


KINDS: Final[tuple[MediaKind, ...]] = (
    MediaKind("png", "image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    MediaKind("jpg", "image/jpeg", _starts(b"\xff\xd8\xff")),
    MediaKind("gif", "image/gif", _starts(b"GIF87a", b"GIF89a")),
    MediaKind("webp", "image/webp", _riff(b"WEBP")),
    MediaKind("mp3", "audio/mpeg", _mp3),
    MediaKind("ogg", "audio/ogg", _starts(b"OggS")),
    MediaKind("m4a", "audio/mp4", _mp4),
    MediaKind("wav", "audio/wav", _riff(b"WAVE")),
)
_BY_ENDING: Final[Mapping[str, MediaKind]] = {kind.ending: kind for kind in KINDS}


def kind_of(data: bytes) -> MediaKind | None:
    """Tell the kind of a file from its first bytes; None for what is not taken."""
    return next((kind for kind in KINDS if kind.begins(data)), None)


def kind_named(name: str) -> MediaKind | None:
    """Tell the kind from the ending of a name."""
    ending = name.rpartition(".")[2].lower()
    return _BY_ENDING.get("jpg" if ending == "jpeg" else ending)


def media_kind(file: str) -> Literal["image", "audio"]:
    """Tell whether a file holds a sound; all others hold pictures, which need words for those who cannot see them."""
    kind = kind_named(file)
    return "audio" if kind and kind.content_type.startswith("audio/") else "image"


def refusal(data: bytes) -> str | None:
    """Say in English why a file is not taken; None when it is."""
    if len(data) > MAX_BYTES:
        return f"is {len(data):,} bytes long; at most {MAX_BYTES:,} are taken"
    if kind_of(data):
        return None
    if not data:
        return "is an empty file"
    head = data[:_HEAD].removeprefix(_BOM).lstrip().lower()
    if head.startswith(b"<") and b"<svg" in head:
        return "is an SVG drawing, which may carry a script; save it as PNG"
    return "is no picture or sound of a known kind; use PNG, JPEG, GIF, WebP, MP3, Ogg, M4A or WAV"


def digest_of(data: bytes) -> str:
    """Give the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def stored_name(name: str, data: bytes) -> str:
    """Name these bytes: what the file is called, the digits, and the ending of its true kind.

    A name that has the right digits and ending stays as it is. Raises ValueError for bytes that are refused.
    """
    kind = kind_of(data)
    if kind is None:
        message = f"{name} {refusal(data)}"
        raise ValueError(message)
    digits = digest_of(data)[:DIGITS]
    if digits_of(name) == digits and name.endswith(f".{kind.ending}"):
        return name
    base = name.replace("\\", "/").rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    if digits_of(base):
        stem = stem.rpartition(".")[0]
    return f"{_NOT_IN_STEMS.sub('-', stem).strip('-')[:_LONGEST_STEM].strip('-') or 'file'}.{digits}.{kind.ending}"


def digits_of(name: str) -> str:
    """Give the digits in a stored name; empty when the name has none."""
    match = _STORED.fullmatch(name)
    return match["digits"] if match else ""


def media_url(file: str) -> str:
    """Give the address of a stored file, which does not tell its name; empty for a file that is not stored."""
    digits = digits_of(file)
    return f"/media/{digits}.{file.rpartition('.')[2].lower()}" if digits else ""


def references(document: Any, trail: Trail = ()) -> Iterator[tuple[Trail, str]]:
    """Find the files that a document names, in its order, each with its place: `media: {file}` or a list of these."""
    if isinstance(document, Mapping):
        for key, below in document.items():
            if key == "media":
                yield from _named(below, (*trail, key))
            else:
                yield from references(below, (*trail, key))
    elif isinstance(document, list | tuple):
        for place, below in enumerate(document):
            yield from references(below, (*trail, place))


def _named(media: Any, trail: Trail) -> Iterator[tuple[Trail, str]]:
    if isinstance(media, list | tuple):
        for place, each in enumerate(media):
            yield from _named(each, (*trail, place))
    elif isinstance(media, Mapping) and isinstance(media.get("file"), str):
        yield (*trail, "file"), media["file"]


def renamed(document: Any, names: Mapping[str, str]) -> Any:
    """Give the document with other names for its files; a name that is not in `names` stays."""
    if isinstance(document, Mapping):
        return {
            key: _renamed(below, names) if key == "media" else renamed(below, names) for key, below in document.items()
        }
    return [renamed(each, names) for each in document] if isinstance(document, list | tuple) else document


def _renamed(media: Any, names: Mapping[str, str]) -> Any:
    if isinstance(media, list | tuple):
        return [_renamed(each, names) for each in media]
    if isinstance(media, Mapping) and isinstance(media.get("file"), str):
        return {**media, "file": names.get(media["file"], media["file"])}
    return media
