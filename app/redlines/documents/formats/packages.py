"""Office files, which are zip files of XML: made safe before a library opens them."""

import zipfile
import zlib
from io import BytesIO
from typing import Final

from app.redlines.documents.errors import Code, UnreadableError
from app.redlines.documents.limits import MOST_MEMBERS, MOST_UNPACKED

_XML: Final = (".xml", ".rels")
_ENCRYPTED_FLAG: Final = 0x1
_TYPES: Final = "[Content_Types].xml"
_WORD: Final = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SLIDES: Final = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_SAME: Final = {
    b"application/vnd.ms-word.document.macroEnabled.main+xml": _WORD,
    b"application/vnd.ms-word.template.macroEnabledTemplate.main+xml": _WORD,
    b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": _WORD,
    b"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml": _SLIDES,
    b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml": _SLIDES,
    b"application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml": _SLIDES,
    b"application/vnd.ms-powerpoint.template.macroEnabled.main+xml": _SLIDES,
}
"""Templates, shows and files with macros have the same parts as documents; the libraries know one name each."""


def safe_package(data: bytes) -> BytesIO:
    """Return the same package, bounded: its XML unpacked, all else (pictures, films, macros) emptied.

    Raises UnreadableError: `too_large` for what unpacks to too much, `encrypted`, `damaged`.
    """
    written = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as package, zipfile.ZipFile(written, "w") as copy:
            for name, content in _contents(package):
                copy.writestr(name, content)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error) as error:
        raise UnreadableError(Code.DAMAGED) from error
    written.seek(0)
    return written


def _contents(package: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    members = package.infolist()
    said = sum(member.file_size for member in members if member.filename.endswith(_XML))
    if len(members) > MOST_MEMBERS or said > MOST_UNPACKED:
        raise UnreadableError(Code.TOO_LARGE)
    contents: dict[str, bytes] = {}
    left = MOST_UNPACKED
    for member in members:
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableError(Code.ENCRYPTED)
        content = b""
        if member.filename.endswith(_XML):
            content = _unpacked(package, member, left)
            left -= len(content)
        contents[member.filename] = _known(content) if member.filename == _TYPES else content
    return list(contents.items())


def _unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> bytes:
    """Unpack one member; what the directory says of its size is not believed."""
    with package.open(member) as file:
        content = file.read(left + 1)
    if len(content) > left:
        raise UnreadableError(Code.TOO_LARGE)
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise UnreadableError(Code.DAMAGED)
    return content


def _known(types: bytes) -> bytes:
    for other, name in _SAME.items():
        types = types.replace(other, name)
    return types
