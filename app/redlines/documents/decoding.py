"""Bytes of a text as characters."""

import codecs
import re
from typing import Final

from app.redlines.documents.errors import Code, UnreadableError

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PAIR: Final = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_FIRST_COMMON_TRAIL: Final = 0xA1
_LOOKED_AT: Final = 100_000
_UNWRITTEN: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_VERTICAL: Final = str.maketrans("\v\f", "\n\n")
_STRAY: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Put a space in the place of what no text holds: control characters and halves of surrogate pairs.

    The length stays, so places stay.
    """
    return _STRAY.sub(" ", text).translate(_VERTICAL)


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8, what a byte order mark says, or else GB18030 or Windows-1252.

    Raises UnreadableError: `damaged` when it is none of them.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030" if _is_chinese(data) else "cp1252", written=True)


def _decoded(data: bytes, name: str, *, written: bool = False) -> str:
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise UnreadableError(Code.DAMAGED, "txt") from error
    if written and _UNWRITTEN.search(text):
        raise UnreadableError(Code.DAMAGED, "txt")
    return text


def _is_chinese(data: bytes) -> bool:
    """Tell GB18030 from a western text that happens to decode: common characters have a high second byte."""
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = _PAIR.findall(data[:_LOOKED_AT])
    common = sum(int(pair[1] >= _FIRST_COMMON_TRAIL) for pair in pairs)
    return common * 2 >= len(pairs)
