"""What kind of file some bytes are: by what is in them, then by the name."""

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_MEMBERS

TEXTS: Final = frozenset({"txt", "md", "vtt", "srt"})
"""Kinds that are their own text; the others are taken apart."""

_BY_SUFFIX: Final = {
    **{f".{kind}": kind for kind in ("txt", "md", "vtt", "srt", "docx", "pptx", "pdf", "eml", "html")},
    ".text": "txt",
    ".markdown": "md",
    ".htm": "html",
    ".xhtml": "html",
    **dict.fromkeys((".docm", ".dotx", ".dotm"), "docx"),
    **dict.fromkeys((".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), "pptx"),
}
SUFFIXES: Final = tuple(sorted(_BY_SUFFIX))
"""The endings of names that are read."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MEMBER: Final = b"PK\x01\x02"
"""What begins an entry of a zip file's directory; they are counted before anything is made of them."""
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_PDF_WITHIN: Final = 1024
_LOOKED_AT: Final = 4096
_HTML: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_VTT: Final = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)")
_MAIL: Final = re.compile(
    rb"(?:(?:return-path|received|from|to|cc|subject|date|message-id|mime-version|content-type|delivered-to"
    rb"|x-[a-z-]{1,40}|dkim-signature|reply-to):[^\n]*\n(?:[ \t][^\n]*\n)*){3}",
    re.IGNORECASE,
)
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def kind_of(data: bytes, name: str) -> str:
    """Return the kind of a file.

    Raises UnreadableError: `no_text` for nothing at all, `encrypted` for an office file with a password,
    `damaged` for one that cannot be opened, `unknown_kind` for what is not read.
    """
    named = _BY_SUFFIX.get(PurePosixPath(name.lower()).suffix, "")
    if not data.strip():
        raise UnreadableError(Code.NO_TEXT, named)
    if b"%PDF-" in data[:_PDF_WITHIN] and b" obj" in data and named not in {"eml", "html"}:
        return "pdf"
    if data.startswith(_ZIP):
        return _of_package(data, named)
    if data.startswith(_COMPOUND):
        raise UnreadableError(Code.ENCRYPTED if _ENCRYPTED in data else Code.UNKNOWN_KIND, named)
    return _of_text(data, named, known_or_none="." not in PurePosixPath(name).name)


def _of_package(data: bytes, named: str) -> str:
    if data.count(_MEMBER) > MOST_MEMBERS:
        raise UnreadableError(Code.TOO_LARGE, named)
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise UnreadableError(Code.DAMAGED, named) from error
    if any(name.startswith("ppt/") for name in names):
        return "pptx"
    if any(name.startswith("word/") for name in names):
        return "docx"
    raise UnreadableError(Code.UNKNOWN_KIND, named)


def _of_text(data: bytes, named: str, *, known_or_none: bool) -> str:
    start = data[:_LOOKED_AT]
    if named not in TEXTS and b"\0" in start and not start.startswith(_WIDE_MARKS):
        raise UnreadableError(Code.DAMAGED if named in {"pdf", "docx", "pptx"} else Code.UNKNOWN_KIND, named)
    if _VTT.match(start):
        return "vtt"
    if named in TEXTS | {"eml", "html"}:
        return named
    if _HTML.match(start):
        return "html"
    if _MAIL.match(start):
        return "eml"
    if named == "pdf":
        raise UnreadableError(Code.DAMAGED, named)
    if named or known_or_none:
        return "txt"
    raise UnreadableError(Code.UNKNOWN_KIND)
