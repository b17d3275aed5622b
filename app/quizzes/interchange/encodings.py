"""Which characters do the bytes of a file stand for?"""

import codecs
import re
from typing import Final

from app.quizzes.interchange.outcome import MOST_BYTES, FileCode, UnreadableError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_ROOTS: Final = "quiz|assessmentItem|qti-assessment-item|questestinterop|manifest"
_XML: Final = re.compile(rf"\s*(<\?(?!php)[a-z]+|<(?:\w+:)?(?:{_ROOTS})(?=[\s>]))")
_ENOUGH_FOR_CHINESE: Final = 8
_END_OF_FILE: Final = "\x1a"


def decode(data: bytes) -> str:
    """Give the text of a file, its lines separated by a line feed alone.

    UTF-8 and UTF-16, with or without a byte order mark, then GB 2312, then Windows-1252, which fits any bytes.
    Raises UnreadableError when the file is too large or no text.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableError(FileCode.too_large)
    text = _characters(data).removesuffix(_END_OF_FILE)
    if found := _NOT_TEXT.search(text):
        line = len(re.findall(r"\r\n?|\n", text[: found.start()])) + 1
        raise UnreadableError(FileCode.binary, line)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_lines(data: bytes) -> str:
    """Give the text of a file that is written by hand. Raises UnreadableError as `decode` does, and for XML."""
    text = decode(data)
    if found := _XML.match(text):
        raise UnreadableError(FileCode.malformed, text.count("\n", 0, found.start(1)) + 1, found[1])
    return text


def _characters(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], name)
    if b"\0" in data:
        return _strictly(data, _sixteen_bits(data))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb2312" if _is_chinese(data) else "cp1252", errors="replace")


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        if name == "utf-8":  # a mark before bytes of another encoding: an editor's doing
            return data.decode("cp1252", errors="replace")
        raise UnreadableError(FileCode.binary) from error


def _sixteen_bits(data: bytes) -> str:
    """Tell the byte order by the halves of ASCII characters that are zero."""
    first, second = data[::2].count(0), data[1::2].count(0)
    if first and second:
        raise UnreadableError(FileCode.binary)
    return "utf-16-be" if first else "utf-16-le"


def _is_chinese(data: bytes) -> bool:
    """Tell GB 2312, whose bytes above ASCII come in pairs, from Western text, where they stand alone."""
    runs = _HIGH.findall(data)
    if sum(map(len, runs)) < _ENOUGH_FOR_CHINESE or any(len(run) % 2 for run in runs):
        return False
    try:
        b"".join(runs).decode("gb2312")
    except UnicodeDecodeError:
        return False
    return True
